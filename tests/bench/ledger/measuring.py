"""The ledger with a long past and with none, asked by one and by many, in rounds: so all cells feel a busy machine."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

from bot.errors import DatabaseError
from bot.storage.database import opening
from bot.storage.database.sqlite import has_wal_fix, sqlite3
from tests.bench.ledger import bare, ours
from tests.bench.ledger.past import make_past
from tests.bench.ledger.showing import Cell, Turns, cells_table, figures_of, flush_line
from tests.bench.playing import BrokenRunError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.figures import Figure


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        pasts: past jobs.
        seconds: of every run, without its warm-up.
        wal: also with the journal that a SQLite without the bug of 2026 would use, where this one has it.
        turning: seconds of the turns that tell what a past costs.
    """

    pasts: tuple[int, ...]
    tasks: tuple[int, ...]
    rounds: int
    seconds: float
    wal: bool
    turning: float


QUICK = Plan(pasts=(0, 10_000), tasks=(1, 10), rounds=1, seconds=0.2, turning=0.3, wal=False)
FULL = Plan(pasts=(0, 100_000, 1_000_000), tasks=(1, 10, 100), rounds=4, seconds=1.0, turning=8.0, wal=True)
MOST_TURNING = 10  # tasks; a turn of a hundred takes so long that there are too few to compare


def measure(*, quick: bool, show: Callable[[object], None]) -> list[Figure]:
    """Show the whole table; return the aims and how they were met.

    Raises:
        BrokenRunError: the database or the disk failed.
    """
    plan = QUICK if quick else FULL
    try:
        with tempfile.TemporaryDirectory(prefix="atelier-bench-") as name:
            directory = Path(name)
            show(flush_line(bare.flushes(directory)))
            for past in plan.pasts:
                show(_fill(directory, past))
            cells = _cells(plan)
            for _ in range(plan.rounds):
                for cell in cells:
                    _measure(cell, directory, plan.seconds)
            turns = [
                _take_turns(cell, plan, directory) for cell in cells if not cell.past and cell.tasks <= MOST_TURNING
            ]
    except (DatabaseError, sqlite3.Error, OSError) as error:
        raise BrokenRunError(f"The ledger's bench: {error}") from error
    show(cells_table(cells))
    return figures_of(cells, turns)


def _cells(plan: Plan) -> list[Cell]:
    mended = has_wal_fix(sqlite3.sqlite_version_info)
    cells = [Cell(past, tasks, wal=mended) for tasks in plan.tasks for past in plan.pasts]
    if plan.wal and not mended:
        cells += [Cell(past, tasks, wal=True) for tasks in plan.tasks[:2] for past in (0, max(plan.pasts))]
    return cells


def _fill(directory: Path, past: int) -> str:
    began, path = time.monotonic(), _path(directory, past)
    make_past(path, past)
    took, size = time.monotonic() - began, path.stat().st_size
    return f"A database with {past:,} past jobs: {size / 1024**2:,.1f} MiB, filled in {took:.1f} s"


def _measure(cell: Cell, directory: Path, seconds: float) -> None:
    """One round of a cell. Without a past every run has a database of its own; a few more jobs are no longer past."""
    # One connection at a time: the bug needs two. https://github.com/SRombauts/SQLiteCpp/issues/537
    with patch.object(opening, "has_wal_fix", return_value=cell.wal):
        cell.ours.append(ours.run(_anew(directory, cell.past), cell.tasks, seconds))
        cell.bare.append(bare.run(_anew(directory, cell.past), cell.tasks, seconds))
    if not cell.past:
        cell.memory.append(bare.run(None, cell.tasks, seconds / 2))


def _take_turns(cell: Cell, plan: Plan, directory: Path) -> Turns:
    took: list[list[list[float]]] = []
    with patch.object(opening, "has_wal_fix", return_value=cell.wal):
        for whose in (ours, bare):
            paths = [_anew(directory, past) for past in plan.pasts]
            took.append(whose.take_turns(paths, cell.tasks, plan.turning))
    return Turns(plan.pasts, cell.tasks, cell.wal, *took)


def _anew(directory: Path, past: int) -> Path:
    path = _path(directory, past)
    if not past:
        for beside in directory.glob(f"{path.stem}.*"):  # the database, its mark and its log
            beside.unlink()
        make_past(path, 0)
    return path


def _path(directory: Path, past: int) -> Path:
    return directory / f"{past}.sqlite3"
