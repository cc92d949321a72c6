"""Attachments, a store of requests and a Discord that need no network and no database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.inputs import Gatherer
from bot.services.gallery import FileHolds
from bot.services.requests import Change, StoredImage
from bot.services.turns import Member
from bot.storage.blobs import FileBlobs
from bot.storage.ledger.requests import SqliteRequests
from tests.delivery.errors import refused
from tests.examples import CATALOG, REQUEST, job, order, picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.services.catalog import Catalog
    from bot.services.ledger import Order, Picture
    from bot.services.requests import ImageRequest


class Attached(discord.Attachment):
    """A file that a member attached.

    Attributes:
        content: what a download brings.
        problems: raised by the next downloads.
        gate: no download goes on while it is shut.
        reads: how often it was downloaded.
    """

    def __init__(
        self,
        filename: str,
        content: bytes,
        *,
        declared: int | None = None,
        content_type: str | None = "image/png",
        shape: tuple[int, int] | None = None,
        problems: Sequence[Exception] = (),
    ) -> None:
        self.filename = filename
        self.content = content
        self.size = len(content) if declared is None else declared
        self.content_type = content_type
        self.width, self.height = shape or (None, None)
        self.problems = list(problems)
        self.gate = asyncio.Event()
        self.gate.set()
        self.reads = 0

    @override
    async def read(self, *, use_cached: bool = False) -> bytes:
        self.reads += 1
        await self.gate.wait()
        if self.problems:
            raise self.problems.pop(0)
        return self.content


class Shown(discord.Message):
    """A message that shows files."""

    def __init__(self, *attachments: discord.Attachment) -> None:
        self.attachments = list(attachments)


class Channel(discord.PartialMessageable):
    """A channel in which one message is fetched; exceptions are raised, one after the other."""

    def __init__(self, found: list[Shown | Exception]) -> None:
        self._found = found

    @override
    async def fetch_message(self, id: int, /) -> discord.Message:
        message = self._found.pop(0) if self._found else refused(404, 10008)
        if isinstance(message, Exception):
            raise message
        return message


class Discord(discord.Client):
    """A client that knows messages by (channel id, message id).

    Attributes:
        messages: what fetching them brings, attempt by attempt; those that are not there are gone.
    """

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.messages: dict[int, list[Shown | Exception]] = {}

    @override
    def get_partial_messageable(
        self, id: int, *, guild_id: int | None = None, type: discord.ChannelType | None = None
    ) -> discord.PartialMessageable:
        return Channel(self.messages.get(id, []))


class KnownRequests(SqliteRequests):
    """Knows what it is told, and no database.

    Attributes:
        shown_by: (channel id, message id) of messages that show the result, for every request.
        known: requests as they are now.
        needed: digests that somebody needs.
    """

    def __init__(self) -> None:
        self.shown_by: list[tuple[int, int]] = []
        self.known: dict[str, Order] = {}
        self.needed: set[str] = set()

    @override
    async def get(self, request_id: str) -> Order | None:
        return self.known.get(request_id)

    @override
    async def messages(self, request_id: str) -> Sequence[tuple[int, int]]:
        return self.shown_by

    @override
    async def unused(self, digests: Sequence[str]) -> Sequence[str]:
        return [digest for digest in digests if digest not in self.needed]


MEMBER = Member(1, 2)


class Studio:
    """A gatherer and all that stands behind it, with real files."""

    def __init__(self, directory: Path, catalog: Catalog = CATALOG) -> None:
        self.directory = directory / "images"
        self.blobs = FileBlobs(self.directory)
        self.requests = KnownRequests()
        self.discord = Discord()
        self.file_holds = FileHolds(self.requests, self.blobs)
        self.said: list[str] = []
        self.gatherer = Gatherer(self.discord, catalog, self.requests, self.file_holds)

    async def say(self, text: str) -> None:
        """To the member, while their files are gathered."""
        self.said.append(text)

    @property
    def kept(self) -> set[str]:
        """The digests of all files in the store."""
        return {path.stem for path in self.directory.rglob("*.bin")}

    async def made(
        self, content: bytes, *, media_type: str = "image/png", shape: tuple[int, int] = (64, 48), number: int = 4821
    ) -> tuple[Order, Picture]:
        """A picture of ours that the store has, with the request behind it."""
        digest = await self.blobs.put(content)
        self.requests.needed.add(digest)
        stored = StoredImage(digest, media_type, *shape, len(content))
        made = picture(number, image=stored)
        return order(job(1, made)), made


def an_edit(change: Change = Change.EDIT, **changes: object) -> ImageRequest:
    """A request that changes a picture."""
    return replace(REQUEST, **({"change": change, "size": "1024x768"} | changes))  # type: ignore[arg-type]  # fields by name
