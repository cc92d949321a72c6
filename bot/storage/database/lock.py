"""One process per data directory: a lock that the kernel frees even after `kill -9`.

Of our own: filelock 3.32 takes 80 ms to load, and has itself called whenever anything asks for an object's `id()`.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Self

from bot.errors import AlreadyRunningError, DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "atelier.lock"


class DataDirectoryLock:
    """Holds a data directory for this process while it is entered; makes the directory (0700) if there is none."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._file = -1  # a descriptor, while it is entered

    def __enter__(self) -> Self:
        """Take the lock, or refuse at once.

        Raises:
            AlreadyRunningError: another process holds it.
            DatabaseError: the directory cannot be written, or its file system has no locks.
        """
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = _locked(self._directory / NAME)
        except BlockingIOError as error:
            raise AlreadyRunningError(
                f"Another Atelier is running with the data directory {self._directory}. "
                "Stop it first, or give this one a directory of its own with ATELIER_DATA_DIR."
            ) from error
        except OSError as error:
            raise DatabaseError(
                f"The data directory {self._directory} cannot be locked: {error.strerror or error}. "
                "Check that it is on a local disk and belongs to the account that runs Atelier."
            ) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        os.close(self._file)


if sys.platform == "win32":  # pragma: no cover - coverage is measured on Linux
    import msvcrt

    def _lock(file: int) -> None:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError as error:
            raise BlockingIOError from error

else:
    import fcntl

    def _lock(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _locked(path: Path) -> int:
    """The descriptor of a file that this process alone has locked, until it is closed.

    Raises:
        BlockingIOError: somebody else has.
        OSError: it cannot be opened, or its file system has no locks.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(file)
    except OSError:
        os.close(file)
        raise
    return file
