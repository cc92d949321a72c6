"""Stars are counted once for each member and picture, whoever presses at the same time, and go with their picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.gallery import DuePost, Star, Vote
from bot.storage.gallery_posts import SqliteGalleryPosts
from bot.storage.result_messages import SqliteResultMessages
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


def star(user_id: int, number: int = 1, vote_id: int = 77) -> Star:
    return Star(vote_id, number, user_id, NOON)


async def test_a_star_is_given_once_and_taken_back_by_the_next_press(books: Books) -> None:
    await made(books)
    stars = SqliteStars(books.database)

    votes = [await stars.toggle(star(user), None) for user in (5, 6, 5)]

    assert votes == [Vote(True, 1, 1), Vote(True, 2, 2), Vote(False, 1, 1)]  # noqa: FBT003 - as it is printed
    assert await books.rows(STARS) == [(1, 6, SERVER, NOON)]


async def test_whoever_presses_at_the_same_time_every_vote_counts_once(books: Books) -> None:
    await made(books)
    stars = SqliteStars(books.database)

    votes = await asyncio.gather(*(stars.toggle(star(user), None) for user in [*range(100, 120), *range(100, 110)]))

    assert [vote.stars for vote in votes if vote is not None] == [*range(1, 21), *range(19, 9, -1)]
    assert len(await books.rows(STARS)) == 10


async def test_a_request_knows_the_stars_of_each_of_its_pictures(books: Books) -> None:
    await made(books, count=2)
    stars = SqliteStars(books.database)
    for user in (5, 6):
        await stars.toggle(star(user, 2), None)

    found = await books.requests.of_picture(1, SERVER)

    assert found is not None
    assert [picture.stars for picture in found.pictures] == [0, 2]


async def test_a_picture_that_is_gone_takes_no_star(books: Books) -> None:
    await made(books)
    await books.requests.delete_picture(1, NOON + 5)
    stars = SqliteStars(books.database)

    assert [await stars.toggle(star(5, number), None) for number in (1, 2)] == [None, None]


async def test_stars_go_with_their_picture_however_it_goes(tmp_path: Path) -> None:
    def erase(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM pictures WHERE number = 3")

    async with opened(tmp_path / "atelier.sqlite3") as books:
        numbers = await made(books, count=4)
        stars = SqliteStars(books.database)
        for number in numbers:
            await stars.toggle(star(MEMBER.user_id + 1, number), 1)

        await books.requests.delete_picture(1, NOON + 5)
        await books.database.transaction(erase)
        left = [number for number, *_ in await books.rows(STARS)]
        await books.requests.delete_pictures("A", NOON + 5)

        assert left == [2, 4]
        assert await books.rows(STARS) == await books.rows("SELECT * FROM gallery_posts") == []


async def test_enough_stars_of_others_bring_a_picture_into_the_gallery_once(books: Books) -> None:
    await made(books)
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)

    own = await stars.toggle(star(MEMBER.user_id, vote_id=70), 2)
    votes = await asyncio.gather(*(stars.toggle(star(user, vote_id=70 + user), 2) for user in (1, 2, 3)))
    back = await stars.toggle(star(3, vote_id=79), 2)
    again = await stars.toggle(star(3, vote_id=80), 2)

    assert own is not None
    assert (own.stars, own.counted, own.is_in_gallery) == (1, 0, False)
    told = [(vote.counted, vote.is_in_gallery, vote.comes_due) for vote in (*votes, back, again) if vote is not None]
    assert told == [(1, False, False), (2, True, True), (3, True, False), (2, True, False), (3, True, False)]
    assert await posts.due() == [DuePost(1, SERVER, 72)]
    assert await posts.due_post(1) == DuePost(1, SERVER, 72)


async def test_private_pictures_never_come_into_the_gallery_and_taking_back_brings_none(books: Books) -> None:
    await made(books, private=True)
    await made(books, "B")
    stars = SqliteStars(books.database)
    await stars.toggle(star(5, 2), None)
    await stars.toggle(star(6, 2), None)

    private, back = await stars.toggle(star(5, 1), 1), await stars.toggle(star(6, 2), 1)

    assert private is not None
    assert back is not None
    assert (private.comes_due, back.comes_due) == (False, False)
    assert await SqliteGalleryPosts(books.database).due() == []


async def test_a_post_is_known_as_a_message_of_its_result_and_tells_so_many_stars(books: Books) -> None:
    await made(books)
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)
    await stars.toggle(star(5), 1)

    assert await posts.posted(1, 900, 901, 1)
    assert await posts.due() == []
    assert await posts.due_post(1) is None
    assert await books.requests.messages("A") == [(900, 901)]
    assert await posts.untold() == []

    await stars.toggle(star(6), 1)
    assert await posts.untold() == ["A"]
    await posts.told({1: 2, 7: 5})
    assert await posts.untold() == []


async def test_what_became_private_or_was_deleted_meanwhile_is_not_posted(books: Books) -> None:
    await made(books)
    await made(books, "B")
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)
    for number in (1, 2):
        await stars.toggle(star(5, number), 1)
    await books.requests.acknowledged("A", replace(DESTINATION, private=True))
    await books.requests.delete_picture(2, NOON)

    assert await posts.due() == []
    assert [await posts.begin(number, 900) for number in (1, 2)] == [False, False]
    assert [await posts.posted(number, 900, 900 + number, 1) for number in (1, 2)] == [False, False]
    outdated = await SqliteResultMessages(books.database).outdated()
    assert [(each.request_id, each.message_id) for each in outdated if each.channel_id == 900] == [
        ("A", 901),
        ("B", 902),
    ]


async def test_what_was_begun_outlives_its_picture_until_it_is_known_what_came_of_it(books: Books) -> None:
    await made(books)
    await made(books, "B")
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)
    for number in (1, 2):
        await stars.toggle(star(5, number), 1)
        assert await posts.begin(number, 900)
    await books.requests.acknowledged("A", replace(DESTINATION, private=True))
    await books.requests.delete_picture(2, NOON)

    assert [(each.number, each.begun_in) for each in await posts.due()] == [(1, 900), (2, 900)]
    assert not await posts.posted(1, 900, 901, 1)
    await posts.drop(2)
    assert await posts.due() == []


async def test_what_is_published_once_more_may_come_into_the_gallery_anew(books: Books) -> None:
    await made(books)
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)
    await stars.toggle(star(5), 1)
    await posts.posted(1, 900, 901, 1)
    for private in (True, False):
        await books.requests.acknowledged("A", replace(DESTINATION, private=private))

    again = await stars.toggle(star(6, vote_id=99), 1)

    assert again is not None
    assert again.comes_due
    assert await posts.due() == [DuePost(1, SERVER, 99)]


async def test_what_is_dropped_may_come_due_again_but_not_what_was_posted(books: Books) -> None:
    await made(books, count=2)
    stars, posts = SqliteStars(books.database), SqliteGalleryPosts(books.database)
    for number in (1, 2):
        await stars.toggle(star(5, number), 1)
    await posts.posted(2, 900, 901, 1)

    for number in (1, 2):
        await posts.drop(number)
    votes = [await stars.toggle(star(6, number, vote_id=99), 1) for number in (1, 2)]

    assert [vote.comes_due for vote in votes if vote is not None] == [True, False]
    assert await posts.due() == [DuePost(1, SERVER, 99)]
