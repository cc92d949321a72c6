"""Policies and grants of servers, and the audit of who decided what."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter
from typing_extensions import override

from bot.language import read_again, written_down
from bot.services.calendar import Window
from bot.services.policy import Audit, AuditEntry, Decision, Grant, Metric, Policies, Scope, ServerPolicy
from bot.storage.database.sqlite import DamagedRowError, by_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from bot.storage.database.database import Database

DOCUMENT = TypeAdapter(ServerPolicy)
BESIDE = {"version", "grants"}  # kept in columns and rows of their own
NEWEST = 2**63 - 1  # beyond every number of an entry; a comparison with NULL would keep the index from seeking
LONGEST_WINDOW = 32 * 24 * 3600  # seconds; no grant lasts longer than its window


class SqlitePolicies(Policies):
    """Fulfils `Policies`. What was read stays in memory until it is changed: only this process writes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerPolicy] = {}
        self._locales: dict[int, str] = {}

    async def open(self) -> None:
        """Read which languages were chosen."""
        self._locales = await self._database.read(_locales)

    @override
    async def of(self, server_id: int) -> ServerPolicy:
        known = self._known.get(server_id)
        if known is None:
            known = await self._database.read(lambda connection: read_policy(connection, server_id))
            self._keep(server_id, known)
        return known

    @override
    def locale_of(self, server_id: int) -> str:
        return self._locales.get(server_id, "")

    @override
    async def forget(self, server_id: int) -> None:
        self._known.pop(server_id, None)

    @override
    async def change(self, server_id: int, alter: Callable[[ServerPolicy], tuple[ServerPolicy, Decision]]) -> Decision:
        def write(connection: sqlite3.Connection) -> tuple[ServerPolicy, Decision]:
            before = read_policy(connection, server_id)
            after, decision = alter(before)
            if after == before:
                return before, decision
            after = replace(after, version=before.version + 1)
            write_policy(connection, server_id, after)
            write_entry(connection, server_id, decision)
            return after, decision

        policy, decision = await self._renew(server_id, write)
        self._keep(server_id, policy)
        return decision

    @override
    async def grant(self, server_id: int, grant: Grant, decision: Decision) -> None:
        def write(connection: sqlite3.Connection) -> tuple[ServerPolicy, Decision]:
            return add_grant(connection, server_id, grant, decision), decision

        policy, _ = await self._renew(server_id, write)
        self._keep(server_id, policy)

    def _keep(self, server_id: int, policy: ServerPolicy) -> None:
        self._known[server_id] = policy
        self._locales[server_id] = policy.locale

    async def _renew(
        self, server_id: int, write: Callable[[sqlite3.Connection], tuple[ServerPolicy, Decision]]
    ) -> tuple[ServerPolicy, Decision]:
        try:
            return await self._database.transaction(write)
        except BaseException:
            self._known.pop(
                server_id, None
            )  # it may have been committed: https://github.com/omnilib/aiosqlite/issues/259
            raise


