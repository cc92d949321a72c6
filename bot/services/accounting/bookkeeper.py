"""What leads may see of the ledger: which month is meant, and that whoever takes a copy of it is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import UserFacingError
from bot.services.calendar import Month
from bot.services.policy import Decision
from bot.services.text import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from zoneinfo import ZoneInfo

    from bot.services.accounting.report import Books, Report
    from bot.services.accounting.sums import Grouping
    from bot.services.policy import Audit, Lead, Policies


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


class Bookkeeper:
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
        whose = "" if exported.member_id is None else f" of <@{exported.member_id}>"
        count = len(exported.report.jobs)
        decision = Decision(
            actor_id=lead.user_id,
            at=int(self._clock()),
            action="quota export",
            subject=f"the ledger of {exported.month.name}{whose}",
            before="",
            after=f"a file of {count:,} job{'s' * (count != 1)}",
        )
        await self._audit.record(lead.server_id, decision)


def _parsed(text: str | None, present: Month) -> Month:
    if text is None or not text.strip():
        return present
    try:
        return Month.parse(text)
    except ValueError:
        raise UserFacingError(
            f"{quoted(text)} is not a month. Write it like {present}, or choose one from the list."
        ) from None


def _check(wanted: Month, present: Month, known: Sequence[Month]) -> None:
    """A month that has not begun, or from before the first job, is most likely a slip."""
    if not known:
        raise UserFacingError("Nothing was asked for on this server yet: there is nothing to report.")
    if wanted > max(present, known[-1]):
        raise UserFacingError(f"{wanted.name} has not begun yet. The latest report is that of {present}.")
    if wanted < known[0]:
        raise UserFacingError(
            f"There is nothing of {wanted.name}: the first picture here was asked for in {known[0].name}. "
            f"Choose {known[0]} or later."
        )
