"""A small file beside the database, for what must outlast this process even while the database takes nothing."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

import structlog
from typing_extensions import override

from bot.services.ledger import Journal
from bot.storage.blobs import flush_directory

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

SIZE = 65_536  # bytes, taken from the disk before it is full
KEPT = 100  # of the latest entries that are kept when there is no room for another: about as many as may wait in line

_log = structlog.stdlib.get_logger(__name__)


class FileJournal(Journal):
    """Fulfils `Journal` with lines in a file whose size does not change, so that a full disk takes them too.

    A line that was cut off by a crash counts for nothing.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = asyncio.Lock()

    @override
    async def add(self, entry: str) -> None:
        async with self._lock:
            await asyncio.to_thread(self._add, entry.encode())

    @override
    async def entries(self) -> Sequence[str]:
        """At the start: takes the room for more, too. Without any, or a disk that can be written, there is none."""
        async with self._lock:
            try:
                await asyncio.to_thread(self._take_room)
                return [line.decode(errors="replace") for line in await asyncio.to_thread(self._read)]
            except OSError as error:
                _log.warning("no room for the journal", reason=str(error))
                return ()

    @override
    async def clear(self) -> None:
        async with self._lock:
            await asyncio.to_thread(self._write, 0, bytes(SIZE))

    def _take_room(self) -> None:
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < SIZE:
            self._write(size, bytes(SIZE - size))
            flush_directory(self._path.parent)

    def _add(self, entry: bytes) -> None:
        lines = self._read()
        end = sum(len(line) + 1 for line in lines)
        if end + len(entry) + 1 <= SIZE:
            # With a zero behind it: what a crash left there is no part of it.
            self._write(end, (entry + b"\n\0")[: SIZE - end])
            return
        kept = [*lines[-KEPT:], entry]
        while len(kept) > 1 and sum(len(line) + 1 for line in kept) > SIZE:
            del kept[0]
        self._write(0, b"".join(line + b"\n" for line in kept)[:SIZE].ljust(SIZE, b"\0"))

    def _read(self) -> list[bytes]:
        with self._opened() as file:
            content = file.read(SIZE)
        return content.partition(b"\0")[0].split(b"\n")[:-1]

    def _write(self, offset: int, content: bytes) -> None:
        with self._opened() as file:
            file.seek(offset)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    @contextmanager
    def _opened(self) -> Generator[BinaryIO]:
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            yield file
