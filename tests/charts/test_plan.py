"""Which bars are shown, how, and under which names."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts import Bar, Chart, others_text
from bot.charts.chart import from_json, to_json
from bot.charts.plan import MOST_LYING, drawable, planned
from bot.language import Language, month_name, phrase
from bot.services.policy import Metric
from tests.charts.examples import HOSTILE, USD, days, members

SIGNS = frozenset(string.printable) | {"…", "é", "\u0301", "\u0302", "ש"}


TITLE = phrase("Your pictures per day, {month}", month=month_name(2026, 11, "November 2026"))
BARS = (Bar("mia", 1234 * USD), Bar(others_text(3), 2 * USD), Bar("🌸", USD))


def told_to(locale: str, limit: int | None = None) -> Chart:
    return Chart(TITLE, Metric.USD, BARS, limit, Language(locale))


@pytest.mark.parametrize("chart", [HOSTILE, days(), days(1, 2, limit=0), members(("mia", 10**30)), told_to("de")])
def test_a_chart_arrives_as_it_was_sent(chart: Chart) -> None:
    assert from_json(to_json(chart)) == chart


def test_whoever_draws_tells_title_names_numbers_and_limit_in_the_readers_language() -> None:
    plan = planned(from_json(to_json(told_to("de", 10**13))), SIGNS | {"ü", "\xa0"})

    assert plan.title == "Deine Bilder pro Tag, November 2026"
    assert plan.labels == ("mia", "3 weitere", "Nr. 3")
    assert plan.words == ("1.234,00\xa0$", "2,00\xa0$", "1,00\xa0$")
    assert plan.limit == "Limit 10.000,00\xa0$, außerhalb der Skala"


def test_where_no_font_has_the_readers_script_it_is_told_in_english() -> None:
    titles = [
        planned(told_to("ja"), signs).title
        for signs in (SIGNS, SIGNS | {*"まだ何もありません年月日ごとのあなたの画像"})
    ]

    assert titles[0] == "Your pictures per day, November 2026"
    assert titles[1].startswith("1日ごとのあなたの画像")


def test_the_lines_of_what_was_summed_up_are_told_too() -> None:
    chart = replace(members(*((f"member {place}", place) for place in range(1, 20))), language=Language("fr"))

    assert planned(chart, SIGNS).labels[-1] == "8 autres"


@pytest.mark.parametrize(
    ("labels", "standing"),
    [
        ([str(day) for day in range(1, 32)], True),
        (["Mon", "Tue"], True),
        ([str(day) for day in range(1, 33)], False),
        (["mia", "Benjamin"], False),
        (["1", "2", "田中さくら"], True),  # nothing of it can be drawn: "?" and then its place would be four signs
    ],
)
def test_bars_stand_if_they_are_few_with_short_names_and_lie_otherwise(labels: list[str], *, standing: bool) -> None:
    plan = planned(Chart("", Metric.IMAGES, tuple(Bar(label, 1) for label in labels)), SIGNS | {*"田中さくら"})

    assert plan.standing is (standing and max(map(len, labels)) <= 3)


def test_what_there_is_no_room_for_is_summed_up_at_the_end() -> None:
    values = [5, 1, 9, 2, 8, 3, 7, 4, 6, 10, 12, 11, 13, 14]
    chart = members(*((f"member {value}", value * USD) for value in values))

    plan = planned(chart, SIGNS)

    kept = [value for value in values if value > 3]
    assert plan.labels == (*(f"member {value}" for value in kept), "3 others")
    assert plan.values == (*(value * USD for value in kept), 6 * USD)
    assert plan.others
    assert len(plan.labels) == MOST_LYING


@given(st.lists(st.integers(min_value=0, max_value=10**12), max_size=80))
def test_nothing_is_lost_by_summing_up(values: list[int]) -> None:
    plan = planned(members(*((f"member {value}", value) for value in values)), SIGNS)

    assert sum(plan.values) == sum(values)
    assert len(plan.values) <= MOST_LYING
    assert plan.is_empty is not any(values)


def test_a_value_below_zero_is_drawn_as_nothing_and_told_as_it_is() -> None:
    plan = planned(members(("a correction", -2 * USD), ("mia", USD)), SIGNS)

    assert plan.values == (0, USD)
    assert plan.words == ("-$2.00", "$1.00")


@pytest.mark.parametrize(
    ("limit", "line_at", "words"),
    [
        (None, None, None),
        (0, 0, "limit $0.00"),
        (2 * USD, 2 * USD, "limit $2.00"),
        (3 * USD, 3 * USD, "limit $3.00"),
        (4 * USD, None, "limit $4.00, beyond the scale"),
    ],
)
def test_a_limit_far_above_all_bars_is_only_told(limit: int | None, line_at: int | None, words: str | None) -> None:
    plan = planned(members(("mia", USD), ("ben", USD // 2), limit=limit), SIGNS)

    assert (plan.line_at, plan.limit) == (line_at, words)


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("mia", "mia"),
        ("mia 🌸", "mia"),
        ("🇩🇪 👨‍👩‍👧 mia 👩🏽‍🚀", "mia"),
        ("田中 san", "? san"),
        ("田中さくら", "?"),
        ("cafe\u0301", "café"),
        ("x\u0301\u0302\u0301\u0302y", "x\u0301\u0302y"),  # a pile of accents
        ("x\u0331y", "xy"),  # an accent that the font lacks
        ("$x$", "$x$"),
        ("שa", "שa"),
        ("heart \u2764\ufe0f", "heart"),
        ("", ""),
    ],
)
def test_what_the_font_lacks_is_never_a_box(typed: str, drawn: str) -> None:
    assert drawable(typed, SIGNS) == drawn


def test_a_name_of_which_nothing_can_be_drawn_is_told_by_its_place() -> None:
    chart = members(("mia", 9), ("田中さくら", 8), ("🌸🌸", 7), ("", 6), ("!?", 5), ("田中 san", 4), ("a\n\u202eb", 3))

    assert planned(chart, SIGNS).labels == ("mia", "no. 2", "no. 3", "no. 4", "!?", "? san", "a b")


def test_the_place_is_that_in_the_whole_list() -> None:
    chart = members(*((f"member {place}", place) for place in range(1, 20)), ("田中", 100))

    assert planned(chart, SIGNS).labels[-2:] == ("no. 20", "9 others")
