"""Files that members send along."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bot.sandbox.discord.wire.traffic import SentFile

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Upload:
    """A file to send.

    Its media type follows from the extension, as on Discord, unless one is given; ``image`` and ``x.jpg_large`` have
    none, and an empty one leaves it out for any name.
    """

    filename: str
    content: bytes = field(repr=False)
    media_type: str | None = None

    @classmethod
    def of(cls, path: str | Path) -> Self:
        """A file on disk; reads it whole."""
        path = Path(path)
        return cls(path.name, path.read_bytes())


def as_sent(files: Sequence[Upload]) -> list[SentFile]:
    """The files of a message as a request would hold them."""
    return [SentFile(index, file.filename, file.content, "", file.media_type) for index, file in enumerate(files)]
