"""Stars: a row for each picture that a member holds for one of their favourites."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import StarRecords, Vote
from bot.storage.gallery_posts import COME_DUE

if TYPE_CHECKING:
    import sqlite3

    from bot.services.gallery import Star
    from bot.storage.database.database import Database

TAKE_BACK = "DELETE FROM stars WHERE picture_number = :number AND user_id = :user_id"
GIVE = """
INSERT INTO stars (picture_number, user_id, server_id, at)
SELECT number, :user_id, server_id, :at FROM history WHERE number = :number
"""
# Those of them that count for the gallery are not of whoever asked for the picture.
STARS = """
SELECT count(*), coalesce(sum(stars.user_id <> history.user_id), 0)
FROM stars JOIN history ON number = picture_number WHERE number = :number
"""
IN_GALLERY = "SELECT count(*) FROM gallery_posts WHERE picture_number = :number"


class SqliteStars(StarRecords):
    """Fulfils `StarRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def toggle(self, star: Star, enough: int | None) -> Vote | None:
        row = {"number": star.number, "user_id": star.user_id, "vote_id": star.id, "at": star.at}

        def write(connection: sqlite3.Connection) -> Vote | None:
            was_starred = connection.execute(TAKE_BACK, row).rowcount > 0
            if not was_starred and not connection.execute(GIVE, row).rowcount:
                return None
            stars, counted = connection.execute(STARS, row).fetchone()
            has_enough = not was_starred and enough is not None and counted >= enough
            comes_due = has_enough and connection.execute(COME_DUE, row).rowcount > 0
            (posts,) = connection.execute(IN_GALLERY, row).fetchone()
            return Vote(not was_starred, stars, counted, bool(posts), comes_due)

        return await self._database.transaction(write)
