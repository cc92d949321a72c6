"""A backup is a ledger of its own: what was kept at its moment, whole, and ready to go on."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import TYPE_CHECKING

from bot.services.ledger import ChargeState, Correction
from bot.storage.database.opening import open_read_only
from bot.storage.database.schema import back_up

from .examples import NOON, SERVER, Books, opened, order, settlement
from .invariants import faults

if TYPE_CHECKING:
    from pathlib import Path

TABLES = ("requests", "jobs", "buckets", "job_buckets", "events", "pictures", "adjustments", "audit", "state")


async def dump(books: Books) -> list[list[tuple[int | str | None, ...]]]:
    return [await books.rows(f"SELECT * FROM {table}") for table in TABLES]  # noqa: S608 - our own names


async def test_a_restored_backup_holds_and_is_the_ledger_of_its_moment(books: Books, tmp_path: Path) -> None:
    """I17, as far as there are backups: they are made before a migration, and restored by hand."""
    for name in "1234":
        await books.ledger.reserve(order(name, hold=100))
    for name in "234":
        await books.ledger.dispatch(f"{name}:1", NOON)
    await books.ledger.mark_unknown("3:1", "lost", "timeout", NOON, NOON + 9)
    await books.ledger.settle("4:1", settlement(130), NOON + 1)
    await books.ledger.correct(SERVER, Correction("4:1", 120, 5, "the bill"), NOON + 2)
    then = await dump(books)

    with closing(open_read_only(books.database.path)) as connection:
        back_up(connection, tmp_path / "copy.sqlite3")
    await books.ledger.charge_overdue(NOON + 10)
    restored = tmp_path / "elsewhere" / "atelier.sqlite3"
    restored.parent.mkdir()
    shutil.copy(tmp_path / "copy.sqlite3", restored)

    async with opened(restored) as again:
        assert await dump(again) == then != await dump(books)
        assert await again.database.read(faults) == {}
        await again.ledger.charge_overdue(NOON + 10)
        assert (await again.rows("SELECT state FROM jobs WHERE id = '3:1'")) == [(ChargeState.SETTLED.value,)]
        assert await again.database.read(faults) == {}
