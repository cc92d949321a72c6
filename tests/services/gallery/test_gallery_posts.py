"""Pictures with enough stars are posted once, whatever fails, ends or is decided meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.services.gallery import DuePost
from bot.services.gallery import gallery_posts as of_posts
from bot.services.gallery import stars as of_stars
from bot.services.policy import GalleryChannel
from bot.storage.result_messages import SqliteResultMessages
from tests.services.fakes import MIA
from tests.services.gallery.voting import GALLERY, a_room

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.gallery.voting import Room


@pytest.fixture(autouse=True)
def _no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_stars, "INTERVAL", 0.0)
    monkeypatch.setattr(of_posts, "PATIENCE", (0.0, 0.0))


async def recorded(room: Room) -> list[tuple[int, int]]:
    """Where the result is shown beside its own two messages."""
    return list(await room.house.requests.messages("r1"))[2:]


async def at_rest(owner: Any) -> None:  # noqa: ANN401 - what it does in the background is its own
    while owner._background._tasks:
        await owner._background.wait(30)


async def seen_to(room: Room) -> None:
    """Wait until nothing is due."""
    await at_rest(room.posts)
    assert await room.records.due() == []


async def test_the_vote_that_is_enough_brings_the_picture_there_once(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=2) as room:
        first = await room.vote(user_id=5)
        votes = await asyncio.gather(*(room.vote(user_id=user) for user in range(6, 12)))
        await seen_to(room)
        await room.until(lambda: (GALLERY, 1001, [7, 0]) in room.labels.told)

        assert (first.vote.comes_due, first.gallery) == (False, GalleryChannel(GALLERY, 2))
        assert [each.vote.comes_due for each in votes] == [True, *[False] * 5]
        assert room.writer.posted == [(GALLERY, 1, 76)]
        assert await recorded(room) == [(GALLERY, 1001)]


async def test_what_fails_is_tried_again_and_else_after_the_next_start(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 2
        await room.vote(1)
        await seen_to(room)
        room.writer.fails = 4
        await room.vote(2)
        await room.until(lambda: room.writer.fails == 1)
        await asyncio.sleep(0.02)
        waiting = await room.records.due()

        room.writer.fails = 0
        await room.restart()
        await seen_to(room)

        assert [each.number for each in waiting] == [2]
        assert room.writer.posted == [(GALLERY, 1, 75), (GALLERY, 2, 75)]


async def test_a_start_that_cannot_write_yet_posts_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.posts.writer = None
        counted = await room.vote()
        await asyncio.sleep(0.05)

        assert counted.obstacle is None
        assert [each.number for each in await room.records.due()] == [1]
        await room.restart()
        await seen_to(room)
        assert room.writer.posted == [(GALLERY, 1, 75)]


async def test_a_post_tells_after_a_start_what_was_voted_before_the_last_end(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        await room.vote()
        await room.until(lambda: (GALLERY, 1001, [1, 0]) in room.labels.told)
        room.labels.takes = False
        await room.vote(user_id=6)
        await room.until(lambda: (GALLERY, 1001, [2, 0]) in room.labels.told)
        room.labels.told.clear()

        room.labels.takes = True
        await room.restart()
        await room.until(lambda: (GALLERY, 1001, [2, 0]) in room.labels.told)
        await at_rest(room.stars)
        assert await room.records.untold() == []


async def test_what_may_not_be_seen_by_all_is_not_posted_and_the_voter_is_told_why(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.why_not = "it was made in a private thread"
        counted = await room.vote()
        await seen_to(room)

        room.writer.why_not = None
        again = await room.vote(user_id=6)
        await seen_to(room)

        assert counted.obstacle == "it was made in a private thread"
        assert again.obstacle is None
        assert room.writer.posted == [(GALLERY, 1, 76)]


async def test_what_cannot_be_found_out_now_is_looked_at_again(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.why_not = "?"
        counted = await room.vote()
        await asyncio.sleep(0.05)
        due = await room.records.due()
        room.writer.why_not = None
        await room.restart()
        await seen_to(room)

        assert counted.obstacle is None
        assert len(due) == len(room.writer.posted) == 1


async def test_where_there_is_no_gallery_any_more_nothing_is_posted(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 10
        await room.vote()
        await room.until(lambda: room.writer.fails == 7)
        await room.choose(None)
        room.posts.post_all_soon()
        await seen_to(room)

        assert (await room.posts.obstacle(await room.house.kept("r1"))) is None
        assert room.writer.posted == []


async def test_what_waits_comes_into_the_gallery_that_is_chosen_meanwhile(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 3
        await room.vote()
        await room.until(lambda: room.writer.fails == 0)
        await asyncio.sleep(0.02)
        await room.choose(GalleryChannel(GALLERY + 5, 4))
        room.posts.post_all_soon()
        await seen_to(room)

        assert room.writer.posted == [(GALLERY + 5, 1, 75)]


@pytest.mark.parametrize("way", ["deleted", "private"])
async def test_what_goes_while_it_is_posted_is_taken_down_again(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, stars=1) as room:
        post = room.writer.post

        async def meanwhile(*args: object) -> int:
            message_id = await post(*args)  # type: ignore[arg-type]  # as they were given
            if way == "deleted":
                await room.house.requests.delete_picture(1, 5)
            else:
                await make_private(room)
            return message_id

        monkeypatch.setattr(room.writer, "post", meanwhile)
        await room.vote()
        await room.until(lambda: room.writer.taken_down)

        assert room.writer.taken_down == [(GALLERY, 1001)]
        assert await outdated(room) == [1001]
        assert await room.records.due() == []


@pytest.mark.parametrize("way", ["deleted", "private"])
@pytest.mark.parametrize("found_by", ["the next start", "the deletion"])
async def test_what_stands_without_a_receipt_goes_when_its_picture_is_gone(
    way: str, found_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_posts, "PATIENCE", ())
    async with a_room(tmp_path, stars=1) as room:
        room.writer.loses = 1
        await room.vote()
        await at_rest(room.posts)
        order = await room.house.kept("r1")
        await (room.house.requests.delete_picture(1, 5) if way == "deleted" else make_private(room))

        if found_by == "the next start":
            await room.restart()
        else:
            room.posts.look_after(order)
        await at_rest(room.posts)

        assert room.writer.posted == [(GALLERY, 1, 75)]
        assert room.writer.taken_down == [(GALLERY, 1001)]
        assert (1001 in await outdated(room), await room.records.due()) == (True, [])


async def test_what_stands_without_a_receipt_is_found_and_not_posted_twice_nor_elsewhere(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.loses = 1
        await room.vote(1)
        await seen_to(room)
        room.writer.loses = 3
        await room.vote(2)
        await room.until(lambda: room.writer.loses == 2)
        await room.choose(GalleryChannel(GALLERY + 5, 4))
        room.posts.post_all_soon()
        await seen_to(room)

        assert room.writer.posted == [(GALLERY, 1, 75), (GALLERY, 2, 75)]
        assert await recorded(room) == [(GALLERY, 1001), (GALLERY, 1002)]
        assert room.writer.taken_down == []


async def test_what_was_tried_and_does_not_stand_is_forgotten_with_its_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_posts, "PATIENCE", ())
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 1
        await room.vote()
        await at_rest(room.posts)
        await room.house.requests.delete_picture(1, 5)
        await room.restart()
        await at_rest(room.posts)

        assert await room.records.due() == []
        assert (room.writer.posted, room.writer.taken_down) == ([], [])


async def outdated(room: Room) -> list[int]:
    """The messages that the next start takes away."""
    return [
        each.message_id for each in await SqliteResultMessages(room.house.database).outdated() if each.message_id > 1000
    ]


async def make_private(room: Room) -> None:
    await room.house.database.transaction(lambda connection: connection.execute("UPDATE requests SET private = 1"))


async def test_what_is_private_or_deleted_by_its_turn_is_not_posted(tmp_path: Path) -> None:
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 6
        await asyncio.gather(room.vote(1), room.vote(2))
        await room.until(lambda: room.writer.fails == 0)
        await asyncio.sleep(0.02)
        await room.house.requests.delete_picture(2, 5)
        await make_private(room)
        await room.restart()
        await seen_to(room)

        assert room.writer.posted == []


async def test_a_gallery_that_cannot_be_looked_at_is_looked_at_by_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, stars=1) as room:

        async def broken() -> None:
            raise RuntimeError("as it happens")

        with monkeypatch.context() as broken_books:
            broken_books.setattr(room.records, "due", broken)
            room.posts.post_all_soon()
            await asyncio.sleep(0.02)
        room.posts.posted = None
        await room.vote()
        await seen_to(room)

        assert room.writer.posted == [(GALLERY, 1, 75)]


@pytest.mark.parametrize("way", ["deleted", "private"])
async def test_a_picture_that_goes_just_as_its_turn_comes_is_not_posted(
    way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, stars=1) as room:

        async def due_a_moment_ago(number: int) -> DuePost:
            if way == "deleted":
                await room.house.requests.delete_picture(number, 5)
            else:
                await make_private(room)
            return DuePost(number, MIA.server_id, 75)

        monkeypatch.setattr(room.records, "due_post", due_a_moment_ago)
        await room.vote()
        await seen_to(room)

        assert room.writer.posted == []


async def test_a_lead_who_has_mended_something_need_not_wait_for_the_next_attempt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(of_posts, "PATIENCE", (3600.0,))
    async with a_room(tmp_path, stars=1) as room:
        room.writer.fails = 1
        await room.vote()
        await room.until(lambda: not room.writer.fails)
        await asyncio.sleep(0.02)

        room.posts.post_all_soon()
        await seen_to(room)

        assert room.writer.posted == [(GALLERY, 1, 75)]
