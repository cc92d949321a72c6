"""What the bot's books say, read beside it: sums, every limit with what is used of it, and the latest jobs."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.services.ledger import ChargeState
from bot.services.policy import (
    Defaults,
    Limit,
    Metric,
    Requester,
    Scope,
    bucket_of,
    buckets_touched,
    limits_for,
    used_of,
)
from bot.storage import open_read_only
from bot.storage.ledger.counters import balance_in_force
from bot.storage.ledger.report import read_report
from bot.storage.policies import read_policy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.sandbox.discord import Server
    from bot.services.accounting import ReportedJob
    from bot.services.policy import Balance
    from bot.storage.database.sqlite import sqlite3

LATEST = 30  # jobs


@dataclass(frozen=True)
class Reader:
    """Reads the books; blocks, so it belongs on a thread.

    Attributes:
        path: the database file.
        servers: whose limits are read.
        defaults: the operator's, as the bot was started with them.
    """

    path: Path
    servers: Sequence[Server]
    defaults: Defaults

    def read(self, ahead: float) -> dict[str, Any]:
        """Everything, as JSON; `ahead` seconds later than now.

        Raises:
            DatabaseError: there is no database yet, or it cannot be used.
        """
        report = read_report(self.path, None, None)
        with closing(open_read_only(self.path)) as connection:
            limits = list(self._limits(connection, int(time.time() + ahead)))
        sums = report.sums
        return {
            "settled_nano": sums.settled_nano,
            "held_nano": sums.held_nano,
            "unknown_nano": sums.unknown_nano,
            "limits": [limit for limit in limits if limit["used"] or limit["scope"] != Scope.MEMBER],
            "waiting": sum(job.state == ChargeState.RESERVED for job in report.jobs),
            "running": sum(job.state == ChargeState.DISPATCHED for job in report.jobs),
            "jobs": [_job(job) for job in report.jobs[: -LATEST - 1 : -1]],
        }

    def _limits(self, connection: sqlite3.Connection, at: int) -> Iterator[dict[str, Any]]:
        """Every limit that bounds somebody, once."""
        seen: set[tuple[object, ...]] = set()
        for server in self.servers:
            policy = read_policy(connection, server.id)
            for name, requester in _requesters(server):
                buckets = buckets_touched(requester, at, policy.time_zone, policy.week_start)
                for limit in limits_for(policy, requester, at, defaults=self.defaults):
                    key = (limit.scope, limit.server_id, limit.scope_id, limit.metric, limit.window)
                    if key not in seen:
                        seen.add(key)
                        standing = balance_in_force(connection, bucket_of(limit, buckets), at)
                        yield _limit(limit, *standing, name, server.guild.name)


def _requesters(server: Server) -> Iterator[tuple[str, Requester]]:
    """Everybody in every channel, with their names."""
    for name, member in server.members.items():
        roles = tuple(role.id for role in member.roles)
        for channel in server.channels:
            yield name, Requester(server.id, channel.id, member.id, roles)


def _limit(limit: Limit, balance: Balance, resets_at: int, member: str, server: str) -> dict[str, Any]:
    is_money = limit.metric is Metric.USD
    who = {Scope.MEMBER: f"{member}'s ", Scope.INSTALLATION: ""}.get(limit.scope, f"{server}: ")
    return {
        "scope": limit.scope,
        "name": f"{who}{limit.name.removeprefix('your ').removeprefix('Your ')}",
        "money": is_money,
        "used": used_of(limit.metric, balance),
        "held": balance.held_nano if is_money else balance.held_images,
        "maximum": limit.maximum,
        "resets_at": resets_at,
    }


def _job(job: ReportedJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "number": job.picture,
        "state": job.state,
        "outcome": job.outcome,
        "member": job.user_id,
        "model": job.model,
        "size": job.size,
        "quality": job.quality,
        "hold_nano": job.hold_nano,
        "actual_nano": job.actual_nano,
        "at": job.reserved_at,
    }
