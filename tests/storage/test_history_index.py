"""The index of words: behind the books, in steps; and damaged, when every picture is booked all the same."""

from __future__ import annotations

import sqlite3 as own
from typing import TYPE_CHECKING, cast

import pytest

from bot.errors import DatabaseError
from bot.storage import history as of_history
from bot.storage.database import high_water_mark, history_index, opening, schema
from bot.storage.database.database import Database
from bot.storage.database.sqlite import sqlite3

from .examples import NOON, Books, opened
from .test_history import found, made

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

# What bit-rot may leave of the index's own tables.
HARMS = {
    "no structure": "UPDATE history_words_data SET block = x'00' WHERE id = 10",
    "a structure of noise": "UPDATE history_words_data SET block = x'a71c09f35b2e8844d0c6' WHERE id = 10",
    "a structure beyond memory": "UPDATE history_words_data SET block = x'000000000101000087ffffff7f' WHERE id = 10",
    "averages of noise": "UPDATE history_words_data SET block = x'ff' WHERE id = 1",
    "no averages": "DELETE FROM history_words_data WHERE id = 1",
    "segments of noise": "UPDATE history_words_data SET block = CAST(printf('%500c', 'Z') AS BLOB) WHERE id > 10",
    "short segments": "UPDATE history_words_data SET block = x'0001' WHERE id > 10",
    "no segments": "DELETE FROM history_words_data WHERE id > 10",
    "no data": "DELETE FROM history_words_data",
    "no index of segments": "DELETE FROM history_words_idx",
    "no sizes": "DELETE FROM history_words_docsize",
    "sizes of noise": "UPDATE history_words_docsize SET sz = x'fffefd'",
    "of another program": "UPDATE history_words_config SET v = 99",
    "no settings": "DELETE FROM history_words_config",
}
SILENT = {"no structure"}  # SQLite notices when something is written
UNUSED = {"no sizes", "sizes of noise"}  # nobody asks for, and so nobody notices


async def harmed(books: Books, sql: str) -> list[int]:
    """The numbers of three pictures whose words are indexed, and the index damaged then."""
    numbers = await made(books, "a red fox", "a blue owl", "a fox in snow")
    assert await found(books, "fox") == [numbers[2], numbers[0]]
    await books.database.transaction(lambda connection: connection.execute(sql))
    return numbers


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("harm", HARMS)
async def test_with_a_damaged_index_pictures_are_booked_deleted_and_found(
    tmp_path: Path, harm: str, *, restarts: bool
) -> None:
    path = tmp_path / "atelier.sqlite3"
    async with opened(path) as books:
        numbers = await harmed(books, HARMS[harm])
        if not restarts:
            await booked_deleted_and_found(books, numbers, is_used=harm not in UNUSED)
    if restarts:
        async with opened(path) as books:
            await booked_deleted_and_found(books, numbers, is_used=harm not in UNUSED)


async def booked_deleted_and_found(books: Books, numbers: list[int], *, is_used: bool) -> None:
    (new,) = await made(books, "a fox at night")
    await books.requests.delete_picture(numbers[0], NOON)

    assert await books.held_and_settled() == {(0, 0, 240, 4)}
    assert await found(books, "fox") == [new, numbers[2]]
    assert await found(books, "owl") == [numbers[1]]
    assert await found(books, "fo") == [new, numbers[2]]
    if is_used:
        await books.database.transaction(is_whole)


def is_whole(connection: sqlite3.Connection) -> None:
    """Whether the index says what the history does."""
    connection.execute("INSERT INTO history_words (history_words, rank) VALUES ('integrity-check', 1)")


@pytest.mark.parametrize("harm", sorted(HARMS.keys() - SILENT))
async def test_a_search_alone_finds_out_and_finds(books: Books, harm: str) -> None:
    numbers = await harmed(books, HARMS[harm])

    assert await found(books, "fox") == [numbers[2], numbers[0]]
    assert await found(books, "bl") == [numbers[1]]


