"""Stars are counted once for each member and picture, whoever presses at the same time, and go with their picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.gallery import Vote
from bot.storage.stars import SqliteStars

from .examples import DESTINATION, MEMBER, NOON, SERVER, opened, order, settlement

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from .examples import Books

STARS = "SELECT picture_number, user_id, server_id, at FROM stars ORDER BY picture_number, user_id"


async def made(books: Books, name: str = "A", *, count: int = 1, private: bool = False) -> list[int]:
    """The numbers of the pictures of a request."""
    await books.ledger.reserve(replace(order(name, count=count), destination=replace(DESTINATION, private=private)))
    numbers: list[int] = []
    for index in range(1, count + 1):
        await books.ledger.dispatch(f"{name}:{index}", NOON)
        numbers.append((await books.ledger.settle(f"{name}:{index}", settlement(), NOON)).number)
    return numbers


async def test_a_star_is_given_once_and_taken_back_by_the_next_press(books: Books) -> None:
    await made(books)
    stars = SqliteStars(books.database)

    votes = [await stars.toggle(1, user, NOON) for user in (5, 6, 5)]

    assert votes == [Vote(True, 1), Vote(True, 2), Vote(False, 1)]  # noqa: FBT003 - as it is printed
    assert await books.rows(STARS) == [(1, 6, SERVER, NOON)]


async def test_whoever_presses_at_the_same_time_every_vote_counts_once(books: Books) -> None:
    await made(books)
    stars = SqliteStars(books.database)

    votes = await asyncio.gather(*(stars.toggle(1, user, NOON) for user in [*range(100, 120), *range(100, 110)]))

    assert [vote.stars for vote in votes if vote is not None] == [*range(1, 21), *range(19, 9, -1)]
    assert len(await books.rows(STARS)) == 10


async def test_a_request_knows_the_stars_of_each_of_its_pictures(books: Books) -> None:
    await made(books, count=2)
    stars = SqliteStars(books.database)
    for user in (5, 6):
        await stars.toggle(2, user, NOON)

    found = await books.requests.of_picture(1, SERVER)

    assert found is not None
    assert [picture.stars for picture in found.pictures] == [0, 2]


async def test_a_picture_that_is_gone_takes_no_star(books: Books) -> None:
    await made(books)
    await books.requests.delete_picture(1, NOON + 5)
    stars = SqliteStars(books.database)

    assert [await stars.toggle(number, 5, NOON) for number in (1, 2)] == [None, None]


async def test_stars_go_with_their_picture_however_it_goes(tmp_path: Path) -> None:
    def erase(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM pictures WHERE number = 3")

    async with opened(tmp_path / "atelier.sqlite3") as books:
        numbers = await made(books, count=4)
        stars = SqliteStars(books.database)
        for number in numbers:
            await stars.toggle(number, MEMBER.user_id, NOON)

        await books.requests.delete_picture(1, NOON + 5)
        await books.database.transaction(erase)
        left = [number for number, *_ in await books.rows(STARS)]
        await books.requests.delete_pictures("A", NOON + 5)

        assert left == [2, 4]
        assert await books.rows(STARS) == []
