"""What is to be seen of a chart: which bars, standing or lying, under which names. Pure; no pixels yet."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.charts.chart import Bar
from bot.charts.words import NOTHING_YET, number, others_text, unnamed
from bot.language import ENGLISH, phrase
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from bot.charts.chart import Chart
    from bot.language import Language
    from bot.services.policy import Metric

MOST_STANDING = 31  # the days of a month
MOST_LYING = 12  # rows that can still be read on a phone
_LONGEST_STANDING = 3  # characters under a standing bar: "31", "Mon", "23h"
_LONGEST_LABEL = 60  # characters; whoever draws shortens further, by what fits
_LONGEST_TITLE = 100
_TALLEST_LIMIT = 3  # times the largest bar: beyond that, a limit in scale would leave nothing to see of the bars
_MOST_MARKS = 2  # accents on one letter; Vietnamese and Thai need no more, and a pile of fifty hides its neighbours
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Plan:
    """A chart, ready to be drawn.

    Attributes:
        standing: bars stand side by side; else they lie below each other, with their values in words beside them.
        values: in the metric's unit, never negative.
        others: the last bar is the sum of what there was no room for.
        line_at: where the limit's line is; None if there is no limit, or if it is far above every bar.
        limit: the limit in words, or None.
        language: in which all of it is told.
    """

    title: str
    metric: Metric
    standing: bool
    labels: tuple[str, ...]
    values: tuple[int, ...]
    words: tuple[str, ...]
    others: bool
    line_at: int | None
    limit: str | None
    language: Language

    @property
    def is_empty(self) -> bool:
        """Whether no bar has any length."""
        return not any(self.values)


def planned(chart: Chart, signs: Container[str]) -> Plan:
    """How to show the chart with a font that has these signs."""
    language = _language(chart, signs)
    tell = language.translate
    named = [Bar(_label(tell(bar.label), place, signs, language), bar.value) for place, bar in enumerate(chart.bars, 1)]
    standing = len(named) <= MOST_STANDING and all(len(bar.label) <= _LONGEST_STANDING for bar in named)
    bars = named if standing else summed_up(named, MOST_LYING)
    largest = max((bar.value for bar in bars), default=0)
    limit = chart.limit
    is_in_sight = limit is not None and limit <= _TALLEST_LIMIT * largest
    return Plan(
        title=drawable(one_line(tell(chart.title), _LONGEST_TITLE), signs),
        metric=chart.metric,
        standing=standing,
        labels=tuple(tell(bar.label) for bar in bars),
        values=tuple(max(bar.value, 0) for bar in bars),
        words=tuple(tell(number(chart.metric, bar.value, chart.values)) for bar in bars),
        others=len(bars) < len(named),
        line_at=limit if is_in_sight else None,
        limit=None if limit is None else tell(_limit(chart.metric, limit, is_beyond=largest > 0 and not is_in_sight)),
        language=language,
    )


def _language(chart: Chart, signs: Container[str]) -> Language:
    """The chart's own, but English where no installed font has its script: Japanese would be all question marks."""
    told = chart.language.translate(NOTHING_YET)
    return chart.language if all(sign in signs for sign in told if sign.isalpha()) else ENGLISH


def _limit(metric: Metric, limit: int, *, is_beyond: bool) -> str:
    told = number(metric, limit)
    return phrase("limit {limit}, beyond the scale", limit=told) if is_beyond else phrase("limit {limit}", limit=told)


def summed_up(bars: Sequence[Bar], most: int) -> Sequence[Bar]:
    """At most so many bars: the largest in the order that they had, the sum of the others last."""
    if len(bars) <= most:
        return bars
    by_size = sorted(range(len(bars)), key=lambda place: -bars[place].value)
    kept, rest = sorted(by_size[: most - 1]), by_size[most - 1 :]
    total = sum(bars[place].value for place in rest)
    return (*(bars[place] for place in kept), Bar(others_text(len(rest)), total))


def drawable(text: str, signs: Container[str]) -> str:
    """The text with nothing in it that the font lacks, which would be drawn as a box.

    Of what is lacking, accents and symbols such as emoji are left out; a run of letters becomes one question mark.
    """
    drawn: list[str] = []
    marks = 0
    for sign in unicodedata.normalize("NFC", text):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind.startswith("M") else 0
        if sign == _JOINER or marks > _MOST_MARKS:
            continue
        if sign in signs:
            drawn.append(sign)
        elif kind[0] not in "MS" and drawn[-1:] != ["?"]:
            drawn.append("?")
    return " ".join("".join(drawn).split())


def _label(label: str, place: int, signs: Container[str], language: Language) -> str:
    """The label as it can be drawn; its place in the list where nothing of it can."""
    whole = one_line(label, _LONGEST_LABEL)
    drawn = drawable(whole, signs)
    lost = drawn != whole and not any(sign.isalnum() for sign in drawn)
    return language.translate(unnamed(place)) if lost or not drawn else drawn
