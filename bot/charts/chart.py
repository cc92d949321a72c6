"""What a chart shows, as a value, and how it travels to the process that draws it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bot.language import ENGLISH, Language, read_again, written_down
from bot.services.policy import Metric


class ChartError(Exception):
    """There is no picture of the chart. Its numbers are to be shown in words; the reason is for the log."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: a day ("1" to "31"), or the name of a thing. It may be what somebody typed: it is made safe here.
        value: nano-dollars or pictures, as the chart's metric says. Below zero it is drawn as zero.
    """

    label: str
    value: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of bars in the order in which they are to stand.

    Attributes:
        title: a few words; they may hold what somebody typed.
        limit: a line across, in the bars' unit.
        language: in which it is told.
    """

    title: str
    metric: Metric
    bars: tuple[Bar, ...]
    limit: int | None = None
    language: Language = ENGLISH

    @property
    def values(self) -> tuple[int, ...]:
        """Of all bars, which have as many digits as each other."""
        return tuple(bar.value for bar in self.bars)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: no bar that is not zero."""
        return all(bar.value == 0 for bar in self.bars)


def to_json(chart: Chart) -> bytes:
    """The chart as ASCII, whatever its labels hold."""
    parts = {
        "title": _kept(chart.title),
        "metric": chart.metric,
        "bars": [(*_kept(bar.label), bar.value) for bar in chart.bars],
        "limit": chart.limit,
        "locale": chart.language.locale,
    }
    return json.dumps(parts).encode()


def from_json(text: bytes) -> Chart:
    """What `to_json` was given.

    Raises:
        ValueError: it is no JSON.
        KeyError: a part is missing.
    """
    parts: dict[str, Any] = json.loads(text)
    bars = tuple(Bar(read_again(*label), value) for *label, value in parts["bars"])
    title, language = read_again(*parts["title"]), Language(parts["locale"])
    return Chart(title, Metric(parts["metric"]), bars, parts["limit"], language)


def _kept(text: str) -> tuple[str, str | None]:
    """A text with how it is made, so that it can be told in another language by whoever draws it."""
    return text, written_down(text)
