"""How long the latest pictures took. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.requests import UNSTREAMED_FORMATS
from bot.services.turns import Kind, Past

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

# By the pictures' key from its end, and by the keys of what they belong to: a few rows, however much was ever made.
LATEST = """
SELECT jobs.model, request ->> '$.size', request ->> '$.quality', request ->> '$.output_format', seconds
FROM pictures CROSS JOIN jobs ON jobs.id = pictures.job_id CROSS JOIN requests ON requests.id = jobs.request_id
ORDER BY pictures.number DESC LIMIT ?
"""


class SqlitePast(Past):
    """Fulfils `Past`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def latest(self, most: int) -> Sequence[tuple[Kind, float]]:
        def look(connection: sqlite3.Connection) -> list[tuple[Kind, float]]:
            rows = connection.execute(LATEST, (most,)).fetchall()
            return [
                (Kind(model, size, quality, form if form in UNSTREAMED_FORMATS else ""), seconds)
                for model, size, quality, form, seconds in reversed(rows)
            ]

        return await self._database.read(look)
