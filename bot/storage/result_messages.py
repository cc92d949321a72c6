"""The messages that show results, and which of them are outdated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import ResultMessage, ResultMessages

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

OUTDATED = """
SELECT request_id, channel_id, message_id, private FROM messages INDEXED BY messages_outdated
WHERE outdated = 1 AND request_id = coalesce(?, request_id) ORDER BY message_id
"""
BROUGHT_UP = "UPDATE messages SET outdated = 0 WHERE message_id = ?"


class SqliteResultMessages(ResultMessages):
    """Fulfils `ResultMessages`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def outdated(self, request_id: str | None = None) -> Sequence[ResultMessage]:
        def look(connection: sqlite3.Connection) -> list[ResultMessage]:
            rows = connection.execute(OUTDATED, (request_id,))
            return [
                ResultMessage(of, channel_id, message_id, bool(private)) for of, channel_id, message_id, private in rows
            ]

        return await self._database.read(look)

    @override
    async def brought_up(self, message_id: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(BROUGHT_UP, (message_id,)))
