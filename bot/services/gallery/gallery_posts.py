"""The gallery channel: pictures with enough stars are posted there, each once, whatever fails or ends meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.services.ledger import Order, Picture, Requests
    from bot.services.policy import Policies

# Seconds between attempts to post a picture. After the last it waits for the next start, or the next choice of a lead.
PATIENCE = (15.0, 60.0, 300.0, 900.0, 3600.0)
LOOKING = 1.0  # seconds in which it is found out for a voter why a picture may not be shown; Discord waits 3

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class DuePost:
    """A picture that is to be posted.

    Attributes:
        number: of the picture.
        vote_id: of the press that brought it there; Discord's ids grow with time, so that its post has a higher one.
        begun_in: the channel where it may stand already; None if nothing was tried.
    """

    number: int
    server_id: int
    vote_id: int
    begun_in: int | None = None


class GalleryRecords(Protocol):
    """Keeps what is to be posted, and what was."""

    async def due(self) -> Sequence[DuePost]:
        """All that is to be posted, oldest first."""
        ...

    async def due_post(self, number: int) -> DuePost | None:
        """What is to be posted of this picture; None if it was, or nothing is.

        Of a picture that is deleted or private it is left whatever was begun.
        """
        ...

    async def begin(self, number: int, channel_id: int) -> bool:
        """Write down that it is about to be posted there; False if it is deleted or private meanwhile."""
        ...

    async def drop(self, number: int) -> None:
        """It is not to be posted after all; a later star may bring it there again."""
        ...

    async def posted(self, number: int, channel_id: int, message_id: int, stars: int) -> bool:
        """It stands there, and tells so many stars; False if it is deleted or private meanwhile, and must not.

        Then its message is outdated.
        """
        ...

    async def told(self, stars: Mapping[int, int]) -> None:
        """The posts of these pictures, as far as there are any, tell so many stars now."""
        ...

    async def untold(self) -> Sequence[str]:
        """The requests behind posts that do not tell the stars that there are."""
        ...


class GalleryWriter(Protocol):
    """Writes into gallery channels."""

    async def obstacle(self, order: Order, channel_id: int) -> str | None:
        """Why what a request made may not be shown there, as a clause behind *because*; None if it may.

        Raises:
            Exception: that cannot be found out now.
        """
        ...

    async def find(self, due: DuePost, channel_id: int) -> int | None:
        """The id of the message that an earlier attempt has posted there; None if none stands.

        Raises:
            Exception: that cannot be found out now.
        """
        ...

    async def post(self, order: Order, picture: Picture, due: DuePost, channel_id: int) -> int:
        """Post a picture; the message's id.

        Raises:
            Exception: it is not taken now.
        """
        ...

    async def take_down(self, channel_id: int, message_id: int) -> None:
        """Remove a post. Never raises."""
        ...


class GalleryPosts:
    """Posts what is due, and insists.

    Attributes:
        writer: set when the bot can speak; what was due before is posted by `post_all_soon` then.
        posted: told of the request behind a picture that was posted.
    """

    def __init__(self, records: GalleryRecords, requests: Requests, policies: Policies) -> None:
        self.writer: GalleryWriter | None = None
        self.posted: Callable[[str], None] | None = None
        self.records = records
        self._requests = requests
        self._policies = policies
        self._at_work: dict[int, asyncio.Event] = {}  # by the numbers of pictures: set to try again at once
        self._turn = asyncio.Lock()  # one picture after the other, for each is held in memory
        self._background = Background()

    def post_soon(self, number: int) -> None:
        """Post a picture in the background, if it is due: now, also where an attempt has failed and another waits."""
        if number in self._at_work:
            self._at_work[number].set()
        else:
            self._at_work[number] = asyncio.Event()
            self._background.begin(self._insist(number, self._at_work[number]), f"gallery {number}")

    def look_after(self, order: Order) -> None:
        """Some of its pictures are deleted or private now: what was begun of them, and stands, goes."""
        for picture in order.pictures:
            self.post_soon(picture.number)

    def post_all_soon(self) -> None:
        """What an earlier process left, or could not be posted yet; and let posts tell the stars that there are."""
        self._background.begin(self._post_all(), "gallery")

    async def close(self) -> None:
        """Stop; what is due is posted after the next start."""
        await self._background.close()

    async def obstacle(self, order: Order) -> str | None:
        """Why what a request made is not shown, as a clause; None if it is, or that is not found out in time."""
        gallery = (await self._policies.of(order.requester.server_id)).gallery
        if gallery is None or self.writer is None:
            return None
        try:
            async with asyncio.timeout(LOOKING):
                return await self.writer.obstacle(order, gallery.channel_id)
        except Exception as problem:  # noqa: BLE001 - it is looked at again before it is posted
            _log.info("not known whether it may be shown", request=order.id, reason=repr(problem))
            return None

    async def _post_all(self) -> None:
        try:
            for due in await self.records.due():
                self.post_soon(due.number)
            for request_id in await self.records.untold():
                self._tell_posted(request_id)
        except Exception:  # noqa: BLE001 - the next start tries again
            _log.exception("gallery not looked at")

    async def _insist(self, number: int, at_once: asyncio.Event) -> None:
        try:
            for seconds in (0.0, *PATIENCE):
                with suppress(TimeoutError):
                    await asyncio.wait_for(at_once.wait(), seconds)
                at_once.clear()
                if await self._is_seen_to(number):
                    return
            _log.error("not posted in the gallery; the next start tries again", picture=number)
        finally:
            del self._at_work[number]

    async def _is_seen_to(self, number: int) -> bool:
        try:
            async with self._turn:
                return await self._attempt(number)
        except Exception as problem:  # noqa: BLE001 - whatever it was, a later attempt may find it mended
            _log.warning("not posted in the gallery yet", picture=number, reason=repr(problem))
            return False

    async def _attempt(self, number: int) -> bool:
        """Whether nothing is left to be done."""
        due, writer = await self.records.due_post(number), self.writer
        if due is None or writer is None:
            return due is None
        if due.begun_in is not None and (message_id := await writer.find(due, due.begun_in)) is not None:
            await self._stands(due, due.begun_in, message_id, writer)
            return True
        gallery = (await self._policies.of(due.server_id)).gallery
        order = await self._requests.of_picture(number, due.server_id)
        picture = _picture_of(order, number)
        if order is None or picture is None or gallery is None or order.hides(picture):
            await self.records.drop(number)
            return True
        order, place = order.seen_at(picture), gallery.channel_id
        if await writer.obstacle(order, place) or not await self.records.begin(number, place):
            await self.records.drop(number)
            return True
        await self._stands(due, place, await writer.post(order, picture, due, place), writer)
        return True

    async def _stands(self, due: DuePost, channel_id: int, message_id: int, writer: GalleryWriter) -> None:
        order = await self._requests.of_picture(due.number, due.server_id)
        picture = _picture_of(order, due.number)
        stars = 0 if picture is None else picture.stars
        if await self.records.posted(due.number, channel_id, message_id, stars) and order is not None:
            self._tell_posted(order.id)
        else:
            await writer.take_down(channel_id, message_id)

    def _tell_posted(self, request_id: str) -> None:
        if self.posted is not None:
            self.posted(request_id)


def _picture_of(order: Order | None, number: int) -> Picture | None:
    return None if order is None else next((each for each in order.pictures if each.number == number), None)
