"""Whoever cannot see a chart hears the same numbers."""

from __future__ import annotations

import re
from dataclasses import replace
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts import Bar, Chart, alt_text
from bot.charts.plan import planned
from bot.charts.words import LONGEST_ALT_TEXT
from bot.language import Language
from bot.services.policy import Metric
from tests.charts.examples import HOSTILE, USD, days, members

BARS = st.lists(st.builds(Bar, st.text(max_size=100), st.integers(min_value=-5, max_value=10**15)), max_size=60)
LIMITS = st.none() | st.integers(min_value=0, max_value=10**15)


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (members(("mia", 2 * USD), ("ben", USD // 80)), "Spending by member. mia: $2.000; ben: $0.013."),
        (
            days(1, 0, 1200, 0, limit=1),
            "Use by day. 1: 1 picture; 3: 1,200 pictures. 2 more at zero. Limit: 1 picture.",
        ),
        (members(("mia", USD), limit=5 * USD), "Spending by member. mia: $1.00. Limit: $5.00."),
        (days(), "Use by day. Nothing yet."),
        (days(0, 0, limit=20), "Use by day. Nothing yet. Limit: 20 pictures."),
        (Chart("", Metric.IMAGES, (Bar("\u200b", 3),)), "no. 1: 3 pictures."),
        (Chart("Is it\nmuch...", Metric.IMAGES, (Bar("a\nb", 3),)), "Is it much. a b: 3 pictures."),
    ],
)
def test_a_chart_is_told_in_words(chart: Chart, words: str) -> None:
    assert alt_text(chart) == words


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        (
            "fr",
            (
                "Use by day. 1\u202f: 1 image\u202f; 3\u202f: 1\u202f200 images. "
                "2 de plus à zéro. Limite\u202f: 1 image."
            ),
        ),
        ("de", "Use by day. 1: 1 Bild; 3: 1.200 Bilder. 2 weitere bei null. Limit: 1 Bild."),
        ("ja", "Use by day。1：1枚／3：1,200枚。ほか2件は0。上限：1枚。"),  # noqa: RUF001 - wide signs
    ],
)
def test_a_chart_is_told_in_the_readers_language(locale: str, words: str) -> None:
    chart = replace(days(1, 0, 1200, 0, limit=1), language=Language(locale))

    assert alt_text(chart) == words


def test_amounts_have_as_many_digits_as_beside_the_bars_and_the_limit_as_it_was_set() -> None:
    chart = members(("mia", USD // 20), ("ben", 2 * USD), limit=5 * USD)
    plan = planned(chart, printable)
    words = "mia：$0.050／ben：$2.000。上限：$5.00。"  # noqa: RUF001 - wide signs

    assert alt_text(replace(chart, title="", language=Language("ja"))) == words
    assert (plan.words, plan.limit) == (("$0.050", "$2.000"), "limit $5.00")


def test_what_does_not_fit_is_counted_in_the_readers_language() -> None:
    chart = members(*((f"a member with a name of a good length {place:03}", place * USD) for place in range(200)))

    assert re.search(r"[0-9]\sUS\$\. Y [0-9]+ más\.$", alt_text(replace(chart, language=Language("es-ES"))))


def test_a_month_of_days_fits() -> None:
    text = alt_text(days(*range(1_000_000, 1_000_031), limit=5_000_000))

    assert "1: 1,000,000 pictures; 2: 1,000,001 pictures" in text
    assert text.endswith("31: 1,000,030 pictures. Limit: 5,000,000 pictures.")


@pytest.mark.parametrize("count", [25, 200])
def test_what_does_not_fit_is_told_from_the_largest_and_the_rest_is_counted(count: int) -> None:
    chart = members(*((f"a member with a name of a good length {place:03}", place * USD) for place in range(count)))

    text = alt_text(chart)

    shown = text.count("$")
    assert text.startswith(f"Spending by member. a member with a name of a good length {count - 1:03}: ${count - 1}.00")
    assert text.endswith(f"And {count - shown} more.")
    assert shown > 15


@given(BARS, LIMITS, st.text(max_size=300))
def test_whatever_the_names_it_is_one_line_that_discord_takes(bars: list[Bar], limit: int | None, title: str) -> None:
    text = alt_text(Chart(title, Metric.USD, tuple(bars), limit))

    assert 0 < len(text) <= LONGEST_ALT_TEXT
    assert text.splitlines() == [text]


def test_names_are_told_as_they_are() -> None:
    assert "田中さくら 🌸: $18.00; $x$ and $\\nonsense{$: $17.00; שלום עולם: $16.00" in alt_text(HOSTILE)
