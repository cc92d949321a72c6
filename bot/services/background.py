"""Work that nobody waits for: held so that it is not lost, and ended with whoever began it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine


class Background:
    """Tasks of one owner. The event loop itself holds tasks only weakly."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Coroutine[object, object, None], name: str) -> None:
        """Do this beside everything else; `name` tells it apart from other tasks."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def wait(self, seconds: float) -> None:
        """Wait until all that has begun is done, though not longer."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def finish(self, seconds: float) -> None:
        """Wait for so long, then `close`."""
        await self.wait(seconds)
        await self.close()

    def cancel(self) -> None:
        """Cancel what is not done; `close` waits for its end."""
        for task in tuple(self._tasks):
            task.cancel()

    async def close(self) -> None:
        """Cancel what is not done, and wait for its end."""
        self.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
