"""Steps that must get into the books: tried again while the disk is full, and not given up when the bot stops."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

import stamina
import structlog

from bot.services.ledger import ChargeConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

T = TypeVar("T")

_log = structlog.stdlib.get_logger(__name__)


async def persistently(book: Callable[[], Awaitable[object]]) -> None:
    """Book, at most for about a minute; `book` is a step that may be taken twice.

    Raises:
        ChargeConflictError: at once, for no patience helps against it.
        Exception: what the last attempt raised.
    """

    def passes(error: Exception) -> bool:
        return not isinstance(error, ChargeConflictError)

    async for attempt in stamina.retry_context(on=passes, attempts=None, wait_initial=0.2, wait_max=10, timeout=60):
        with attempt:
            await book()


async def to_the_end(step: Coroutine[Any, Any, T]) -> T:
    """Take a step whole: who is cancelled meanwhile is cancelled only once it has ended.

    Raises:
        CancelledError: after the step; how that ended is in the log if it failed.
        Exception: what the step raised.
    """
    task = asyncio.create_task(step)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled() and (problem := task.exception()) is not None:
            _log.error("failed while the bot was stopped", exc_info=problem)
        raise
