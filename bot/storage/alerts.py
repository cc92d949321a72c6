"""Alerts that were raised, each once per window and level, and whether they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.calendar import Window
from bot.services.policy import Metric, Scope
from bot.services.quotas import Alert, Alerts
from bot.storage.database.sqlite import by_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.storage.database.database import Database

ADD = """
INSERT INTO alerts
    (server_id, scope, scope_id, metric, period, start_at, level, end_at, name, used, maximum, raised_at)
VALUES
    (:server_id, :scope, :scope_id, :metric, :period, :start_at, :level, :end_at, :name, :used, :maximum, :at)
ON CONFLICT DO NOTHING
"""
POSTED = """
UPDATE alerts SET posted_at = :at WHERE server_id = :server_id AND scope = :scope AND scope_id = :scope_id
    AND metric = :metric AND period = :period AND start_at = :start_at AND level = :level
    AND maximum = :maximum
"""
KNOWN = """
SELECT 1 FROM alerts WHERE server_id = :server_id AND scope = :scope AND scope_id = :scope_id
    AND metric = :metric AND period = :period AND start_at = :start_at AND level = :level
    AND maximum = :maximum
"""


class SqliteAlerts(Alerts):
    """Fulfils `Alerts`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def add(self, alerts: Sequence[Alert], at: int) -> None:
        rows = [_row(alert, at) for alert in alerts]

        def known(connection: sqlite3.Connection) -> bool:
            return all(connection.execute(KNOWN, row).fetchone() for row in rows)

        if not await self._database.read(known):  # most of the time: a transaction is a commit to the disk
            await self._database.transaction(lambda connection: connection.executemany(ADD, rows))

    @override
    async def unposted(self, server_id: int, at: int) -> Sequence[Alert]:
        def look(connection: sqlite3.Connection) -> tuple[Alert, ...]:
            rows = by_name(connection).execute(
                "SELECT * FROM alerts WHERE server_id = ? AND posted_at IS NULL AND end_at > ? "
                "ORDER BY level, raised_at",
                (server_id, at),
            )
            return tuple(_alert(row) for row in rows)

        return await self._database.read(look)

    @override
    async def servers_waiting(self, at: int) -> Sequence[int]:
        def look(connection: sqlite3.Connection) -> tuple[int, ...]:
            rows = connection.execute(
                "SELECT DISTINCT server_id FROM alerts WHERE posted_at IS NULL AND end_at > ?", (at,)
            )
            return tuple(server_id for (server_id,) in rows)

        return await self._database.read(look)

    @override
    async def posted(self, alert: Alert, at: int) -> None:
        row = _row(alert, at)
        await self._database.transaction(lambda connection: connection.execute(POSTED, row))


def _row(alert: Alert, at: int) -> dict[str, int | str]:
    return {
        "server_id": alert.server_id,
        "scope": alert.scope.value,
        "scope_id": alert.scope_id,
        "metric": alert.metric.value,
        "period": alert.window.value,
        "start_at": alert.start_at,
        "level": alert.level,
        "end_at": alert.end_at,
        "name": alert.name,
        "used": alert.used,
        "maximum": alert.maximum,
        "at": at,
    }


def _alert(row: sqlite3.Row) -> Alert:
    return Alert(
        server_id=row["server_id"],
        scope=Scope(row["scope"]),
        scope_id=row["scope_id"],
        metric=Metric(row["metric"]),
        window=Window(row["period"]),
        start_at=row["start_at"],
        end_at=row["end_at"],
        level=row["level"],
        name=row["name"],
        used=row["used"],
        maximum=row["maximum"],
    )
