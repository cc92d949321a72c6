"""What people want of us and was not answered yet; and for a while what was, so that it is not done twice."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.ledger import Destination, Errand, Errands
from bot.services.policy import Requester
from bot.storage.database.sqlite import by_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

BEGIN = """
INSERT INTO errands (id, at, server_id, channel_id, parent_channel_id, user_id, role_ids, application_id,
    interaction_token, token_expires_at, private, reply_to_id, locale, words)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
ANSWERED = "UPDATE errands SET answered_at = ?, interaction_token = '', words = '' WHERE id = ? AND answered_at IS NULL"
UNANSWERED = """
SELECT * FROM errands
WHERE answered_at IS NULL AND NOT EXISTS (SELECT 1 FROM requests WHERE requests.id = errands.id) ORDER BY at, id
"""


class SqliteErrands(Errands):
    """Fulfils `Errands`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def begin(self, errand: Errand) -> bool:
        requester, destination = errand.requester, errand.destination
        row = (
            errand.id,
            errand.at,
            requester.server_id,
            requester.channel_id,
            requester.parent_id,
            requester.user_id,
            json.dumps(requester.role_ids),
            destination.application_id,
            destination.interaction_token,
            destination.expires_at,
            destination.private,
            destination.reply_to,
            destination.locale,
            errand.words,
        )
        return await self._database.transaction(lambda connection: connection.execute(BEGIN, row).rowcount > 0)

    @override
    async def answered(self, errand_id: str, at: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(ANSWERED, (at, errand_id)))

    @override
    async def unanswered(self) -> Sequence[Errand]:
        return await self._database.read(
            lambda connection: [_errand(row) for row in by_name(connection).execute(UNANSWERED)]
        )

    @override
    async def forget(self, before: int) -> None:
        await self._database.transaction(
            lambda connection: connection.execute("DELETE FROM errands WHERE at < ?", (before,))
        )


def _errand(row: sqlite3.Row) -> Errand:
    requester = Requester(
        row["server_id"],
        row["channel_id"],
        row["user_id"],
        tuple(json.loads(row["role_ids"])),
        row["parent_channel_id"],
    )
    destination = Destination(
        row["application_id"],
        row["interaction_token"],
        row["token_expires_at"],
        None,
        bool(row["private"]),
        row["reply_to_id"],
        row["locale"],
    )
    return Errand(row["id"], requester, destination, row["at"], row["words"])
