from __future__ import annotations

import sqlite3 as own
import sys
from types import ModuleType

import pytest

from bot.storage.database.sqlite import BUNDLED, choose, has_wal_fix, sqlite3

AFFECTED, FIXED = (3, 40, 1), (3, 53, 4)


def module(version: tuple[int, ...]) -> ModuleType:
    """A module that links this SQLite."""
    made = ModuleType("made")
    vars(made)["sqlite_version_info"] = version
    return made


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_reset_bug_is_fixed(version: tuple[int, ...], *, fixed: bool) -> None:
    assert has_wal_fix(version) is fixed


def test_python_s_own_sqlite_is_used_where_it_has_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = module(FIXED)
    monkeypatch.setitem(sys.modules, BUNDLED, module(FIXED))

    assert choose(mine) is mine


@pytest.mark.parametrize(("bundled", "used"), [(FIXED, True), (AFFECTED, False)])
def test_another_is_used_only_if_it_has_the_fix_that_python_s_own_lacks(
    monkeypatch: pytest.MonkeyPatch, bundled: tuple[int, ...], *, used: bool
) -> None:
    mine, other = module(AFFECTED), module(bundled)
    monkeypatch.setitem(sys.modules, BUNDLED, other)

    assert choose(mine) is (other if used else mine)


def test_python_s_own_is_used_where_no_other_is_installed() -> None:
    mine = module(AFFECTED)

    assert choose(mine, "sqlite_that_nobody_has_installed") is mine


def test_storage_speaks_to_the_one_that_is_chosen() -> None:
    assert sqlite3 is choose(own)


def test_where_the_other_is_installed_there_is_a_write_ahead_log() -> None:
    pytest.importorskip(BUNDLED)

    assert has_wal_fix(sqlite3.sqlite_version_info)
