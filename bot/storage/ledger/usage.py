"""What is counted of one member, window by window. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.policy import Balance, Scope
from bot.services.quotas import EVER, Span, UseRecords

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.services.calendar import Window
    from bot.storage.database.database import Database

# By the counters' unique key: a few rows for a month of days, however much was ever made.
SPANS = """
SELECT start_at, end_at, settled_nano, held_nano, settled_images, held_images FROM buckets
WHERE scope = :scope AND server_id = :server_id AND scope_id = :user_id AND period = :period
    AND start_at < :until AND end_at > :since
    AND (settled_nano > 0 OR held_nano > 0 OR settled_images > 0 OR held_images > 0)
ORDER BY start_at, end_at
"""


class SqliteUse(UseRecords):
    """Fulfils `UseRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def spans(
        self, server_id: int, user_id: int, window: Window, between: tuple[int, int] = EVER
    ) -> Sequence[Span]:
        wanted = {
            "scope": Scope.MEMBER.value,
            "server_id": server_id,
            "user_id": user_id,
            "period": window.value,
            "since": between[0],
            "until": between[1],
        }

        def look(connection: sqlite3.Connection) -> tuple[Span, ...]:
            rows = connection.execute(SPANS, wanted)
            return tuple(Span(start_at, end_at, Balance(*figures)) for start_at, end_at, *figures in rows)

        return await self._database.read(look)
