"""How fast the provider is asked: images per minute, and the pauses that it demands."""

from __future__ import annotations

import asyncio

from aiolimiter import AsyncLimiter

SECONDS_IN_MINUTE = 60


class Pace:
    """Lets paid calls leave no faster than the provider takes them.

    Args:
        images_per_minute: the provider's limit for this key, or None to rely on its own answers.
    """

    def __init__(self, images_per_minute: int | None) -> None:
        self._limiter = None if images_per_minute is None else AsyncLimiter(images_per_minute, SECONDS_IN_MINUTE)
        self._held_until = 0.0

    def hold(self, seconds: float) -> None:
        """The provider asked everybody to wait: no call leaves for so many seconds."""
        self._held_until = max(self._held_until, asyncio.get_running_loop().time() + seconds)

    @property
    def held_for(self) -> float:
        """Seconds for which calls are held back; 0 when they are not."""
        return max(0.0, self._held_until - asyncio.get_running_loop().time())

    async def turn(self) -> None:
        """Return when one more picture may be asked for."""
        if self._limiter is not None:
            await self._limiter.acquire()
        # Last: a pause may be demanded while we wait for our minute.
        while (seconds := self.held_for) > 0:  # noqa: ASYNC110 - a later answer may prolong it
            await asyncio.sleep(seconds)
