"""What the ledger has of the time that a provider's bill covers, job by job. Reads only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.accounting import BookedJob
from bot.services.ledger import ChargeState
from bot.storage.database.opening import open_read_only, unusable
from bot.storage.database.sqlite import DamagedRowError, by_name, sqlite3

if TYPE_CHECKING:
    from pathlib import Path

# A job that has only waited cannot be on any bill. What was booked in a time has an event in it, of its dispatch or of
# its end, and events are written in the order of their times: so a month is read without the years before it. (The
# reservation would not tell: a job waits for as long as its server is paused.)
BOOKED = """
WITH touched AS MATERIALIZED (
    SELECT DISTINCT job_id FROM events WHERE seq >= :first AND seq < :last AND kind <> 'reserve'
),
booked AS MATERIALIZED (
    SELECT jobs.*,
        CASE WHEN usage_image_output IS NULL THEN coalesce(dispatched_at, closed_at) ELSE closed_at END AS booked_at,
        coalesce(dispatched_at, closed_at) AS began_at,
        coalesce((SELECT sum(nano) FROM adjustments WHERE job_id = id AND installation), 0) AS adjusted_nano,
        coalesce((SELECT sum(nano) FROM adjustments WHERE job_id = id AND NOT installation), 0) AS disputed_nano,
        EXISTS (SELECT 1 FROM events WHERE events.job_id = id AND kind IN ('settle', 'release')
            AND actor_id IS NOT NULL) AS resolved
    FROM touched CROSS JOIN jobs ON id = touched.job_id
)
SELECT booked_at, began_at, state, hold_nano, coalesce(actual_nano, 0) + adjusted_nano AS charged_nano, adjusted_nano,
    disputed_nano, overshoot_nano, resolved, coalesce(outcome, '') AS outcome
FROM booked WHERE began_at < :end AND booked_at >= :start ORDER BY booked_at, seq
"""
FROM_EVENT = "SELECT seq, at FROM events WHERE seq >= ? ORDER BY seq LIMIT 1"


def read_booked(path: Path, edges: tuple[int, int]) -> tuple[BookedJob, ...]:
    """The jobs of all servers that were under way or booked in a time, also beside a running bot. Blocks.

    `edges` are its first second and the first after it, since 1970 (UTC).

    Raises:
        DatabaseError: there is no such file, or it cannot be used.
    """
    connection = open_read_only(path)
    try:
        connection.execute("BEGIN")  # one moment for all that is read
        events = {"first": _first_event(connection, edges[0]), "last": _first_event(connection, edges[1])}
        times = {"start": edges[0], "end": edges[1]}
        rows = by_name(connection).execute(BOOKED, times | events).fetchall()
        return tuple(_job(row) for row in rows)
    except ValueError as error:  # texts that are none, and states that there are not
        raise unusable(path, DamagedRowError(str(error))) from error
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    finally:
        connection.close()


def _first_event(connection: sqlite3.Connection, since: int) -> int:
    """The number of the first event at or after a time, found by halving; one beyond the last if there is none."""
    low, high = 1, 1 + connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
    while low < high:
        middle = (low + high) // 2
        seq, at = connection.execute(FROM_EVENT, (middle,)).fetchone()
        if at < since:
            low = seq + 1
        else:
            high = middle
    return low


def _job(row: sqlite3.Row) -> BookedJob:
    return BookedJob(
        at=row["booked_at"],
        began_at=row["began_at"],
        state=ChargeState(row["state"]),
        hold_nano=row["hold_nano"],
        charged_nano=row["charged_nano"],
        adjusted_nano=row["adjusted_nano"],
        disputed_nano=row["disputed_nano"],
        overshoot_nano=row["overshoot_nano"],
        resolved=bool(row["resolved"]),
        outcome=row["outcome"],
    )
