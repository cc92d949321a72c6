"""The ledger for those who check it: every job with all that is known of its money, and the sums."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from bot.errors import UserFacingError
from bot.language import phrase, plural
from bot.services.accounting.sums import Total, grouped, sums_of
from bot.services.calendar import Month
from bot.services.ledger import ChargeState
from bot.services.policy import Decision
from bot.services.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from zoneinfo import ZoneInfo

    from bot.services.accounting.sums import Group, Grouping, ReportedJob, Sums
    from bot.services.policy import Audit, Lead, Policies

UTC_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True)
class Report:
    """What the ledger says.

    Attributes:
        jobs: in the order of their reservations; none where only the sums were asked for.
        sums: of all jobs.
        by: by what `groups` are made; None if that was not asked.
        groups: days in their order; anything else with the highest charge first.
    """

    jobs: tuple[ReportedJob, ...]
    sums: Sums
    by: Grouping | None = None
    groups: tuple[Group, ...] = ()

    @property
    def states(self) -> dict[str, Total]:
        """The totals of every state."""
        totals = dict.fromkeys((state.value for state in ChargeState), Total())
        for job in self.jobs:
            so_far = totals[job.state]
            totals[job.state] = Total(so_far.jobs + 1, so_far.nano + job.counted_nano, so_far.images + job.images)
        return totals

    def to_dict(self) -> dict[str, Any]:
        """As printed by `atelier report --json`; times are ISO 8601 in UTC."""
        told: dict[str, Any] = {
            **asdict(self.sums),
            "states": {state: asdict(total) for state, total in self.states.items()},
        }
        if self.by is not None:
            told |= {"by": self.by.value, "groups": [{"key": group.key} | asdict(group.sums) for group in self.groups]}
        return told | {"jobs": [_job_as_dict(job) for job in self.jobs]}


class Books(Protocol):
    """Reads the ledger of one server. What it reads never holds up those who write."""

    async def months(self, server_id: int, zone: ZoneInfo) -> Sequence[Month]:
        """The months of the server's zone in which anything was asked for, earliest first."""
        ...

    async def report(
        self, server_id: int, month: Month, zone: ZoneInfo, *, by: Grouping | None = None, member_id: int | None = None
    ) -> Report:
        """The jobs that were reserved in a month of the server's zone, of all members or of one.

        With `by` only their sums: a busy month has so many jobs that even to let go of them would hold up the loop.

        Raises:
            DatabaseError: the database could not be read.
        """
        ...


def reported(jobs: Iterable[ReportedJob], by: Grouping | None, zone: ZoneInfo) -> Report:
    """A report of these jobs, summed as asked; days are those of `zone`."""
    kept = tuple(jobs)
    return Report(kept, sums_of(kept), by, () if by is None else grouped(kept, by, zone))


def _job_as_dict(job: ReportedJob) -> dict[str, Any]:
    return asdict(job) | {
        "reserved_at": iso_utc(job.reserved_at),
        "closed_at": None if job.closed_at is None else iso_utc(job.closed_at),
    }


def iso_utc(at: int) -> str:
    """A moment (seconds since 1970, UTC) as ISO 8601: ``2026-11-20T12:00:00Z``."""
    return datetime.fromtimestamp(at, UTC).strftime(UTC_FORM)


@dataclass(frozen=True, slots=True)
class MonthlyReport:
    """A server's ledger of one month.

    Attributes:
        zone: the server's, by which the month and its days are counted.
        member_id: the member whose jobs these are; None for everybody's.
    """

    month: Month
    zone: ZoneInfo
    report: Report
    member_id: int | None = None


class MonthReports:
    """Shows leads the ledger of their own server.

    Args:
        clock: seconds since 1970 (UTC).
    """

    def __init__(self, books: Books, policies: Policies, audit: Audit, clock: Callable[[], float]) -> None:
        self._books = books
        self._policies = policies
        self._audit = audit
        self._clock = clock

    async def months(self, server_id: int) -> Sequence[Month]:
        """The months that there is something to report of, the latest first."""
        policy = await self._policies.of(server_id)
        return tuple(reversed(await self._books.months(server_id, policy.time_zone)))

    async def report(
        self, server_id: int, month: str | None, *, by: Grouping | None = None, member_id: int | None = None
    ) -> MonthlyReport:
        """The jobs of a month, of all members or of one.

        `month` is what a lead typed, ``YYYY-MM``; None is the present one in the server's zone.

        Raises:
            UserFacingError: that is no month, or there can be nothing of it.
        """
        zone = (await self._policies.of(server_id)).time_zone
        present = Month.holding(int(self._clock()), zone)
        wanted = _parsed(month, present)
        _check(wanted, present, await self._books.months(server_id, zone))
        report = await self._books.report(server_id, wanted, zone, by=by, member_id=member_id)
        return MonthlyReport(wanted, zone, report, member_id)

    async def record_export(self, lead: Lead, exported: MonthlyReport) -> None:
        """Write into the audit who takes a copy of what."""
        month, member_id = exported.month.name, exported.member_id
        subject = phrase("the ledger of {month}", month=month)
        if member_id is not None:
            subject = phrase("the ledger of {month} of {who}", month=month, who=f"<@{member_id}>")
        count = len(exported.report.jobs)
        decision = Decision(
            actor_id=lead.user_id,
            at=int(self._clock()),
            action="quota export",
            subject=subject,
            before="",
            after=plural("a file of {count} job", "a file of {count} jobs", count),
        )
        await self._audit.record(lead.server_id, decision)


def _parsed(text: str | None, present: Month) -> Month:
    if text is None or not text.strip():
        return present
    try:
        return Month.parse(text)
    except ValueError:
        refusal = phrase(
            "{what} is not a month. Write it like {month}, or choose one from the list.",
            what=quoted(text),
            month=str(present),
        )
        raise UserFacingError(refusal) from None


def _check(wanted: Month, present: Month, known: Sequence[Month]) -> None:
    """A month that has not begun, or from before the first job, is most likely a slip."""
    if not known:
        raise UserFacingError(phrase("Nothing was asked for on this server yet: there is nothing to report."))
    if wanted > max(present, known[-1]):
        raise UserFacingError(
            phrase(
                "{month} has not begun yet. The latest report is that of {latest}.",
                month=wanted.name,
                latest=str(present),
            )
        )
    if wanted < known[0]:
        raise UserFacingError(
            phrase(
                "There is nothing of {month}: the first picture here was asked for in {first}. Choose {earliest} or "
                "later.",
                month=wanted.name,
                first=known[0].name,
                earliest=str(known[0]),
            )
        )
