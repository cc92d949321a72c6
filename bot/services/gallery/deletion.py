"""Deleting pictures: who may, what the audit keeps, in which order, and which files go."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.errors import DatabaseError, DecisionRefusedError, NotYoursError, PictureGoneError
from bot.services.policy import Decision
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.services.gallery.file_holds import FileHolds
    from bot.services.ledger import Order, Picture, Requests
    from bot.services.policy import Audit

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Deleter:
    """Who wants something deleted, and where.

    Attributes:
        moderates: they may delete other people's messages there.
    """

    user_id: int
    server_id: int
    moderates: bool


class Screen(Protocol):
    """The messages that show a result. Nothing here raises because a message cannot be changed."""

    async def remove(self, channel_id: int, message_id: int) -> bool:
        """Take the message away; whether it is gone now."""
        ...

    async def reduce(self, channel_id: int, message_id: int, gone: Sequence[Picture], kept: Sequence[Picture]) -> bool:
        """Let the message show only what is kept of its pictures; whether the others are gone from it now."""
        ...


@dataclass(frozen=True)
class Deletions:
    """Deletes pictures: those of one result one after the other, for its message is edited as it is then."""

    requests: Requests
    file_holds: FileHolds
    audit: Audit
    clock: Callable[[], float]
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=lambda: WeakValueDictionary[str, asyncio.Lock]()  # noqa: PLW0108 - it says of what
    )

    def check(self, order: Order, deleter: Deleter) -> None:
        """May they?

        Raises:
            NotYoursError: they neither asked for it nor moderate.
        """
        if order.requester.user_id != deleter.user_id and not deleter.moderates:
            raise NotYoursError("Only the member who asked for this picture, or a moderator, can delete it.")

    async def delete(self, order: Order, number: int | None, deleter: Deleter, screen: Screen) -> bool:
        """Delete one picture of a result, or all that are left of it; what they cost stays booked.

        Args:
            order: the request behind the result.
            number: of the picture; None for all.
            deleter: who wants it.
            screen: changes the messages.

        Returns:
            Whether no message shows it any more; False too if there is none that could be changed.

        Raises:
            NotYoursError: they may not.
            PictureGoneError: it was deleted already.
            DecisionRefusedError: that cannot be written; nothing was deleted.
        """
        self.check(order, deleter)
        turn = self._turns.setdefault(order.id, asyncio.Lock())
        async with turn:
            try:
                order, gone, files = await self._taken_out(order, number, deleter)
            except DatabaseError as problem:
                raise DecisionRefusedError(
                    f"{problem.reason}, so I deleted nothing: all is there as before. {problem.cure}"
                ) from problem
            unseen = await self._unshow(order, gone, screen)
            await self.file_holds.forget(files)
        return unseen

    async def _taken_out(
        self, order: Order, number: int | None, deleter: Deleter
    ) -> tuple[Order, tuple[Picture, ...], Sequence[str]]:
        """Mark it as deleted: the request as it was, the pictures that go, and the files that nothing uses any more."""
        order = await self.requests.get(order.id) or order
        gone = tuple(each for each in order.pictures if number in {None, each.number})
        if not gone:
            raise PictureGoneError
        if order.requester.user_id != deleter.user_id:  # first: nobody deletes what is not written down
            await self._write_down(order, gone, deleter)
        # Marked before anything else goes: whatever ends this process, nobody starts from them any more, and a
        # sweep removes the files.
        return order, gone, await self._mark(order, number)

    async def _unshow(self, order: Order, gone: tuple[Picture, ...], screen: Screen) -> bool:
        kept = tuple(each for each in order.pictures if each not in gone)
        try:
            places = await self.requests.messages(order.id)
        except DatabaseError as problem:
            _log.warning("messages of what was deleted not found", request=order.id, reason=str(problem))
            return False
        if kept:
            changed = [await screen.reduce(channel, message, gone, kept) for channel, message in places]
        else:
            changed = [await screen.remove(channel, message) for channel, message in places]
        return bool(changed) and all(changed)

    async def _mark(self, order: Order, number: int | None) -> Sequence[str]:
        """The files that nothing uses from now on."""
        at = int(self.clock())
        if number is None:
            return await self.requests.delete_pictures(order.id, at)
        return await self.requests.delete_picture(number, at)

    async def _write_down(self, order: Order, gone: Sequence[Picture], deleter: Deleter) -> None:
        """Keep who deleted whose pictures."""
        which = listed(tuple(f"#{picture.number}" for picture in gone), "and")
        subject = f"{which} of <@{order.requester.user_id}>"
        at = int(self.clock())
        await self.audit.record(
            deleter.server_id, Decision(deleter.user_id, at, "picture delete", subject, "kept", "deleted")
        )
