"""A preset to begin with, and the desk on real books."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.services.gallery import FileHolds
from bot.services.presets import Preset, PresetDesk, Shelf, Viewer, open_starters
from bot.services.requests import StoredImage, Wishes
from bot.storage.presets import SqlitePresets
from tests.services.fakes import NOON, Clock, MemoryBlobs

if TYPE_CHECKING:
    from bot.storage import Database, SqliteRequests

MIA, BEN = Viewer(1, 3), Viewer(1, 4)
LEAD, ELSEWHERE = Viewer(1, 5, leads=True), Viewer(2, 3, leads=True)
POSTER = Preset(
    101, Shelf.MINE, "Poster", "a poster of {subject=a fox}", Wishes(size="1024x1536", quality="high", count=2)
)


def preset(**changes: Any) -> Preset:  # noqa: ANN401 - any field of a preset
    return replace(POSTER, **changes)


def servers(**changes: Any) -> Preset:  # noqa: ANN401 - the same
    return preset(**{"id": 201, "shelf": Shelf.SERVER, **changes})


@dataclass
class Shop:
    """The desk, with what it stands on."""

    desk: PresetDesk
    store: SqlitePresets
    blobs: MemoryBlobs
    file_holds: FileHolds

    @classmethod
    def open(cls, database: Database, requests: SqliteRequests) -> Shop:
        blobs, store = MemoryBlobs(), SqlitePresets(database)
        file_holds = FileHolds(requests, blobs)
        return cls(PresetDesk(store, open_starters(), file_holds, Clock(NOON)), store, blobs, file_holds)

    async def picture(self, content: bytes, number: int | None = None, byte_size: int | None = None) -> StoredImage:
        """A file that the store has."""
        digest = await self.blobs.put(content)
        return StoredImage(digest, "image/png", 64, 64, byte_size or len(content), number)
