"""Counters per scope and window, and which of them a job touches. They change in `move_counters` and nowhere else."""

from __future__ import annotations

import json
from itertools import chain
from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.policy import Balance

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Sequence

    from bot.services.policy import BucketKey

# Each counter by its whole unique key: `WHERE (a, b, c) IN (VALUES …)` would scan the table.
FIND = """
SELECT id, settled_nano, held_nano, settled_images, held_images FROM buckets
WHERE scope = ? AND server_id = ? AND scope_id = ? AND period = ? AND start_at = ? AND end_at = ?
"""
FIND_ALL = """
WITH wanted (scope, server_id, scope_id, period, start_at, end_at) AS (VALUES {})
SELECT id FROM wanted CROSS JOIN buckets USING (scope, server_id, scope_id, period, start_at, end_at)
"""
ADD = """
INSERT INTO buckets (scope, server_id, scope_id, period, start_at, end_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id
"""
# All in one statement: each that runs hands the interpreter's lock over and back.
TOUCH = "INSERT INTO job_buckets (job_seq, bucket_id) SELECT ?, value FROM json_each(?)"
MOVE = """
UPDATE buckets SET
    held_nano = held_nano + :held_nano,
    held_images = held_images + :held_images,
    settled_nano = settled_nano + :settled_nano,
    settled_images = settled_images + :settled_images
WHERE id IN (SELECT bucket_id FROM job_buckets WHERE job_seq = :job_seq)
    AND (:installation OR scope <> 'installation')
"""
# A server that moves to another zone, or begins its weeks on another day, begins windows while its old ones last, or
# goes back into one that has ended by the old calendar. Whatever lasts still, or shares half of the window of now,
# counts: no budget is given twice by moving. No window is longer than `longest`, which bounds the scan.
COUNTED = """
FROM buckets
WHERE scope = :scope AND server_id = :server_id AND scope_id = :scope_id AND period = :period
    AND start_at > :at - 2 * :longest AND start_at <= :at
    AND (end_at > :at OR 2 * (min(end_at, :end_at) - max(start_at, :start_at)) >= :end_at - :start_at)
"""
IN_FORCE = f"""
SELECT coalesce(sum(settled_nano), 0), coalesce(sum(held_nano), 0),
    coalesce(sum(settled_images), 0), coalesce(sum(held_images), 0), coalesce(max(end_at), 0)
{COUNTED}
"""
# By the index of requests that are not answered: what waits is among them.
WAITING = f"""
SELECT coalesce(sum(hold_nano), 0), coalesce(sum(hold_images), 0)
FROM requests INDEXED BY requests_undelivered JOIN jobs ON jobs.request_id = requests.id
JOIN job_buckets ON job_seq = jobs.seq
WHERE requests.delivered_at IS NULL AND state = 'reserved' AND jobs.seq <> :seq AND bucket_id IN (SELECT id {COUNTED})
"""  # noqa: S608 - both parts are ours
NOTHING = Balance(0, 0, 0, 0)
HOUR, DAY = 3600, 86_400  # seconds
# Clocks that change make a day 26 hours long at most in any zone of the database.
LONGEST = {Window.HOUR: HOUR, Window.DAY: 2 * DAY, Window.WEEK: 8 * DAY, Window.MONTH: 32 * DAY}


def balance_of(connection: sqlite3.Connection, key: BucketKey) -> Balance:
    """What a counter holds; nothing if it does not exist yet."""
    row = connection.execute(FIND, _columns(key)).fetchone()
    return Balance(*row[1:]) if row else NOTHING


def balance_in_force(connection: sqlite3.Connection, key: BucketKey, at: int) -> tuple[Balance, int]:
    """What the counters of a scope and kind of window hold that count at `at`, and when the last of them ends.

    That is the counter of `key` alone, unless the server has moved to another zone meanwhile.
    """
    *figures, end_at = connection.execute(IN_FORCE, _in_force(key, at)).fetchone()
    return Balance(*figures), max(end_at, key.end_at)


def waiting_in_force(connection: sqlite3.Connection, key: BucketKey, at: int, seq: int) -> Balance:
    """What of such a balance is held by jobs that wait to be sent, without the one of row `seq`."""
    nano, images = connection.execute(WAITING, {**_in_force(key, at), "seq": seq}).fetchone()
    return Balance(0, nano, 0, images)


def ensure_counters(connection: sqlite3.Connection, keys: Iterable[BucketKey]) -> list[int]:
    """The row ids of these counters, made where they do not exist yet. A key given twice counts once."""
    wanted = [_columns(key) for key in dict.fromkeys(keys)]
    places = ", ".join(["(?, ?, ?, ?, ?, ?)"] * len(wanted))
    known = connection.execute(FIND_ALL.format(places), [*chain.from_iterable(wanted)]).fetchall()
    if len(known) == len(wanted):  # but for the first of a window
        return [bucket_id for (bucket_id,) in known]
    ids: list[int] = []
    for columns in wanted:
        found = connection.execute(FIND, columns).fetchall() or connection.execute(ADD, columns).fetchall()
        ids.append(found[0][0])
    return ids


def touch_counters(connection: sqlite3.Connection, job_seq: int, bucket_ids: Sequence[int]) -> None:
    """Remember that a job counts in these counters."""
    connection.execute(TOUCH, (job_seq, json.dumps(bucket_ids)))


def move_counters(connection: sqlite3.Connection, job_seq: int, change: Balance, *, installation: bool = True) -> None:
    """Add `change`, whose figures may be negative, to every counter that the job touched when it was reserved.

    `installation`: also to those of all servers together.
    """
    connection.execute(
        MOVE,
        {
            "job_seq": job_seq,
            "held_nano": change.held_nano,
            "held_images": change.held_images,
            "settled_nano": change.settled_nano,
            "settled_images": change.settled_images,
            "installation": installation,
        },
    )


def _in_force(key: BucketKey, at: int) -> dict[str, int | str]:
    return {
        "scope": str(key.scope),
        "server_id": key.server_id,
        "scope_id": key.scope_id,
        "period": str(key.window),
        "at": at,
        "start_at": key.start_at,
        "end_at": key.end_at,
        "longest": LONGEST[key.window],
    }


def _columns(key: BucketKey) -> tuple[str, int, int, str, int, int]:
    # Plain text, not enumerations: sqlite3 stores both, but SQLite's tracing shows what was meant.
    return str(key.scope), key.server_id, key.scope_id, str(key.window), key.start_at, key.end_at
