"""What members have chosen is theirs, on one server, at once and after every restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.policy import NO_CHOICES, Aspect, DefaultChoices
from bot.storage.member_defaults import SqliteMemberDefaults

from .examples import opened

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .examples import Books

SERVER, ELSEWHERE, MIA, BEN = 11, 12, 1, 2
ALL = DefaultChoices("gpt-image-2", "1088x1920", "high", 2, "webp", private=True, previews=0)


async def test_what_somebody_chose_is_known_at_once_and_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"
    async with opened(path) as books:
        defaults = await SqliteMemberDefaults.load(books.database)
        changed = await defaults.change(SERVER, MIA, lambda _: ALL)
        at_once = defaults.of(SERVER, MIA)
    async with opened(path) as books:
        later = (await SqliteMemberDefaults.load(books.database)).of(SERVER, MIA)

    assert changed == at_once == later == ALL


async def test_it_is_nobody_elses_and_of_no_other_server(books: Books) -> None:
    defaults = await SqliteMemberDefaults.load(books.database)

    await defaults.change(SERVER, MIA, lambda _: ALL)

    assert (defaults.of(SERVER, BEN), defaults.of(ELSEWHERE, MIA)) == (NO_CHOICES, NO_CHOICES)


async def test_changes_at_the_same_time_are_all_kept(books: Books) -> None:
    defaults = await SqliteMemberDefaults.load(books.database)

    def choose(aspect: Aspect) -> Callable[[DefaultChoices], DefaultChoices]:
        return lambda before: before.having(aspect, ALL.of(aspect))

    await asyncio.gather(*(defaults.change(SERVER, MIA, choose(aspect)) for aspect in Aspect))

    assert defaults.of(SERVER, MIA) == ALL == (await SqliteMemberDefaults.load(books.database)).of(SERVER, MIA)


async def test_who_takes_everything_back_leaves_no_row(books: Books) -> None:
    defaults = await SqliteMemberDefaults.load(books.database)
    await defaults.change(SERVER, MIA, lambda _: ALL)

    await defaults.change(SERVER, MIA, lambda _: NO_CHOICES)

    assert await books.rows("SELECT * FROM member_defaults") == []
    assert defaults.of(SERVER, MIA) == NO_CHOICES


async def test_what_cannot_be_written_is_not_known_either(books: Books) -> None:
    defaults = await SqliteMemberDefaults.load(books.database)
    await books.database.transaction(lambda connection: connection.execute("DROP TABLE member_defaults"))

    with pytest.raises(DatabaseError):
        await defaults.change(SERVER, MIA, lambda _: ALL)

    assert defaults.of(SERVER, MIA) == NO_CHOICES


async def test_who_is_cancelled_while_it_is_written_finds_it_known(books: Books) -> None:
    defaults = await SqliteMemberDefaults.load(books.database)
    change = asyncio.create_task(defaults.change(SERVER, MIA, lambda _: ALL))
    await asyncio.sleep(0)

    change.cancel()
    await asyncio.gather(change, return_exceptions=True)
    await defaults.change(SERVER, BEN, lambda _: ALL)  # after it

    assert change.cancelled()
    assert defaults.of(SERVER, MIA) == ALL


@pytest.mark.parametrize("choices", ['{"count": "many"}', "[]", "7"])
async def test_a_damaged_row_keeps_nobody_from_starting_and_is_written_anew(choices: str, books: Books) -> None:
    await books.database.transaction(
        lambda connection: connection.execute("INSERT INTO member_defaults VALUES (?, ?, ?)", (SERVER, MIA, choices))
    )
    defaults = await SqliteMemberDefaults.load(books.database)
    before = defaults.of(SERVER, MIA)

    after = await defaults.change(SERVER, MIA, lambda kept: replace(kept, count=3))

    assert (before, after) == (NO_CHOICES, DefaultChoices(count=3))
    assert await books.rows("SELECT choices FROM member_defaults") == [('{"count":3}',)]
