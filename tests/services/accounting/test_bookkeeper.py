from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.errors import UserFacingError
from bot.services.accounting import Grouping, MonthReports, Report, reported
from bot.services.calendar import Month
from bot.services.policy import AuditEntry, Decision, Grant, Lead, ServerPolicy
from tests.presentation.books import BERLIN, NOON, entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

HERE, LEAD = 11, 50
OCTOBER, NOVEMBER, DECEMBER = (Month(2026, month) for month in (10, 11, 12))
Asked = tuple[int, Month, ZoneInfo, Grouping | None, int | None]


@dataclass
class Shelf:
    """Fulfils `Books`, `Policies` and `Audit` for one server: books of a few months."""

    zone: str = "Europe/Berlin"
    known: Sequence[Month] = (OCTOBER, NOVEMBER)
    asked: list[Asked] = field(default_factory=list[Asked])
    recorded: list[tuple[int, Decision]] = field(default_factory=list[tuple[int, Decision]])
    now: float = NOON

    def month_reports(self) -> MonthReports:
        return MonthReports(self, self, self, lambda: self.now)

    async def months(self, server_id: int, zone: ZoneInfo) -> Sequence[Month]:
        assert (server_id, zone.key) == (HERE, self.zone)
        return self.known

    async def report(
        self, server_id: int, month: Month, zone: ZoneInfo, *, by: Grouping | None = None, member_id: int | None = None
    ) -> Report:
        self.asked.append((server_id, month, zone, by, member_id))
        return reported([entry(1)] if month in self.known else [], by, zone)

    async def of(self, server_id: int) -> ServerPolicy:
        assert server_id == HERE
        return ServerPolicy(zone=self.zone)

    def locale_of(self, server_id: int) -> str:
        raise AssertionError(server_id)

    async def forget(self, server_id: int) -> None:
        raise AssertionError(server_id)

    async def change(self, server_id: int, alter: Callable[[ServerPolicy], tuple[ServerPolicy, Decision]]) -> Decision:
        raise AssertionError(server_id, alter)

    async def grant(self, server_id: int, grant: Grant, decision: Decision) -> None:
        raise AssertionError(server_id, grant, decision)

    async def record(self, server_id: int, decision: Decision) -> None:
        self.recorded.append((server_id, decision))

    async def entries(
        self, server_id: int, *, before: int | None = None, actor_id: int | None = None, most: int = 10
    ) -> Sequence[AuditEntry]:
        raise AssertionError(server_id, before, actor_id, most)


@pytest.mark.parametrize("typed", [None, "", "  ", "2026-11", " 2026-11 "])
async def test_without_a_month_it_is_the_present_one(typed: str | None) -> None:
    shelf = Shelf()

    found = await shelf.month_reports().report(HERE, typed, by=Grouping.DAY)

    assert (found.month, found.zone, len(found.report.jobs)) == (NOVEMBER, BERLIN, 1)
    assert shelf.asked == [(HERE, NOVEMBER, BERLIN, Grouping.DAY, None)]


async def test_the_present_month_is_that_of_the_servers_zone() -> None:
    shelf = Shelf("Pacific/Kiritimati", now=Month(2026, 12).edges(ZoneInfo("Pacific/Kiritimati"))[0])

    assert (await shelf.month_reports().report(HERE, None)).month == DECEMBER


async def test_an_earlier_month_can_be_read_of_one_member() -> None:
    shelf = Shelf()

    found = await shelf.month_reports().report(HERE, "2026-10", member_id=33)

    assert (found.month, found.member_id) == (OCTOBER, 33)
    assert shelf.asked == [(HERE, OCTOBER, BERLIN, None, 33)]


@pytest.mark.parametrize(
    ("typed", "known", "sentence"),
    [
        ("2026-13", (NOVEMBER,), "“2026-13” is not a month. Write it like 2026-11, or choose one from the list."),
        ("'; DROP TABLE jobs", (NOVEMBER,), "That is not a month. Write it like 2026-11, or"),
        ("<@33>" * 900, (NOVEMBER,), "That is not a month."),
        ("2026-12", (NOVEMBER,), "December 2026 has not begun yet. The latest report is that of 2026-11."),
        (
            "2026-09",
            (OCTOBER, NOVEMBER),
            "here was asked for in October 2026. Choose 2026-10 or later.",
        ),
        ("1970-01", (OCTOBER,), "There is nothing of January 1970"),
        ("2026-11", (), "Nothing was asked for on this server yet"),
        (None, (), "Nothing was asked for on this server yet"),
    ],
)
async def test_a_month_that_can_have_no_report_is_refused_with_what_to_do(
    typed: str | None, known: Sequence[Month], sentence: str
) -> None:
    shelf = Shelf(known=known)

    with pytest.raises(UserFacingError) as refusal:
        await shelf.month_reports().report(HERE, typed)

    assert sentence in refusal.value.sentence
    assert len(refusal.value.sentence) < 200
    assert shelf.asked == []


async def test_a_month_without_jobs_between_others_is_an_empty_report() -> None:
    shelf = Shelf(known=(Month(2026, 8), OCTOBER))

    assert (await shelf.month_reports().report(HERE, "2026-09")).report.jobs == ()


async def test_a_clock_that_was_set_back_hides_no_month() -> None:
    shelf = Shelf(known=(NOVEMBER, DECEMBER))

    assert len((await shelf.month_reports().report(HERE, "2026-12")).report.jobs) == 1


async def test_the_latest_month_is_offered_first() -> None:
    assert await Shelf().month_reports().months(HERE) == (NOVEMBER, OCTOBER)


@pytest.mark.parametrize(
    ("member_id", "subject"),
    [(None, "the ledger of November 2026"), (33, "the ledger of November 2026 of <@33>")],
)
async def test_who_takes_a_copy_is_written_down(member_id: int | None, subject: str) -> None:
    shelf = Shelf()
    month_reports = shelf.month_reports()

    await month_reports.record_export(Lead(HERE, LEAD), await month_reports.report(HERE, None, member_id=member_id))

    assert shelf.recorded == [(HERE, Decision(LEAD, NOON, "quota export", subject, "", "a file of 1 job"))]
