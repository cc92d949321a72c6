"""Files of requests that are being accepted: kept in the store, and forgotten again where nothing came of it."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.services.requests import StoredImage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.services.keeping import BlobStore, Requests

PNG = "image/png"


class Shelf:
    """Knows which files are in the hands of requests that the database does not know yet.

    Two members may attach the same file at the same time: what one of them is refused must stay for the other.
    """

    def __init__(self, requests: Requests, blobs: BlobStore) -> None:
        self._requests = requests
        self._blobs = blobs
        self._held: Counter[str] = Counter()
        self._lock = asyncio.Lock()  # nothing is kept between the question who needs a file and its deletion

    @asynccontextmanager
    async def basket(self) -> AsyncGenerator[Basket]:
        """What one request keeps; all of it is forgotten if this is left with an exception, cancellation included."""
        basket = Basket(self)
        try:
            yield basket
        except BaseException:
            await self._forget(basket)
            raise
        finally:
            self._held.subtract(basket.digests)
            self._held += Counter()  # drops what nobody holds

    async def keep(self, basket: Basket, content: bytes) -> str:
        """Keep bytes for a request; the digest in hex."""
        async with self._lock:
            digest = await self._blobs.put(content)
            self._held[digest] += 1
            basket.digests.append(digest)
        return digest

    async def _forget(self, basket: Basket) -> None:
        """Delete what no request, no picture and no other basket needs."""
        async with self._lock:
            own = Counter(basket.digests)
            free = [digest for digest, count in own.items() if self._held[digest] == count]
            for digest in await self._requests.unused(free):
                await self._blobs.delete(digest)


class Basket:
    """What one request has kept so far.

    Attributes:
        digests: of the files, in hex, one for each time.
        notes: sentences for the member about what became of their files.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.digests: list[str] = []
        self.notes: list[str] = []
        self._shelf = shelf

    async def keep(
        self, content: bytes, media_type: str, width: int, height: int, number: int | None = None
    ) -> StoredImage:
        """Keep the file of an input picture (pixels); `number` if it is, or shows, a picture of ours.

        Who is cancelled meanwhile waits for its end: bytes on their way to the disk cannot be called back.
        """
        keeping = asyncio.ensure_future(self._shelf.keep(self, content))
        try:
            digest = await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait({keeping})
            raise
        return StoredImage(digest, media_type, width, height, len(content), number)
