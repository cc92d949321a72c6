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
    from bot.language import Language

NOTHING_YET = phrase("Nothing yet.")
LONGEST_ALT_TEXT = 1024  # characters; Discord's limit
_LONGEST_TITLE = 200  # characters, here and in the next line
_LONGEST_LABEL = 60
_SHORTEST_ITEM = len("a：1枚／")  # noqa: RUF001 - wide signs
_STOPS = " .:。："  # noqa: RUF001 - wide signs


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
    language = chart.language
    title = one_line(language.translate(chart.title), _LONGEST_TITLE).rstrip(_STOPS)
    before = [_sentence(language, title)] if title else []
    after = [] if chart.limit is None else [language.translate(_limit(chart.metric, chart.limit))]
    if chart.is_empty:
        return language.join(" ", [*before, language.translate(NOTHING_YET), *after])
    room = LONGEST_ALT_TEXT - len(language.join(" ", [*before, "", *after]))
    return language.join(" ", [*before, _bars_in_words(chart, room), *after])


def _bars_in_words(chart: Chart, room: int) -> str:
    """The bars as one sentence of at most `room` characters, and those that are not told as another."""
    counted = [(place, bar) for place, bar in enumerate(chart.bars, 1) if bar.value]
    zeros = len(chart.bars) - len(counted)
    most = room // _SHORTEST_ITEM  # of a whole server's members only those are worded that may have room
    if len(counted) <= most:
        whole = _told(chart, _items(chart, counted), _at_zero(zeros) if zeros else "")
        if len(whole) <= room:
            return whole
    largest = sorted(counted, key=lambda found: -found[1].value)
    items = _items(chart, largest[:most])
    kept = min(len(items), len(counted) - 1)
    while len(text := _told(chart, items[:kept], _and_more(len(chart.bars) - kept))) > room:
        kept -= 1
    return text


def _told(chart: Chart, items: Sequence[str], rest: str) -> str:
    language = chart.language
    told = _sentence(language, language.join("; ", items))
    return language.join(" ", [told, language.translate(rest)]) if rest else told


def _sentence(language: Language, words: str) -> str:
    """With the full stop that the language writes."""
    return language.join(". ", [words, ""]).rstrip(" ")


def _limit(metric: Metric, limit: int) -> str:
    return phrase("Limit: {limit}.", limit=amount_text(metric, limit))


def _at_zero(count: int) -> str:
    return phrase("{number} more at zero.", number=count)


def _and_more(count: int) -> str:
    return phrase("And {number} more.", number=count)


def _items(chart: Chart, places: Sequence[tuple[int, Bar]]) -> list[str]:
    tell, values = chart.language.translate, chart.values
    return [
        chart.language.join(
            ": ",
            [
                one_line(tell(bar.label), _LONGEST_LABEL) or tell(unnamed(place)),
                tell(_value(chart.metric, bar.value, values)),
            ],
        )
        for place, bar in places
    ]


def _value(metric: Metric, value: int, beside: Sequence[int]) -> str:
    return format_usd(value, beside) if metric is Metric.USD else amount_text(metric, value)
