"""What the log channel is told of a month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.month import MOST_NAMED, month_text
from bot.services.accounting import Grouping, MonthlyReport, reported
from bot.services.calendar import Month
from tests.presentation.books import BERLIN, entry

if TYPE_CHECKING:
    from bot.services.accounting import ReportedJob


def told(*jobs: ReportedJob) -> str:
    return month_text(MonthlyReport(Month(2026, 11), BERLIN, reported(jobs, Grouping.MEMBER, BERLIN)))


def test_it_tells_what_was_used_by_whom_and_where_there_is_more() -> None:
    jobs = [entry(1, user_id="3", counted_nano=2 * 10**9), entry(2, user_id="4", counted_nano=10**9)]

    assert told(*jobs) == (
        "🗓️ **November 2026 on this server:** $3.00 for 2 pictures, $1.50 each on average.\n"
        "By member: <@3> $2.00 for 1 picture and <@4> $1.00 for 1 picture.\n"
        "-# By the time zone Europe/Berlin. /quota report shows more of it, /quota export every job."
    )


def test_of_many_members_the_rest_is_counted() -> None:
    text = told(*(entry(number, user_id=str(number)) for number in range(1, MOST_NAMED + 2)))

    assert "and 1 more member." in text


def test_of_one_member_nothing_is_said_twice() -> None:
    assert "By member" not in told(entry(1))


def test_what_is_not_known_is_told() -> None:
    unknown = entry(1, state="unknown", actual_nano=None, counted_nano=2 * 10**9, picture=None)

    assert "⚠️ Not known whether billed: $2.00 for 1 picture; see /quota resolve." in told(unknown)
