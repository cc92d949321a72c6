"""Which pictures were made from which, read from the requests that made them. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.lineage import MOST_SHOWN, Family, Lineage, Relative
from bot.services.requests import ImageRequest
from bot.storage.rows import by_name

if TYPE_CHECKING:
    import sqlite3

    from bot.storage.database import Database

# The newest message of the result that stands where it was asked for: a message elsewhere went to the member alone.
RELATIVE = """
SELECT requests.request, user_id, private, pictures.created_at, deleted_at, messages.channel_id, message_id
FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
LEFT JOIN messages ON message_id = (
    SELECT max(message_id) FROM messages AS own
    WHERE own.request_id = requests.id AND own.channel_id IN (requests.channel_id, requests.parent_channel_id)
)
WHERE pictures.number = ? AND server_id = ?
"""
PARENTS = """
SELECT picture_number FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN request_parents ON request_parents.request_id = jobs.request_id
WHERE pictures.number = ? ORDER BY position
"""
# From the picture outwards, whatever SQLite thinks of the tables' sizes.
CHILDREN = """
SELECT pictures.number FROM request_parents
CROSS JOIN requests ON requests.id = request_parents.request_id
CROSS JOIN jobs ON jobs.request_id = requests.id
CROSS JOIN pictures ON pictures.job_id = jobs.id
WHERE picture_number = ? AND server_id = ? ORDER BY pictures.number DESC
"""


class SqliteLineage(Lineage):
    """Fulfils `Lineage`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def family(self, number: int, server_id: int) -> Family:
        """The relatives of a picture of this server; empty if it is not one."""

        def look(connection: sqlite3.Connection) -> Family:
            if _relative(connection, number, server_id) is None:
                return Family()
            parents = [parent for (parent,) in connection.execute(PARENTS, (number,))]
            children = [child for (child,) in connection.execute(CHILDREN, (number, server_id))]
            return Family(
                _relatives(connection, parents, server_id),
                _relatives(connection, children[:MOST_SHOWN], server_id),
                len(children),
            )

        return await self._database.read(look)


def _relatives(connection: sqlite3.Connection, numbers: list[int], server_id: int) -> tuple[Relative, ...]:
    found = (_relative(connection, number, server_id) for number in numbers)
    return tuple(relative for relative in found if relative is not None)


def _relative(connection: sqlite3.Connection, number: int, server_id: int) -> Relative | None:
    """The picture, if it is one of this server."""
    row = by_name(connection).execute(RELATIVE, (number, server_id)).fetchone()
    if row is None:
        return None
    request = ImageRequest.from_json(row["request"])
    private, deleted = bool(row["private"]), row["deleted_at"] is not None
    is_shown = not private and not deleted
    return Relative(
        number=number,
        change=request.change,
        user_id=row["user_id"],
        prompt=request.prompt if is_shown else "",
        created_at=row["created_at"],
        deleted=deleted,
        private=private,
        place=(row["channel_id"], row["message_id"]) if is_shown and row["message_id"] is not None else None,
    )
