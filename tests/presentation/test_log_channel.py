"""What the log channel is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.presentation.log_channel import MOST_NAMED, alert_text, month_text, outage_text
from bot.services.accounting import Grouping, MonthlyReport, reported
from bot.services.calendar import Month, Window
from bot.services.jobs import Downtime
from bot.services.policy import Metric, Scope
from bot.services.quotas import Alert
from tests.presentation.books import BERLIN, entry

if TYPE_CHECKING:
    from bot.services.accounting import ReportedJob


@pytest.mark.parametrize(
    ("scope", "metric", "level", "used", "maximum", "text"),
    [
        (
            Scope.SERVER,
            Metric.USD,
            80,
            16_100_000_000,
            20_000_000_000,
            "🟠 80 % or more of this server's monthly budget is used ($16.10 of $20.00). It resets <t:99:R>.",
        ),
        (
            Scope.SERVER,
            Metric.IMAGES,
            100,
            25,
            25,
            (
                "🔴 This server's monthly budget is used up (25 pictures of 25 pictures): requests are refused. "
                "It resets <t:99:R>. `/quota grant` adds to it once, `/quota set` changes it."
            ),
        ),
        (
            Scope.SERVER,
            Metric.IMAGES,
            99,
            8,
            10,
            (
                "🔴 A request was refused: this server's monthly budget has 2 pictures of 10 pictures left. "
                "Smaller ones still pass. It resets <t:99:R>. "
                "`/quota grant` adds to it once, `/quota set` changes it."
            ),
        ),
        (
            Scope.INSTALLATION,
            Metric.USD,
            99,
            19_000_000_000,
            20_000_000_000,
            (
                "🔴 A request was refused: this bot's monthly budget has little left. Smaller ones still pass. "
                "It resets <t:99:R>. Whoever runs the bot can raise it."
            ),
        ),
        (
            Scope.INSTALLATION,
            Metric.USD,
            100,
            20_000_000_000,
            20_000_000_000,
            (
                "🔴 This bot's monthly budget is used up: requests are refused. "
                "It resets <t:99:R>. Whoever runs the bot can raise it."
            ),
        ),
    ],
)
def test_an_alert_says_what_is_used_until_when_and_what_can_be_done(
    scope: Scope, metric: Metric, level: int, used: int, maximum: int, text: str
) -> None:
    alert = Alert(1, scope, 1, metric, Window.MONTH, 9, 99, level, "this server's monthly budget", used, maximum)

    assert alert_text(alert, 9) == text


def test_a_budget_that_is_nearly_used_up_tells_how_long_it_lasts() -> None:
    alert = Alert(1, Scope.SERVER, 1, Metric.USD, Window.MONTH, 0, 1000, 80, "this server's monthly budget", 80, 100)

    assert " At this pace it lasts until <t:750:D>. It resets <t:1000:R>." in alert_text(alert, 600)


def test_the_pace_of_the_budget_of_all_servers_is_not_told() -> None:
    alert = Alert(1, Scope.INSTALLATION, 0, Metric.USD, Window.MONTH, 0, 1000, 80, "this bot's budget", 80, 100)

    assert "pace" not in alert_text(alert, 600)


def test_the_end_of_an_outage_promises_no_more_than_is_known() -> None:
    """It ends with any answer, a refusal too, and where nobody waits with the free call's."""
    assert outage_text(Downtime("The image API cannot be reached", 7, None)) == (
        "🟢 The image API answers again; it did not since <t:7:t>. What still waits is made in its order."
    )


def month(*jobs: ReportedJob) -> str:
    return month_text(MonthlyReport(Month(2026, 11), BERLIN, reported(jobs, Grouping.MEMBER, BERLIN)))


def test_of_a_month_it_is_told_what_was_used_by_whom_and_where_there_is_more() -> None:
    jobs = [entry(1, user_id="3", counted_nano=2 * 10**9), entry(2, user_id="4", counted_nano=10**9)]

    assert month(*jobs) == (
        "🗓️ **November 2026 on this server:** $3.00 for 2 pictures, $1.50 each on average.\n"
        "By member: <@3> $2.00 for 1 picture and <@4> $1.00 for 1 picture.\n"
        "-# By the time zone Europe/Berlin. /quota report shows more of it, /quota export every job."
    )


def test_of_a_month_of_many_members_the_rest_is_counted() -> None:
    text = month(*(entry(number, user_id=str(number)) for number in range(1, MOST_NAMED + 2)))

    assert "and 1 more member." in text


def test_of_a_month_of_one_member_nothing_is_said_twice() -> None:
    assert "By member" not in month(entry(1))


def test_what_is_not_known_of_a_month_is_told() -> None:
    unknown = entry(1, state="unknown", actual_nano=None, counted_nano=2 * 10**9, picture=None)

    assert "⚠️ Not known whether billed: $2.00 for 1 picture; see /quota resolve." in month(unknown)
