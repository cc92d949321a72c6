"""A figure of the bench, and the table of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


@dataclass(frozen=True)
class Figure:
    """What was measured of us and of the floor.

    Attributes:
        shown: the value in words.
        at_most: the aim, where less is better.
        at_least: the aim, where more is better.
        most_ratio: how many times worse than the floor it should at most be.
        more_is_better: so it is even without such an aim.
        note: how it came about.
    """

    what: str
    ours: float
    floor: float
    shown: Callable[[float], str]
    at_most: float | None = None
    at_least: float | None = None
    most_ratio: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times worse than the floor we are; below 1 where we are better. None without a floor."""
        more = self.more_is_better or self.at_least is not None
        better, worse = (self.ours, self.floor) if more else (self.floor, self.ours)
        return worse / better if better > 0 else None

    @property
    def aim(self) -> str:
        """The aim in words, with a mark when it was missed in this run."""
        aims: list[tuple[str, bool]] = []
        if self.at_most is not None:
            aims.append((f"≤ {self.shown(self.at_most)}", self.ours <= self.at_most))
        if self.at_least is not None:
            aims.append((f"≥ {self.shown(self.at_least)}", self.ours >= self.at_least))
        if self.most_ratio is not None:
            aims.append((f"ratio ≤ {self.most_ratio:g}", self.ratio is not None and self.ratio <= self.most_ratio))
        return ", ".join(f"[{'green' if met else 'red'}]{words}{'' if met else ' missed'}[/]" for words, met in aims)


def table(figures: Iterable[Figure]) -> Table:
    """All figures, one a row."""
    shown = Table(title="Atelier beside the bare libraries")
    for name in ("figure", "ours", "floor", "ratio", "aim", "note"):
        shown.add_column(name, justify="right" if name in {"ours", "floor", "ratio"} else "left")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        shown.add_row(
            figure.what, figure.shown(figure.ours), figure.shown(figure.floor), ratio, figure.aim, figure.note
        )
    return shown


def milliseconds(value: float) -> str:
    """Of seconds."""
    return f"{1000 * value:.0f} ms"


def seconds(value: float) -> str:
    """Of seconds."""
    return f"{value:.2f} s"


def per_minute(value: float) -> str:
    """Of things a minute."""
    return f"{value:.0f}"


def mebibytes(value: float) -> str:
    """Of bytes."""
    return f"{value / 1024**2:.1f} MiB"
