"""The ledger beside the provider's bill, for the command line: as a table with sentences, and as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table
from rich.text import Text

from bot.presentation.ledger_csv import exact_usd
from bot.services.accounting import TOLERATED_PERCENT, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rich.console import RenderableType

    from bot.services.accounting import DayCompared, Reconciliation, Share

FEWEST_DECIMALS = 2
TOLD_FROM = 10  # what is smaller than a tenth of the difference does not explain it
MOST_NAMED = 20  # line items or projects
WORDS = {
    Reason.UNKNOWN: "Of unknown outcome: {jobs}, {nano} held and not charged yet. If the bill has them, they are "
    "that much of the difference; a lead settles them with /quota resolve.",
    Reason.RUNNING: "Being made: {jobs}, {nano} held.",
    Reason.AT_HOLD: "Charged at the hold, for the provider told no figures: {jobs}, {nano}. The bill may have less.",
    Reason.BLOCKED: "Blocked by the provider's safety check, and not charged: {jobs}, which had held {nano}.",
    Reason.RESOLVED: "Of unknown outcome, and closed by a lead: {jobs}, {nano} charged of {held} held.",
    Reason.ADJUSTED: "Adjusted by a lead: {jobs}, {nano} in all; counted.",
    Reason.LEADS_VIEW: "Adjusted by a lead although the provider reported the cost: {jobs}, {nano} in all; not counted "
    "here.",
    Reason.OVERSHOT: "Dearer than was held: {jobs}, by {nano} in all; counted. Check the prices of the models.",
    Reason.AT_EDGES: "Under way at midnight (UTC) when these days begin or end: {jobs}, {nano} charged. The provider "
    "may have booked them on the other side.",
    Reason.NOT_TOLD: "On days of the month that the export does not tell of: {jobs}, {nano} charged; left out.",
}


def usd(nano: int) -> str:
    """Dollars, exact, with at least two decimals: ``$12.40``, ``-$0.012345678``."""
    whole, _, part = exact_usd(abs(nano)).partition(".")
    digits = part[:FEWEST_DECIMALS] + part[FEWEST_DECIMALS:].rstrip("0")
    return f"{'-' if nano < 0 else ''}${int(whole):,}.{digits}"


def verdict(found: Reconciliation) -> str:
    """One line: what the bill and the ledger are, and whether they agree."""
    sums = f"The bill is {usd(found.bill_nano)}, the ledger {usd(found.ledger_nano)}"
    if not found.difference_nano:
        return f"{sums}: they are equal."
    apart = f"they differ by {usd(abs(found.difference_nano))}{_percent(found)}"
    if not found.is_within_tolerance:
        return f"{sums}: {apart}, more than {TOLERATED_PERCENT} %."
    within_rounding = abs(found.difference_nano) <= found.rounding_nano
    return f"{sums}: {apart}, within {'the rounding of the bill' if within_rounding else f'{TOLERATED_PERCENT} %'}."


def reconciliation_view(found: Reconciliation) -> RenderableType:
    """The days with anything on them, their sum, what may explain a difference, and the verdict."""
    table = Table(title=f"{found.month.name}, days of UTC", title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    table.add_column("day")
    for heading in ("bill", "ledger", "difference"):
        table.add_column(heading, justify="right")
    for day in found.days:
        if day.bill_nano or day.ledger_nano:
            table.add_row(*_row(day))
    table.add_section()
    table.add_row("all", usd(found.bill_nano), usd(found.ledger_nano), usd(found.difference_nano))
    sentences = "\n".join([*(f"- {note}" for note in notes_on(found)), "", verdict(found)])
    return Group(table, Text(sentences, no_wrap=True, overflow="ignore"))


def notes_on(found: Reconciliation) -> Iterator[str]:
    """What may explain a difference, and how the bill was read, in sentences."""
    yield from (_reason(reason, found.reasons[reason]) for reason in Reason if reason in found.reasons)
    yield from _notes_on_days(found)
    yield from _notes_on_lines(found)


def reconciliation_as_dict(found: Reconciliation) -> dict[str, Any]:
    """As printed by `atelier reconcile --json`; amounts are nano-dollars."""
    return {
        "month": str(found.month),
        "bill_nano": found.bill_nano,
        "ledger_nano": found.ledger_nano,
        "difference_nano": found.difference_nano,
        "rounding_nano": found.rounding_nano,
        "within_tolerance": found.is_within_tolerance,
        "verdict": verdict(found),
        "notes": list(notes_on(found)),
        "reasons": {reason.value: asdict(share) for reason, share in found.reasons.items()},
        "other_items": dict(found.other_items),
        "projects": dict(found.projects),
        "days": [
            {
                "day": day.day.isoformat(),
                "bill_nano": day.bill_nano,
                "ledger_nano": day.ledger_nano,
                "difference_nano": day.difference_nano,
            }
            for day in found.days
        ],
    }


def _notes_on_days(found: Reconciliation) -> Iterator[str]:
    first, last = found.days[0].day, found.days[-1].day
    if len(found.days) < found.month.days:
        yield f"The export tells of {first} to {last}: only these days are compared."
    if found.unfinished:
        yield f"{last} is not over, and the provider books late: compare again in a day or two."


def _notes_on_lines(found: Reconciliation) -> Iterator[str]:
    count, paid_back = found.credits
    if count:
        yield f"{count} {'line pays' if count == 1 else 'lines pay'} back {usd(-paid_back)}; that is counted."
    if found.difference_nano and TOLD_FROM * found.rounding_nano >= abs(found.difference_nano):
        yield f"The amounts of the bill can be rounded, by {usd(found.rounding_nano)} all together."
    if found.other_items:
        yield f"Not for pictures, and left out: {_sums(found.other_items)}."
    if len(found.projects) > 1:
        yield f"Several projects are billed: {_sums(found.projects)}. Compare one with --project ID."


def _reason(reason: Reason, share: Share) -> str:
    jobs = f"{share.jobs:,} job{'s' * (share.jobs != 1)}"
    return WORDS[reason].format(jobs=jobs, nano=usd(share.nano), held=usd(share.hold_nano))


def _sums(of: Mapping[str, int]) -> str:
    """The largest by name; the others together."""
    ordered = sorted(of.items(), key=lambda item: (-abs(item[1]), item[0]))
    told = [f"{name} {usd(nano)}" for name, nano in ordered[:MOST_NAMED]]
    others = ordered[MOST_NAMED:]
    return "; ".join([*told, *([f"{len(others)} others {usd(sum(nano for _, nano in others))}"] if others else [])])


def _percent(found: Reconciliation) -> str:
    """`` (0.4 %)`` of the bill, rounded half up; nothing where there is no bill."""
    bill = abs(found.bill_nano)
    if not bill:
        return ""
    tenths = (2 * abs(found.difference_nano) * 1000 + bill) // (2 * bill)
    return f" ({tenths // 10:,}.{tenths % 10} %)" if tenths else " (less than 0.1 %)"


def _row(day: DayCompared) -> tuple[str, ...]:
    return (day.day.isoformat(), *(usd(nano) for nano in (day.bill_nano, day.ledger_nano, day.difference_nano)))
