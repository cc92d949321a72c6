"""Which pictures were made from which, read from the requests that made them. Reads only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import MOST_SHOWN, Family, Lineage, Relative
from bot.services.requests import ImageRequest
from bot.storage.database.sqlite import by_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

# The newest message of the result that stands where it was asked for or published: others may not be seen by all.
RELATIVE = """
SELECT requests.request, user_id, requests.private AND posted_at IS NULL AS private, pictures.created_at, deleted_at,
    messages.channel_id, message_id
FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
LEFT JOIN publications ON publications.picture_number = pictures.number
LEFT JOIN messages ON message_id = (
    SELECT max(message_id) FROM messages AS own
    WHERE own.request_id = requests.id AND own.private = 0 AND own.channel_id IN (
        requests.channel_id, requests.parent_channel_id, publications.channel_id, publications.parent_channel_id
    )
)
WHERE pictures.number = ? AND server_id = ?
"""
PARENTS = """
SELECT picture_number FROM request_parents WHERE request_id IN (
    SELECT jobs.request_id FROM json_each(?) AS asked
    CROSS JOIN pictures ON pictures.number = asked.value
    CROSS JOIN jobs ON jobs.id = pictures.job_id
)
GROUP BY picture_number ORDER BY min(position), picture_number
"""
# From the pictures outwards, whatever SQLite thinks of the tables' sizes. A child of several of them counts once.
CHILDREN = """
FROM json_each(?) AS asked
CROSS JOIN request_parents ON request_parents.picture_number = asked.value
CROSS JOIN requests ON requests.id = request_parents.request_id
CROSS JOIN jobs ON jobs.request_id = requests.id
CROSS JOIN pictures ON pictures.job_id = jobs.id
WHERE server_id = ?
"""
NEWEST_CHILDREN = f"SELECT DISTINCT pictures.number {CHILDREN} ORDER BY pictures.number DESC LIMIT {MOST_SHOWN}"
CHILD_COUNT = f"SELECT count(DISTINCT pictures.number) {CHILDREN}"


class SqliteLineage(Lineage):
    """Fulfils `Lineage`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def family(self, numbers: Sequence[int], server_id: int) -> Family:
        def look(connection: sqlite3.Connection) -> Family:
            own = json.dumps([each.number for each in _relatives(connection, numbers, server_id)])
            parents = [parent for (parent,) in connection.execute(PARENTS, (own,))]
            children = [child for (child,) in connection.execute(NEWEST_CHILDREN, (own, server_id))]
            (count,) = connection.execute(CHILD_COUNT, (own, server_id)).fetchone()
            return Family(
                _relatives(connection, parents, server_id), _relatives(connection, children, server_id), count
            )

        return await self._database.read(look)


def _relatives(connection: sqlite3.Connection, numbers: Sequence[int], server_id: int) -> tuple[Relative, ...]:
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
