"""What is said below a member's reply: refusals, questions, and hints that go away again. Nobody is pinged."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.delivery.posting import steadily
from bot.delivery.replies import send_below
from bot.interactions import spoken

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.interactions import AtelierClient

PROBLEMS = (discord.DiscordException, aiohttp.ClientError, OSError)  # of saying anything
HINT_STAYS = 60.0  # seconds
HINT_EVERY = 600.0  # seconds between two hints to the same member in the same channel
MOST_REMEMBERED = 1000  # hints

_log = structlog.stdlib.get_logger(__name__)


async def say_below(
    message: discord.Message, text: str, view: discord.ui.View | None = None, *, what: str
) -> discord.Message | None:
    """Reply to a member. Where that is not possible it is logged, and None.

    `what`, of at most 5 characters, lets Discord drop what is said twice of the same message.
    """
    try:
        return await send_below(message.channel, message.id, text, f"{what}:{message.id}", view=view)
    except PROBLEMS as problem:
        _log.info("not said below a reply", message=message.id, reason=str(problem))
        return None


async def refuse(client: AtelierClient, message: discord.Message, error: Exception) -> None:
    """Say below a reply why nothing comes of it, in the words of `answer_failure`."""
    if isinstance(error, (discord.Forbidden, discord.NotFound)):  # so neither could it be said
        _log.info("reply not answered", message=message.id, reason=str(error))
        return
    server_id = None if message.guild is None else message.guild.id
    text, view = await spoken(client, error, server_id, message=message.id)
    await say_below(message, text, view, what="no")


class Hints:
    """Hints to members whose replies we may not read: seldom, and not for long.

    Args:
        clock: seconds, from wherever.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._given: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._leaving: set[asyncio.Task[None]] = set()

    def is_due(self, user_id: int, channel_id: int) -> bool:
        """Whether this member may get one in this channel; if so, it counts as given."""
        key, now = (user_id, channel_id), self._clock()
        if key in self._given and now - self._given[key] < HINT_EVERY:
            return False
        self._given[key] = now
        self._given.move_to_end(key)
        if len(self._given) > MOST_REMEMBERED:
            self._given.popitem(last=False)
        return True

    async def give(self, message: discord.Message, text: str, view: discord.ui.View) -> None:
        """Show a hint below a message, and remove it after a while."""
        hint = await say_below(message, text, view, what="hint")
        if hint is not None:
            task = asyncio.create_task(_remove_later(hint), name="hint")
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Leave the hints that still stand."""
        for task in self._leaving:
            task.cancel()
        await asyncio.gather(*self._leaving, return_exceptions=True)


async def _remove_later(hint: discord.Message) -> None:
    await asyncio.sleep(HINT_STAYS)
    try:
        await steadily(hint.delete)
    except PROBLEMS as problem:
        _log.info("hint not removed", message=hint.id, reason=str(problem))
