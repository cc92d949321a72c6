from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.ledger import ChargeState, Correction
from bot.storage.ledger import charge_lookup
from bot.storage.ledger.charge_lookup import SqliteCharges

from .examples import MEMBER, NOON, SERVER, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from .examples import Books

IN_A_THREAD = replace(MEMBER, parent_id=SERVER + 5)


async def test_a_charge_is_told_with_who_asked_and_what_counts(books: Books) -> None:
    await books.ledger.reserve(order(requester=IN_A_THREAD))
    await books.ledger.dispatch("1:1", NOON)
    open_one = await SqliteCharges(books.database).of_job(SERVER, "1:1")
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 9)
    await books.ledger.settle("1:1", settlement(130), NOON + 5)
    await books.ledger.correct(SERVER, Correction("1:1", 45, 5, "seen"), NOON + 9)

    charge = await SqliteCharges(books.database).of_picture(SERVER, 1)

    assert open_one is not None
    assert (open_one.state, open_one.counted_nano, open_one.deadline_at) == (ChargeState.DISPATCHED, 100, None)
    assert charge is not None
    assert charge.requester == IN_A_THREAD
    assert (charge.job_id, charge.model, charge.quality, charge.picture) == ("1:1", "gpt-image-2", "low", 1)
    assert (charge.state, charge.hold_nano, charge.counted_nano) == (ChargeState.SETTLED, 100, 45)
    assert (charge.reserved_at, charge.deadline_at) == (NOON, NOON + 9)


async def test_nothing_of_another_server_is_found(books: Books) -> None:
    await books.ledger.reserve(order())
    await books.ledger.dispatch("1:1", NOON)
    found = SqliteCharges(books.database)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 9)
    here, elsewhere = await found.unknown(SERVER, 9), await found.unknown(SERVER + 1, 9)
    await books.ledger.settle("1:1", settlement(), NOON)

    assert ([each.job_id for each in here], list(elsewhere)) == (["1:1"], [])
    assert await found.of_job(SERVER + 1, "1:1") is None
    assert await found.of_picture(SERVER + 1, 1) is None
    assert await found.unknown(SERVER, 9) == ()


@pytest.mark.parametrize("name", ["UNKNOWN", "OF_JOB", "OF_PICTURE", "CHARGES"])
async def test_no_search_grows_with_the_ledger(books: Books, name: str) -> None:
    sql: str = getattr(charge_lookup, name)

    def look(connection: sqlite3.Connection) -> list[str]:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("[]",) if name == "CHARGES" else (1, 1))
        return [row[3] for row in plan]

    plan = await books.database.read(look)

    scans = [step for step in plan if step.startswith("SCAN")]
    assert all("jobs_unknown" in step or "json_each" in step for step in scans)
