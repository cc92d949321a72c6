"""Patience with Discord: what waiting may cure is tried again; what it has refused moves on to another way at once."""

from __future__ import annotations

import re
from collections import OrderedDict
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import discord
import stamina
import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")

ATTEMPTS = 5
PATIENCE = 60.0  # seconds for all attempts together
DROPPED = (aiohttp.ClientError, OSError)  # how a connection ends; TimeoutError is an OSError
PROBLEMS = (discord.DiscordException, *DROPPED)  # what asking Discord for something may end with
MOST_REMEMBERED = 1000  # interactions
_FIRST_ANSWER = re.compile(r"/interactions/([0-9]+)/[^/]+/callback$")

_log = structlog.stdlib.get_logger(__name__)


def is_refusal(error: BaseException) -> bool:
    """Whether Discord says no and will go on to: every error of ours (4xx) but the one of going too fast.

    Its own faults (5xx), rate limits and broken connections pass. Codes are not asked: Discord has new ones every year.
    """
    return (
        isinstance(error, discord.HTTPException)
        and error.status // 100 == HTTPStatus.BAD_REQUEST // 100
        and error.status != HTTPStatus.TOO_MANY_REQUESTS
    )


async def steadily(call: Callable[[], Awaitable[T]]) -> T:
    """Call until Discord takes it: dropped connections and its own faults are tried again.

    Only for what may be repeated: edits, deletions, and sends with a nonce.

    Raises:
        discord.HTTPException: what Discord said at last, or what it refuses.
        aiohttp.ClientError: no connection for `PATIENCE` seconds.
    """

    def passes(error: Exception) -> bool:
        return isinstance(error, (discord.HTTPException, *DROPPED)) and not is_refusal(error)

    async for attempt in stamina.retry_context(
        on=passes, attempts=ATTEMPTS, timeout=PATIENCE, wait_initial=0.5, wait_max=8.0
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


class Repeats:
    """Knows of which interactions the first answer was sent again: discord.py itself does so after a 5xx.

    The first attempt may have arrived all the same. Then Discord refuses the second as one too many (40060), and that
    means that ours is there, not that somebody else was before us.
    """

    def __init__(self) -> None:
        self._sent: OrderedDict[int, int] = OrderedDict()

    def sent(self, path: str) -> None:
        """A request goes to Discord."""
        found = _FIRST_ANSWER.search(path)
        if found is None:
            return
        interaction_id = int(found[1])
        self._sent[interaction_id] = self._sent.get(interaction_id, 0) + 1
        if len(self._sent) > MOST_REMEMBERED:
            self._sent.popitem(last=False)

    def __contains__(self, interaction_id: int) -> bool:
        return self._sent.get(interaction_id, 0) > 1
