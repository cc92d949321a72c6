"""Image files, named by the SHA-256 of their bytes."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import re
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from typing_extensions import override

from bot.services.ledger import BlobStore, Leftovers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIGEST = re.compile(r"[0-9a-f]{64}")
KEPT, UNFINISHED, DAMAGED = ".bin", ".new", ".damaged"
LEAST_FREE = 16 * 1024 * 1024  # bytes; of a small disk, a twentieth: a few pictures, and the books beside them
TRIED = 4096  # bytes; a full disk has no room for another block


_log = structlog.stdlib.get_logger(__name__)


class FileBlobs(BlobStore, Leftovers):
    """Fulfils `BlobStore` and `Leftovers` with files `ab/abcdef….bin` in a directory, all private to the account.

    A file has its name only once it is whole and durable, so a crash leaves either the file or a nameless rest. Its
    time of modification is when it was put last, which keeps it from being swept while it is about to be used.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._named: set[Path] = set()  # directories whose names are durable
        self._touching = threading.Lock()  # nothing that is put is deleted as untouched at the same moment

    @override
    async def put(self, content: bytes) -> str:
        return await asyncio.to_thread(self._put, content)

    @override
    async def get(self, digest: str) -> bytes | None:
        """The bytes, or None if they are not kept, or not as they were put: then the file is laid aside.

        Raises:
            ValueError: `digest` is not one.
        """
        return await asyncio.to_thread(self._get, self._path(digest))

    @override
    async def delete(self, digest: str) -> None:
        """Forget the bytes; nothing happens if they are not kept.

        Raises:
            ValueError: `digest` is not one.
        """
        await asyncio.to_thread(self._path(digest).unlink, missing_ok=True)

    async def try_out(self) -> None:
        """See whether a file could be put.

        Raises:
            OSError: it could not, or hardly anything is free.
        """
        await asyncio.to_thread(self._try_out)

    @override
    async def untouched(self, since: float, after: str, most: int) -> Sequence[str]:
        return await asyncio.to_thread(self._untouched, since, after, most)

    @override
    async def delete_untouched(self, digest: str, since: float) -> bool:
        return await asyncio.to_thread(self._delete_untouched, self._path(digest), since)

    @override
    async def delete_unfinished(self, since: float) -> int:
        return await asyncio.to_thread(self._delete_unfinished, since)

    def _path(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):  # a name that came from elsewhere must not lead out of the directory
            raise ValueError(f"not a SHA-256 in hex: {digest!r}")
        return self._directory / digest[:2] / f"{digest}{KEPT}"

    def _get(self, path: Path) -> bytes | None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() == path.stem:
            return content
        _log.error("a picture's file is damaged: it is laid aside and counts as lost", file=path.name)
        with suppress(OSError):
            path.rename(path.with_suffix(DAMAGED))
        return None

    def _put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if not self._touch(path) or path.read_bytes() != content:  # a damaged one is replaced
            for directory in (self._directory, path.parent):  # one by one: the mode is not for parents
                self._make(directory)
            self._write(path, content)
        # Even a file that was there already: another call may have named it a moment ago.
        flush_directory(path.parent)
        for directory in {path.parent, self._directory} - self._named:
            flush_directory(directory.parent)
            self._named.add(directory)
        return digest

    def _make(self, directory: Path) -> None:
        try:
            directory.mkdir(mode=0o700)
        except FileExistsError:
            if not directory.is_dir():
                raise
        else:
            self._named.discard(directory)

    def _try_out(self) -> None:
        self._make(self._directory)
        probe = self._directory / f"probe{UNFINISHED}"  # one name: what a crash leaves is overwritten
        try:
            with os.fdopen(os.open(probe, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(bytes(TRIED))
        finally:
            probe.unlink(missing_ok=True)
        disk = shutil.disk_usage(self._directory)
        if disk.free < min(LEAST_FREE, disk.total // 20):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._directory))

    def _touch(self, path: Path) -> bool:
        """Whether the file is kept, and is now one that was just put."""
        with self._touching:
            try:
                os.utime(path)
            except OSError:  # none, or one that somebody else has put there: it is replaced
                return False
            return True

    def _untouched(self, since: float, after: str, most: int) -> list[str]:
        found: list[str] = []
        for path in self._files(KEPT, after[:2]):
            if path.stem > after and DIGEST.fullmatch(path.stem) and _is_untouched(path, since):
                found.append(path.stem)
                if len(found) == most:
                    break
        return found

    def _files(self, suffix: str, first: str = "") -> Iterator[Path]:
        """The files that end so, in order, folder by folder, from that folder on."""
        with suppress(FileNotFoundError):  # nothing was ever put
            for folder in sorted(self._directory.iterdir()):
                if folder.name >= first and folder.is_dir():
                    yield from sorted(path for path in folder.iterdir() if path.suffix == suffix)

    def _delete_untouched(self, path: Path, since: float) -> bool:
        with self._touching:
            found = _is_untouched(path, since)
            if found:
                path.unlink(missing_ok=True)
            return found

    def _delete_unfinished(self, since: float) -> int:
        return sum(self._delete_untouched(path, since) for path in self._files(UNFINISHED))

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        descriptor, name = tempfile.mkstemp(dir=path.parent, suffix=UNFINISHED)  # 0600
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


def flush_directory(directory: Path) -> None:
    """Make the names in a directory durable: a renamed file may otherwise lose its name in a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_untouched(path: Path, since: float) -> bool:
    """Whether there is such a file, last written or put before `since`."""
    try:
        return path.stat().st_mtime < since
    except FileNotFoundError:
        return False
