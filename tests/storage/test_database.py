from __future__ import annotations

import asyncio
import inspect
import threading
from functools import partial
from typing import TYPE_CHECKING

import aiosqlite
import pytest

from bot.errors import DatabaseError
from bot.storage import Database
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from pathlib import Path

    from .examples import Books


WORKER = "_connection_worker_thread"  # how the threads of connections are called


def put(connection: sqlite3.Connection, key: str = "key") -> None:
    connection.execute("INSERT INTO state (key, value) VALUES (?, 'value')", (key,))


async def test_a_function_runs_whole_on_the_thread_of_the_connection(books: Books) -> None:
    def look(connection: sqlite3.Connection) -> tuple[str, bool]:
        return threading.current_thread().name, connection.in_transaction

    threads = [await books.database.transaction(look) for _ in range(3)]

    assert len(set(threads)) == 1
    assert threads[0][0] != threading.current_thread().name
    assert threads[0][1] is True


async def test_aiosqlite_has_the_private_call_that_the_database_rests_on() -> None:
    """Its public calls are single statements; a whole function of ours goes to its thread by this one only."""
    run = getattr(aiosqlite.Connection, "_execute", None)
    assert inspect.iscoroutinefunction(run), (
        "aiosqlite has no async Connection._execute(function) any more: "
        "let Database._start run a function on the connection's thread in another way, or pin the version before"
    )

    async with aiosqlite.connect(":memory:") as connection:
        threads = [await run(connection, threading.current_thread) for _ in range(2)]

    assert threads[0] is threads[1] is not threading.current_thread(), (
        "aiosqlite's Connection._execute(function) does not run it on the connection's own thread any more: "
        "Database._start relies on that"
    )
    assert WORKER in threads[0].name, "aiosqlite names its threads otherwise: the tests below look for them by name"


async def test_what_a_transaction_returns_is_returned_and_what_it_wrote_is_kept(books: Books) -> None:
    def write(connection: sqlite3.Connection) -> str:
        put(connection)
        return "done"

    answer = await books.database.transaction(write)

    assert answer == "done"
    assert await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits')") == [("key",)]


async def test_a_transaction_that_raises_is_undone(books: Books) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        put(connection)
        raise LookupError("half way")

    with pytest.raises(LookupError, match="half way"):
        await books.database.transaction(fail)

    assert await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits')") == []
    assert await books.database.read(lambda connection: connection.in_transaction) is False


async def test_a_transaction_that_sqlite_has_undone_itself_leaves_the_connection_usable(books: Books) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        put(connection)
        connection.execute("INSERT OR ROLLBACK INTO state (key, value) VALUES ('key', 'again')")

    with pytest.raises(sqlite3.IntegrityError):
        await books.database.transaction(fail)

    await books.database.transaction(put)
    assert await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits')") == [("key",)]


async def test_a_commit_that_fails_is_undone(books: Books) -> None:
    def orphan(connection: sqlite3.Connection) -> None:
        put(connection)
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute("INSERT INTO messages (message_id, channel_id, request_id) VALUES (1, 1, 'nobody')")

    with pytest.raises(sqlite3.IntegrityError):
        await books.database.transaction(orphan)

    assert await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits')") == []
    assert await books.rows("SELECT * FROM messages") == []


async def test_reading_cannot_write(books: Books) -> None:
    with pytest.raises(DatabaseError, match="readonly"):
        await books.database.read(put)

    await books.database.transaction(put)


async def test_a_full_disk_is_a_failure_that_says_so_and_writes_nothing(books: Books) -> None:
    def fill(connection: sqlite3.Connection) -> None:
        put(connection)
        connection.execute("INSERT INTO state (key, value) VALUES ('big', hex(zeroblob(1000000)))")

    (pages,) = (await books.rows("PRAGMA page_count"))[0]
    await books.database.transaction(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(DatabaseError, match="The disk is full"):
        await books.database.transaction(fill)

    assert await books.rows("SELECT key FROM state WHERE key NOT IN ('life', 'commits')") == []


async def test_many_tasks_share_the_connection_without_meeting_each_other(books: Books) -> None:
    await asyncio.gather(*(books.database.transaction(partial(put, key=str(number))) for number in range(30)))

    assert await books.rows("SELECT count(*) FROM state WHERE key NOT IN ('life', 'commits')") == [(30,)]


def writers() -> list[threading.Thread]:
    """The threads of connections, after they had time to end."""
    found = [thread for thread in threading.enumerate() if WORKER in thread.name]
    for thread in found:
        thread.join(5)
    return [thread for thread in found if thread.is_alive()]


async def test_closing_twice_is_no_fault_and_leaves_no_thread(tmp_path: Path) -> None:
    database = await Database.open(tmp_path / "atelier.sqlite3")

    await database.close()
    await database.close()

    assert writers() == []


async def test_a_database_that_cannot_be_opened_leaves_no_thread_behind(tmp_path: Path) -> None:
    (tmp_path / "atelier.sqlite3").write_bytes(b"not a database" * 100)

    with pytest.raises(DatabaseError):
        await Database.open(tmp_path / "atelier.sqlite3")

    assert writers() == []
