"""Files of requests that are being accepted: kept in the store, and forgotten again where nothing came of it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.services.requests import StoredImage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bot.services.gallery import FileHolds
    from bot.services.turns import Member

PNG = "image/png"


class HeldFiles:
    """What one request holds so far.

    Attributes:
        digests: of the files, in hex, one for each time.
        notes: sentences for the member about what became of their files.
        member: who brought them.
    """

    def __init__(self, file_holds: FileHolds, member: Member) -> None:
        self.digests: list[str] = []
        self.notes: list[str] = []
        self.member = member
        self._file_holds = file_holds

    async def keep(
        self, content: bytes, media_type: str, width: int, height: int, number: int | None = None
    ) -> StoredImage:
        """Keep the file of an input picture (pixels); `number` if it is, or shows, a picture of ours.

        Who is cancelled meanwhile waits for its end: bytes on their way to the disk cannot be called back.
        """
        keeping = asyncio.ensure_future(self._keep(content))
        try:
            digest = await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait({keeping})
            raise
        return StoredImage(digest, media_type, width, height, len(content), number)

    async def hold(self, digest: str) -> bytes | None:
        """The bytes of a file that the store has, which stays there meanwhile; None if it has none."""
        content = await self._file_holds.hold(digest)
        if content is not None:
            self.digests.append(digest)
        return content

    async def _keep(self, content: bytes) -> str:
        digest = await self._file_holds.keep(content)
        self.digests.append(digest)
        return digest


@asynccontextmanager
async def a_basket(file_holds: FileHolds, member: Member) -> AsyncGenerator[HeldFiles]:
    """What one request holds until the database knows that it needs it: of the rest, what nobody needs is forgotten."""
    basket = HeldFiles(file_holds, member)
    try:
        yield basket
    finally:
        await file_holds.let_go(basket.digests)
