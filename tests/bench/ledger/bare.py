"""The floor: the same rows in as many commits by bare sqlite3 in one thread.

No event loop, no reading back; it checks the same six limits, but knows the rows of its counters by heart.
"""

from __future__ import annotations

import os
import time
from collections import deque
from contextlib import ExitStack, closing
from itertools import cycle, permutations
from typing import TYPE_CHECKING

from bot.storage.database.opening import SETTINGS, open_database
from bot.storage.database.schema import migrate
from bot.storage.database.sqlite import sqlite3
from tests.bench.ledger import asking
from tests.bench.ledger.laps import CYCLE, DISPATCH, RESERVE, SETTLE, Laps

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from bot.services.policy import BucketKey

FLUSHES = 200
PAGE = 4096  # bytes

ADD_COUNTER = """
INSERT OR IGNORE INTO buckets (scope, server_id, scope_id, period, start_at, end_at) VALUES (?, ?, ?, ?, ?, ?)
"""
FIND_COUNTER = """
SELECT id FROM buckets
WHERE scope = ? AND server_id = ? AND scope_id = ? AND period = ? AND start_at = ? AND end_at = ?
"""
LIMITS = "SELECT settled_nano + held_nano, settled_images + held_images FROM buckets WHERE id IN (?, ?, ?, ?, ?, ?)"
REQUEST = """
INSERT INTO requests (
    id, server_id, channel_id, user_id, role_ids, request, application_id, interaction_token, token_expires_at, private,
    created_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)
"""
JOB = """
INSERT INTO jobs (
    id, request_id, number, state, model, price_text_input, price_image_input, price_image_output, price_text_output,
    hold_nano, hold_images, reserved_at
) VALUES (?, ?, 1, 'reserved', ?, ?, ?, ?, ?, ?, 1, ?)
"""
TOUCH = "INSERT INTO job_buckets (job_seq, bucket_id) VALUES (?, ?)"
MOVE = """
UPDATE buckets SET held_nano = held_nano + ?, held_images = held_images + ?, settled_nano = settled_nano + ?,
    settled_images = settled_images + ?
WHERE id = ?
"""
EVENT = "INSERT INTO events (at, job_id, kind, nano, images) VALUES (?, ?, ?, ?, 1)"
SENT = "UPDATE jobs SET state = 'dispatched', dispatched_at = ?, attempt = 1 WHERE seq = ?"
CLOSE = """
UPDATE jobs SET state = 'settled', actual_nano = ?, actual_images = 1, closed_at = ?, usage_text_input = 40,
    usage_image_input = 0, usage_image_output = 400, usage_text_output = 0, provider_request_id = ?,
    outcome = 'completed'
WHERE seq = ?
"""
PICTURE = """
INSERT INTO pictures (job_id, digest, media_type, width, height, byte_size, seconds, created_at)
VALUES (?, ?, 'image/png', 1024, 1024, 1500000, 12.5, ?)
"""


def run(path: Path | None, tasks: int, seconds: float) -> Laps:
    """One thread that works off what so many callers ask for, each with one cycle after the other.

    Without a path the database is in memory.
    """
    with closing(_in_memory() if path is None else open_database(path)) as connection:
        floor = _Floor(connection)
        laps = Laps.starting(seconds)
        asked = time.monotonic()
        waiting = deque((floor.cycle(), asked, asked) for _ in range(tasks))
        while time.monotonic() < laps.end:
            steps, began, asked = waiting.popleft()
            step = next(steps)
            done = laps.note(step, asked)
            if step == SETTLE:
                laps.note(CYCLE, began)
                steps, began = floor.cycle(), done
            waiting.append((steps, began, done))
        return laps


def take_turns(paths: Sequence[Path], tasks: int, seconds: float) -> list[list[float]]:
    """As `ours.take_turns`; a turn is as many cycles, one after the other."""
    took: list[list[float]] = [[] for _ in paths]
    with ExitStack() as stack:
        floors = [_Floor(stack.enter_context(closing(open_database(path)))) for path in paths]
        laps = Laps.starting(seconds)
        for order in cycle(permutations(range(len(paths)))):
            turn = time.monotonic()
            if turn >= laps.end and took[0]:
                break
            for place in order:
                began = time.monotonic()
                for _ in range(tasks):
                    deque(floors[place].cycle(), maxlen=0)
                if turn >= laps.begin:
                    took[place].append(time.monotonic() - began)
    return took


