"""Whether this database has gone back behind what it was, and who is still to be told."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.jobs import GoneBack, LastSeen
from bot.storage.database.high_water_mark import GONE_BACK, NEW, UNTOLD, highest_picture, note_going_back
from bot.storage.database.state_rows import read_state, write_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

MOST_PLACES = 3  # channels with requests that wait; each is looked up at the start
WAITING = """
SELECT channel_id, min(CAST(id AS INTEGER)) FROM requests INDEXED BY requests_undelivered
WHERE delivered_at IS NULL GROUP BY channel_id ORDER BY 2 DESC LIMIT ?
"""
LATEST = "SELECT channel_id, message_id FROM messages ORDER BY message_id DESC LIMIT 1"


class SqliteGoneBack(GoneBack):
    """Fulfils `GoneBack`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def is_new(self) -> bool:
        return await self._database.read(lambda connection: read_state(connection, GONE_BACK) == NEW)

    @override
    async def note(self, pictures: int) -> bool:
        def write(connection: sqlite3.Connection) -> bool:
            if pictures <= highest_picture(connection):
                return False
            note_going_back(connection, pictures)
            return True

        return await self._database.transaction(write)

    @override
    async def looked_after(self, at: int) -> None:
        await self._database.transaction(lambda connection: write_state(connection, GONE_BACK, str(at)))

    @override
    async def noticed_at(self) -> int | None:
        found = await self._database.read(lambda connection: read_state(connection, GONE_BACK))
        return None if found in {None, NEW} else int(found or 0)

    @override
    async def untold(self) -> Sequence[int]:
        return await self._database.read(_untold)

    @override
    async def told(self, server_id: int) -> None:
        def write(connection: sqlite3.Connection) -> None:
            left = [each for each in _untold(connection) if each != server_id]
            write_state(connection, UNTOLD, json.dumps(left))

        await self._database.transaction(write)

    @override
    async def last_seen(self) -> Sequence[LastSeen]:
        def look(connection: sqlite3.Connection) -> list[LastSeen]:
            found = connection.execute(WAITING, (MOST_PLACES,)).fetchall() + connection.execute(LATEST).fetchall()
            return [LastSeen(*row) for row in found]

        return await self._database.read(look)


def _untold(connection: sqlite3.Connection) -> list[int]:
    found: list[int] = json.loads(read_state(connection, UNTOLD) or "[]")
    return found
