"""Patience with Discord: dropped connections and its own faults are tried again, and what cannot be done is logged."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import discord
import stamina
import structlog

from bot.discord_limits import INTERACTION_GONE, UNKNOWN_MESSAGE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

ATTEMPTS = 5
PATIENCE = 60.0  # seconds for all attempts together
DROPPED = (aiohttp.ClientError, OSError)  # how a connection ends; TimeoutError is an OSError
PROBLEMS = (discord.DiscordException, *DROPPED)  # what asking Discord for something may end with

_log = structlog.stdlib.get_logger(__name__)


async def steadily(call: Callable[[], Awaitable[T]]) -> T:
    """Call until Discord takes it: dropped connections and its own faults are tried again.

    Only for what may be repeated: edits, deletions, and sends with a nonce.

    Raises:
        discord.HTTPException: what Discord said at last, or what trying again cannot mend.
        aiohttp.ClientError: no connection for `PATIENCE` seconds.
    """

    def is_transient(error: Exception) -> bool:
        if isinstance(error, discord.HTTPException):
            return isinstance(error, discord.DiscordServerError) or error.status == HTTPStatus.TOO_MANY_REQUESTS
        return isinstance(error, DROPPED)

    async for attempt in stamina.retry_context(
        on=is_transient, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=0.5, wait_max=8.0
    ):
        with attempt:
            return await call()
    raise AssertionError("retry_context returns or raises")


async def remove_quietly(message: discord.Message | discord.PartialMessage) -> bool:
    """Delete a message, patiently; whether it is gone now. One that cannot be deleted stays, and that is all."""
    try:
        await steadily(message.delete)
    except discord.NotFound:
        return True
    except PROBLEMS as problem:
        _log.info("message not removed", message=message.id, reason=repr(problem))
        return False
    return True


def is_gone(error: discord.HTTPException) -> bool:
    """The token or the message is of no use any more; trying again cannot help."""
    return error.code in INTERACTION_GONE or error.code == UNKNOWN_MESSAGE or error.status == HTTPStatus.NOT_FOUND
