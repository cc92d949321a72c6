"""Members who ask their leads for more: who asked, and what became of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.limits import Metric, Scope
from bot.services.pleas import Plea, PleaState
from bot.services.windows import Window
from bot.storage.policies import add_grant, write_entry
from bot.storage.rows import by_name

if TYPE_CHECKING:
    import sqlite3

    from bot.services.governing import Decision
    from bot.services.policy import Grant
    from bot.storage.database import Database

ADD = """
INSERT INTO pleas (at, server_id, channel_id, user_id, scope, scope_id, metric, period, needed, ends_at, state)
VALUES (:at, :server_id, :channel_id, :user_id, :scope, :scope_id, :metric, :period, :needed, :ends_at, 'open')
ON CONFLICT DO NOTHING RETURNING id
"""
# A process that died before it could tell the leads left a question that nobody can answer.
FORGET_UNTOLD = """
DELETE FROM pleas WHERE state = 'open' AND told_at IS NULL AND at < :at - 60 AND server_id = :server_id
    AND user_id = :user_id AND scope = :scope AND scope_id = :scope_id AND metric = :metric AND period = :period
"""
# The credit begins in the second of the decision and ends with the plea's window.
GET = """
SELECT *, (
    SELECT amount FROM grants
    WHERE grants.server_id = pleas.server_id AND grants.end_at = ends_at AND grants.scope = pleas.scope
        AND grants.scope_id = pleas.scope_id AND grants.metric = pleas.metric AND grants.period = pleas.period
        AND start_at = decided_at AND state = 'granted'
    ORDER BY seq DESC LIMIT 1
) AS granted
FROM pleas WHERE id = ? AND server_id = ?
"""
DECIDE = "UPDATE pleas SET state = ?, decided_at = ?, decided_by = ? WHERE id = ? AND server_id = ? AND state = 'open'"


class SqlitePleas:
    """Fulfils `Pleas`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, plea: Plea) -> Plea | None:
        """Keep a new plea, whose `id` is given here; None if the member's plea for this limit is open already."""

        def write(connection: sqlite3.Connection) -> Plea | None:
            connection.execute(FORGET_UNTOLD, _columns(plea))
            rows = connection.execute(ADD, _columns(plea)).fetchall()
            return replace(plea, id=rows[0][0]) if rows else None

        return await self._database.transaction(write)

    async def told(self, plea_id: int, at: int) -> None:
        """Leads can read it now."""
        await self._database.transaction(
            lambda connection: connection.execute("UPDATE pleas SET told_at = ? WHERE id = ?", (at, plea_id))
        )

    async def withdraw(self, plea_id: int) -> None:
        """Forget a plea that could not be told to anybody."""
        await self._database.transaction(
            lambda connection: connection.execute("DELETE FROM pleas WHERE id = ? AND state = 'open'", (plea_id,))
        )

    async def get(self, server_id: int, plea_id: int) -> Plea | None:
        """A plea of this server as it stands, or None."""

        def look(connection: sqlite3.Connection) -> Plea | None:
            row = by_name(connection).execute(GET, (plea_id, server_id)).fetchone()
            return None if row is None else _plea(row)

        return await self._database.read(look)

    async def decide(self, plea: Plea, decision: Decision, grant: Grant | None) -> bool:
        """Grant an open plea, or decline it if there is no `grant`: its state, the credit and the audit at once.

        False, and nothing is written, if it is not open any more.
        """
        state = PleaState.DECLINED if grant is None else PleaState.GRANTED

        def write(connection: sqlite3.Connection) -> bool:
            values = (state.value, decision.at, decision.actor_id, plea.id, plea.server_id)
            if not connection.execute(DECIDE, values).rowcount:
                return False
            if grant is None:
                write_entry(connection, plea.server_id, decision)
            else:
                add_grant(connection, plea.server_id, grant, decision)
            return True

        return await self._database.transaction(write)


def _columns(plea: Plea) -> dict[str, int | str]:
    return {
        "at": plea.at,
        "server_id": plea.server_id,
        "channel_id": plea.channel_id,
        "user_id": plea.user_id,
        "scope": plea.scope.value,
        "scope_id": plea.scope_id,
        "metric": plea.metric.value,
        "period": plea.window.value,
        "needed": plea.needed,
        "ends_at": plea.ends_at,
    }


def _plea(row: sqlite3.Row) -> Plea:
    return Plea(
        id=row["id"],
        at=row["at"],
        server_id=row["server_id"],
        channel_id=row["channel_id"],
        user_id=row["user_id"],
        scope=Scope(row["scope"]),
        scope_id=row["scope_id"],
        metric=Metric(row["metric"]),
        window=Window(row["period"]),
        needed=row["needed"],
        ends_at=row["ends_at"],
        state=PleaState(row["state"]),
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        granted=row["granted"],
    )