class SqliteAudit(Audit):
    """Fulfils `Audit`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def record(self, server_id: int, decision: Decision) -> None:
        await self._database.transaction(lambda connection: write_entry(connection, server_id, decision))

    @override
    async def entries(
        self, server_id: int, *, before: int | None = None, actor_id: int | None = None, most: int = 10
    ) -> Sequence[AuditEntry]:
        def look(connection: sqlite3.Connection) -> tuple[AuditEntry, ...]:
            rows = by_name(connection).execute(
                "SELECT * FROM audit WHERE server_id = :server_id AND seq < :before "
                "AND (:actor_id IS NULL OR actor_id = :actor_id) ORDER BY seq DESC LIMIT :most",
                {
                    "server_id": server_id,
                    "before": NEWEST if before is None else min(before, NEWEST),
                    "actor_id": actor_id,
                    "most": most,
                },
            )
            return tuple(AuditEntry(row["seq"], _decision(row)) for row in rows)

        return await self._database.read(look)


def read_policy(connection: sqlite3.Connection, server_id: int) -> ServerPolicy:
    """The policy of a server with the grants that may still be in force."""
    row = connection.execute("SELECT version, document FROM policies WHERE server_id = ?", (server_id,)).fetchone()
    if row is None:
        return ServerPolicy()
    version, document = row
    try:
        policy = DOCUMENT.validate_json(document)
    except ValueError as error:
        raise DamagedRowError("a policy") from error
    return replace(policy, version=version, grants=_recent_grants(connection, server_id))


def _locales(connection: sqlite3.Connection) -> dict[int, str]:
    """The languages that servers have chosen, without those that leave it to Discord."""
    rows = connection.execute(
        "SELECT server_id, CASE WHEN json_valid(document) THEN json_extract(document, '$.locale') END AS locale "
        "FROM policies WHERE locale != ''"
    )
    return dict(rows.fetchall())


def policy_version(connection: sqlite3.Connection, server_id: int) -> int:
    """How often the policy of a server was changed; 0 if never."""
    row = connection.execute("SELECT version FROM policies WHERE server_id = ?", (server_id,)).fetchone()
    return int(row[0]) if row else 0


def write_policy(connection: sqlite3.Connection, server_id: int, policy: ServerPolicy) -> None:
    """Keep a policy instead of what was there."""
    document = DOCUMENT.dump_json(policy, exclude=BESIDE).decode()
    connection.execute(
        "INSERT INTO policies (server_id, version, document) VALUES (?, ?, ?) "
        "ON CONFLICT (server_id) DO UPDATE SET version = excluded.version, document = excluded.document",
        (server_id, policy.version, document),
    )


def add_grant(connection: sqlite3.Connection, server_id: int, grant: Grant, decision: Decision) -> ServerPolicy:
    """Write a one-time credit with its decision; the policy as it is then."""
    connection.execute(
        "INSERT INTO grants (server_id, scope, scope_id, metric, period, amount, start_at, end_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            server_id,
            grant.scope.value,
            grant.scope_id,
            grant.metric.value,
            grant.window.value,
            grant.amount,
            grant.start_at,
            grant.end_at,
        ),
    )
    before = read_policy(connection, server_id)
    write_policy(connection, server_id, replace(before, version=before.version + 1))
    write_entry(connection, server_id, decision)
    return read_policy(connection, server_id)


def write_entry(connection: sqlite3.Connection, server_id: int, decision: Decision) -> None:
    """Append to the audit."""
    connection.execute(
        "INSERT INTO audit (at, server_id, actor_id, action, subject, before, after, why, told) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            decision.at,
            server_id,
            decision.actor_id,
            decision.action,
            decision.subject,
            decision.before,
            decision.after,
            decision.why,
            json.dumps([written_down(words) for words in (decision.subject, decision.before, decision.after)]),
        ),
    )


def _recent_grants(connection: sqlite3.Connection, server_id: int) -> tuple[Grant, ...]:
    """Those that had not ended when the newest began, and so all that can be in force at any later time."""
    rows = connection.execute(
        "SELECT scope, scope_id, metric, period, amount, start_at, end_at FROM grants "
        "WHERE server_id = :server_id AND end_at > "
        "(SELECT max(end_at) - :longest FROM grants WHERE server_id = :server_id) ORDER BY seq",
        {"server_id": server_id, "longest": 2 * LONGEST_WINDOW},
    )
    return tuple(
        Grant(Scope(scope), scope_id, Metric(metric), Window(window), amount, start_at, end_at)
        for scope, scope_id, metric, window, amount, start_at, end_at in rows
    )


def _decision(row: sqlite3.Row) -> Decision:
    told = itertools.repeat(None) if row["told"] is None else json.loads(row["told"])
    english = (row["subject"], row["before"], row["after"])
    subject, before, after = (read_again(words, made) for words, made in zip(english, told, strict=False))
    return Decision(row["actor_id"], row["at"], row["action"], subject, before, after, row["why"])
