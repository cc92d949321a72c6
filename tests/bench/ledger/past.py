"""A database with as many past jobs as wanted, as the ledger would have left it, written in seconds.

Every statement names its columns, so that columns with defaults may be added to the schema.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from bot.services.calendar import Window, window_edges
from bot.services.policy import Scope
from bot.storage.database.opening import open_database
from bot.storage.database.sqlite import sqlite3
from tests.bench.ledger import asking

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SECONDS_PER_HOUR = 3600
APART = 36  # seconds between two past jobs: a hundred an hour, a million in fourteen months
CACHE = "PRAGMA cache_size = -262144"  # KiB: the indexes whose keys come in any order stay in memory meanwhile
# Nothing of it has to outlast a crash: what is half filled is thrown away.
HASTE = ("PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA locking_mode = EXCLUSIVE", CACHE)
TABLES = """
CREATE TEMP TABLE seats (seat INTEGER PRIMARY KEY, scope TEXT, server_id INTEGER, scope_id INTEGER);
CREATE TEMP TABLE turns (
    turn INTEGER, seat INTEGER, channel_id INTEGER, user_id INTEGER, role_ids TEXT, PRIMARY KEY (turn, seat)
) WITHOUT ROWID;
CREATE TEMP TABLE windows (number INTEGER PRIMARY KEY, period TEXT, start_at INTEGER, end_at INTEGER);
CREATE TEMP TABLE clock (hour INTEGER, number INTEGER, PRIMARY KEY (hour, number)) WITHOUT ROWID;
CREATE TEMP TABLE past (
    seq INTEGER PRIMARY KEY, id TEXT, turn INTEGER, hour INTEGER, at INTEGER, state TEXT, actual_nano INTEGER
);
CREATE TEMP TABLE hourly (
    hour INTEGER, seat INTEGER, nano INTEGER, images INTEGER, PRIMARY KEY (hour, seat)
) WITHOUT ROWID;
"""
# One in eleven failed and was released; one in 150 cost more than was held.
PAST = """
WITH RECURSIVE numbers (n) AS (SELECT 0 WHERE :jobs > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < :jobs)
INSERT INTO past (seq, id, turn, hour, at, state, actual_nano)
SELECT n + 1, printf('%d', :first_id + n), n % :turns, (:begin + n * :apart) / 3600, :begin + n * :apart,
    iif(n % 11 = 10, 'released', 'settled'),
    CASE WHEN n % 11 = 10 THEN NULL WHEN n % 150 = 77 THEN :hold + 500000 ELSE :cost + n % 1000 END
