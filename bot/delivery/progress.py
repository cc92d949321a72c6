"""The progress message: one edit in flight, edits apart, the latest frame wins, none comes after the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.policy import Pause

INTERVAL = 1.5  # seconds between edits; Discord takes about 5 in 5 seconds per message token
SHARED_INTERVAL = 3.0  # the same by the bot's own token, where all that it edits in a channel is counted together
PATIENCE = 10.0  # seconds that the result waits for an edit in flight
LINE_INTERVAL = 10.0  # seconds between edits that only tell the place in line: many may wait

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be shown: a place in line, or frames of pictures that are being made.

    Attributes:
        position: the place in line; 0 once it is being made.
        wait: seconds until the turn comes, by guess.
        frames: the newest partial image of each picture, or None.
        pause: it waits for the end of this, and nobody knows for how long: a lead's pause, or what keeps us from
            beginning.
    """

    position: int
    wait: float = 0.0
    frames: tuple[bytes | None, ...] = ()
    pause: Pause | str | None = None


class Progress:
    """Shows the newest stage by `edit`, never two at a time, never faster than Discord likes.

    Args:
        edit: shows one stage; whatever it raises is logged, for progress is never essential.
        is_shared: whether others' edits count together with ours just now.
    """

    def __init__(self, edit: Callable[[Stage], Awaitable[None]], is_shared: Callable[[], bool] = lambda: False) -> None:
        self._edit = edit
        self._is_shared = is_shared
        self._newest: Stage | None = None
        self._news = False
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._line_told_at = float("-inf")

    def show(self, stage: Stage) -> None:
        """Show this as soon as it may be. A place in line is told seldom, and not after drawing has begun.

        A pause is told at once, and so is the place in line when it is over.
        """
        if self._ended.is_set() or not self._is_news(stage):
            return
        self._newest, self._news = stage, True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._show_news(), name="progress")

    def stop(self) -> None:
        """Begin no further edit; one may still be in flight."""
        self._ended.set()

    async def end(self) -> None:
        """No edit begins after this returns, and none is in flight: one that hangs is given up."""
        self.stop()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=PATIENCE)
            self._task.cancel()
            await asyncio.wait({self._task})

    def _is_news(self, stage: Stage) -> bool:
        before = self._newest
        paused = before is not None and before.pause is not None
        drawing = before is not None and before.position == 0 and not paused
        if stage.pause is not None:
            return before is None or stage.pause != before.pause
        if stage.position == 0:
            return bool(stage.frames) or not drawing
        now = asyncio.get_running_loop().time()
        if drawing or (not paused and now - self._line_told_at < LINE_INTERVAL):
            return False
        self._line_told_at = now
        return True

    async def _show_news(self) -> None:
        """Show the newest stage, and the next when the time for it has come; end when there is no news."""
        while self._newest is not None and self._news and not self._ended.is_set():
            self._news = False
            try:
                await self._edit(self._newest)
            except Exception as error:  # noqa: BLE001 - progress is never essential
                _log.info("progress not shown", reason=repr(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(SHARED_INTERVAL if self._is_shared() else INTERVAL):
                    await self._ended.wait()
