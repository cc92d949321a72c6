"""The progress message: one edit in flight, edits apart, the latest frame wins, none comes after the end."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.jobs import Downtime
    from bot.services.policy import Pause

INTERVAL = 1.5  # seconds between edits; Discord takes about 5 in 5 seconds per message token
SHARED_INTERVAL = 3.0  # the same by the bot's own token, where all that it edits in a channel is counted together
PATIENCE = 10.0  # seconds that the result waits for an edit in flight
LINGERING = 30.0  # seconds after which an edit that is still in flight is given up
LINE_INTERVAL = 10.0  # seconds between edits that only tell the place in line: many may wait
SLACK = 5.0  # seconds by which the time of a turn may move without being told
REFRESH = 10.0  # seconds between edits that only tell how far a picture is

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stage:
    """What is to be shown: a place in line, or frames of pictures that are being made.

    Attributes:
        position: the place in line; 0 once it is being made.
        turn_at: when the turn comes, as far as is known, in seconds since 1970 (UTC).
        frames: the newest partial image of each picture, or None.
        pause: it waits for the end of this, and nobody knows for how long: a lead's pause, the image API's, or
            what else keeps us from beginning.
        goes_on: it is shown anew now and then, for what is said of it changes with time.
    """

    position: int
    turn_at: float = 0.0
    frames: tuple[bytes | None, ...] = ()
    pause: Pause | Downtime | str | None = None
    goes_on: bool = False


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
        self._place: Stage | None = None  # in line, told once it may be
        self._ended = False
        self._stirred = asyncio.Event()  # there is news, or the end
        self._task: asyncio.Task[None] | None = None
        self._told_at = self._line_told_at = float("-inf")

    def show(self, stage: Stage) -> None:
        """Show this as soon as it may be. A place in line is told seldom, and not after generating has begun.

        A pause is told at once, and so is the place in line when it is over.
        """
        if self._ended or self._is_told(stage):
            return
        if self._is_news(stage):
            self._newest, self._news, self._place = stage, True, None
        elif stage.position and not self._is_generating:
            self._place = stage
        else:
            return
        self._stirred.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_showing(), name="progress")

    def stop(self) -> None:
        """Begin no further edit; one may still be in flight."""
        self._ended = True
        self._stirred.set()

    async def end(self) -> None:
        """No edit begins after this returns. One that hangs is waited for no longer; see `outlast`."""
        self.stop()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=PATIENCE)

    async def outlast(self) -> bool:
        """Whether an edit was in flight beyond the end, and so may stand over what was shown since; none is now."""
        if self._task is None or self._task.done():
            return False
        await asyncio.wait({self._task}, timeout=LINGERING)
        self._task.cancel()
        await asyncio.wait({self._task})
        return True

    @property
    def _is_generating(self) -> bool:
        return self._newest is not None and self._newest.position == 0 and self._newest.pause is None

    def _is_told(self, stage: Stage) -> bool:
        """Whether it is the place in line that stands there."""
        before = self._newest
        if before is None or not stage.position or stage.position != before.position:
            return False
        return self._place is None and abs(stage.turn_at - before.turn_at) < SLACK

    def _is_news(self, stage: Stage) -> bool:
        before = self._newest
        if stage.pause is not None:
            return before is None or stage.pause != before.pause
        if stage.position == 0:
            return bool(stage.frames) or not self._is_generating
        paused = before is not None and before.pause is not None
        return not self._is_generating and (paused or self._now() - self._line_told_at >= LINE_INTERVAL)

    async def _keep_showing(self) -> None:
        """Show the newest stage, and the next when the time for it has come; end when nothing is to come by itself."""
        while not self._ended:
            if self._news:
                await self._show_newest()
                await self._rest(SHARED_INTERVAL if self._is_shared() else INTERVAL, until_news=False)
                continue
            due = self._due
            if due is None:
                return
            await self._rest(due - self._now(), until_news=True)
            if self._now() >= due and not self._news:
                self._newest, self._news, self._place = self._place or self._newest, True, None

    @property
    def _due(self) -> float | None:
        """When there is something to be told without news; None if never."""
        if self._place is not None:
            return self._line_told_at + LINE_INTERVAL
        return self._told_at + REFRESH if self._newest is not None and self._newest.goes_on else None

    async def _show_newest(self) -> None:
        self._news, self._told_at = False, self._now()
        if self._newest is None:  # never: there is news of it
            return
        if self._newest.position:
            self._line_told_at = self._told_at
        try:
            await self._edit(self._newest)
        except Exception as error:  # noqa: BLE001 - progress is never essential
            _log.info("progress not shown", reason=repr(error))

    async def _rest(self, seconds: float, *, until_news: bool) -> None:
        """For so long, or until the end; or until there is news."""
        until = self._now() + seconds
        while not self._ended and not (until_news and self._news):
            self._stirred.clear()
            left = max(0.0, until - self._now())
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._stirred.wait()
            if not left:
                return

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
