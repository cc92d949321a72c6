"""Holds the ledger against the provider's bill, day by day, and names what may explain a difference. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from bot.services.accounting.bills import NANO_DECIMALS
from bot.services.calendar import BILLING_ZONE
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.services.accounting.bills import Bill, BillLine
    from bot.services.calendar import Month

K = TypeVar("K")

TOLERATED_PERCENT = 2  # of the bill; beyond it somebody should look
SECONDS_PER_DAY = 86_400  # of UTC, whose clocks never change
CENTS = 2  # decimals of the coarsest rounding that is thought of
IMAGE_MODELS = ("image", "dall-e")  # in the names of line items; all models of the catalog are among them
BLOCKED = frozenset({"moderation_blocked", "content_policy_violation"})


class Reason(StrEnum):
    """What may explain a difference."""

    UNKNOWN = "unknown"
    RUNNING = "running"
    AT_HOLD = "at_hold"
    BLOCKED = "blocked"
    RESOLVED = "resolved"
    ADJUSTED = "adjusted"
    LEADS_VIEW = "leads_view"
    OVERSHOT = "overshot"
    AT_EDGES = "at_edges"
    NOT_TOLD = "not_told"


@dataclass(frozen=True, slots=True)
class BookedJob:
    """A job that was sent to the provider, or corrected by a lead. Amounts are nano-dollars.

    Attributes:
        at: when the provider has booked it, as nearly as we know, in seconds since 1970 (UTC): when its answer came
            (`closed_at`), for that is when the tokens are counted. Where none came, the charge was closed days after,
            and the call, which lasts minutes at most, was booked near its beginning (`dispatched_at`).
        began_at: when it was sent.
        charged_nano: what the ledger has charged, counted adjustments included; 0 while it is open.
        adjusted_nano: adjustments that are counted: nobody else told what the job cost.
        disputed_nano: adjustments of what the provider itself reported. They are the leads' view, for their server's
            limits; the bill follows the report.
        resolved: a lead has closed it.
        outcome: a short word for how it ended; empty if there is none.
    """

    at: int
    began_at: int
    state: ChargeState
    hold_nano: int
    charged_nano: int
    adjusted_nano: int
    disputed_nano: int
    overshoot_nano: int
    resolved: bool
    outcome: str


@dataclass(frozen=True, slots=True)
class Share:
    """So many jobs, what of their charge or hold it is about, and what they held, in nano-dollars."""

    jobs: int
    nano: int
    hold_nano: int


@dataclass(frozen=True, slots=True)
class DayCompared:
    """A day (UTC) on the bill and in the ledger, in nano-dollars."""

    day: date
    bill_nano: int
    ledger_nano: int

    @property
    def difference_nano(self) -> int:
        """By how much the bill is higher."""
        return self.bill_nano - self.ledger_nano


@dataclass(frozen=True)
class Reconciliation:
    """What came of it. Amounts are nano-dollars.

    Attributes:
        month: of the UTC calendar, by which the provider bills.
        days: from the first to the last day of the month that the export tells of.
        reasons: what may explain a difference, as far as there are such jobs.
        other_items: what the bill has for things that are no pictures; not compared.
        projects: what was billed to each project, by its id.
        credits: how many lines pay back, and how much; they are counted.
        rounding_nano: by how much the bill's lines can be rounded, all together.
        unfinished: the last day compared is not over.
    """

    month: Month
    days: tuple[DayCompared, ...]
    reasons: Mapping[Reason, Share]
    other_items: Mapping[str, int]
    projects: Mapping[str, int]
    credits: tuple[int, int]
    rounding_nano: int
    unfinished: bool

    @property
    def bill_nano(self) -> int:
        """The bill of all days compared."""
        return sum(day.bill_nano for day in self.days)

    @property
    def ledger_nano(self) -> int:
        """What the ledger has charged on these days."""
        return sum(day.ledger_nano for day in self.days)

    @property
    def difference_nano(self) -> int:
        """By how much the bill is higher."""
        return self.bill_nano - self.ledger_nano

    @property
    def is_within_tolerance(self) -> bool:
        """Whether the difference is small, or no larger than the rounding of the bill's lines."""
        difference = abs(self.difference_nano)
        return difference * 100 <= TOLERATED_PERCENT * abs(self.bill_nano) or difference <= self.rounding_nano


