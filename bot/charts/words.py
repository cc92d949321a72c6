"""A chart in words: its numbers, and the description that a screen reader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.policy import Metric, exact_text
from bot.services.requests import format_usd
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.charts.chart import Bar, Chart

NOTHING_YET = "Nothing yet"
LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
_LONGEST_TITLE = 200  # characters, here and in the next line
_LONGEST_LABEL = 60
_SHORTEST_ITEM = len("a: 1; ")


def number(metric: Metric, value: int) -> str:
    """The value for the eye, where the chart says what is counted: ``$1.20`` or ``1,200``."""
    return format_usd(value) if metric is Metric.USD else f"{value:,}"


def mark(metric: Metric, value: int) -> str:
    """The value beside a scale, where it is round, and small ones are to be told apart."""
    return exact_text(metric, value) if metric is Metric.USD else f"{value:,}"


def amount(metric: Metric, value: int) -> str:
    """The value on its own: ``$1.20``, ``1 picture``, ``1,200 pictures``."""
    unit = "" if metric is Metric.USD else f" picture{'s' * (value != 1)}"
    return f"{number(metric, value)}{unit}"


def unnamed(place: int) -> str:
    """What stands for a name that cannot be shown; `place` is the bar's, from 1."""
    return f"no. {place}"


def alt_text(chart: Chart) -> str:
    """The chart in at most 1024 characters: title, each bar that is not zero with its value, the limit.

    The bars come in their own order if all of them fit, else the largest come first and the rest are counted.
    """
    title = one_line(chart.title, _LONGEST_TITLE).rstrip(" .:")
    opening = f"{title}. " if title else ""
    ending = "" if chart.limit is None else f" Limit: {amount(chart.metric, chart.limit)}."
    if chart.is_empty:
        return f"{opening}{NOTHING_YET}.{ending}"
    room = LONGEST_ALT_TEXT - len(opening) - len(ending)
    return f"{opening}{_bars_in_words(chart, room)}{ending}"


def _bars_in_words(chart: Chart, room: int) -> str:
    """The bars as one sentence of at most `room` characters."""
    counted = [(place, bar) for place, bar in enumerate(chart.bars, 1) if bar.value]
    zeros = len(chart.bars) - len(counted)
    most = room // _SHORTEST_ITEM  # of a whole server's members only those are worded that may have room
    if len(counted) <= most:
        whole = "; ".join(_items(chart.metric, counted)) + (f". {zeros} more at zero." if zeros else ".")
        if len(whole) <= room:
            return whole
    largest = sorted(counted, key=lambda found: -found[1].value)
    items = _items(chart.metric, largest[:most])
    kept = min(len(items), len(counted) - 1)
    while len(text := f"{'; '.join(items[:kept])}. And {len(chart.bars) - kept} more.") > room:
        kept -= 1
    return text


def _items(metric: Metric, places: Sequence[tuple[int, Bar]]) -> list[str]:
    return [
        f"{one_line(bar.label, _LONGEST_LABEL) or unnamed(place)}: {amount(metric, bar.value)}" for place, bar in places
    ]
