"""Image files, named by the SHA-256 of their bytes."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from bot.services.keeping import BlobStore
from bot.storage.opening import flush_directory

DIGEST = re.compile(r"[0-9a-f]{64}")


class FileBlobs(BlobStore):
    """Fulfils `BlobStore` with files `ab/abcdef….bin` in a directory, all of them private to the account.

    A file has its name only once it is whole and durable, so a crash leaves either the file or a nameless rest.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def put(self, content: bytes) -> str:
        """Store durably and return the digest in hex. The same bytes are kept once."""
        return await asyncio.to_thread(self._put, content)

    async def get(self, digest: str) -> bytes | None:
        """The bytes, or None if they are not kept.

        Raises:
            ValueError: `digest` is not one.
        """
        path = self._path(digest)
        with suppress(FileNotFoundError):
            return await asyncio.to_thread(path.read_bytes)
        return None

    async def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens if they are not kept.

        Raises:
            ValueError: `digest` is not one.
        """
        await asyncio.to_thread(self._path(digest).unlink, missing_ok=True)

    def _path(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):  # a name that came from elsewhere must not lead out of the directory
            raise ValueError(f"not a SHA-256 in hex: {digest!r}")
        return self._directory / digest[:2] / f"{digest}.bin"

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not path.exists():
            for directory in (self._directory, path.parent):  # one by one: the mode is not for parents
                directory.mkdir(mode=0o700, exist_ok=True)
            self._write(path, content)
        # Even a file that was there already: another call may have named it a moment ago.
        for directory in (path.parent, self._directory, self._directory.parent):
            flush_directory(directory)
        return digest

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=".new")  # 0600
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
