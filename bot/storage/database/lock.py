"""One process per data directory: a lock that the kernel frees even after `kill -9`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from filelock import FileLock, Timeout

from bot.errors import AlreadyRunningError, DatabaseError

if TYPE_CHECKING:
    from pathlib import Path

NAME = "atelier.lock"


class DataDirectoryLock:
    """Holds a data directory for this process while it is entered; makes the directory (0700) if there is none."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        # A soft lock, a file that is merely there, would stay behind after a crash.
        self._lock = FileLock(directory / NAME, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False)

    def __enter__(self) -> Self:
        """Take the lock, or refuse at once.

        Raises:
            AlreadyRunningError: another process holds it.
            DatabaseError: the directory cannot be written, or its file system has no locks.
        """
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire()
        except Timeout as error:
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
        self._lock.release()
