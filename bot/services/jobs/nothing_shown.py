"""What is said of a request that ended, and of which there is nothing to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import phrase, plural
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from bot.services.ledger import Order

UNSETTLED = phrase("A lead can settle what is held (/quota resolve). Trying again is charged anew.")


def cost_of(order: Order) -> int:
    """What its pictures cost together, in nano-dollars."""
    return sum(job.actual_nano or 0 for job in order.jobs)


def discarded(order: Order) -> list[str]:
    """What was made, and deleted before anybody was shown it."""
    gone = [job.picture for job in order.jobs if job.picture is not None and job.picture.deleted]
    if not gone:
        return []
    told = plural(
        "The picture was made and discarded before it was shown. What it cost stays charged: {cost}.",
        "{count} pictures were made and discarded before they were shown. What they cost stays charged: {cost}.",
        len(gone),
        cost=format_usd(cost_of(order)),
    )
    return [told]


def lost(order: Order) -> str:
    """Why there is nothing to show of a request that failed in nothing."""
    return phrase(
        "The picture was made and cost {cost}, but I have lost its file: "
        "I was stopped before I could write it to my disk, or somebody has taken it from there.",
        cost=format_usd(cost_of(order)),
    )
