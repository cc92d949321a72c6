"""The charges of one server, for leads who correct them. Reads only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.accounting import ChargeOnFile, Charges
from bot.services.ledger import ChargeState
from bot.storage.database.sqlite import by_name
from bot.storage.ledger.jobs import WORDING
from bot.storage.ledger.requests import requester_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

# By the index of unknown jobs, which are few.
UNKNOWN = """
SELECT jobs.seq FROM jobs INDEXED BY jobs_unknown CROSS JOIN requests ON requests.id = jobs.request_id
WHERE state = 'unknown' AND server_id = ? ORDER BY reserved_at, jobs.seq LIMIT ?
"""
OF_JOB = "SELECT jobs.seq FROM jobs JOIN requests ON requests.id = jobs.request_id WHERE server_id = ? AND jobs.id = ?"
OF_PICTURE = """
SELECT jobs.seq FROM pictures JOIN jobs ON jobs.id = pictures.job_id JOIN requests ON requests.id = jobs.request_id
WHERE server_id = ? AND pictures.number = ?
"""
CHARGES = f"""
SELECT jobs.id, server_id, channel_id, parent_channel_id, user_id, role_ids, model,
    iif({WORDING}, 'words', request ->> '$.quality') AS quality, state, hold_nano,
    CASE WHEN jobs.closed_at IS NULL THEN hold_nano ELSE coalesce(actual_nano, 0)
        + (SELECT coalesce(sum(nano), 0) FROM adjustments WHERE adjustments.job_id = jobs.id) END AS counted_nano,
    pictures.number AS picture, reserved_at, deadline_at,
    max(hold_nano, coalesce(actual_nano, 0)) AS most_nano,
    usage_image_output IS NOT NULL AND NOT is_estimated AS is_reported
FROM jobs JOIN requests ON requests.id = jobs.request_id LEFT JOIN pictures ON pictures.job_id = jobs.id
WHERE jobs.seq IN (SELECT value FROM json_each(?)) ORDER BY reserved_at, jobs.seq
"""  # noqa: S608 - both parts are ours


class SqliteCharges(Charges):
    """Fulfils `Charges`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def unknown(self, server_id: int, most: int) -> Sequence[ChargeOnFile]:
        return await self._found(UNKNOWN, (server_id, most))

    @override
    async def of_job(self, server_id: int, job_id: str) -> ChargeOnFile | None:
        return next(iter(await self._found(OF_JOB, (server_id, job_id))), None)

    @override
    async def of_picture(self, server_id: int, number: int) -> ChargeOnFile | None:
        return next(iter(await self._found(OF_PICTURE, (server_id, number))), None)

    async def _found(self, sql: str, key: tuple[int | str, ...]) -> Sequence[ChargeOnFile]:
        def look(connection: sqlite3.Connection) -> tuple[ChargeOnFile, ...]:
            found = [seq for (seq,) in connection.execute(sql, key)]
            return tuple(_charge(row) for row in by_name(connection).execute(CHARGES, (json.dumps(found),)))

        return await self._database.read(look)


def _charge(row: sqlite3.Row) -> ChargeOnFile:
    return ChargeOnFile(
        job_id=row["id"],
        requester=requester_of(row),
        model=row["model"],
        quality=row["quality"],
        state=ChargeState(row["state"]),
        hold_nano=row["hold_nano"],
        counted_nano=row["counted_nano"],
        most_nano=row["most_nano"],
        is_reported=bool(row["is_reported"]),
        picture=row["picture"],
        reserved_at=row["reserved_at"],
        deadline_at=row["deadline_at"],
    )
