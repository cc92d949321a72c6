"""What happens on the local Discord, told to whoever watches: the demo's printer, the chat page, waiting tests."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.records import User, Version


class ChangeKind(Enum):
    """What happened."""

    MESSAGE_CREATED = "message created"
    MESSAGE_EDITED = "message edited"
    MESSAGE_DELETED = "message deleted"
    INVOKED = "invoked"
    ANSWERED = "answered"
    TYPING = "typing"
    COMMANDS_REGISTERED = "commands registered"
    BOT_CONNECTED = "bot connected"
    BOT_DISCONNECTED = "bot disconnected"
    REQUEST_SERVED = "request served"


@dataclass(frozen=True)
class Change:
    """One thing that happened.

    Attributes:
        kind: what.
        at: seconds since 1970 on the server's clock.
        by: who did it.
        channel: where.
        message: the message that was created, edited or deleted.
        version: how the message stood then; it may have been edited since.
        invocation: the interaction that was begun or answered.
        only_for: the one member who sees it; None when everybody in the channel does.
    """

    kind: ChangeKind
    at: float
    by: User | None = None
    channel: Channel | None = None
    message: Message | None = None
    invocation: Invocation | None = None
    only_for: User | None = None
    version: Version | None = None


class ChangeStream:
    """The changes from the moment it was made: `async for change in stream`. Ends when the sandbox closes."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._waiting: asyncio.Queue[Change | None] = asyncio.Queue()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        change = await self._waiting.get()
        if change is None:
            raise StopAsyncIteration
        return change

    def put(self, change: Change | None) -> None:
        """Add a change; None ends the stream."""
        self._waiting.put_nowait(change)

    def close(self) -> None:
        """End the stream after what already waits in it."""
        self._changes.leave(self)
        self.put(None)


class Changes:
    """Tells every watcher, and wakes every waiter.

    Attributes:
        write_down: is told first, and ends before anybody else is told.
    """

    def __init__(self) -> None:
        self.write_down: Callable[[Change], None] = lambda _: None
        self._streams: list[ChangeStream] = []
        self._news = asyncio.Event()

    def publish(self, change: Change) -> None:
        """Tell of a change."""
        self.write_down(change)
        for stream in self._streams:
            stream.put(change)
        self._news.set()
        self._news = asyncio.Event()

    def watch(self) -> ChangeStream:
        """A stream of everything from now on."""
        stream = ChangeStream(self)
        self._streams.append(stream)
        return stream

    def leave(self, stream: ChangeStream) -> None:
        """Tell this stream nothing more."""
        if stream in self._streams:
            self._streams.remove(stream)

    def close(self) -> None:
        """End all streams."""
        for stream in list(self._streams):
            stream.close()

    async def until(self, predicate: Callable[[], object], timeout: float) -> None:  # noqa: ASYNC109 - the caller's own words
        """Wait until the predicate holds; it is asked again after every change.

        Raises:
            TimeoutError: it did not hold within so many seconds.
        """
        try:
            async with asyncio.timeout(timeout):
                while not predicate():
                    await self._news.wait()
        except TimeoutError:
            raise TimeoutError(f"What was waited for did not happen within {timeout:g} seconds.") from None
