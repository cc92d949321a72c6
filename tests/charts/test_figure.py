"""The pixels of a chart. A sign without a glyph would raise here: warnings are errors."""

from __future__ import annotations

from functools import cache
from io import BytesIO

import pytest
from PIL import Image

from bot.charts import Bar, Chart
from bot.charts.figure import BAR, FONT, HEIGHT, INK, LIMIT, OTHERS, WIDTH, font_families, render, scale, signs_of
from bot.charts.words import mark
from bot.services.policy import Metric
from tests.charts.examples import HOSTILE, USD, days, members, pixels_of

MONTH = days(*range(31), limit=20)
CHART = days(1, 2, 3)
MANY = members(*((f"member {place}", place * USD) for place in range(20)))
drawn = cache(render)  # some are looked at by several tests


@pytest.mark.parametrize(
    "chart",
    [
        MONTH,
        MANY,
        HOSTILE,
        days(),
        days(0, 0, 0, limit=5),
        days(1),
        days(10**30, 1, limit=10**25),
        members(("mia", 1), limit=10**18),
        days(1, metric=Metric.USD),
        Chart("W" * 300, Metric.USD, (Bar("W" * 300, 10**25),), 10**25),
        Chart("", Metric.IMAGES, (Bar("", 1), Bar("$", 1), Bar("_a", 1))),
    ],
)
def test_a_chart_is_a_small_picture_of_the_agreed_size(chart: Chart) -> None:
    png = drawn(chart)

    with Image.open(BytesIO(png)) as picture:
        assert (picture.format, picture.size) == ("PNG", (WIDTH, HEIGHT))
    assert len(png) < 100_000


def test_the_limit_is_a_line_across_above_the_bars_that_keep_it() -> None:
    bars, limit = (pixels_of(drawn(days(1, 2, 3, limit=4)), color) for color in (BAR, LIMIT))

    assert bars is not None
    assert limit is not None
    assert limit[1] < bars[1]
    assert limit[2] - limit[0] > WIDTH * 0.9


def test_a_limit_far_above_is_words_only() -> None:
    limit = pixels_of(drawn(days(1, 2, 3, limit=400)), LIMIT)

    assert limit is not None
    assert limit[3] < HEIGHT / 5
    assert limit[0] > WIDTH / 2


def test_a_long_title_leaves_the_limit_alone() -> None:
    pictures = [drawn(Chart(title, Metric.IMAGES, CHART.bars, limit=400)) for title in ("", "W" * 300)]
    limit = pixels_of(pictures[0], LIMIT)

    assert limit is not None
    corners = [Image.open(BytesIO(png)).crop((limit[0] - 5, 0, WIDTH, 70)) for png in pictures]
    assert corners[0].tobytes() == corners[1].tobytes()


def test_the_sum_of_the_others_looks_different() -> None:
    assert pixels_of(drawn(MANY), OTHERS) is not None
    assert pixels_of(drawn(MONTH), OTHERS) is None


def test_a_crumb_can_be_seen_beside_a_mountain_and_nothing_cannot() -> None:
    crumb = pixels_of(drawn(days(0, 0, 0, 0, 0, 1, 0, 10**9)), BAR)
    nothing = pixels_of(drawn(days(0, 0, 0, 0, 0, 0, 0, 10**9)), BAR)

    assert crumb is not None
    assert nothing is not None
    assert crumb[0] < nothing[0]


def test_an_empty_chart_says_so_in_its_middle() -> None:
    empty = drawn(Chart("", Metric.USD, ()))

    words = pixels_of(empty, INK)
    assert pixels_of(empty, BAR) is None
    assert words is not None
    assert words[0] > WIDTH / 3
    assert words[2] < WIDTH * 2 / 3


@pytest.mark.parametrize("chart", [MONTH, MANY, HOSTILE, members(("W" * 99, 10**20), ("i", 1), limit=10**20)])
def test_nothing_reaches_the_edge(chart: Chart) -> None:
    png = drawn(chart)

    for color in (INK, BAR, LIMIT):
        left, upper, right, lower = pixels_of(png, color) or (WIDTH, HEIGHT, 0, 0)
        assert left >= 15
        assert right <= WIDTH - 15
        assert upper >= 15
        assert lower <= HEIGHT - 10


@pytest.mark.parametrize("metric", Metric)
@pytest.mark.parametrize("top", [400_000, 999_999, 12_345_678, 120_000_000, 3 * USD, 10**13, 10**18])
def test_the_marks_of_a_scale_are_few_and_read_differently(metric: Metric, top: int) -> None:
    ticks = scale(metric, top)

    assert 2 <= len({mark(metric, tick) for tick in ticks}) == len(ticks) <= 6
    assert ticks[0] == 0


@pytest.mark.parametrize("top", [1, 2, 3, 4, 5, 7, 11])
def test_pictures_are_counted_in_whole_numbers(top: int) -> None:
    ticks = scale(Metric.IMAGES, top)

    assert len(ticks) >= 2
    assert sorted(set(ticks)) == ticks


def test_fonts_that_are_installed_help_out() -> None:
    families = font_families(["STIXGeneral", "No Such Font"])

    assert families == [FONT, "STIXGeneral"]
    assert signs_of([FONT]) < signs_of(families)
    assert {*"aéßжשع$…"} <= signs_of([FONT])
