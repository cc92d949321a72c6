"""What people send us is kept until it is answered, and known for a while after that."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.ledger import Destination, Errand
from bot.services.policy import Requester
from bot.storage.database.sqlite import sqlite3
from bot.storage.errands import SqliteErrands
from bot.storage.journal import FileJournal

from .examples import NOON, opened, order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Sequence
    from pathlib import Path

    from .examples import Books

ERRAND = Errand(
    "17",
    Requester(1, 2, 3, (4, 5), 6),
    Destination(7, "token", NOON + 900, None, private=True),
    NOON,
    "a fox",
)
REPLY = Errand("18", Requester(1, 2, 3), Destination(0, "", 0, None, private=False, reply_to=18), NOON + 1)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with opened(tmp_path / "atelier.sqlite3") as books:
        yield books


@pytest.fixture
def errands(books: Books, tmp_path: Path) -> SqliteErrands:
    return errands_of(books, tmp_path)


def errands_of(books: Books, tmp_path: Path) -> SqliteErrands:
    """As a process opens them."""
    return SqliteErrands(books.database, FileJournal(tmp_path / "waiting.journal"))


@contextmanager
def locked(tmp_path: Path) -> Generator[sqlite3.Connection]:
    """Another program keeps the books locked."""
    with closing(sqlite3.connect(tmp_path / "atelier.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield other


async def noted(tmp_path: Path) -> list[str]:
    """The ids in the journal, those that were answered with an exclamation mark."""
    entries = map(json.loads, await FileJournal(tmp_path / "waiting.journal").entries())
    return [entry["begun"][0] if "begun" in entry else f"{entry['answered']}!" for entry in entries]


async def test_what_was_not_answered_is_found_as_it_was(errands: SqliteErrands) -> None:
    begun = [await errands.begin(each) for each in (REPLY, ERRAND)]

    assert begun == [True, True]
    assert await errands.unanswered() == [ERRAND, REPLY]


async def test_the_same_once_more_changes_nothing_answered_or_not(errands: SqliteErrands) -> None:
    await errands.begin(ERRAND)

    again = await errands.begin(replace(ERRAND, words="otherwise"))
    await errands.answered("17", NOON + 5)
    once_more = await errands.begin(ERRAND)

    assert (again, once_more) == (False, False)
    assert await errands.unanswered() == []


async def test_words_and_token_are_forgotten_once_it_is_answered(books: Books, errands: SqliteErrands) -> None:
    await errands.begin(ERRAND)

    await errands.answered("17", NOON + 5)
    await errands.answered("17", NOON + 9)

    assert await books.rows("SELECT words, interaction_token, answered_at FROM errands") == [("", "", NOON + 5)]


async def test_a_request_that_is_kept_sees_to_its_own_answer(books: Books, errands: SqliteErrands) -> None:
    await errands.begin(replace(ERRAND, id="A"))

    await books.ledger.reserve(order("A"))

    assert await errands.unanswered() == []


async def test_a_request_that_was_given_back_before_it_began_does_not(books: Books, errands: SqliteErrands) -> None:
    await errands.begin(replace(ERRAND, id="A"))
    await books.ledger.reserve(order("A", count=2))
    assert await errands.unanswered() == []

    await books.requests.delivered("A", NOON, None, ())
    still: list[Sequence[Errand]] = []
    for job in ("A:1", "A:2"):
        await books.ledger.release(job, "I am about to restart", "shutdown", NOON)
        still.append(await errands.unanswered())

    assert [len(each) for each in still] == [0, 1]


async def test_what_is_long_past_is_forgotten(errands: SqliteErrands) -> None:
    await errands.begin(ERRAND)
    await errands.begin(REPLY)

    await errands.forget(NOON + 1)

    assert await errands.unanswered() == [REPLY]


# --- while another program locks the books


async def test_who_waits_while_the_books_are_locked_is_found_by_the_next_start(
    books: Books, errands: SqliteErrands, tmp_path: Path
) -> None:
    with locked(tmp_path):
        for each in (ERRAND, REPLY):
            with pytest.raises(DatabaseError):
                await errands.begin(each)
    there = await noted(tmp_path)

    assert there == ["17", "18"]
    assert await errands_of(books, tmp_path).unanswered() == [ERRAND, REPLY]
    assert await noted(tmp_path) == []


async def test_who_was_answered_meanwhile_is_not_told_again(
    books: Books, errands: SqliteErrands, tmp_path: Path
) -> None:
    with locked(tmp_path):
        with pytest.raises(DatabaseError):
            await errands.begin(ERRAND)
        with pytest.raises(DatabaseError):
            await errands.answered("17", NOON + 5)
        with pytest.raises(DatabaseError):
            await errands.answered("18", NOON + 5)  # of which nothing is noted
    there = await noted(tmp_path)

    assert there == ["17", "17!"]
    assert await errands_of(books, tmp_path).unanswered() == []


async def test_what_the_books_take_after_all_is_noted_no_longer(
    books: Books, errands: SqliteErrands, tmp_path: Path
) -> None:
    with locked(tmp_path):
        with pytest.raises(DatabaseError):
            await errands.begin(ERRAND)
        with pytest.raises(DatabaseError):
            await errands.begin(REPLY)
    await errands.begin(ERRAND)
    first = await noted(tmp_path)
    await errands.answered("18", NOON + 5)

    assert first == ["17", "18"]
    assert await noted(tmp_path) == []
    assert await errands.unanswered() == [ERRAND]
    assert await books.rows("SELECT id, answered_at FROM errands ORDER BY id") == [("17", None), ("18", NOON + 5)]


async def test_who_waits_long_for_the_books_is_noted_meanwhile(
    books: Books, errands: SqliteErrands, tmp_path: Path
) -> None:
    held = threading.Event()
    holding = asyncio.ensure_future(books.database.transaction(lambda _: held.wait()))
    writing = asyncio.ensure_future(errands.begin(ERRAND))
    while not await noted(tmp_path):  # noqa: ASYNC110 - a journal tells of nothing
        await asyncio.sleep(0.01)
    held.set()

    assert await writing
    await holding
    assert await noted(tmp_path) == []


async def test_where_the_disk_takes_no_note_either_the_books_trouble_is_told(books: Books, tmp_path: Path) -> None:
    errands = SqliteErrands(books.database, FileJournal(tmp_path / "no folder" / "waiting.journal"))

    with locked(tmp_path), pytest.raises(DatabaseError):
        await errands.begin(ERRAND)

    assert await errands.unanswered() == []
