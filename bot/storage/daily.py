"""What the ledger has of the time that a provider's bill covers, job by job. Reads only."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from bot.services.ledger import ChargeState
from bot.services.reconciling import BookedJob
from bot.storage.opening import open_read_only, unusable
from bot.storage.rows import by_name

if TYPE_CHECKING:
    from pathlib import Path

# A job that has only waited cannot be on any bill.
BOOKED = """
SELECT CASE WHEN usage_image_output IS NULL THEN coalesce(dispatched_at, closed_at) ELSE closed_at END AS booked_at,
    coalesce(dispatched_at, closed_at) AS began_at, state, hold_nano,
    coalesce(actual_nano, 0) + coalesce(adjusted.nano, 0) AS charged_nano, coalesce(adjusted.nano, 0) AS adjusted_nano,
    jobs.overshoot_nano, closing.actor_id IS NOT NULL AS resolved, coalesce(outcome, '') AS outcome
FROM jobs
LEFT JOIN (SELECT job_id, sum(nano) AS nano FROM adjustments GROUP BY job_id) AS adjusted ON adjusted.job_id = jobs.id
LEFT JOIN events AS closing ON closing.job_id = jobs.id AND closing.kind IN ('settle', 'release')
WHERE state <> 'reserved' AND reserved_at < :end AND began_at < :end AND booked_at >= :start
ORDER BY booked_at, jobs.seq
"""


def read_booked(path: Path, edges: tuple[int, int]) -> tuple[BookedJob, ...]:
    """The jobs of all servers that were under way or booked in a time, also beside a running bot. Blocks.

    `edges` are its first second and the first after it, since 1970 (UTC).

    Raises:
        DatabaseError: there is no such file, or it cannot be used.
    """
    connection = open_read_only(path)
    try:
        rows = by_name(connection).execute(BOOKED, {"start": edges[0], "end": edges[1]}).fetchall()
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    finally:
        connection.close()
    return tuple(_job(row) for row in rows)


def _job(row: sqlite3.Row) -> BookedJob:
    return BookedJob(
        at=row["booked_at"],
        began_at=row["began_at"],
        state=ChargeState(row["state"]),
        hold_nano=row["hold_nano"],
        charged_nano=row["charged_nano"],
        adjusted_nano=row["adjusted_nano"],
        overshoot_nano=row["overshoot_nano"],
        resolved=bool(row["resolved"]),
        outcome=row["outcome"],
    )
