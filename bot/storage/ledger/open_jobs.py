"""What a server's jobs hold whose cost is not known yet. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.jobs import OpenCharges, OpenJobs

if TYPE_CHECKING:
    import sqlite3

    from bot.storage.database.database import Database

# By the partial indexes of requests that are not answered, which have every job that waits or runs, and of unknown
# jobs: both are few, however much was ever made.
OPEN = """
SELECT count(*), coalesce(sum(hold_nano), 0)
FROM requests INDEXED BY requests_undelivered JOIN jobs ON jobs.request_id = requests.id
WHERE requests.delivered_at IS NULL AND server_id = ? AND state IN ('reserved', 'dispatched')
"""
UNKNOWN = """
SELECT count(*), coalesce(sum(hold_nano), 0)
FROM jobs INDEXED BY jobs_unknown CROSS JOIN requests ON requests.id = jobs.request_id
WHERE state = 'unknown' AND server_id = ?
"""


class SqliteOpenCharges(OpenCharges):
    """Fulfils `OpenCharges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def of_server(self, server_id: int) -> OpenJobs:
        def look(connection: sqlite3.Connection) -> OpenJobs:
            held = connection.execute(OPEN, (server_id,)).fetchone()
            return OpenJobs(*held, *connection.execute(UNKNOWN, (server_id,)).fetchone())

        return await self._database.read(look)
