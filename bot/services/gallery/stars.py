"""Stars: members mark pictures as their favourites, and every message that shows one says how many do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog

from bot.errors import PictureGoneError
from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.ledger import Order, Picture, Requests

INTERVAL = 5.0  # seconds between two rounds of the messages that show a result

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Vote:
    """What a press did.

    Attributes:
        starred: whether the picture is one of the member's favourites now.
        stars: how many members' it is.
    """

    starred: bool
    stars: int


class StarRecords(Protocol):
    """Keeps who has starred what."""

    async def toggle(self, number: int, user_id: int, at: int) -> Vote | None:
        """Star a picture, or take that back; None, and nothing is written, if the picture is deleted."""
        ...


class StarLabels(Protocol):
    """The buttons that say how many stars a picture has."""

    async def renew(self, order: Order, channel_id: int, message_id: int) -> None:
        """Let a message that shows a result say it as it is now. Never raises."""
        ...


class Stars:
    """Counts stars.

    Attributes:
        labels: set when the bot can speak; until then nothing that was posted is changed.
    """

    def __init__(self, records: StarRecords, requests: Requests, clock: Callable[[], float]) -> None:
        self.labels: StarLabels | None = None
        self._records = records
        self._requests = requests
        self._clock = clock
        self._old: set[str] = set()  # requests whose messages say what was
        self._at_work: set[str] = set()  # those whose messages are being changed, or were a moment ago
        self._background = Background()

    async def vote(self, order: Order, picture: Picture, user_id: int) -> Vote:
        """Star a picture for a member, or take that back.

        Raises:
            PictureGoneError: it was deleted.
        """
        vote = await self._records.toggle(picture.number, user_id, int(self._clock()))
        if vote is None:
            raise PictureGoneError
        self._old.add(order.id)
        if order.id not in self._at_work:
            self._at_work.add(order.id)
            self._background.begin(self._renew(order.id), f"stars {order.id}")
        return vote

    async def close(self) -> None:
        """Stop; what says an old number goes on saying it until somebody votes again."""
        await self._background.close()

    async def _renew(self, request_id: str) -> None:
        """One round of the messages at once, and another after a while if there were votes meanwhile."""
        try:
            while request_id in self._old:
                self._old.discard(request_id)
                await self._renew_once(request_id)
                await asyncio.sleep(INTERVAL)
        except Exception:  # noqa: BLE001 - the vote counts all the same, and the next one tries again
            _log.exception("stars not shown", request=request_id)
        finally:
            self._at_work.discard(request_id)

    async def _renew_once(self, request_id: str) -> None:
        order = await self._requests.get(request_id)
        if self.labels is None or order is None:
            return
        for channel_id, message_id in await self._requests.messages(request_id):
            await self.labels.renew(order, channel_id, message_id)
