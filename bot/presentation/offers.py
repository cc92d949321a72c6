"""What came of an offer that promised one payment, for whoever takes it up once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import joined, phrase
from bot.presentation.picture_descriptions import linked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Order

NOTHING_MORE = phrase("Nothing more was begun, and nothing more is charged.")
TOO_OLD = joined(" ", [phrase("This is more than a month old. Ask once more where it came from."), NOTHING_MORE])
BEING_TAKEN = joined(" ", [phrase("This can be used once, and it was, a moment ago."), NOTHING_MORE])


def used_text(order: Order, messages: Sequence[tuple[int, int]]) -> str:
    """Why nothing begins: it was taken up before.

    Args:
        order: what came of it.
        messages: (channel id, message id) of those that show its result.
    """
    made = sorted((job.picture for job in order.jobs if job.picture is not None), key=lambda each: each.number)
    if made:
        place = next(iter(messages), None)
        names = joined(
            ", ",
            [
                phrase("{number} (deleted since)", number=f"#{each.number}")
                if each.deleted
                else linked(each.number, order.requester.server_id, place)
                for each in made
            ],
        )
        what = phrase("This can be used once, and it was: it made {pictures}.", pictures=names)
    elif order.delivered_at is None:
        what = phrase("This can be used once, and it was: it is being made.")
    elif order.request.is_wording:
        what = phrase("This can be used once, and it was: its words stand where they were asked for.")
    else:
        what = phrase("This can be used once, and it was, but no picture came of it: the answer there said why.")
    return joined(" ", [what, NOTHING_MORE])
