"""What is said below a member's reply: questions, and hints and refusals that go away again. Nobody is pinged."""

from __future__ import annotations

import asyncio
import json
import time
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from bot.delivery.notices import tell_below
from bot.delivery.replies import words_below
from bot.discord_retries import PROBLEMS, remove_quietly
from bot.discord_ui.interactions import spoken
from bot.errors import DatabaseError, UserFacingError
from bot.language import phrase
from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import discord

    from bot.delivery.uploads import Upload
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.ledger import Notes

SWITCHED_OFF = phrase(
    "Leads of this server have switched off that replies change pictures. Press ✏️ below the picture, or use /edit."
)
REFUSAL_STAYS = 180.0  # seconds
SAID_EVERY = 120.0  # seconds between two times that the same is said to the same member in the same channel
MOST_REMEMBERED = 1000  # sentences
CLOSING = 5.0  # seconds that a shutdown waits until what was said in passing is gone; the next start sees to the rest
STANDING = "passing"  # names in the database what stands

_log = structlog.stdlib.get_logger(__name__)


async def refuse(client: AtelierClient, passing: Passing, message: discord.Message, error: Exception) -> None:
    """Say below a reply why nothing comes of it, in the words of `answer_failure`, and not again and again.

    It goes away again, unless there is something to press, or a reference that somebody has to be told.
    """
    server_id = None if message.guild is None else message.guild.id
    text, view = await spoken(client, error, server_id, message=message.id)
    if not passing.is_due(message, text):
        _log.info("refusal not repeated", message=message.id, reason=text)
    elif view is None and isinstance(error, UserFacingError):
        await passing.say(message, text, REFUSAL_STAYS, what="no")
    else:
        await tell_below(message, text, lambda: view, what="no")


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said in passing, and is to go away again.

    Attributes:
        channel_id: where it stands, or was to stand.
        reply_to: the member's message.
        told_id: its own id; 0 before Discord has told it.
    """

    channel_id: int
    reply_to: int
    told_id: int = 0


class Passing:
    """What is said to members in passing: each sentence seldom, and not for long.

    It goes away in time, at the end of the process, or at the next start: it is written down before it is said.

    Args:
        client: whose messages they are.
        notes: remembers what stands.
        clock: seconds, from wherever.
    """

    def __init__(self, client: discord.Client, notes: Notes, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._notes = notes
        self._clock = clock
        self._said: OrderedDict[tuple[int, int, str], float] = OrderedDict()
        self._standing: dict[int, Line] = {}
        self._numbered = 0
        self._leaving = Background()

    def is_due(self, message: discord.Message, text: str) -> bool:
        """Whether a member may be told this below their message; if so, it counts as said to them in this channel."""
        key, now = (message.author.id, message.channel.id, text), self._clock()
        if key in self._said and now - self._said[key] < SAID_EVERY:
            return False
        self._said[key] = now
        self._said.move_to_end(key)
        if len(self._said) > MOST_REMEMBERED:
            self._said.popitem(last=False)
        return True

    async def say(
        self,
        message: discord.Message,
        text: str,
        stays: float,
        view: discord.ui.View | None = None,
        *,
        what: str,
        leaner: str | None = None,
        uploads: Sequence[Upload] = (),
    ) -> None:
        """Say it as `tell_below` does, and remove it after that many seconds."""
        line = Line(message.channel.id, message.id)
        key = await self._stands(line)
        told = await tell_below(message, text, lambda: view, what=what, leaner=leaner, uploads=uploads)
        if told is None:
            await self._gone(key)
            return
        self._leave(key, stays)
        await self._stands(replace(line, channel_id=told.channel.id, told_id=told.id), key)

    async def open(self) -> None:
        """Remove, in the background, what an earlier process said and did not live to remove."""
        for line in json.loads(await self._notes.get(STANDING) or "[]"):
            self._standing[self._next()] = Line(*line)
        for key in self._standing:
            self._leave(key, 0)

    async def close(self) -> None:
        """Remove what stands, though not for long."""
        await self._leaving.close()
        for key in self._standing:
            self._leaving.begin(self._remove(key), f"passing {key}")
        await self._leaving.finish(CLOSING)

    def _next(self) -> int:
        self._numbered += 1
        return self._numbered

    def _leave(self, key: int, stays: float) -> None:
        self._leaving.begin(self._remove_later(key, stays), f"passing {key}")

    async def _remove_later(self, key: int, stays: float) -> None:
        await asyncio.sleep(stays)
        await self._remove(key)

    async def _remove(self, key: int) -> None:
        line = self._standing[key]
        channel = self._client.get_partial_messageable(line.channel_id)
        told_id = line.told_id
        if not told_id and self._client.user is not None:
            try:
                told_id = await words_below(channel, line.reply_to, self._client.user.id) or 0
            except PROBLEMS as problem:
                _log.info("not looked for", message=line.reply_to, reason=repr(problem))
        if told_id:
            await remove_quietly(channel.get_partial_message(told_id))
        await self._gone(key)

    async def _stands(self, line: Line, key: int = 0) -> int:
        key = key or self._next()
        self._standing[key] = line
        await self._write()
        return key

    async def _gone(self, key: int) -> None:
        self._standing.pop(key, None)
        await self._write()

    async def _write(self) -> None:
        lines = [(line.channel_id, line.reply_to, line.told_id) for line in self._standing.values()]
        try:
            await self._notes.put(STANDING, json.dumps(lines))
        except DatabaseError as problem:
            _log.info("not noted", reason=str(problem))  # what was noted before, the next start looks for in vain
