"""Members who ask their leads for more: who asked, what became of it, and whether they know."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.calendar import Window
from bot.services.policy import Metric, Scope
from bot.services.quotas import IncreaseRequest, Increases, IncreaseState, Opening
from bot.storage.database.sqlite import by_name
from bot.storage.policies import add_grant, write_entry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.policy import Decision, Grant
    from bot.storage.database.database import Database
    from bot.storage.database.sqlite import sqlite3

# A declined request is an answer until its window ends; one that is open may still wait for its leads to be told.
STANDING = """
SELECT * FROM pleas
WHERE server_id = :server_id AND user_id = :user_id AND scope = :scope AND scope_id = :scope_id AND metric = :metric
    AND period = :period AND (state = 'declined' AND ends_at > :at OR state = 'open' AND ends_at = :ends_at)
ORDER BY state = 'open', ends_at DESC LIMIT 1
"""
ADD = """
INSERT INTO pleas (at, server_id, channel_id, parent_channel_id, user_id, role_ids, scope, scope_id, metric, period,
    wanted, needed, ends_at, locale, state)
VALUES (:at, :server_id, :channel_id, :parent_channel_id, :user_id, :role_ids, :scope, :scope_id, :metric, :period,
    :wanted, :needed, :ends_at, :locale, 'open')
RETURNING id
"""
ASK_AGAIN = """
UPDATE pleas SET at = :at, channel_id = :channel_id, parent_channel_id = :parent_channel_id, role_ids = :role_ids,
    wanted = :wanted, needed = :needed, locale = :locale
WHERE id = :id RETURNING id
"""
UNTOLD = """
SELECT * FROM pleas WHERE state <> 'open' AND member_told_at IS NULL AND decided_at >= ? AND ends_at > ?
ORDER BY decided_at, id
"""
DECIDE = """
UPDATE pleas SET state = ?, decided_at = ?, decided_by = ?, granted = ?
WHERE id = ? AND server_id = ? AND state = 'open'
"""


class SqliteIncreases(Increases):
    """Fulfils `Increases`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def open(self, increase: IncreaseRequest) -> Opening:
        def write(connection: sqlite3.Connection) -> Opening:
            values = _columns(increase)
            found = by_name(connection).execute(STANDING, values).fetchone()
            if found is None:
                (row,) = connection.execute(ADD, values).fetchall()
            elif found["state"] == IncreaseState.OPEN and found["told_at"] is None:
                (row,) = connection.execute(ASK_AGAIN, {**values, "id": found["id"]}).fetchall()
            else:
                return Opening(_increase(found), fresh=False)
            return Opening(replace(increase, id=row[0]), fresh=True)

        return await self._database.transaction(write)

    @override
    async def told(self, increase_id: int, at: int) -> None:
        await self._write("UPDATE pleas SET told_at = ? WHERE id = ?", at, increase_id)

    @override
    async def get(self, server_id: int, increase_id: int) -> IncreaseRequest | None:
        def look(connection: sqlite3.Connection) -> IncreaseRequest | None:
            sql = "SELECT * FROM pleas WHERE id = ? AND server_id = ?"
            row = by_name(connection).execute(sql, (increase_id, server_id)).fetchone()
            return None if row is None else _increase(row)

        return await self._database.read(look)

    @override
    async def renew(self, increase_id: int, needed: int) -> None:
        await self._write("UPDATE pleas SET needed = ? WHERE id = ? AND state = 'open'", needed, increase_id)

    @override
    async def decide(self, increase: IncreaseRequest, decision: Decision, grant: Grant | None) -> bool:
        state, granted = (IncreaseState.DECLINED, None) if grant is None else (IncreaseState.GRANTED, grant.amount)

        def write(connection: sqlite3.Connection) -> bool:
            values = (state.value, decision.at, decision.actor_id, granted, increase.id, increase.server_id)
            if not connection.execute(DECIDE, values).rowcount:
                return False
            if grant is None:
                write_entry(connection, increase.server_id, decision)
            else:
                add_grant(connection, increase.server_id, grant, decision)
            return True

        return await self._database.transaction(write)

    @override
    async def drop(self, increase: IncreaseRequest, actor_id: int, at: int) -> bool:
        return bool(
            await self._write(DECIDE, IncreaseState.NEEDLESS.value, at, actor_id, None, increase.id, increase.server_id)
        )

    @override
    async def untold(self, since: int, at: int) -> Sequence[IncreaseRequest]:
        def look(connection: sqlite3.Connection) -> tuple[IncreaseRequest, ...]:
            return tuple(_increase(row) for row in by_name(connection).execute(UNTOLD, (since, at)))

        return await self._database.read(look)

    @override
    async def member_told(self, increase_id: int, at: int) -> None:
        await self._write("UPDATE pleas SET member_told_at = ? WHERE id = ?", at, increase_id)

    async def _write(self, sql: str, *values: int | str | None) -> int:
        """How many rows it changed."""
        return await self._database.transaction(lambda connection: connection.execute(sql, values).rowcount)


def _columns(increase: IncreaseRequest) -> dict[str, int | str]:
    return {
        "at": increase.at,
        "server_id": increase.server_id,
        "channel_id": increase.channel_id,
        "parent_channel_id": increase.parent_id,
        "user_id": increase.user_id,
        "role_ids": json.dumps(increase.role_ids),
        "scope": increase.scope.value,
        "scope_id": increase.scope_id,
        "metric": increase.metric.value,
        "period": increase.window.value,
        "wanted": increase.wanted,
        "needed": increase.needed,
        "ends_at": increase.ends_at,
        "locale": increase.locale,
    }


def _increase(row: sqlite3.Row) -> IncreaseRequest:
    return IncreaseRequest(
        id=row["id"],
        at=row["at"],
        server_id=row["server_id"],
        channel_id=row["channel_id"],
        user_id=row["user_id"],
        scope=Scope(row["scope"]),
        scope_id=row["scope_id"],
        metric=Metric(row["metric"]),
        window=Window(row["period"]),
        wanted=row["wanted"],
        needed=row["needed"],
        ends_at=row["ends_at"],
        role_ids=tuple(json.loads(row["role_ids"])),
        parent_id=row["parent_channel_id"],
        locale=row["locale"],
        state=IncreaseState(row["state"]),
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        granted=row["granted"],
        member_told_at=row["member_told_at"],
    )
