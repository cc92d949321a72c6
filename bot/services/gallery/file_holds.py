"""Who needs which files, and how the others go, at once or by a sweep: never under an accepted request."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import structlog

from bot.services.background import Background

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.services.ledger import BlobStore, Leftovers, Requests

_log = structlog.stdlib.get_logger(__name__)


class FileHolds:
    """Knows which files requests hold that the database does not know yet, and deletes what nobody needs.

    Two members may attach the same file at the same time: what one of them is refused must stay for the other. And a
    picture may be deleted while somebody changes it: its file goes once they have let go of it, unless by then it is
    the input of a request.

    Everything that deletes files of one data directory shares one of these. Digests are SHA-256, in hex.
    """

    def __init__(self, requests: Requests, blobs: BlobStore) -> None:
        self._requests = requests
        self._blobs = blobs
        self._held: Counter[str] = Counter()
        self._lock = asyncio.Lock()  # nothing is kept or held between the question who needs a file and its deletion

    async def keep(self, content: bytes) -> str:
        """Store bytes and hold them; the digest."""
        async with self._lock:
            digest = await self._blobs.put(content)
            self._held[digest] += 1
        return digest

    async def hold(self, digest: str) -> bytes | None:
        """Hold a file from now on, and its bytes; None, and nothing is held, if it is not kept."""
        async with self._lock:
            content = await self._blobs.get(digest)
            self._held.update([] if content is None else [digest])
        return content

    async def let_go(self, digests: Iterable[str]) -> None:
        """Hold these files no more, each once for each time; what nobody needs is deleted, as `forget` does it."""
        given_back = Counter(digests)
        self._held -= given_back  # drops what nobody holds
        await self.forget(given_back)

    async def forget(self, digests: Iterable[str]) -> None:
        """Delete those of the files that nobody holds, and no picture, request or preset needs.

        Never raises because that is not possible now: a sweep finishes it.
        """

        async def delete(digest: str) -> bool:
            await self._blobs.delete(digest)
            return True

        try:
            await self.delete_unused(digests, delete)
        except Exception:  # noqa: BLE001 - whatever it was, tomorrow's sweep finds them
            _log.exception("files not deleted")

    async def delete_unused(self, digests: Iterable[str], delete: Callable[[str], Awaitable[bool]]) -> int:
        """Delete those of the files that nobody needs, by whatever `delete` does; how many it says that it deleted."""
        async with self._lock:
            free = sorted({digest for digest in digests if not self._held[digest]})
            return sum([await delete(digest) for digest in await self._requests.unused(free)]) if free else 0


INTERVAL = 24 * 3600.0  # seconds between two sweeps
AGE = 3600.0  # seconds that a file is left alone after it was put: a request may be about to reserve it
STEP = 200  # files that the database is asked about at once
PAUSE = 0.1  # seconds between two steps, for those who wait for the database and the disk


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
    """Deletes files that no picture shows, no request will send and no preset starts from.

    These are inputs of requests that made no picture, what a process put down before it died, and files of deleted
    pictures that it had no time to remove. A file that a picture shows is never deleted.

    Attributes:
        keeps_all: whether nothing is to be deleted now.
        clock: seconds since 1970 (UTC), as the file system tells them.
        interval: seconds between two sweeps.
        pause: seconds between two steps of one.
    """

    file_holds: FileHolds
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
            deleted += await self.file_holds.delete_unused(step, partial(self.blobs.delete_untouched, since=since))
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