@pytest.mark.parametrize("module", [sqlite3, own])
async def test_every_sqlite_books_and_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: ModuleType
) -> None:
    """Older ones trust no function for JSON that stands in a trigger."""
    for room in (opening, high_water_mark):
        monkeypatch.setattr(room, "sqlite3", module)
    monkeypatch.setattr(opening, "migrate", schema.migrate)  # not a copy that another SQLite has made
    async with opened(tmp_path / "atelier.sqlite3") as books:
        numbers = await made(books, "a red fox", "an owl")

        assert await found(books, "fox") == numbers[:1]
        assert await books.held_and_settled() == {(0, 0, 120, 2)}


async def test_words_are_indexed_in_steps_and_each_change_once(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_index, "STEP", 2)
    numbers = await made(books, *["a fox"] * 5)
    before = await books.rows("SELECT count(*) FROM history_changes")
    await books.requests.delete_picture(numbers[0], NOON)
    first = await found(books, "fox")
    await books.requests.delete_picture(numbers[1], NOON)
    second = await found(books, "fox")

    assert before == [(5,)]
    assert first == numbers[:0:-1]
    assert second == numbers[:1:-1]
    assert await books.rows("SELECT * FROM history_changes") == []
    await books.database.transaction(is_whole)


async def test_a_search_without_words_waits_for_no_index(books: Books) -> None:
    numbers = await made(books, "a fox")

    assert await found(books) == await found(books, " \u200b ") == numbers
    assert await books.rows("SELECT number FROM history_changes") == [(numbers[0],)]


async def test_while_nothing_can_be_written_what_is_indexed_is_found(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = await made(books, "a fox")
    await found(books, "fox")
    await made(books, "a fox")

    async def fail(*_: object) -> None:
        raise DatabaseError("locked", "Another program keeps my books locked")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Database, "transaction", fail)
        found_then = await found(books, "fox")

    assert found_then == numbers
    assert len(await found(books, "fox")) == 2


@pytest.mark.parametrize("problem", [sqlite3.IntegrityError("no"), sqlite3.DatabaseError("fts5: no")])
async def test_what_cannot_be_made_anew_either_is_told(
    books: Books, monkeypatch: pytest.MonkeyPatch, problem: sqlite3.Error
) -> None:
    await made(books, "a fox")

    def fail(_: sqlite3.Connection) -> None:
        problem.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise problem

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(of_history, "catch_up", fail)
        with pytest.raises((DatabaseError, sqlite3.IntegrityError)):
            await found(books, "fox")

    assert len(await found(books, "fox")) == 1


async def test_damage_of_the_books_is_not_taken_for_damage_of_the_index(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made(books, "a fox")
    await found(books, "fox")
    begun: list[object] = []

    def fail(*_: object) -> None:
        raise sqlite3.DatabaseError("database disk image is malformed")

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(of_history, "statement_for", fail)
        meanwhile.setattr(of_history, "begin_anew", begun.append)
        with pytest.raises(DatabaseError):
            await found(books, "fox")

    assert begun == []


async def test_books_whose_pages_are_damaged_are_refused_also_where_the_index_is(tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    async with opened(path) as books:
        await harmed(books, HARMS["segments of noise"])
        (page,) = (await books.rows("SELECT rootpage FROM sqlite_schema WHERE name = 'jobs'"))[0]
        (size,) = (await books.rows("PRAGMA page_size"))[0]
    with path.open("r+b") as file:
        file.seek((cast("int", page) - 1) * cast("int", size))
        file.write(b"\xff" * 64)

    with pytest.raises(DatabaseError, match="is damaged"):
        async with opened(path):
            pass


@pytest.mark.parametrize("harm", ["of another program", "segments of noise"])
def test_the_index_of_an_older_version_is_mended_before_it_is_brought_up(tmp_path: Path, harm: str) -> None:
    from bot.storage.database.opening import open_database  # noqa: PLC0415 - beside what makes such databases

    from .test_versions import database_of  # noqa: PLC0415 - the same

    path = tmp_path / "atelier.sqlite3"
    database_of(16, path)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute(HARMS[harm])
    connection.close()

    connection = open_database(path)
    rows = connection.execute("SELECT rowid FROM history_words WHERE history_words MATCH '\"fox\"'").fetchall()
    connection.close()

    assert rows == [(1,)]
