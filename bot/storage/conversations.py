"""Conversations: a row for each thread that is, or was, one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.conversations import Conversation, ConversationRecords, Spent
from bot.storage.ledger.jobs import WORDING
from bot.storage.ledger.requests import read_order

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.services.ledger import Order
    from bot.storage.database.database import Database

ADD = """
INSERT INTO conversations (thread_id, server_id, opened_by, picture_number, opened_at, touched_at)
VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (thread_id) DO UPDATE SET opened_by = excluded.opened_by, picture_number = excluded.picture_number,
    opened_at = excluded.opened_at, touched_at = excluded.touched_at, ended_at = NULL
"""
GOING_ON = """
SELECT thread_id, server_id, opened_by, picture_number, opened_at, touched_at FROM conversations
WHERE ended_at IS NULL ORDER BY thread_id
"""
TOUCH = "UPDATE conversations SET touched_at = max(touched_at, ?) WHERE thread_id = ?"
END = "UPDATE conversations SET ended_at = coalesce(ended_at, ?) WHERE thread_id = ?"
# A member's private words about a prompt are no part of what is said in a thread.
LATEST = f"""
SELECT requests.id FROM requests WHERE channel_id = ? AND created_at >= ? AND NOT {WORDING} AND EXISTS (
    SELECT 1 FROM jobs LEFT JOIN pictures ON pictures.job_id = jobs.id
        LEFT JOIN turn_answers ON turn_answers.job_id = jobs.id
    WHERE jobs.request_id = requests.id AND (
        (pictures.number IS NOT NULL AND pictures.deleted_at IS NULL)
        OR (pictures.number IS NULL AND turn_answers.job_id IS NOT NULL)
    )
) ORDER BY created_at DESC, rowid DESC LIMIT 1
"""  # noqa: S608 - both parts are ours
PENDING = f"""
SELECT DISTINCT request_id FROM jobs JOIN requests ON requests.id = jobs.request_id
WHERE channel_id = ? AND requests.created_at >= ? AND state IN ('reserved', 'dispatched') AND NOT {WORDING}
ORDER BY request_id
"""  # noqa: S608 - the same
SPENT = f"""
SELECT count(DISTINCT request_id), count(pictures.number),
    coalesce(sum(CASE WHEN closed_at IS NULL THEN hold_nano ELSE coalesce(actual_nano, 0) END), 0)
FROM requests JOIN jobs ON jobs.request_id = requests.id LEFT JOIN pictures ON pictures.job_id = jobs.id
WHERE channel_id = ? AND requests.created_at >= ? AND state <> 'released' AND NOT {WORDING}
"""  # noqa: S608 - both parts are ours


class SqliteConversations(ConversationRecords):
    """Fulfils `ConversationRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def add(self, conversation: Conversation) -> None:
        columns = (
            conversation.thread_id,
            conversation.server_id,
            conversation.opened_by,
            conversation.picture,
            conversation.opened_at,
            conversation.touched_at,
        )
        await self._database.transaction(lambda connection: connection.execute(ADD, columns))

    @override
    async def going_on(self) -> Sequence[Conversation]:
        def look(connection: sqlite3.Connection) -> list[Conversation]:
            return [Conversation(*row) for row in connection.execute(GOING_ON).fetchall()]

        return await self._database.read(look)

    @override
    async def touch(self, thread_id: int, at: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(TOUCH, (at, thread_id)))

    @override
    async def end(self, thread_id: int, at: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(END, (at, thread_id)))

    @override
    async def latest(self, thread_id: int, since: int) -> Order | None:
        def look(connection: sqlite3.Connection) -> Order | None:
            row = connection.execute(LATEST, (thread_id, since)).fetchone()
            return None if row is None else read_order(connection, row[0])

        return await self._database.read(look)

    @override
    async def pending(self, thread_id: int, since: int) -> Sequence[str]:
        def look(connection: sqlite3.Connection) -> list[str]:
            return [request_id for (request_id,) in connection.execute(PENDING, (thread_id, since))]

        return await self._database.read(look)

    @override
    async def spent(self, thread_id: int, since: int) -> Spent:
        def look(connection: sqlite3.Connection) -> Spent:
            return Spent(*connection.execute(SPENT, (thread_id, since)).fetchone())

        return await self._database.read(look)
