"""A small file beside the database, for what must outlast this process even while the database takes nothing."""

from __future__ import annotations

import asyncio
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from typing_extensions import override

from bot.services.ledger import Journal

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
                return [line.decode() for line in await asyncio.to_thread(self._read)]
            except OSError as error:
                _log.warning("no room for the journal", reason=str(error))
                return ()

    @override
    async def clear(self) -> None:
        async with self._lock:
            await asyncio.to_thread(self._write, 0, bytes(SIZE))

    def _take_room(self) -> None:
        with self._opened() as file:
            missing = SIZE - os.fstat(file).st_size
            if missing > 0:
                os.pwrite(file, bytes(missing), SIZE - missing)
                os.fsync(file)

    def _add(self, entry: bytes) -> None:
        lines = self._read()
        end = sum(len(line) + 1 for line in lines)
        if end + len(entry) + 1 <= SIZE:
            self._write(end, entry + b"\n")
            return
        content = b"".join(line + b"\n" for line in [*lines[-KEPT:], entry])
        self._write(0, content[-SIZE:].ljust(SIZE, b"\0"))

    def _read(self) -> list[bytes]:
        with self._opened() as file:
            content = os.pread(file, SIZE, 0)
        return content.partition(b"\0")[0].split(b"\n")[:-1]

    def _write(self, offset: int, content: bytes) -> None:
        with self._opened() as file:
            os.pwrite(file, content, offset)
            os.fsync(file)

    @contextmanager
    def _opened(self) -> Generator[int]:
        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield file
        finally:
            os.close(file)
