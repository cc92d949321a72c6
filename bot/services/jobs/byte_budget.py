"""How many bytes of input pictures are in memory at once: of all that are gathered, and of all that are sent."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MOST_BYTES = 150_000_000  # of files as they are; sending them takes about twice that, decoding has its own bound


class ByteBudget:
    """Lets requests take bytes in the order in which they came; nobody who needs little overtakes.

    A request takes all that it needs at once, so that no two wait for each other, and never more than there is.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._free = most
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def taken(self, need: int) -> AsyncGenerator[None]:
        """Wait until there are so many bytes, or all of them if it needs more, and hold them meanwhile."""
        need = min(need, self._most)
        await self._take(need)
        try:
            yield
        finally:
            self._give(need)

    async def _take(self, need: int) -> None:
        if not self._waiting and need <= self._free:
            self._free -= need
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((need, turn))
        try:
            await turn
        except asyncio.CancelledError:
            self._give(0 if turn.cancelled() else need)  # its turn may have come in the very moment of its end
            raise

    def _give(self, bytes_back: int) -> None:
        self._free += bytes_back
        while self._waiting and (self._waiting[0][1].cancelled() or self._waiting[0][0] <= self._free):
            need, turn = self._waiting.popleft()
            if not turn.cancelled():
                self._free -= need
                turn.set_result(None)
