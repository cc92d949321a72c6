"""What a chart shows, as a value, and how it travels to the process that draws it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

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
    """

    title: str
    metric: Metric
    bars: tuple[Bar, ...]
    limit: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see: no bar that is not zero."""
        return all(bar.value == 0 for bar in self.bars)


def to_json(chart: Chart) -> bytes:
    """The chart as ASCII, whatever its labels hold."""
    bars = [(bar.label, bar.value) for bar in chart.bars]
    return json.dumps({"title": chart.title, "metric": chart.metric, "bars": bars, "limit": chart.limit}).encode()


def from_json(text: bytes) -> Chart:
    """What `to_json` was given.

    Raises:
        ValueError: it is no JSON.
        KeyError: a part is missing.
    """
    parts: dict[str, Any] = json.loads(text)
    bars = tuple(Bar(label, value) for label, value in parts["bars"])
    return Chart(parts["title"], Metric(parts["metric"]), bars, parts["limit"])