def flushes(directory: Path) -> list[float]:
    """Seconds that the disk takes to make one page durable, over and over."""
    path = directory / "flushed"
    took: list[float] = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        for number in range(FLUSHES):
            os.pwrite(descriptor, bytes([number]) * PAGE, 0)
            began = time.monotonic()
            os.fdatasync(descriptor)
            took.append(time.monotonic() - began)
    finally:
        os.close(descriptor)
        path.unlink()
    return took


def _in_memory() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for setting in SETTINGS:
        connection.execute(setting)
    migrate(connection)
    return connection


class _Floor:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._run_many = connection.executemany
        self._run("BEGIN IMMEDIATE")
        self._counters = [[self._counter(key) for key in asking.standing_of(turn)[1]] for turn in range(asking.TURNS)]
        self._run("COMMIT")

    def _counter(self, key: BucketKey) -> int:
        columns = (key.scope.value, key.server_id, key.scope_id, key.window.value, key.start_at, key.end_at)
        self._run(ADD_COUNTER, columns)
        ((row,),) = self._run(FIND_COUNTER, columns)
        return int(row)

    def cycle(self) -> Iterator[str]:
        """Reserve, dispatch, settle: the step's name after each commit."""
        order = asking.next_order()
        job_id, cost = f"{order.id}:1", asking.COST
        counters = self._counters[int(order.id) % asking.SERVER % asking.TURNS]
        self._run("BEGIN IMMEDIATE")
        seq = self._reserve(order.id, job_id, counters)
        self._move(counters, (asking.HOLD, 1, 0, 0))
        self._run(EVENT, (asking.now(), job_id, "reserve", asking.HOLD))
        self._run("COMMIT")
        yield RESERVE
        self._run("BEGIN IMMEDIATE")
        self._run(SENT, (asking.now(), seq))
        self._run(EVENT, (asking.now(), job_id, "dispatch", asking.HOLD))
        self._run("COMMIT")
        yield DISPATCH
        made = asking.settlement_of(job_id)
        self._run("BEGIN IMMEDIATE")
        self._run(CLOSE, (cost, asking.now(), made.provider_request_id, seq))
        self._move(counters, (-asking.HOLD, -1, cost, 1))
        self._run(EVENT, (asking.now(), job_id, "settle", cost))
        self._run(PICTURE, (job_id, made.image.digest, asking.now()))
        self._run("COMMIT")
        yield SETTLE

    def _reserve(self, request_id: str, job_id: str, counters: list[int]) -> int:
        turn, at, prices = int(request_id) % asking.SERVER % asking.TURNS, asking.now(), asking.PRICES
        who = asking.standing_of(turn)[0]
        for nano, images in self._run(LIMITS, counters[3:20:3]).fetchall():
            if nano + asking.HOLD > asking.PLENTY or images >= asking.PLENTY:
                raise AssertionError("a limit that nobody reaches was reached")
        self._run(REQUEST, (
            request_id, who.server_id, who.channel_id, who.user_id, f"[{who.role_ids[0]}]", _REQUEST,
            asking.DESTINATION.application_id, asking.DESTINATION.interaction_token, asking.DESTINATION.expires_at, at,
        ))  # fmt: skip
        seq = self._run(JOB, (
            job_id, request_id, asking.REQUEST.model, prices.text_input, prices.image_input, prices.image_output,
            prices.text_output, asking.HOLD, at,
        )).lastrowid  # fmt: skip
        assert seq is not None
        self._run_many(TOUCH, [(seq, counter) for counter in counters])
        return seq

    def _move(self, counters: list[int], change: tuple[int, int, int, int]) -> None:
        self._run_many(MOVE, [(*change, counter) for counter in counters])


_REQUEST = asking.REQUEST.to_json()
