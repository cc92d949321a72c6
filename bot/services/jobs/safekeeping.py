"""The picture files: what was paid for is kept in memory while the disk does not take it."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import structlog

from bot.errors import StoreTroubleError
from bot.services.jobs.arrears import ASK_LATER
from bot.services.ledger import BlobStore

if TYPE_CHECKING:
    from bot.services.jobs.arrears import Arrears

_log = structlog.stdlib.get_logger(__name__)


class Safekeeping(BlobStore):
    """The file store, and what it cannot take just now.

    No more is in memory than the pictures that were being made when the disk gave out: while anything is owed to it,
    nothing new begins.

    Args:
        blobs: keeps the files.
        arrears: what is owed to it.
    """

    def __init__(self, blobs: BlobStore, arrears: Arrears) -> None:
        self._blobs = blobs
        self._arrears = arrears
        self._held: dict[str, bytes] = {}

    async def put(self, content: bytes) -> str:
        """Store durably and return the digest in hex: for what a member has still.

        Raises:
            StoreTroubleError: the disk does not take it.
        """
        try:
            return await self._blobs.put(content)
        except OSError as error:
            self._arrears.note(error)
            raise StoreTroubleError(
                f"{self._arrears.trouble}, so I cannot keep the pictures that this starts from. {ASK_LATER}"
            ) from error

    async def keep(self, content: bytes) -> str:
        """As `put`, for what nobody else has: what the disk does not take now, it gets later."""
        try:
            return await self._blobs.put(content)
        except OSError as error:
            self._arrears.note(error)
        except Exception:  # noqa: BLE001 - whatever it was, once more, and till then from memory
            _log.exception("picture not put away")
        digest = hashlib.sha256(content).hexdigest()
        self._held[digest] = content
        self._arrears.owe(f"file {digest}", lambda: self._put_away(digest))
        return digest

    async def get(self, digest: str) -> bytes | None:
        """The bytes, or None if they are not kept."""
        held = self._held.get(digest)
        return await self._blobs.get(digest) if held is None else held

    async def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens if they are not kept."""
        self._held.pop(digest, None)
        await self._blobs.delete(digest)

    async def _put_away(self, digest: str) -> None:
        content = self._held.get(digest)
        if content is not None:  # else it was deleted meanwhile
            await self._blobs.put(content)
            self._held.pop(digest, None)
