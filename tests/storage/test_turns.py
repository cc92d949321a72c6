from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from bot.storage import Database

    from .examples import Books

PATIENCE = 300  # seconds


@asynccontextmanager
async def writer_held_up(database: Database) -> AsyncGenerator[list[str]]:
    """Whatever is asked for inside waits together. The statements that are run."""
    gate, statements = threading.Event(), list[str]()

    def wait(connection: sqlite3.Connection) -> None:
        gate.wait(PATIENCE)
        connection.set_trace_callback(statements.append)

    waiting = asyncio.ensure_future(database.read(wait))
    await asyncio.sleep(0)
    yield statements
    gate.set()
    await waiting
    await database.read(lambda connection: connection.set_trace_callback(None))


async def together(
    database: Database, *functions: Callable[[sqlite3.Connection], object]
) -> tuple[list[object], Sequence[str]]:
    """What each of these comes to when they wait together, and the statements that are run."""
    async with writer_held_up(database) as statements:
        running: list[Awaitable[object]] = [asyncio.ensure_future(database.transaction(each)) for each in functions]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    return await asyncio.gather(*running, return_exceptions=True), statements


def put(key: str, value: str = "value") -> Callable[[sqlite3.Connection], str]:
    def write(connection: sqlite3.Connection) -> str:
        connection.execute("INSERT INTO state (key, value) VALUES (?, ?)", (key, value))
        return key

    return write


def fail(connection: sqlite3.Connection) -> None:
    put("half")(connection)
    raise LookupError("half way")


def undo_everything(connection: sqlite3.Connection) -> None:
    put("twice")(connection)
    connection.execute("INSERT OR ROLLBACK INTO state (key, value) VALUES ('twice', 'again')")


def orphan(connection: sqlite3.Connection) -> None:
    put("orphan")(connection)
    connection.execute("PRAGMA defer_foreign_keys = ON")
    connection.execute("INSERT INTO messages (message_id, channel_id, request_id) VALUES (1, 1, 'nobody')")


def big(connection: sqlite3.Connection) -> None:
    put("big")(connection)
    connection.execute("UPDATE state SET value = hex(zeroblob(1000000)) WHERE key = 'big'")


async def keys(books: Books) -> list[tuple[object, ...]]:
    return [*await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits') ORDER BY key")]


async def test_what_waits_together_is_committed_once(books: Books) -> None:
    outcomes, statements = await together(books.database, *(put(str(number)) for number in range(9)))

    assert outcomes == [str(number) for number in range(9)]
    assert statements.count("COMMIT") == 1
    assert await keys(books) == [(str(number),) for number in range(9)]


async def test_what_is_alone_needs_no_savepoint(books: Books) -> None:
    _, statements = await together(books.database, put("a"))

    assert statements.count("COMMIT") == 1
    assert [text for text in statements if "SAVEPOINT" in text] == []


async def test_each_sees_what_those_before_it_wrote(books: Books) -> None:
    def count(connection: sqlite3.Connection) -> int:
        ((rows,),) = connection.execute("SELECT count(*) FROM state WHERE key NOT IN ('life', 'commits')")
        put(str(rows))(connection)
        return int(rows)

    outcomes, _ = await together(books.database, count, count, count)

    assert outcomes == [0, 1, 2]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (fail, LookupError),
        (undo_everything, sqlite3.IntegrityError),  # SQLite rolls the whole transaction back
        (orphan, sqlite3.IntegrityError),  # the commit itself fails
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_that_fails_is_undone_alone(
    books: Books, bad: Callable[[sqlite3.Connection], None], error: type[Exception], place: int
) -> None:
    functions: list[Callable[[sqlite3.Connection], object]] = [put("a"), put("b")]
    functions.insert(place, bad)

    outcomes, _ = await together(books.database, *functions)

    assert isinstance(outcomes.pop(place), error)
    assert outcomes == ["a", "b"]
    assert await keys(books) == [("a",), ("b",)]
    assert await books.database.read(lambda connection: connection.in_transaction) is False


async def test_on_a_full_disk_what_fits_is_written_and_the_rest_is_told(books: Books) -> None:
    (pages,) = (await books.rows("PRAGMA page_count"))[0]
    await books.database.transaction(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))

    outcomes, _ = await together(books.database, put("a"), big, put("b"))

    assert [outcomes[0], outcomes[2]] == ["a", "b"]
    assert isinstance(outcomes[1], DatabaseError)
    assert "The disk is full" in str(outcomes[1])
    assert await keys(books) == [("a",), ("b",)]


async def test_where_another_program_writes_all_are_told(books: Books) -> None:
    await books.database.read(lambda connection: connection.execute("PRAGMA busy_timeout = 0").fetchall())
    with closing(sqlite3.connect(books.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        outcomes, _ = await together(books.database, put("a"), put("b"))

        other.execute("ROLLBACK")
    assert [type(outcome) for outcome in outcomes] == [DatabaseError, DatabaseError]
    assert "Another program is writing to it" in str(outcomes[0])
    assert await keys(books) == []


async def test_one_that_is_cancelled_while_it_waits_is_committed_with_the_others(books: Books) -> None:
    async with writer_held_up(books.database):
        left = asyncio.ensure_future(books.database.transaction(put("left")))
        stayed = asyncio.ensure_future(books.database.transaction(put("stayed")))
        await asyncio.sleep(0)
        left.cancel()
        await asyncio.sleep(0)

    assert await stayed == "stayed"
    assert left.cancelled()
    assert await keys(books) == [("left",), ("stayed",)]
