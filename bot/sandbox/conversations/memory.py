"""The responses that are kept: gone on from, asked for again, and forgotten in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any

from bot.sandbox.images.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable
    from datetime import datetime

    from bot.sandbox.conversations.content import Entry
    from bot.sandbox.images.inputs import InputPicture

OPEN = ("queued", "in_progress")


class Break(Enum):
    """What happens, once, to the connection over which a response was asked for."""

    CUT = "it closes in the middle of an event"
    END = "it ends politely"


class Transcript:
    """The events of one response in their order, which may be followed from any of them while it is told.

    Attributes:
        is_over: nothing comes any more.
    """

    def __init__(self) -> None:
        self.is_over = False
        self._told: list[bytes | Break] = []
        self._more = asyncio.Event()

    def __len__(self) -> int:
        return sum(isinstance(each, bytes) for each in self._told)

    def tell(self, event: bytes | Break) -> None:
        """Add an event."""
        self._told.append(event)
        self._more.set()

    def end(self) -> None:
        """Nothing comes any more."""
        self.is_over = True
        self._more.set()

    async def follow(self, after: int | None = None) -> AsyncGenerator[bytes | Break]:
        """The events, from the first on and with what breaks the connection, or without that behind number `after`."""
        place = number = 0
        while True:
            while place < len(self._told):
                told = self._told[place]
                place += 1
                if isinstance(told, Break):
                    if after is None:
                        yield told
                    continue
                number += 1
                if after is None or number - 1 > after:
                    yield told
            if self.is_over:
                return
            self._more.clear()
            await self._more.wait()


@dataclass
class Response:
    """One response.

    Attributes:
        body: the object that the API shows of it.
        context: all that it was made from, and what it said.
        known: tokens of that, as its main model read them.
        seen: the pictures that the image model was sent for it.
        touched: when all of that was last in the caches.
        task: what makes it.
    """

    id: str
    body: dict[str, Any]
    created: datetime
    touched: datetime
    context: tuple[Entry, ...] = ()
    known: int = 0
    seen: tuple[InputPicture, ...] = ()
    transcript: Transcript = field(default_factory=Transcript)
    task: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """It is still being made."""
        return self.body["status"] in OPEN


class Memory:
    """Responses by their ids, for so many days by this clock."""

    def __init__(self, now: Callable[[], datetime], days: float) -> None:
        self._now = now
        self._kept_for = timedelta(days=days)
        self._responses: dict[str, Response] = {}

    def keep(self, response: Response) -> None:
        """Remember it."""
        self._responses[response.id] = response

    def forget(self, response_id: str) -> None:
        """Remember it no more."""
        self._responses.pop(response_id, None)

    def get(self, response_id: str) -> Response:
        """A response that is asked for.

        Raises:
            Refusal: 404, it is not kept.
        """
        response = self._find(response_id)
        if response is None:
            raise Refusal(404, f"Response with id '{response_id}' not found.")
        return response

    def previous(self, response_id: str) -> Response:
        """A response to go on from.

        Raises:
            Refusal: 400, it is not kept, or has not come to an end.
        """
        response = self._find(response_id)
        if response is None or response.body["status"] not in {"completed", "incomplete"}:
            raise forgotten(response_id)
        return response

    def pictures(self) -> dict[str, Entry]:
        """What the tool made in them, by the call's id."""
        kept = (response for response in tuple(self._responses.values()) if self._find(response.id) is not None)
        return {entry.made_by: entry for each in kept for entry in each.context if entry.made_by is not None}

    def _find(self, response_id: str) -> Response | None:
        response = self._responses.get(response_id)
        if response is not None and self._now() >= response.created + self._kept_for:
            self.forget(response_id)
            return None
        return response


def forgotten(response_id: str) -> Refusal:
    """The response to go on from is not there."""
    message = f"Previous response with id '{response_id}' not found."
    return Refusal(400, message, param="previous_response_id", code="previous_response_not_found")
