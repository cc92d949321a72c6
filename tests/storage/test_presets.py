"""Presets in the database: whole, checked in one transaction, and their files kept for as long as they are needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.policy import Decision
from bot.services.presets import Census, Preset, Shelf
from bot.services.requests import Wishes
from bot.storage.presets import SqlitePresets

from .examples import MEMBER, NOON, SERVER, image, order, settlement

if TYPE_CHECKING:
    from .examples import Books

MINE = Preset(
    10**18 + 5, Shelf.MINE, "Brand", "a {subject}", Wishes(size="1024x1024", count=2, compression=0),
    references=(image("b"), replace(image("a"), number=1)), takes_picture=True, private=True, server_id=SERVER,
    maker_id=7, created_at=NOON,
)  # fmt: skip
DECISION = Decision(7, NOON, "preset save", "the preset “Brand”", "", "made")


def nothing_stands_against_it(_: Census) -> None:
    pass


async def picture_one(books: Books) -> None:
    """#1, with the file a."""
    await books.ledger.reserve(order("A"))
    await books.ledger.dispatch("A:1", NOON)
    await books.ledger.settle("A:1", settlement(60, "a"), NOON)
    await books.requests.delivered("A", NOON, None, ())


async def test_a_preset_is_read_as_it_was_kept_and_on_its_server_only(books: Books) -> None:
    store = SqlitePresets(books.database)
    await store.put(MINE, nothing_stands_against_it)

    assert await store.get(SERVER, MINE.id) == MINE
    assert await store.get(SERVER + 1, MINE.id) is None
    assert [*await store.of(SERVER, 7)] == [MINE]
    assert [*await store.of(SERVER, 8)] == [*await store.of(SERVER + 1, 7)] == []


async def test_the_census_counts_the_others_of_shelf_member_and_server(books: Books) -> None:
    store, seen = SqlitePresets(books.database), list[Census]()
    others = [replace(MINE, id=1), replace(MINE, id=2, maker_id=8), replace(MINE, id=3, shelf=Shelf.SERVER)]
    for each in [*others, replace(MINE, id=4, server_id=SERVER + 1)]:
        await store.put(each, nothing_stands_against_it)

    await store.put(replace(MINE, id=6, name="Other"), seen.append)
    await store.put(replace(MINE, id=6, name="Another"), seen.append)
    await store.put(replace(MINE, id=9, name="New", shelf=Shelf.SERVER, references=()), seen.append)

    assert seen == [
        Census({"brand": 1}, 4_000_000, 12_000_000, exists=False),
        Census({"brand": 1}, 4_000_000, 12_000_000, exists=True),
        Census({"brand": 3}, 8_000_000, 16_000_000, exists=False),
    ]


async def test_what_the_check_raises_undoes_everything(books: Books) -> None:
    store = SqlitePresets(books.database)
    await store.put(MINE, nothing_stands_against_it)

    def refuse(_: Census) -> None:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await store.put(replace(MINE, name="Other", references=()), refuse, DECISION)

    assert await store.get(SERVER, MINE.id) == MINE
    assert await books.rows("SELECT count(*) FROM audit") == [(0,)]


async def test_what_is_the_servers_is_written_with_its_decision_or_not_at_all(books: Books) -> None:
    store, servers = SqlitePresets(books.database), replace(MINE, shelf=Shelf.SERVER)
    await store.put(servers, nothing_stands_against_it, DECISION)

    files = await store.delete(servers, replace(DECISION, action="preset delete"))

    assert files == [image("a").digest, image("b").digest]
    assert await store.delete(servers, replace(DECISION, action="never")) is None
    assert await books.rows("SELECT action FROM audit ORDER BY seq") == [("preset save",), ("preset delete",)]
    assert await books.rows("SELECT count(*) FROM preset_files") == [(0,)]


async def test_files_are_in_use_while_a_preset_starts_from_them(books: Books) -> None:
    store = SqlitePresets(books.database)
    await picture_one(books)
    a, b, c = (image(letter).digest for letter in "abc")
    await store.put(MINE, nothing_stands_against_it)

    before = [*await books.requests.unused([a, b, c])]
    freed = [*await store.put(replace(MINE, references=MINE.references[1:]), nothing_stands_against_it)]
    gone = await store.delete(MINE)

    assert (before, freed, gone) == ([c], [b], [])  # a is shown by a picture


async def test_a_deleted_picture_is_no_reference_any_more_and_its_file_goes(books: Books) -> None:
    store = SqlitePresets(books.database)
    await picture_one(books)
    await store.put(MINE, nothing_stands_against_it)

    gone = await books.requests.delete_picture(1, NOON)
    kept = await store.get(SERVER, MINE.id)

    assert [*gone] == [image("a").digest]
    assert kept is not None
    assert (kept.lost, kept.present) == ((1,), (image("b"),))
    assert await books.requests.unused([image("b").digest]) == []


@pytest.mark.parametrize(
    ("shelf", "maker_id", "lost"),
    [
        (Shelf.MINE, MEMBER.user_id, ()),
        (Shelf.MINE, 7, (1,)),
        (Shelf.SERVER, MEMBER.user_id, (1,)),
    ],
)
async def test_a_picture_that_became_private_is_a_reference_for_its_owner_alone(
    books: Books, shelf: Shelf, maker_id: int, lost: tuple[int, ...]
) -> None:
    store = SqlitePresets(books.database)
    await picture_one(books)
    preset = replace(MINE, shelf=shelf, maker_id=maker_id)
    await store.put(preset, nothing_stands_against_it)

    async def lost_when(statement: str) -> tuple[int, ...] | None:
        await books.database.transaction(lambda connection: connection.execute(statement))
        kept = await store.get(SERVER, preset.id)
        return None if kept is None else kept.lost

    assert await lost_when("SELECT 1") == ()
    assert await lost_when("UPDATE requests SET private = 1") == lost
    assert await lost_when("INSERT INTO publications VALUES (1, 'press', 1, 0, 5, NULL)") == lost
    assert await lost_when("UPDATE publications SET posted_at = 6") == ()
    assert await lost_when("DELETE FROM publications") == lost


async def test_hidden_starters_are_hidden_on_one_server(books: Books) -> None:
    store = SqlitePresets(books.database)

    done = [await store.hide(SERVER, "poster", hidden=hidden, decision=DECISION) for hidden in (False, True, True)]

    assert done == [False, True, False]
    assert (await store.hidden(SERVER), await store.hidden(SERVER + 1)) == (frozenset({"poster"}), frozenset())
    assert await store.hide(SERVER, "poster", hidden=False, decision=DECISION)
    assert await store.hidden(SERVER) == frozenset()
    assert await books.rows("SELECT count(*) FROM audit") == [(2,)]


@pytest.mark.parametrize("options", ["no json", '{"colour": "red"}', "[]x"])
async def test_a_damaged_preset_is_said_to_be_one(books: Books, options: str) -> None:
    store = SqlitePresets(books.database)
    await store.put(MINE, nothing_stands_against_it)
    await books.database.transaction(
        lambda connection: connection.execute("UPDATE presets SET options = ?", (options,))
    )

    with pytest.raises(DatabaseError):
        await store.get(SERVER, MINE.id)
