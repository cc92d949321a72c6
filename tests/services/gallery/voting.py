"""A result whose pictures are starred, and doubles of what Discord shows of that."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import GalleryPosts, GalleryWriter, StarLabels, Stars
from bot.services.ledger import Settlement
from bot.services.policy import Decisions, GalleryChannel, Lead, ServerSettings
from bot.services.requests import StoredImage
from bot.storage.gallery_posts import SqliteGalleryPosts
from bot.storage.stars import SqliteStars
from tests.services.fakes import MIA, NOON, USAGE, House, a_house, a_request

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from pathlib import Path

    from bot.services.gallery import Counted, DuePost
    from bot.services.ledger import Order, Picture

GALLERY = 900


@dataclass
class Labels(StarLabels):
    """Remembers what each message was told of the stars; waits while the gate is closed, and fails once if it is to."""

    changed: asyncio.Event
    told: list[tuple[int, int, list[int]]] = field(default_factory=list[tuple[int, int, list[int]]])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    breaks: Exception | None = None
    takes: bool = True

    @override
    async def renew(self, order: Order, channel_id: int, message_id: int) -> bool:
        if self.breaks is not None:
            breaks, self.breaks = self.breaks, None
            raise breaks
        await self.gate.wait()
        self.told.append((channel_id, message_id, [picture.stars for picture in order.pictures]))
        self.changed.set()
        return self.takes


@dataclass
class Writer(GalleryWriter):
    """Posts into a list, as often as it is asked; fails first as often as it is to.

    Attributes:
        before: done between the post and its receipt.
        loses: how many receipts are lost.
    """

    changed: asyncio.Event
    posted: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])  # channel, picture, vote
    taken_down: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    why_not: str | None = None
    fails: int = 0
    loses: int = 0
    before: Callable[[], object] | None = None

    @override
    async def obstacle(self, order: Order, channel_id: int) -> str | None:
        if self.why_not == "?":
            raise LookupError("not found out")
        return self.why_not

    @override
    async def find(self, due: DuePost, channel_id: int) -> int | None:
        stands = (channel_id, due.number, due.vote_id) in self.posted
        return 1000 + due.number if stands else None

    @override
    async def post(self, order: Order, picture: Picture, due: DuePost, channel_id: int) -> int:
        if self.fails:
            self.fails -= 1
            raise OSError("not now")
        self.posted.append((channel_id, picture.number, due.vote_id))
        if self.loses:
            self.loses -= 1
            raise OSError("no receipt")
        await asyncio.sleep(0)
        self.changed.set()
        return 1000 + picture.number

    @override
    async def take_down(self, channel_id: int, message_id: int) -> None:
        self.taken_down.append((channel_id, message_id))
        self.changed.set()


class Room:
    """A result of two pictures in two messages, and who counts its stars."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.changed = asyncio.Event()
        self.records = SqliteGalleryPosts(house.database)
        self.labels, self.writer = Labels(self.changed), Writer(self.changed)
        self.labels.gate.set()
        self.open()

    def open(self) -> None:
        """As a new process does."""
        house = self.house
        self.posts = GalleryPosts(self.records, house.requests, house.policies)
        self.stars = Stars(SqliteStars(house.database), self.posts, house.requests, house.policies, house.clock)
        self.stars.labels, self.posts.writer = self.labels, self.writer

    async def restart(self) -> None:
        await self.stars.close()
        self.open()
        self.posts.post_all_soon()

    async def choose(self, gallery: GalleryChannel | None) -> None:
        """A lead does."""
        settings = ServerSettings(Decisions(self.house.policies, self.house.clock))
        await settings.set_gallery(Lead(MIA.server_id, 50), gallery)

    async def vote(self, number: int = 1, user_id: int = 5) -> Counted:
        return await self.stars.vote(70 + user_id, await self.house.kept("r1"), number, user_id)

    async def until(self, predicate: Callable[[], object]) -> None:
        """Wait until it holds; it is asked after whatever happens on Discord, and now and then."""
        async with asyncio.timeout(30):
            while not predicate():
                self.changed.clear()
                try:
                    await asyncio.wait_for(self.changed.wait(), 0.02)
                except TimeoutError:
                    continue


@asynccontextmanager
async def a_room(folder: Path, stars: int | None = None) -> AsyncGenerator[Room]:
    """Open; with a gallery to which so many `stars` bring a picture."""
    async with a_house(folder, begun=False) as house:
        await house.reserved("r1", a_request(count=2))
        for index in (1, 2):
            await house.ledger.dispatch(f"r1:{index}", NOON)
            image = StoredImage(f"{index}" * 64, "image/png", 1024, 1024, 5)
            await house.ledger.settle(f"r1:{index}", Settlement(7_000, USAGE, image, 2.5, "req_1"), NOON)
        await house.requests.delivered("r1", NOON, 5, [70, 71])
        room = Room(house)
        if stars is not None:
            await room.choose(GalleryChannel(GALLERY, stars))
        yield room
        await room.stars.close()
