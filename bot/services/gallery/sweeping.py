"""Files that nobody needs any more: found and deleted at the start and once a day, a few at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.services.gallery.file_holds import Holdings
    from bot.services.ledger import Leftovers

INTERVAL = 24 * 3600.0  # seconds between two sweeps
AGE = 3600.0  # seconds that a file is left alone after it was put: a request may be about to reserve it
STEP = 200  # files that the database is asked about at once
PAUSE = 0.1  # seconds between two steps, for those who wait for the database and the disk

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did.

    Attributes:
        looked_at: old files that were looked up.
        deleted: those of them that nothing used.
        unfinished: rests of writes that broke off, which were removed.
    """

    looked_at: int
    deleted: int
    unfinished: int


@dataclass(frozen=True)
class Sweeping:
    """Deletes files that no picture shows and no request will send.

    These are inputs of requests that made no picture, what a process put down before it died, and files of deleted
    pictures that it had no time to remove. A file that a picture shows is never deleted.

    Attributes:
        keeps_all: whether nothing is to be deleted now.
        clock: seconds since 1970 (UTC), as the file system tells them.
        interval: seconds between two sweeps.
        pause: seconds between two steps of one.
    """

    holdings: Holdings
    blobs: Leftovers
    keeps_all: Callable[[], Awaitable[bool]]
    clock: Callable[[], float] = time.time
    interval: float = INTERVAL
    pause: float = PAUSE
    _background: Background = field(default_factory=Background)

    def begin(self) -> None:
        """Sweep now and once a day, beside everything else."""
        self._background.begin(self._again_and_again(), "sweeping")

    async def close(self) -> None:
        """Stop; what is left is swept after the next start."""
        await self._background.close()

    async def sweep(self) -> Swept:
        """Go through all files once, unless nothing is to be deleted now."""
        if await self.keeps_all():
            return Swept(0, 0, 0)
        since = self.clock() - AGE
        unfinished = await self.blobs.delete_unfinished(since)
        looked_at, deleted, last = 0, 0, ""
        while step := await self.blobs.untouched(since, last, STEP):
            deleted += await self.holdings.delete_unused(step, partial(self.blobs.delete_untouched, since=since))
            looked_at, last = looked_at + len(step), step[-1]
            await asyncio.sleep(self.pause)
        return Swept(looked_at, deleted, unfinished)

    async def _again_and_again(self) -> None:
        while True:
            try:
                swept = await self.sweep()
            except Exception:  # noqa: BLE001 - whatever it was, tomorrow is another day
                _log.exception("files not swept")
            else:
                if swept.looked_at or swept.unfinished:
                    _log.info("files swept", files=swept.looked_at, deleted=swept.deleted, unfinished=swept.unfinished)
            await asyncio.sleep(self.interval)
