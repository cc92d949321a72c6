from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.storage.database.opening import open_database
from tests.bench.ledger import bare, ours
from tests.bench.ledger.laps import SETTLE
from tests.bench.ledger.past import make_past
from tests.storage.invariants import faults

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

COUNTERS = "SELECT count(*) FROM job_buckets GROUP BY job_seq"


def test_a_made_past_is_as_the_ledger_would_have_left_it(tmp_path: Path) -> None:
    make_past(tmp_path / "past.sqlite3", 1000)

    with closing(open_database(tmp_path / "past.sqlite3")) as connection:
        assert faults(connection) == {}
        assert connection.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall() == [
            ("released", 90),
            ("settled", 910),
        ]
        assert connection.execute("SELECT count(*) FROM jobs WHERE overshoot_nano > 0").fetchone() == (6,)


def test_a_past_ends_at_a_full_hour(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whole number of hours"):
        make_past(tmp_path / "past.sqlite3", 150)


@pytest.mark.parametrize("past", [0, 100])
def test_the_ledger_and_the_floor_go_on_with_the_same_books(tmp_path: Path, past: int) -> None:
    path = tmp_path / "past.sqlite3"
    make_past(path, past)

    measured = [ours.run(path, 2, 0.05), bare.run(path, 2, 0.05)]

    with closing(open_database(path)) as connection:
        assert faults(connection) == {}
        assert {number for (number,) in connection.execute(COUNTERS)} == {20}
        assert connection.execute("SELECT count(*) FROM jobs").fetchone()[0] > past
        (settled,) = connection.execute("SELECT count(*) FROM jobs WHERE state = 'settled'").fetchone()
    assert settled >= past * 10 // 11 + sum(len(laps.took[SETTLE]) for laps in measured)


@pytest.mark.parametrize("whose", [ours, bare])
def test_databases_take_turns(tmp_path: Path, whose: ModuleType) -> None:
    paths = [tmp_path / "none.sqlite3", tmp_path / "past.sqlite3"]
    for path, past in zip(paths, (0, 100), strict=True):
        make_past(path, past)

    took = whose.take_turns(paths, 2, 0.01)

    assert len(took[0]) == len(took[1]) > 0
