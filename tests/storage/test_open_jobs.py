"""What a server's jobs hold whose cost is not known yet: its own only, found by indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.jobs import OpenJobs
from bot.storage.ledger.open_jobs import OPEN, UNKNOWN, SqliteOpenCharges
from tests.storage.examples import MEMBER, NOON, SERVER, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from tests.storage.examples import Books

STRANGER = replace(MEMBER, server_id=SERVER + 100)


async def test_what_waits_or_runs_is_held_and_what_is_unknown_stands_apart(books: Books) -> None:
    await books.ledger.reserve(order(count=4))
    for job_id in ("1:1", "1:2", "1:3"):
        await books.ledger.dispatch(job_id, NOON)
    await books.ledger.settle("1:1", settlement(), NOON)
    await books.ledger.mark_unknown("1:2", "lost", "timeout", NOON, NOON + 10)

    found = await SqliteOpenCharges(books.database).of_server(SERVER)

    assert found == OpenJobs(held_jobs=2, held_nano=200, unknown_jobs=1, unknown_nano=100)


async def test_what_is_unknown_is_found_after_its_request_was_answered(books: Books) -> None:
    await books.ledger.reserve(order())
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.mark_unknown("1:1", "lost", "timeout", NOON, NOON + 10)
    await books.requests.delivered("1", NOON, None, ())

    found = await SqliteOpenCharges(books.database).of_server(SERVER)

    assert found == OpenJobs(held_jobs=0, held_nano=0, unknown_jobs=1, unknown_nano=100)


async def test_another_servers_jobs_are_not_told(books: Books) -> None:
    await books.ledger.reserve(order("1", requester=STRANGER, count=2))
    await books.ledger.dispatch("1:2", NOON)
    await books.ledger.mark_unknown("1:2", "lost", "timeout", NOON, NOON + 10)

    assert await SqliteOpenCharges(books.database).of_server(SERVER) == OpenJobs(0, 0, 0, 0)


@pytest.mark.parametrize("sql", [OPEN, UNKNOWN])
async def test_nothing_is_searched_through(books: Books, sql: str) -> None:
    def plan(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", (SERVER,))]

    steps = await books.database.read(plan)

    open_only = {"SCAN requests USING INDEX requests_undelivered", "SCAN jobs USING INDEX jobs_unknown"}
    assert all(step in open_only or (step.startswith("SEARCH") and "INDEX" in step) for step in steps), steps
