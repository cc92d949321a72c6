"""Steps that must get into the books: tried again while the disk is full or the file is locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import stamina

from bot.services.ledger import ChargeConflictError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


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
