"""Pictures that have come into a gallery channel by their stars, and those that are to be posted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import DuePost, GalleryRecords

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from bot.storage.database.database import Database

COME_DUE = """
INSERT INTO gallery_posts (picture_number, server_id, vote_id)
SELECT number, server_id, :vote_id FROM history WHERE number = :number AND private = 0 ON CONFLICT DO NOTHING
"""
DUE = """
SELECT picture_number, server_id, vote_id, begun_in FROM gallery_posts
WHERE message_id IS NULL AND picture_number = coalesce(?, picture_number) ORDER BY vote_id
"""
BEGIN = """
UPDATE gallery_posts SET begun_in = :channel_id
WHERE picture_number = :number AND EXISTS (SELECT 1 FROM history WHERE number = :number AND private = 0)
"""
DROP = "DELETE FROM gallery_posts WHERE picture_number = ? AND message_id IS NULL"
POSTED = """
UPDATE gallery_posts SET message_id = :message_id, told = :stars, begun_in = NULL
WHERE picture_number = :number AND message_id IS NULL
    AND EXISTS (SELECT 1 FROM history WHERE number = :number AND private = 0)
"""
SHOWN = """
INSERT INTO messages (message_id, channel_id, request_id, outdated)
SELECT :message_id, :channel_id, request_id, :outdated FROM pictures JOIN jobs ON jobs.id = job_id
WHERE pictures.number = :number ON CONFLICT DO NOTHING
"""
TOLD = "UPDATE gallery_posts SET told = ? WHERE picture_number = ? AND told <> ?"
UNTOLD = """
SELECT DISTINCT request_id FROM gallery_posts JOIN history ON number = picture_number
WHERE told <> (SELECT count(*) FROM stars WHERE stars.picture_number = gallery_posts.picture_number)
"""


class SqliteGalleryPosts(GalleryRecords):
    """Fulfils `GalleryRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def due(self) -> Sequence[DuePost]:
        return await self._database.read(lambda connection: [DuePost(*row) for row in connection.execute(DUE, (None,))])

    @override
    async def due_post(self, number: int) -> DuePost | None:
        row = await self._database.read(lambda connection: connection.execute(DUE, (number,)).fetchone())
        return row and DuePost(*row)

    @override
    async def begin(self, number: int, channel_id: int) -> bool:
        row = {"number": number, "channel_id": channel_id}
        return await self._database.transaction(lambda connection: connection.execute(BEGIN, row).rowcount > 0)

    @override
    async def drop(self, number: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(DROP, (number,)))

    @override
    async def posted(self, number: int, channel_id: int, message_id: int, stars: int) -> bool:
        row = {"number": number, "channel_id": channel_id, "message_id": message_id, "stars": stars}

        def write(connection: sqlite3.Connection) -> bool:
            is_kept = connection.execute(POSTED, row).rowcount > 0
            connection.execute(DROP, (number,))
            connection.execute(SHOWN, {**row, "outdated": not is_kept})
            return is_kept

        return await self._database.transaction(write)

    @override
    async def told(self, stars: Mapping[int, int]) -> None:
        rows = [(count, number, count) for number, count in stars.items()]
        await self._database.transaction(lambda connection: connection.executemany(TOLD, rows))

    @override
    async def untold(self) -> Sequence[str]:
        return await self._database.read(
            lambda connection: [request_id for (request_id,) in connection.execute(UNTOLD)]
        )
