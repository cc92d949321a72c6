"""A process that is killed before a given SQL statement, over and over, from the first start to a full ledger.

Run as `python -m … DIRECTORY KILLS`; prints what it found as JSON. It forks, so that each death costs milliseconds.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.services.ledger import ChargeState

from .examples import NOON, image, opened, order, settlement
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .examples import Books

connect = sqlite3.connect
FULL = order("A", count=3, hold=100, references=(image("f"),))
# Each step with the job that it takes further, if it may be taken only from one state. After a restart the studio
# looks at the states, too.
STEPS: list[tuple[str, str | None, ChargeState | None, Callable[[Books], Awaitable[object]]]] = [
    ("reserve A", None, None, lambda books: books.ledger.reserve(FULL)),
    ("dispatch A:1", "A:1", ChargeState.RESERVED, lambda books: books.ledger.dispatch("A:1", NOON)),
    ("settle A:1", None, None, lambda books: books.ledger.settle("A:1", settlement(130), NOON + 1)),
    ("dispatch A:2", "A:2", ChargeState.RESERVED, lambda books: books.ledger.dispatch("A:2", NOON + 2)),
    (
        "unknown A:2",
        "A:2",
        ChargeState.DISPATCHED,
        lambda books: books.ledger.mark_unknown("A:2", "lost", "timeout", NOON + 3, NOON + 9),
    ),
    ("release A:3", None, None, lambda books: books.ledger.release("A:3", "no", "blocked", NOON + 4)),
    ("charge overdue", None, None, lambda books: books.ledger.charge_overdue(NOON + 10)),
    ("delivered", None, None, lambda books: books.requests.delivered("A", NOON + 11, 5, [6, 7])),
    ("delete", None, None, lambda books: books.requests.delete_pictures("A", NOON + 12)),
]
# The event that a step which is not named after it has promised.
PROMISES = {
    "reserve A": "reserve A:3",
    "charge overdue": "settle A:2",
    "delivered": "settle A:2",
    "delete": "settle A:2",
}
FINAL = {
    "SELECT id, state, actual_nano FROM jobs": [
        ("A:1", "settled", 130),
        ("A:2", "settled", 100),
        ("A:3", "released", None),
    ],
    "SELECT DISTINCT held_nano, held_images, settled_nano, settled_images FROM buckets": [(0, 0, 230, 2)],
    "SELECT count(*) FROM events": [(9,)],
    "SELECT message_id FROM messages": [(6,), (7,)],
    "SELECT number, deleted_at FROM pictures": [(1, NOON + 12)],
}


async def state_of(books: Books, job_id: str) -> ChargeState:
    kept = await books.requests.get(job_id.split(":", maxsplit=1)[0])
    assert kept is not None
    return next(job.state for job in kept.jobs if job.id == job_id)


async def work(path: Path, acknowledge: Callable[[str], object]) -> None:
    async with opened(path) as books:
        for name, job_id, state, step in STEPS:
            if job_id is None or await state_of(books, job_id) is state:
                await step(books)
            acknowledge(name)


def traced(count: Callable[[str], None], *args: Any, **options: Any) -> sqlite3.Connection:  # noqa: ANN401 - passed on
    connection: sqlite3.Connection = connect(*args, **options)
    connection.set_trace_callback(count)
    return connection


def live_until(path: Path, statements: int, acknowledged: Path) -> None:
    """Work in a child, which dies before its statement of that number; 0 lets it live."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    seen = 0

    def count(_sql: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(sqlite3, "connect", partial(traced, count))  # noqa: B010 - its overloads
    log = os.open(acknowledged, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    asyncio.run(work(path, lambda name: os.write(log, f"{name}\n".encode())))
    os.write(log, f"{seen}".encode())
    os._exit(0)


async def after_the_death(path: Path, acknowledged: list[str]) -> list[object]:
    """What is wrong with the file that the dead left, and with it after the work was done again."""
    wrong: list[object] = []
    async with opened(path) as books:
        written = {event for (event,) in await books.rows("SELECT kind || ' ' || job_id FROM events")}
        wrong += [
            f"{step} was acknowledged and is lost" for step in acknowledged if PROMISES.get(step, step) not in written
        ]
        wrong += await books.rows("SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
        wrong += list(await books.database.read(faults))
    await work(path, lambda _name: None)
    async with opened(path) as books:
        wrong += list(await books.database.read(faults))
        wrong += [sql for sql, expected in FINAL.items() if await books.rows(sql) != expected]
    return wrong


def main(directory: Path, kills: int) -> None:
    log = directory / "acknowledged"
    live_until(directory / "whole" / "atelier.sqlite3", 0, log)
    total = int(log.read_text().splitlines()[-1])
    found: dict[int, list[object]] = {}
    points = sorted({1 + number * (total - 1) // (kills - 1) for number in range(kills)})
    for point in points:
        path = directory / str(point) / "atelier.sqlite3"
        live_until(path, point, log)
        wrong = asyncio.run(after_the_death(path, log.read_text().splitlines()))
        if wrong:
            found[point] = wrong
        shutil.rmtree(path.parent)
    print(json.dumps({"statements": total, "kills": len(points), "faults": found}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
