"""Votes, and the rounds of the messages that tell how many there are."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import PictureGoneError
from bot.services.gallery import StarLabels, Stars
from bot.services.gallery import stars as of_stars
from bot.services.ledger import Settlement
from bot.services.requests import StoredImage
from bot.storage.stars import SqliteStars
from tests.services.fakes import NOON, USAGE, House, a_house, a_request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.ledger import Order


@dataclass
class Labels(StarLabels):
    """Remembers what each message was told of the stars; waits while the gate is closed, and fails once if it is to."""

    told: list[tuple[int, int, list[int]]] = field(default_factory=list[tuple[int, int, list[int]]])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    told_one: asyncio.Event = field(default_factory=asyncio.Event)
    breaks: bool = False

    @override
    async def renew(self, order: Order, channel_id: int, message_id: int) -> None:
        if self.breaks:
            self.breaks = False
            raise RuntimeError("as it happens")
        await self.gate.wait()
        self.told.append((channel_id, message_id, [picture.stars for picture in order.pictures]))
        self.told_one.set()


@dataclass
class Room:
    """A result of two pictures in two messages, and who counts its stars."""

    house: House
    stars: Stars
    labels: Labels

    async def vote(self, number: int = 1, user_id: int = 5) -> bool:
        order = await self.house.kept("r1")
        picture = next(job.picture for job in order.jobs if job.picture is not None and job.picture.number == number)
        return (await self.stars.vote(order, picture, user_id)).starred


@asynccontextmanager
async def a_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Room]:
    monkeypatch.setattr(of_stars, "INTERVAL", 0.0)
    async with a_house(folder, begun=False) as house:
        await house.reserved("r1", a_request(count=2))
        for index in (1, 2):
            await house.ledger.dispatch(f"r1:{index}", NOON)
            image = StoredImage(f"{index}" * 64, "image/png", 1024, 1024, 5)
            await house.ledger.settle(f"r1:{index}", Settlement(7_000, USAGE, image, 2.5, "req_1"), NOON)
        await house.requests.delivered("r1", NOON, 5, [70, 71])
        stars, labels = Stars(SqliteStars(house.database), house.requests, house.clock), Labels()
        stars.labels = labels
        labels.gate.set()
        yield Room(house, stars, labels)
        await stars.close()


async def seen(room: Room, *stars: int) -> None:
    """Wait until the last message tells so many."""
    async with asyncio.timeout(30):
        while not room.labels.told or room.labels.told[-1] != (5, 71, [*stars]):
            await room.labels.told_one.wait()
            room.labels.told_one.clear()


async def test_a_vote_is_told_by_every_message_that_shows_the_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, monkeypatch) as room:
        assert await room.vote()
        await seen(room, 1, 0)

        assert room.labels.told == [(5, 70, [1, 0]), (5, 71, [1, 0])]


async def test_what_is_voted_during_a_round_is_told_by_one_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, monkeypatch) as room:
        room.labels.gate.clear()
        await room.vote()
        await asyncio.sleep(0.05)
        for user in range(6, 26):
            await room.vote(2, user)
        room.labels.gate.set()
        await seen(room, 1, 20)

        assert len(room.labels.told) <= 6


async def test_a_round_that_fails_is_made_good_by_the_next_vote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, monkeypatch) as room:
        room.labels.breaks = True
        await room.vote()
        await asyncio.sleep(0.05)
        assert room.labels.told == []

        assert not await room.vote()
        await seen(room, 0, 0)


async def test_before_the_bot_can_speak_a_vote_counts_and_nothing_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_room(tmp_path, monkeypatch) as room:
        room.stars.labels = None

        assert await room.vote()
        await asyncio.sleep(0.05)

        assert room.labels.told == []


async def test_a_deleted_picture_takes_no_vote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_room(tmp_path, monkeypatch) as room:
        await room.house.requests.delete_picture(2, NOON)

        with pytest.raises(PictureGoneError):
            await room.vote(2)
