"""A figure of the bench, the table of them, and the same as JSON."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable


class Unit(NamedTuple):
    """What a figure is counted in: its name, and how so many times its value are said."""

    name: str
    words: str
    times: float = 1.0

    def say(self, value: float) -> str:
        """The value in words."""
        return "-" if math.isnan(value) else self.words.format(self.times * value)


class Aim(NamedTuple):
    """What a figure is to be, in words and as a number, and whether it is so in this run."""

    kind: str
    value: float
    words: str
    is_met: bool


@dataclass(frozen=True)
class Figure:
    """What was measured of us and of the floor.

    Attributes:
        key: its name for ever; README.md in this folder explains it by this name.
        what: what exactly was measured in this run.
        floor: what the bare libraries need; None where they do no such work.
        at_most: the aim, where less is better.
        at_least: the aim, where more is better.
        most_ratio: how many times worse than the floor it should at most be.
        more_is_better: so it is even without such an aim.
        note: how it came about.
    """

    key: str
    what: str
    ours: float
    floor: float | None
    unit: Unit
    at_most: float | None = None
    at_least: float | None = None
    most_ratio: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times worse than the floor we are; below 1 where we are better. None without a floor."""
        if self.floor is None:
            return None
        more = self.more_is_better or self.at_least is not None
        better, worse = (self.ours, self.floor) if more else (self.floor, self.ours)
        return worse / better if better > 0 else None

    @property
    def aims(self) -> list[Aim]:
        """All that it is to be."""
        aims: list[Aim] = []
        if self.at_most is not None:
            words = f"≤ {self.unit.say(self.at_most)}"
            aims.append(Aim("at most", self.at_most, words, self.ours <= self.at_most))
        if self.at_least is not None:
            words = f"≥ {self.unit.say(self.at_least)}"
            aims.append(Aim("at least", self.at_least, words, self.ours >= self.at_least))
        if self.most_ratio is not None:
            is_met = self.ratio is not None and self.ratio <= self.most_ratio
            aims.append(Aim("ratio at most", self.most_ratio, f"ratio ≤ {self.most_ratio:g}", is_met))
        return aims

    def as_dict(self) -> dict[str, Any]:
        """For JSON, which knows no value for what could not be measured but null."""
        return {
            "key": self.key,
            "what": self.what,
            "unit": self.unit.name,
            "ours": _finite(self.ours),
            "floor": _finite(self.floor),
            "ratio": _finite(self.ratio),
            "aims": [{"kind": aim.kind, "value": aim.value, "met": aim.is_met} for aim in self.aims],
            "met": all(aim.is_met for aim in self.aims) if self.aims else None,
            "note": self.note,
        }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def table(figures: Iterable[Figure]) -> Table:
    """All figures, one a row; an aim that was missed in this run is marked."""
    shown = Table(title="Atelier beside the bare libraries")
    for name in ("figure", "ours", "floor", "ratio", "aim", "note"):
        shown.add_column(name, justify="right" if name in {"ours", "floor", "ratio"} else "left")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        floor = "" if figure.floor is None else figure.unit.say(figure.floor)
        aims = ", ".join(
            f"[{'green' if aim.is_met else 'red'}]{aim.words}{'' if aim.is_met else ' missed'}[/]"
            for aim in figure.aims
        )
        shown.add_row(figure.what, figure.unit.say(figure.ours), floor, ratio, aims, figure.note)
    return shown


MILLISECONDS = Unit("seconds", "{:.0f} ms", 1000)
FINE_MILLISECONDS = Unit("seconds", "{:.1f} ms", 1000)
SECONDS = Unit("seconds", "{:.2f} s")
PER_MINUTE = Unit("a minute", "{:.0f}")
MEBIBYTES = Unit("bytes", "{:.1f} MiB", 1 / 1024**2)
KIBIBYTES = Unit("bytes", "{:.1f} KiB", 1 / 1024)
TIMES = Unit("times", "{:.2f}×")
NUMBER = Unit("number", "{:,.0f}")
