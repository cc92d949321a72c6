"""Votes, and the rounds of the messages that tell how many there are."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.errors import DatabaseError, PictureGoneError
from bot.services.gallery import stars as of_stars
from bot.services.policy import GalleryChannel
from tests.services.gallery.voting import GALLERY, a_room

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _no_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_stars, "INTERVAL", 0.0)


async def test_a_vote_is_told_by_every_message_that_shows_the_result(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        counted = await room.vote()
        await room.until(lambda: len(room.labels.told) == 2)

        assert counted.vote.starred
        assert counted.gallery is None
        assert room.labels.told == [(5, 70, [1, 0]), (5, 71, [1, 0])]


async def test_what_is_voted_during_a_round_is_told_by_one_more(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        room.labels.gate.clear()
        await room.vote()
        await asyncio.sleep(0.05)
        for user in range(6, 26):
            await room.vote(2, user)
        room.labels.gate.set()
        await room.until(lambda: room.labels.told[-1:] == [(5, 71, [1, 20])])

        assert len(room.labels.told) <= 6


@pytest.mark.parametrize(
    ("fault", "has_traceback"), [(RuntimeError("as it happens"), True), (DatabaseError("It is locked."), False)]
)
async def test_a_round_that_fails_is_made_good_by_the_next_vote(
    fault: Exception, tmp_path: Path, *, has_traceback: bool
) -> None:
    async with a_room(tmp_path) as room:
        room.labels.breaks = fault
        with capture_logs() as logs:
            await room.vote()
            await asyncio.sleep(0.05)
        assert room.labels.told == []
        assert [bool(line.get("exc_info")) for line in logs if line["event"] == "stars not shown"] == [has_traceback]

        assert not (await room.vote()).vote.starred
        await room.until(lambda: room.labels.told[-1:] == [(5, 71, [0, 0])])


async def test_before_the_bot_can_speak_a_vote_counts_and_nothing_is_changed(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        room.stars.labels = None

        assert (await room.vote()).vote.starred
        await asyncio.sleep(0.05)

        assert room.labels.told == []


async def test_a_deleted_picture_takes_no_vote(tmp_path: Path) -> None:
    async with a_room(tmp_path) as room:
        await room.house.requests.delete_picture(2, 5)

        with pytest.raises(PictureGoneError):
            await room.vote(2)


@pytest.mark.parametrize("gallery", [None, GalleryChannel(GALLERY, 9)])
async def test_of_very_many_messages_the_first_the_newest_and_those_in_the_gallery_are_told(
    gallery: GalleryChannel | None, tmp_path: Path
) -> None:
    async with a_room(tmp_path) as room:
        await room.choose(gallery)
        await room.house.requests.delivered("r1", 5, GALLERY, [100])
        await room.house.requests.delivered("r1", 5, 5, list(range(200, 225)))

        await room.vote()
        await room.until(lambda: (5, 224, [1, 0]) in room.labels.told)

        told = [message_id for _, message_id, _ in room.labels.told]
        assert told == [70, *([] if gallery is None else [100]), *range(205, 225)]
