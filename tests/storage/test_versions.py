from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.services.ledger import ChargeState, Correction
from bot.storage.schema import MIGRATIONS, newest_version, statements
from bot.storage.sqlite import sqlite3

from .examples import NOON, SERVER, opened, settlement
from .invariants import faults

VERSIONS = Path(__file__).parent / "versions"


def test_every_version_but_the_newest_has_rows_to_be_migrated() -> None:
    assert {path.name for path in VERSIONS.iterdir()} == {f"{n:04}.sql" for n in range(1, newest_version())}


@pytest.mark.parametrize("version", range(1, newest_version()))
async def test_rows_of_an_earlier_version_are_brought_up_and_go_on(version: int, tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    scripts = sorted(MIGRATIONS.iterdir(), key=lambda script: script.name)
    with closing(sqlite3.connect(path, isolation_level=None)) as early:
        for script in (*scripts[:version], VERSIONS / f"{version:04}.sql"):
            for statement in statements(script.read_text(encoding="utf-8")):
                early.execute(statement)
        early.execute(f"PRAGMA user_version = {version:d}")

    async with opened(path) as books:
        before = await books.database.read(faults)
        (waiting,) = await books.requests.undelivered()
        await books.ledger.dispatch("B:1", NOON + 100)
        await books.ledger.settle("B:1", settlement(70), NOON + 101)
        corrected = await books.ledger.correct(SERVER, Correction("A:2", 0, 5, "not on the bill"), NOON + 102)
        after = await books.database.read(faults)
        worst = await books.ledger.highest_overshoot("gpt-image-2", NOON - 1)

    assert (before, after) == ({}, {})
    assert (waiting.id, waiting.requester.parent_id) == ("B", 0)
    assert corrected.state_after is ChargeState.RELEASED
    assert worst == (70, 50)
