from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.services.gallery import Family
from bot.services.ledger import ChargeState, Correction
from bot.storage import SqlitePolicies
from bot.storage.database.schema import MIGRATIONS, newest_version, statements
from bot.storage.database.sqlite import sqlite3
from bot.storage.ledger.lineage import SqliteLineage

from .examples import NOON, SERVER, image, opened, order, settlement
from .invariants import faults

VERSIONS = Path(__file__).parent / "versions"
EARLIER = range(1, newest_version())


_left: dict[int, bytes] = {}  # what each version left, as it was made once


def database_of(version: int, path: Path) -> None:
    """A database as that version left it, with its rows."""
    if version in _left:
        path.write_bytes(_left[version])
    else:
        make_database(version, path)
        _left[version] = path.read_bytes()


def make_database(version: int, path: Path) -> None:
    """By the migrations up to that version, and the rows that stand beside this file."""
    scripts = sorted(MIGRATIONS.iterdir(), key=lambda script: script.name)
    with closing(sqlite3.connect(path, isolation_level=None)) as early:
        for script in (*scripts[:version], VERSIONS / f"{version:04}.sql"):
            for statement in statements(script.read_text(encoding="utf-8")):
                early.execute(statement)
        early.execute(f"PRAGMA user_version = {version:d}")


def test_every_version_but_the_newest_has_rows_to_be_migrated() -> None:
    assert {path.name for path in VERSIONS.iterdir()} == {f"{n:04}.sql" for n in EARLIER}


@pytest.mark.parametrize("version", EARLIER)
async def test_rows_of_an_earlier_version_are_brought_up_and_go_on(version: int, tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    database_of(version, path)

    async with opened(path) as books:
        before = await books.database.read(faults)
        (waiting,) = await books.requests.undelivered()
        await books.ledger.dispatch("B:1", NOON + 100)
        await books.ledger.settle("B:1", settlement(70), NOON + 101)
        corrected = await books.ledger.correct(SERVER, Correction("A:2", 0, 5, "not on the bill"), NOON + 102)
        after = await books.database.read(faults)
        worst = await books.ledger.highest_overshoot("gpt-image-2", NOON - 1)

    assert (before, after) == ({}, {})
    assert (waiting.id, waiting.requester.parent_id, waiting.destination.reply_to) == ("B", 0, None)
    assert corrected.state_after is ChargeState.RELEASED
    assert worst == (70, 50)


@pytest.mark.parametrize("version", EARLIER)
async def test_a_picture_of_an_earlier_version_can_be_changed(version: int, tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    database_of(version, path)

    async with opened(path) as books:
        lineage = SqliteLineage(books.database)
        before = await lineage.family([1], SERVER)
        policy = await SqlitePolicies(books.database).of(SERVER)
        edit = order("C", at=NOON + 90, parent=1, references=(replace(image("a"), number=1),))
        await books.ledger.reserve(replace(edit, policy_version=policy.version))
        await books.ledger.dispatch("C:1", NOON + 100)
        made = await books.ledger.settle("C:1", settlement(70, "b"), NOON + 101)
        (parent,) = (await lineage.family([made.number], SERVER)).parents
        (child,) = (await lineage.family([1], SERVER)).children
        wrong = await books.database.read(faults)

    assert before == Family()
    assert wrong == {}
    assert (parent.number, parent.prompt, child.number) == (1, "a fox", made.number)


@pytest.mark.parametrize("version", EARLIER)
def test_every_table_of_an_earlier_version_has_rows_to_be_migrated(version: int, tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    database_of(version, path)

    with closing(sqlite3.connect(path)) as early:
        tables = [name for (name,) in early.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        empty = [name for name in tables if not early.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()]  # noqa: S608 - names of our tables

    assert empty == []


@pytest.mark.parametrize("version", EARLIER)
async def test_pictures_of_an_earlier_version_are_found_by_their_words(version: int, tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    database_of(version, path)

    async with opened(path) as books:
        made = await books.rows("SELECT number FROM pictures WHERE deleted_at IS NULL ORDER BY number")
        listed = await books.rows("SELECT number FROM history ORDER BY number")
        found = await books.rows("SELECT rowid FROM history_words WHERE history_words MATCH '\"fox\"' ORDER BY rowid")

    assert made == listed == found != []
