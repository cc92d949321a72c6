"""The files of messages, each in a file of its own, named by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


@dataclass(frozen=True)
class OnDisk:
    """A file's bytes on disk; fulfils `Kept`."""

    path: Path
    size: int

    def read(self) -> bytes:
        """All of them."""
        return self.path.read_bytes()


class FileFolder:
    """Keeps files; every method blocks.

    Args:
        folder: where; made if it is not there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, number: int, content: bytes) -> OnDisk:
        """Keep a file: whole or not at all."""
        path = self._folder / str(number)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(content)
        unfinished.replace(path)
        return OnDisk(path, len(content))

    def find(self, number: int, size: int) -> OnDisk:
        """A file that was kept.

        Raises:
            LookupError: it is not there, or not whole.
        """
        path = self._folder / str(number)
        if not path.is_file() or path.stat().st_size != size:
            raise LookupError(f"the file {path.name} is not whole")
        return OnDisk(path, size)

    def sweep(self, wanted: Collection[int]) -> None:
        """Delete what nothing names: earlier previews, what was deleted, what was not finished."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        names = {str(number) for number in wanted}
        for path in self._folder.iterdir():
            if path.name not in names:
                path.unlink()
