"""What is said below a member's reply: questions, and hints and refusals that go away again. Nobody is pinged."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import structlog

from bot.delivery.patience import remove_quietly
from bot.delivery.telling import tell_below
from bot.errors import UserFacingError
from bot.interactions import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.interactions import AtelierClient

SWITCHED_OFF = (
    "Leads of this server have switched off that replies change pictures. Press ✏️ below the picture, or use /edit."
)
REFUSAL_STAYS = 180.0  # seconds
SAID_EVERY = 120.0  # seconds between two times that the same is said to the same member in the same channel
MOST_REMEMBERED = 1000  # sentences

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


class Passing:
    """What is said to members in passing: each sentence seldom, and not for long.

    Args:
        clock: seconds, from wherever.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: OrderedDict[tuple[int, int, str], float] = OrderedDict()
        self._leaving: set[asyncio.Task[None]] = set()

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
    ) -> None:
        """Say it as `tell_below` does, and remove it after that many seconds."""
        told = await tell_below(message, text, lambda: view, what=what, leaner=leaner)
        if told is not None:
            task = asyncio.create_task(_remove_later(told, stays), name=what)
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Leave what still stands."""
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)


async def _remove_later(told: discord.Message, stays: float) -> None:
    await asyncio.sleep(stays)
    await remove_quietly(told)
