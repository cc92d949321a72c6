"""A chart in words: its numbers, and the description that a screen reader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import phrase, plural
from bot.services.policy import Metric, amount_text, exact_text
from bot.services.requests import format_usd
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.charts.chart import Bar, Chart

NOTHING_YET = phrase("Nothing yet.")
LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
_LONGEST_TITLE = 200  # characters, here and in the next line
_LONGEST_LABEL = 60
_SHORTEST_ITEM = len("a: 1; ")


def number(metric: Metric, value: int, beside: Iterable[int] = ()) -> str:
    """The value for the eye, where the chart says what is counted: ``$1.20`` or ``1,200``."""
    return format_usd(value, beside) if metric is Metric.USD else phrase("{number}", number=value)


def mark(metric: Metric, value: int) -> str:
    """The value beside a scale, where it is round, and small ones are to be told apart."""
    return exact_text(metric, value) if metric is Metric.USD else number(metric, value)


def unnamed(place: int) -> str:
    """What stands for a name that cannot be shown; `place` is the bar's, from 1."""
    return phrase("no. {place}", place=str(place))


def others_text(count: int) -> str:
    """What the sum of so many bars is called."""
    return plural("{count} other", "{count} others", count)


def alt_text(chart: Chart) -> str:
    """The chart in at most 1024 characters of its language: title, bars that are not zero with their values, limit.

    The bars come in their own order if all of them fit, else the largest come first and the rest are counted.
    """
    tell = chart.language.translate
    title = one_line(tell(chart.title), _LONGEST_TITLE).rstrip(" .:")
    opening = f"{title}. " if title else ""
    ending = "" if chart.limit is None else f" {tell(_limit(chart.metric, chart.limit))}"
    if chart.is_empty:
        return f"{opening}{tell(NOTHING_YET)}{ending}"
    room = LONGEST_ALT_TEXT - len(opening) - len(ending)
    return f"{opening}{_bars_in_words(chart, room)}{ending}"


def _bars_in_words(chart: Chart, room: int) -> str:
    """The bars as one sentence of at most `room` characters."""
    tell = chart.language.translate
    counted = [(place, bar) for place, bar in enumerate(chart.bars, 1) if bar.value]
    zeros = len(chart.bars) - len(counted)
    most = room // _SHORTEST_ITEM  # of a whole server's members only those are worded that may have room
    if len(counted) <= most:
        rest = f" {tell(_at_zero(zeros))}" if zeros else ""
        whole = f"{'; '.join(_items(chart, counted))}.{rest}"
        if len(whole) <= room:
            return whole
    largest = sorted(counted, key=lambda found: -found[1].value)
    items = _items(chart, largest[:most])
    kept = min(len(items), len(counted) - 1)
    while len(text := f"{'; '.join(items[:kept])}. {tell(_and_more(len(chart.bars) - kept))}") > room:
        kept -= 1
    return text


def _limit(metric: Metric, limit: int) -> str:
    return phrase("Limit: {limit}.", limit=amount_text(metric, limit))


def _at_zero(count: int) -> str:
    return phrase("{number} more at zero.", number=count)


def _and_more(count: int) -> str:
    return phrase("And {number} more.", number=count)


def _items(chart: Chart, places: Sequence[tuple[int, Bar]]) -> list[str]:
    tell = chart.language.translate
    return [
        f"{one_line(tell(bar.label), _LONGEST_LABEL) or tell(unnamed(place))}: "
        f"{tell(amount_text(chart.metric, bar.value))}"
        for place, bar in places
    ]