FROM numbers
"""
FILL = (
    """
    INSERT INTO hourly (hour, seat, nano, images)
    SELECT hour, seat, coalesce(sum(actual_nano), 0), count(actual_nano)
    FROM past JOIN turns USING (turn) GROUP BY hour, seat
    """,
    """
    INSERT INTO buckets (
        id, scope, server_id, scope_id, period, start_at, end_at, settled_nano, settled_images
    )
    SELECT number * :seats + seat + 1, scope, server_id, scope_id, period, start_at, end_at, sum(nano), sum(images)
    FROM windows JOIN clock USING (number) JOIN hourly USING (hour) JOIN seats USING (seat) GROUP BY number, seat
    """,
    """
    INSERT INTO requests (
        id, server_id, channel_id, user_id, role_ids, request, application_id, interaction_token, token_expires_at,
        private, created_at, delivered_at
    )
    SELECT id, :server_id, channel_id, user_id, role_ids, :request, :application_id, '', at + 900, 0, at, at + 13
    FROM past CROSS JOIN turns ON turns.turn = past.turn AND seat = 0 ORDER BY seq
    """,
    """
    INSERT INTO jobs (
        seq, id, request_id, number, state, model, price_text_input, price_image_input, price_image_output,
        price_text_output, hold_nano, hold_images, actual_nano, actual_images, overshoot_nano, usage_text_input,
        usage_image_input, usage_image_output, usage_text_output, provider_request_id, attempt, outcome, failure,
        reserved_at, dispatched_at, closed_at
    )
    SELECT seq, id || ':1', id, 1, state, :model, :text_input, :image_input, :image_output, :text_output, :hold, 1,
        actual_nano, iif(state = 'settled', 1, NULL), max(coalesce(actual_nano, 0) - :hold, 0), 40, 0, 400, 0,
        'req_' || id, 1, iif(state = 'settled', 'completed', 'blocked'), iif(state = 'settled', NULL, 'It failed.'),
        at, at + 1, at + 13
    FROM past ORDER BY seq
    """,
    """
    INSERT INTO job_buckets (job_seq, bucket_id)
    SELECT seq, number * :seats + seat + 1
    FROM past CROSS JOIN clock ON clock.hour = past.hour CROSS JOIN turns ON turns.turn = past.turn
    """,
    """
    INSERT INTO events (at, job_id, kind, nano, images, overshoot_nano, note)
    SELECT at + after, id || ':1', iif(step = 2 AND state = 'released', 'release', kind),
        iif(step = 2, coalesce(actual_nano, :hold), :hold), 1,
        iif(step = 2, max(coalesce(actual_nano, 0) - :hold, 0), 0), ''
    FROM past CROSS JOIN (
        SELECT 0 AS step, 0 AS after, 'reserve' AS kind
        UNION ALL SELECT 1, 1, 'dispatch'
        UNION ALL SELECT 2, 13, 'settle'
    )
    """,
    """
    INSERT INTO pictures (job_id, digest, media_type, width, height, byte_size, seconds, created_at)
    SELECT id || ':1', lower(hex(randomblob(32))), 'image/png', 1024, 1024, 1500000, 12.5, at + 13
    FROM past WHERE state = 'settled' ORDER BY seq
    """,
    """
    INSERT INTO messages (message_id, channel_id, request_id)
    SELECT CAST(id AS INTEGER) + 1, channel_id, id
    FROM past CROSS JOIN turns ON turns.turn = past.turn AND seat = 0 ORDER BY seq
    """,
    "INSERT INTO state (key, value) SELECT 'clock', max(at) + 13 FROM past HAVING max(at) IS NOT NULL",
)


def make_past(path: Path, jobs: int) -> None:
    """Make a database with so many past jobs, a hundred an hour until `asking.NOW`; durable when this returns.

    Raises:
        ValueError: not a whole number of hundreds; the first hour would have fewer counters than the others.
    """
    if jobs * APART % SECONDS_PER_HOUR:
        raise ValueError(f"{jobs} past jobs are not a whole number of hours")
    open_database(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for setting in HASTE:
            connection.execute(setting)
        connection.executescript(TABLES)
        _fill(connection, jobs)
    # What the operating system still has to write would be felt by every flush that is measured.
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _fill(connection: sqlite3.Connection, jobs: int) -> None:
    begin, seats = asking.NOW - jobs * APART, list(_seats())
    values = {
        "jobs": jobs, "begin": begin, "apart": APART, "turns": asking.TURNS, "seats": len(seats),
        "first_id": asking.SERVER + 10**9, "server_id": asking.SERVER, "request": asking.REQUEST.to_json(),
        "application_id": asking.DESTINATION.application_id, "model": asking.REQUEST.model,
        "text_input": asking.PRICES.text_input, "image_input": asking.PRICES.image_input,
        "image_output": asking.PRICES.image_output, "text_output": asking.PRICES.text_output,
        "hold": asking.HOLD, "cost": asking.COST,
    }  # fmt: skip
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO seats VALUES (?, ?, ?, ?)", ((at, *seat) for at, seat in enumerate(seats)))
    connection.executemany("INSERT INTO turns VALUES (?, ?, ?, ?, ?)", _turns(seats))
    _count_hours(connection, begin)
    for statement in (PAST, *FILL):
        connection.execute(statement, values)
    connection.execute("COMMIT")


def _seats() -> Iterator[tuple[str, int, int]]:
    """Every scope that there is, as (scope, server id, scope id): each has a counter in each window."""
    yield Scope.INSTALLATION.value, 0, 0
    yield Scope.SERVER.value, asking.SERVER, asking.SERVER
    for scope, first, number in (
        (Scope.CHANNEL, asking.FIRST_CHANNEL, asking.CHANNELS),
        (Scope.ROLE, asking.FIRST_ROLE, asking.ROLES),
        (Scope.MEMBER, asking.FIRST_MEMBER, asking.MEMBERS),
    ):
        for scope_id in range(first, first + number):
            yield scope.value, asking.SERVER, scope_id


def _turns(seats: list[tuple[str, int, int]]) -> Iterator[tuple[int, int, int, int, str]]:
    """(turn, seat, channel id, user id, roles as JSON): five seats a turn."""
    for turn in range(asking.TURNS):
        who = asking.requester(turn)
        counted = {0, who.server_id, who.channel_id, who.user_id, *who.role_ids}
        for seat, (_, _, scope_id) in enumerate(seats):
            if scope_id in counted:
                yield turn, seat, who.channel_id, who.user_id, f"[{who.role_ids[0]}]"


def _count_hours(connection: sqlite3.Connection, begin: int) -> None:
    """The windows of every hour, numbered as they begin: a counter's row is made when its window is first used."""
    clock = [
        (hour, (window.value, *window_edges(window, hour * SECONDS_PER_HOUR, asking.ZONE)))
        for hour in range(begin // SECONDS_PER_HOUR, asking.NOW // SECONDS_PER_HOUR)
        for window in Window
    ]
    windows = sorted({window for _, window in clock}, key=lambda window: (window[1], window[2]))
    numbers = {window: number for number, window in enumerate(windows)}
    connection.executemany("INSERT INTO windows VALUES (?, ?, ?, ?)", ((numbers[each], *each) for each in windows))
    connection.executemany("INSERT INTO clock VALUES (?, ?)", ((hour, numbers[window]) for hour, window in clock))
