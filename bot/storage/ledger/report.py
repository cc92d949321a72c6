"""The ledger as a report: every job with what it held and cost, and what leads corrected. Reads only."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.accounting import Books, Grouping, Report, ReportedJob, reported
from bot.services.calendar import BILLING_ZONE, Month, Window
from bot.services.ledger import ChargeState
from bot.storage.database.opening import open_read_only, unusable
from bot.storage.database.sqlite import DAMAGE, DamagedRowError, sqlite3
from bot.storage.ledger.jobs import WORDING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from bot.storage.database.database import Database

__all__ = ["Report", "ReportedJob", "SqliteBooks", "read_report"]

EVER = (0, 2**63 - 1)  # seconds since 1970
# The columns are those of `ReportedJob`, in its order. Beside max(seq), SQLite takes actor_id from that very row:
# https://sqlite.org/lang_select.html#bareagg
# CROSS JOIN keeps its order: the adjustments of these jobs are looked up, not all that were ever made.
JOBS = f"""
WITH zones AS MATERIALIZED (SELECT server_id, document ->> '$.zone' AS zone FROM policies),
adjusted AS MATERIALIZED (
    SELECT adjustments.job_id, sum(nano) AS nano, coalesce(sum(nano) FILTER (WHERE installation), 0) AS own_nano,
        sum(adjustments.images) AS images, adjustments.actor_id, max(adjustments.seq)
    FROM jobs CROSS JOIN adjustments ON adjustments.job_id = jobs.id
    WHERE reserved_at >= :start AND reserved_at < :end GROUP BY adjustments.job_id
)
SELECT jobs.id, state, hold_nano, actual_nano, coalesce(adjusted.nano, 0),
    CASE WHEN jobs.closed_at IS NULL THEN hold_nano ELSE coalesce(actual_nano, 0) + coalesce(adjusted.nano, 0) END,
    CASE WHEN jobs.closed_at IS NULL THEN hold_nano ELSE coalesce(actual_nano, 0) + coalesce(own_nano, 0) END,
    jobs.overshoot_nano,
    CASE WHEN jobs.closed_at IS NULL THEN hold_images
        ELSE coalesce(actual_images, 0) + coalesce(adjusted.images, 0) END,
    CAST(requests.server_id AS TEXT), CAST(channel_id AS TEXT),
    CAST(nullif(parent_channel_id, 0) AS TEXT), CAST(user_id AS TEXT),
    model, iif({WORDING}, '', request ->> '$.size'), iif({WORDING}, '', request ->> '$.quality'),
    outcome, pictures.number,
    usage_text_input, usage_image_input, usage_image_output, usage_text_output, provider_request_id,
    CAST(closing.actor_id AS TEXT), CAST(adjusted.actor_id AS TEXT),
    reserved_at, jobs.closed_at, coalesce(zones.zone, 'UTC')
FROM jobs JOIN requests ON requests.id = jobs.request_id
LEFT JOIN pictures ON pictures.job_id = jobs.id
LEFT JOIN events AS closing ON closing.job_id = jobs.id AND closing.kind IN ('settle', 'release')
LEFT JOIN adjusted ON adjusted.job_id = jobs.id
LEFT JOIN zones ON zones.server_id = requests.server_id
WHERE reserved_at >= :start AND reserved_at < :end
    AND (:server_id IS NULL OR requests.server_id = :server_id)
    AND (:member_id IS NULL OR user_id = :member_id)
ORDER BY reserved_at, jobs.seq
"""  # noqa: S608 - both parts are ours
# Every reservation has a counter of its server's month: a few rows, where the jobs are thousands.
STATES = frozenset(ChargeState)
MONTHS = "SELECT start_at, end_at FROM buckets WHERE scope = 'server' AND server_id = ? AND scope_id = ? AND period = ?"


class SqliteBooks(Books):
    """Fulfils `Books`. Jobs are read in a thread on a connection of its own, so that the writer's thread stays free."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def months(self, server_id: int, zone: ZoneInfo) -> Sequence[Month]:
        def look(connection: sqlite3.Connection) -> list[tuple[int, int]]:
            return connection.execute(MONTHS, (server_id, server_id, Window.MONTH.value)).fetchall()

        windows = await self._database.read(look)
        # Windows from before the server moved to another zone are months of the present one as nearly as can be.
        return sorted({Month.holding((start + end) // 2, zone) for start, end in windows})

    @override
    async def report(
        self, server_id: int, month: Month, zone: ZoneInfo, *, by: Grouping | None = None, member_id: int | None = None
    ) -> Report:
        path = self._database.path

        def read() -> Report:
            found = read_report(path, month, server_id, member_id=member_id, zone=zone, by=by)
            return found if by is None else replace(found, jobs=())  # which are many, and let go of in this thread

        return await asyncio.to_thread(read)


def read_report(
    path: Path,
    month: Month | None,
    server_id: int | None,
    *,
    member_id: int | None = None,
    zone: ZoneInfo = BILLING_ZONE,
    by: Grouping | None = None,
) -> Report:
    """Report from the database file, also beside a running bot. Blocks.

    Args:
        path: the database file.
        month: the month of `zone` in which the jobs were reserved; None for all of them.
        server_id: None for all servers.
        member_id: None for all members.
        zone: the zone of the month and of days; without one, that in which the provider bills.
        by: by what the jobs are summed, if at all.

    Raises:
        DatabaseError: there is no such file, or it cannot be used.
    """
    connection = open_read_only(path)
    try:
        jobs = _jobs(connection, EVER if month is None else month.edges(zone), server_id, member_id)
        if any(job.state not in STATES for job in jobs):
            raise DamagedRowError("a job is in no state")
    except (sqlite3.Error, *DAMAGE) as error:
        raise unusable(path, error) from error
    finally:
        connection.close()
    return reported(jobs, by, zone)


def _jobs(
    connection: sqlite3.Connection, edges: tuple[int, int], server_id: int | None, member_id: int | None
) -> list[ReportedJob]:
    """One statement, so that it shows one moment; fetched at once, for a reader that lingers keeps the bot waiting."""
    start, end = edges
    wanted = {"start": start, "end": end, "server_id": server_id, "member_id": member_id}
    return [ReportedJob(*row) for row in connection.execute(JOBS, wanted).fetchall()]