def reconcile(bill: Bill, jobs: Iterable[BookedJob], month: Month, now: int) -> Reconciliation:
    """Compare the days of a month (UTC) that the bill tells of.

    Days between the first and the last of them on which the export says nothing count as billed with nothing. What the
    ledger charged on other days of the month is told, not compared: so the present month can be looked at too.

    Args:
        bill: with at least one day of the month.
        jobs: those of the month, and those that were under way at one of its edges.
        month: of the UTC calendar.
        now: seconds since 1970 (UTC).
    """
    told = sorted(day for day in bill.days if (day.year, day.month) == (month.year, month.month))
    days = [told[0].replace(day=number) for number in range(told[0].day, told[-1].day + 1)]
    edges = _beginning(days[0]), _beginning(days[-1]) + SECONDS_PER_DAY
    jobs = tuple(jobs)
    inside = [job for job in jobs if edges[0] <= job.at < edges[1]]
    lines = [line for line in bill.lines if days[0] <= line.day <= days[-1]]
    counted = [line for line in lines if is_of_pictures(line.line_item)]
    billed = _sums((line.day, line.nano) for line in counted)
    charged = _sums((datetime.fromtimestamp(job.at, UTC).date(), job.charged_nano) for job in inside)
    paid_back = [line.nano for line in counted if line.nano < 0]
    return Reconciliation(
        month=month,
        days=tuple(DayCompared(day, billed.get(day, 0), charged.get(day, 0)) for day in days),
        reasons=_reasons(inside) | _reasons_of_edges(jobs, edges, month),
        other_items=_sums((line.line_item, line.nano) for line in lines if not is_of_pictures(line.line_item)),
        projects=_sums((line.project, line.nano) for line in counted if line.project),
        credits=(len(paid_back), sum(paid_back)),
        rounding_nano=_rounding(counted),
        unfinished=now < edges[1],
    )


def is_of_pictures(line_item: str) -> bool:
    """Whether a line of the bill can be for pictures: by the name of its model, or because nothing is told of it."""
    model = line_item.partition(",")[0].lower()
    return not model or any(name in model for name in IMAGE_MODELS)


def _reasons(jobs: Iterable[BookedJob]) -> dict[Reason, Share]:
    found: dict[Reason, Share] = {}
    for job in jobs:
        for reason, nano in _reasons_of(job):
            found[reason] = _with(found.get(reason), job, nano)
    return found


def _reasons_of(job: BookedJob) -> Iterator[tuple[Reason, int]]:
    """Why the bill may be another than what is charged for this job, and which amount of it that is about."""
    closed_at_nano = job.charged_nano - job.adjusted_nano
    if job.state is ChargeState.UNKNOWN:
        yield Reason.UNKNOWN, job.hold_nano
    elif job.state is ChargeState.DISPATCHED:
        yield Reason.RUNNING, job.hold_nano
    elif job.resolved:
        yield Reason.RESOLVED, closed_at_nano
    elif job.state is ChargeState.SETTLED and closed_at_nano == job.hold_nano:
        yield Reason.AT_HOLD, closed_at_nano
    elif job.outcome in BLOCKED:
        yield Reason.BLOCKED, job.hold_nano
    also = (
        (Reason.ADJUSTED, job.adjusted_nano),
        (Reason.LEADS_VIEW, job.disputed_nano),
        (Reason.OVERSHOT, job.overshoot_nano),
    )
    yield from ((reason, nano) for reason, nano in also if nano)


def _reasons_of_edges(jobs: Iterable[BookedJob], edges: tuple[int, int], month: Month) -> dict[Reason, Share]:
    """Jobs that the provider may have booked on the other side of an edge, and those on days without a bill."""
    found: dict[Reason, Share] = {}
    start, end = month.edges(BILLING_ZONE)
    for job in jobs:
        if any(job.began_at < edge <= job.at for edge in edges):
            found[Reason.AT_EDGES] = _with(found.get(Reason.AT_EDGES), job, job.charged_nano)
        if start <= job.at < end and not edges[0] <= job.at < edges[1] and job.charged_nano:
            found[Reason.NOT_TOLD] = _with(found.get(Reason.NOT_TOLD), job, job.charged_nano)
    return found


def _with(share: Share | None, job: BookedJob, nano: int) -> Share:
    share = share or Share(0, 0, 0)
    return Share(share.jobs + 1, share.nano + nano, share.hold_nano + job.hold_nano)


def _sums(amounts: Iterable[tuple[K, int]]) -> dict[K, int]:
    sums: dict[K, int] = {}
    for key, nano in amounts:
        sums[key] = sums.get(key, 0) + nano
    return sums


def _beginning(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _rounding(lines: Sequence[BillLine]) -> int:
    """By how much these lines can be rounded, all together, in nano-dollars.

    Whole cents, or millionths of a dollar, do not tell whether they are rounded. The finest line shows how fine the
    export is; each line may then be off by half of that.
    """
    finest = max((line.decimals for line in lines), default=CENTS)
    decimals = min(max(finest, CENTS), NANO_DECIMALS)
    unit: int = 10 ** (NANO_DECIMALS - decimals)
    return -(-len(lines) * unit // 2)
