"""Stars: a row for each picture that a member holds for one of their favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import StarRecords, Vote

if TYPE_CHECKING:
    import sqlite3

    from bot.storage.database.database import Database

TAKE_BACK = "DELETE FROM stars WHERE picture_number = ? AND user_id = ?"
GIVE = """
INSERT INTO stars (picture_number, user_id, server_id, at) SELECT number, ?, server_id, ? FROM history WHERE number = ?
"""
COUNT = "SELECT count(*) FROM stars WHERE picture_number = ?"


class SqliteStars(StarRecords):
    """Fulfils `StarRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def toggle(self, number: int, user_id: int, at: int) -> Vote | None:
        def write(connection: sqlite3.Connection) -> Vote | None:
            was_starred = connection.execute(TAKE_BACK, (number, user_id)).rowcount > 0
            if not was_starred and not connection.execute(GIVE, (user_id, at, number)).rowcount:
                return None
            (stars,) = connection.execute(COUNT, (number,)).fetchone()
            return Vote(starred=not was_starred, stars=stars)

        return await self._database.transaction(write)
