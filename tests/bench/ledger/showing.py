"""The ledger's figures as a table, and which of its aims were met."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from statistics import mean, median
from typing import TYPE_CHECKING

from rich.table import Table

from bot.storage.database.sqlite import sqlite3
from tests.bench.figures import FINE_MILLISECONDS, TIMES, Figure
from tests.bench.ledger.laps import CYCLE, RESERVE, SETTLE, quantile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.ledger.laps import Laps

MOST_COST = 1.05  # times, of a past against none
MOST_RATIO = 1.0  # to the floor, for 99 of 100 steps at `AIMED_TASKS`
AIMED_TASKS = 10
AIMED_PAST = 100_000  # a shorter past shows more of the machine's mood than of its own cost
TITLE = "The ledger: a cycle is reserve, dispatch, settle, so 3 durable commits; 6 limits, 20 counters a job"
CAPTION = (
    "reserve, settle, cycle: p50 / p95 / p99 in ms, from asking to durable; tasks wait for each other. "
    "pairs/s: reserve and settle alone. CPU: ms a cycle, of all threads. Ours commits together what waits together."
)
COLUMNS = ("past jobs", "journal", "tasks", "by", "cycles/s", "× ours", "pairs/s", "CPU", "reserve", "settle", "cycle")


@dataclass
class Cell:
    """What was measured of a past and a number of tasks, round by round.

    Attributes:
        wal: with a write-ahead log, else with a rollback journal.
        memory: the floor in memory; only without a past.
    """

    past: int
    tasks: int
    wal: bool
    ours: list[Laps] = field(default_factory=list["Laps"])
    bare: list[Laps] = field(default_factory=list["Laps"])
    memory: list[Laps] = field(default_factory=list["Laps"])

    @property
    def journal(self) -> str:
        """As SQLite calls it."""
        return _journal(wal=self.wal)


@dataclass
class Turns:
    """What one database after the other took for a turn, none of them with a past before those with one.

    Attributes:
        pasts: past jobs of each; the first has none.
        ours: seconds of each one's turns.
        bare: the same of the floor.
    """

    pasts: tuple[int, ...]
    tasks: int
    wal: bool
    ours: list[list[float]]
    bare: list[list[float]]


def flush_line(took: list[float]) -> str:
    """What the disk can do."""
    words = " / ".join(f"{1000 * quantile(took, part):.2f}" for part in (0.5, 0.95, 0.99))
    return f"SQLite {sqlite3.sqlite_version}; one page flushed by the disk: p50 / p95 / p99 {words} ms"


def cells_table(cells: Sequence[Cell]) -> Table:
    """Every cell, and who did it."""
    shown = Table(title=TITLE, caption=CAPTION)
    for name in COLUMNS:
        shown.add_column(name, justify="left" if name in {"journal", "by"} else "right")
    for cell in cells:
        for by, laps in (("ours", cell.ours), ("bare sqlite3", cell.bare), (":memory:", cell.memory)):
            if laps:
                _add(shown, cell, by, laps)
        shown.add_section()
    return shown


def figures_of(cells: Sequence[Cell], turns: Sequence[Turns]) -> list[Figure]:
    """The cost of a past, and the longest steps with the longest past."""
    figures: list[Figure] = []
    for each in turns:
        for place, past in list(enumerate(each.pasts))[1:]:
            what = f"ledger: cost of {past:,} past jobs, {_tasks(each.tasks)}, {_journal(wal=each.wal)}"
            costs = _cost(each.ours, place), _cost(each.bare, place)
            aim, note = MOST_COST if past >= AIMED_PAST else None, f"median of {len(each.ours[place])} turns"
            figures.append(Figure("ledger.past", what, *costs, TIMES, at_most=aim, note=note))
    longest = max(cell.past for cell in cells)
    for cell in cells:
        if (cell.past, cell.tasks) == (longest, AIMED_TASKS):
            note = f"{longest:,} past jobs, {cell.journal}"
            figures += [
                Figure(
                    "ledger.step",
                    f"ledger: p99 of {step}, {_tasks(cell.tasks)}",
                    *_p99(cell, step),
                    FINE_MILLISECONDS,
                    most_ratio=MOST_RATIO,
                    note=note,
                )
                for step in (RESERVE, SETTLE, CYCLE)
            ]
    return figures


def _add(shown: Table, cell: Cell, by: str, laps: list[Laps]) -> None:
    rate = _rate(laps)
    alone = ""
    if (
        cell.tasks == 1 and _pooled(laps, RESERVE) and _pooled(laps, SETTLE)
    ):  # with more, a task also waits for the dispatches of the others
        alone = f"{1 / (mean(_pooled(laps, RESERVE)) + mean(_pooled(laps, SETTLE))):,.0f}"
    computing = f"{1000 * _computing(laps):.2f}"
    times = "" if laps is cell.ours else f"{rate / _rate(cell.ours):.2f}"
    spread = (
        " / ".join(_short(1000 * quantile(_pooled(laps, step), part)) for part in (0.5, 0.95, 0.99))
        for step in (RESERVE, SETTLE, CYCLE)
    )
    shown.add_row(f"{cell.past:,}", cell.journal, str(cell.tasks), by, f"{rate:,.0f}", times, alone, computing, *spread)


def _rate(laps: list[Laps]) -> float:
    return median(each.rate for each in laps)


def _computing(laps: list[Laps]) -> float:
    return min(each.computing for each in laps)


def _cost(took: list[list[float]], place: int) -> float:
    """How many times longer the turns of a past are than those of none."""
    return median(took[place]) / median(took[0])


def _p99(cell: Cell, step: str) -> tuple[float, float]:
    return quantile(_pooled(cell.ours, step), 0.99), quantile(_pooled(cell.bare, step), 0.99)


def _pooled(laps: list[Laps], step: str) -> list[float]:
    return [seconds for each in laps for seconds in each.took[step]]


def _short(milliseconds: float) -> str:
    if math.isnan(milliseconds):  # none ended inside the measured time
        return "-"
    return f"{milliseconds:.1f}" if milliseconds < 10 else f"{milliseconds:.0f}"


def _tasks(tasks: int) -> str:
    return f"{tasks} task{'s' * (tasks != 1)}"


def _journal(*, wal: bool) -> str:
    return "WAL" if wal else "TRUNCATE"
