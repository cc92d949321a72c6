"""Messages that show what is not to be seen there any more: taken away or reduced, also by the next process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from weakref import WeakValueDictionary

import structlog

from bot.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.services.ledger import Requests

_log = structlog.stdlib.get_logger(__name__)


class Screen(Protocol):
    """The messages that show a result. Nothing here raises because a message cannot be changed."""

    async def remove(self, channel_id: int, message_id: int) -> bool:
        """Take the message away; whether it is gone now."""
        ...

    async def reduce(self, channel_id: int, message_id: int, gone: Collection[int]) -> bool:
        """Let the message show nothing of the pictures with these numbers; whether it does so now."""
        ...


@dataclass(frozen=True, slots=True)
class ResultMessage:
    """A message that shows a result, or did.

    Attributes:
        private: only who asked for the result sees it.
    """

    request_id: str
    channel_id: int
    message_id: int
    private: bool


class ResultMessages(Protocol):
    """Keeps which messages are outdated."""

    async def outdated(self, request_id: str | None = None) -> Sequence[ResultMessage]:
        """Those of a request, or of all, that show what is not to be seen there any more; oldest first."""
        ...

    async def brought_up(self, message_id: int) -> None:
        """It shows only what may be seen there, or is gone."""
        ...


@dataclass(frozen=True)
class Upkeep:
    """Brings messages up to date: those of one result one after the other, for each is edited as it is then."""

    requests: Requests
    result_messages: ResultMessages
    _turns: WeakValueDictionary[str, asyncio.Lock] = field(
        default_factory=lambda: WeakValueDictionary[str, asyncio.Lock]()  # noqa: PLW0108 - it says of what
    )

    def turn(self, request_id: str) -> asyncio.Lock:
        """To be held by whoever changes what may be seen of a request's pictures."""
        return self._turns.setdefault(request_id, asyncio.Lock())

    async def bring_up(self, request_id: str, screen: Screen) -> Sequence[ResultMessage] | None:
        """Change what is outdated of a request, in one's turn.

        Returns:
            What could not be changed, and is tried again after the next start; None if there was nothing to change.
        """
        try:
            result_messages = await self.result_messages.outdated(request_id)
            left = [each for each in result_messages if not await self._brought_up(each, screen)]
        except DatabaseError as problem:
            _log.warning("outdated messages not found", request=request_id, reason=str(problem))
            return None
        return left if result_messages else None

    async def bring_all_up(self, screen: Screen) -> None:
        """Change what an earlier process did not live to change, or could not."""
        for request_id in dict.fromkeys(each.request_id for each in await self.result_messages.outdated()):
            async with self.turn(request_id):
                await self.bring_up(request_id, screen)

    async def _brought_up(self, message: ResultMessage, screen: Screen) -> bool:
        order = await self.requests.get(message.request_id)
        made = [] if order is None else [job.picture for job in order.jobs if job.picture is not None]
        gone = [each.number for each in made if each.deleted or (order and order.hides(each) and not message.private)]
        if len(gone) == len(made):
            changed = await screen.remove(message.channel_id, message.message_id)
        else:
            changed = await screen.reduce(message.channel_id, message.message_id, gone)
        if changed:
            await self.result_messages.brought_up(message.message_id)
        return changed
