"""Who needs which files, and the one way in which files go: never under a request that is being accepted."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from bot.services.ledger import BlobStore, Requests

_log = structlog.stdlib.get_logger(__name__)


class Holdings:
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
        """Delete those of the files that nobody holds, no picture shows and no request will send.

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
