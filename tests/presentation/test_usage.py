"""What a member used, in words and as a chart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.language import Language
from bot.presentation.usage import month_choices, usage_chart, usage_text
from bot.services.calendar import Month, Window
from bot.services.policy import Block, Metric, Pause
from bot.services.quotas import BudgetHint, Headroom, MonthUse
from bot.services.quotas.usage import DayUse
from tests.examples import NOW, allowance, budget

NOVEMBER = Month(2026, 11)
NOTHING = (DayUse(),) * 30
SOME = (DayUse(40_000_000, 2), *NOTHING[1:29], DayUse(20_000_000, 1))


def test_an_earlier_month_is_two_lines() -> None:
    use = MonthUse(NOVEMBER, SOME, DayUse(), None)

    assert usage_text(use) == "**Your pictures in November 2026**\n3 pictures, $0.060."


def test_what_is_not_final_yet_is_said() -> None:
    use = MonthUse(NOVEMBER, SOME, DayUse(20_000_000, 1), None)

    assert usage_text(use).endswith("\n3 pictures, $0.060. Of that, 1 picture and up to $0.020 not final yet.")


def test_what_is_left_is_said_of_each_limit_with_its_reset() -> None:
    granted = allowance(29, 25)
    granted = replace(granted, limit=replace(granted.limit, granted=4))
    use = MonthUse(NOVEMBER, SOME, DayUse(), (granted, budget(20_000_000_000, 1_900_000_000)))

    once = "4 pictures of it granted for this once."
    resets = f"Resets <t:{NOW + 3600}:R>."
    assert usage_text(use).splitlines()[2:] == [
        "**What is left**",
        f"- **Your daily allowance:** 4 of 29 pictures left, 25 used. {once} {resets}",
        f"- **This bot's monthly budget:** $18.10 of $20.00 left, $1.90 used. {resets}",
    ]


def test_what_is_left_is_never_less_than_nothing() -> None:
    use = MonthUse(NOVEMBER, SOME, DayUse(), (allowance(25, 26),))

    assert "0 of 25 pictures left, 26 used." in usage_text(use)


def test_where_nothing_is_limited_that_is_said() -> None:
    assert usage_text(MonthUse(NOVEMBER, SOME, DayUse(), ())).endswith("\nNo limit applies to you here.")


def test_limits_of_both_kinds_are_told_apart() -> None:
    dollars = budget(10**9, 0)
    pictures = replace(dollars, limit=replace(dollars.limit, metric=Metric.IMAGES, maximum=9))
    lines = usage_text(MonthUse(NOVEMBER, SOME, DayUse(), (dollars, pictures, allowance(25, 1)))).splitlines()

    assert [line.split(":**")[0] for line in lines[3:]] == [
        "- **This bot's monthly budget in dollars",
        "- **This bot's monthly budget in pictures",
        "- **Your daily allowance",
    ]


def test_the_budget_of_several_servers_is_told_without_figures() -> None:
    use = MonthUse(NOVEMBER, SOME, DayUse(), (), BudgetHint(Headroom.LITTLE, 77))

    assert usage_text(use).splitlines()[2:] == [
        "**What is left**",
        "- This bot's monthly budget, set by whoever runs it, is nearly used up. Resets <t:77:R>.",
    ]


@pytest.mark.parametrize(("why", "told"), [("", ""), ("the *bill*.", r": the \*bill\*")])
def test_why_nothing_can_be_made_comes_first(why: str, told: str) -> None:
    block, pause = Block(33, 55, 9, "spam"), Pause(66, 8, why)

    text = usage_text(MonthUse(NOVEMBER, SOME, DayUse(), (), None, block, pause))

    assert text.splitlines()[:3] == [
        "Blocked by <@9> <t:55:R>: no new pictures until a lead ends that.",
        f"Paused by <@8> <t:66:R>{told}.",
        "**Your pictures in November 2026**",
    ]


@pytest.mark.parametrize(("limits", "word"), [((), "None yet."), (None, "None.")])
def test_nothing_is_said_to_be_nothing(limits: tuple[()] | None, word: str) -> None:
    use = MonthUse(NOVEMBER, NOTHING, DayUse(), limits)

    assert usage_text(use).splitlines()[1] == word
    assert usage_chart(use) is None


def test_more_limits_than_a_message_holds_are_counted() -> None:
    many = tuple(
        replace(each, limit=replace(each.limit, name=f"the daily budget of <@&{10**18 + number}>"))
        for number, each in enumerate([budget(10**9, 0)] * 100)
    )

    text = usage_text(MonthUse(NOVEMBER, SOME, DayUse(), many))

    assert len(text) <= 2000
    listed = sum(line.startswith("- **") for line in text.splitlines())
    assert text.splitlines()[-1] == f"- And {100 - listed} more."


def test_the_chart_has_a_bar_for_every_day_and_the_daily_allowance_as_a_line() -> None:
    granted = allowance(29, 25)
    granted = replace(granted, limit=replace(granted.limit, granted=4))

    chart = usage_chart(MonthUse(NOVEMBER, SOME, DayUse(), (budget(10**9, 0), granted)))

    assert chart is not None
    assert [(bar.label, bar.value) for bar in (chart.bars[0], chart.bars[1], chart.bars[29])] == [
        ("1", 2),
        ("2", 0),
        ("30", 1),
    ]
    assert (chart.metric, chart.limit, len(chart.bars)) == (Metric.IMAGES, 25, 30)


@pytest.mark.parametrize(
    "limits",
    [None, (), (budget(10**9, 0),), (allowance(5, 0, Window.WEEK),)],
)
def test_without_a_daily_allowance_there_is_no_line(limits: tuple[()] | None) -> None:
    chart = usage_chart(MonthUse(NOVEMBER, SOME, DayUse(), limits))

    assert chart is not None
    assert chart.limit is None


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("", ["2026-11", "2026-02"]),
        ("nov", ["2026-11"]),
        ("2026-0", ["2026-02"]),
        ("february 2026", ["2026-02"]),
        ("x", []),
    ],
)
def test_months_are_found_by_their_names_and_numbers(typed: str, values: list[str]) -> None:
    found = month_choices([NOVEMBER, Month(2026, 2)], typed)

    assert [value for _, value in found] == values


def test_no_more_months_are_offered_than_discord_shows() -> None:
    months = [Month(year, 1) for year in range(2000, 2040)]

    assert len(month_choices(months, "")) == 25


def test_a_month_is_found_by_what_its_reader_calls_it() -> None:
    found = month_choices([Month(2026, 10), Month(2026, 8)], "août", Language("fr"))

    assert found == [("August 2026", "2026-08")]
