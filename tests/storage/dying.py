"""A process that is killed before a given SQL statement, over and over, from the first start to a full ledger.

Run as `python -m … DIRECTORY [KILLS]`; prints what it found as JSON. Without a number it dies before every statement.
It forks, so that each death costs milliseconds.

A new step of the ledger is a line in `STEPS`, with an SQL query that finds what the step has promised to keep.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.services.calendar import Window
from bot.services.gallery import Publication
from bot.services.ledger import Correction
from bot.services.policy import Decision, Grant, LimitRule, Metric, Scope
from bot.services.quotas import Alert
from bot.storage import SqlitePolicies
from bot.storage.alerts import SqliteAlerts
from bot.storage.database.sqlite import sqlite3
from bot.storage.publications import SqlitePublications

from .examples import DESTINATION, MEMBER, NOON, SERVER, image, opened, order, settlement, words
from .invariants import faults

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from .examples import Books

connect = sqlite3.connect
FULL = replace(order("A", count=3, hold=100, references=(image("f"),)), destination=replace(DESTINATION, private=True))
OURS = replace(image("a"), number=1)
LATER = replace(order("B", hold=80, at=NOON + 20, parent=1, references=(OURS,)), policy_version=2)
TWO = [replace(order(name, hold=50, at=NOON + 30), policy_version=2) for name in ("C", "D")]
DECISION = Decision(5, NOON + 13, "quota set", "all", "nothing", "5 pictures a day")
LIMIT = LimitRule(shared=False, scope=Scope.SERVER, scope_id=SERVER, metric=Metric.IMAGES, window=Window.DAY, maximum=5)
ALERT = Alert(SERVER, Scope.SERVER, SERVER, Metric.USD, Window.DAY, NOON, NOON + 99, 80, "a budget", 80, 100)
PUBLICATION = Publication("9", "A", (1,), MEMBER, NOON + 11)
PUBLISHED = Decision(MEMBER.user_id, NOON + 11, "picture publish", "#1", "private", "public")
GRANT = Grant(Scope.MEMBER, 3, Metric.IMAGES, Window.DAY, 2, NOON, NOON + 99)


@dataclass(frozen=True)
class Step:
    """Something the ledger is asked to do.

    Attributes:
        kept: SQL that finds a row once the step was taken, whatever comes after it.
        once: what has been taken is not taken again after a restart; the others must do nothing then.
    """

    name: str
    take: Callable[[Books], Awaitable[object]]
    kept: str
    once: bool = False


def event(kind: str, job_id: str) -> str:
    """SQL that finds an event."""
    return f"SELECT 1 FROM events WHERE kind = '{kind}' AND job_id = '{job_id}'"  # noqa: S608 - our own words


async def at_once(steps: Iterable[Awaitable[object]]) -> None:
    """Take steps that wait for the writer together; those that are refused are meant to be."""
    await asyncio.gather(*steps, return_exceptions=True)


async def take_back(books: Books) -> None:
    """What was published a step before."""
    order = await books.requests.get("A")
    assert order is not None
    await SqlitePublications(books.database).take_back(order, [1], replace(PUBLISHED, action="picture unpublish"))


STEPS = [
    Step("reserve A", lambda books: books.ledger.reserve(FULL), event("reserve", "A:3")),
    Step("dispatch A:1", lambda books: books.ledger.dispatch("A:1", NOON), event("dispatch", "A:1"), once=True),
    Step("retract A:1", lambda books: books.ledger.retract("A:1", "busy", NOON), event("retract", "A:1"), once=True),
    Step(
        "dispatch A:1 again",
        lambda books: books.ledger.dispatch("A:1", NOON),
        "SELECT 1 FROM jobs WHERE id = 'A:1' AND attempt = 2",
        once=True,
    ),
    Step("settle A:1", lambda books: books.ledger.settle("A:1", settlement(130), NOON + 1), event("settle", "A:1")),
    Step("dispatch A:2", lambda books: books.ledger.dispatch("A:2", NOON + 2), event("dispatch", "A:2"), once=True),
    Step(
        "lose track of A:2",
        lambda books: books.ledger.mark_unknown("A:2", "lost", "timeout", NOON + 3, NOON + 9),
        event("unknown", "A:2"),
        once=True,
    ),
    Step(
        "release A:3",
        lambda books: books.ledger.release("A:3", "no", "blocked", NOON + 4),
        event("release", "A:3"),
    ),
    Step("charge what is overdue", lambda books: books.ledger.charge_overdue(NOON + 10), event("settle", "A:2")),
    Step(
        "note the delivery",
        lambda books: books.requests.delivered("A", NOON + 11, 5, [6, 7]),
        "SELECT 1 FROM requests JOIN messages ON request_id = id WHERE delivered_at IS NOT NULL AND message_id = 7",
    ),
    Step(
        "begin to publish",
        lambda books: SqlitePublications(books.database).begin(PUBLICATION),
        "SELECT 1 FROM audit WHERE action = 'picture publish' UNION SELECT 1 FROM publications",
        once=True,
    ),
    Step(
        "publish",
        lambda books: SqlitePublications(books.database).posted(PUBLICATION, 8, PUBLISHED),
        "SELECT 1 FROM audit JOIN messages ON message_id = 8 WHERE action = 'picture publish'",
        once=True,
    ),
    Step(
        "take back",
        take_back,
        "SELECT 1 FROM audit JOIN messages ON outdated = 1 WHERE action = 'picture unpublish'",
        once=True,
    ),
    Step(
        "delete the pictures",
        lambda books: books.requests.delete_pictures("A", NOON + 12),
        "SELECT 1 FROM pictures WHERE deleted_at IS NOT NULL",
    ),
    Step(
        "set a limit",
        lambda books: SqlitePolicies(books.database).change(
            SERVER, lambda before: (replace(before, limits=(LIMIT,)), DECISION)
        ),
        "SELECT 1 FROM policies JOIN audit USING (server_id) WHERE action = 'quota set'",
    ),
    Step(
        "grant more",
        lambda books: SqlitePolicies(books.database).grant(SERVER, GRANT, replace(DECISION, action="quota grant")),
        "SELECT 1 FROM grants JOIN audit USING (server_id) WHERE action = 'quota grant'",
        once=True,
    ),
    Step(
        "reserve B",
        lambda books: books.ledger.reserve(LATER),
        "SELECT 1 FROM request_parents JOIN request_inputs USING (request_id) WHERE picture_number = 1",
    ),
    Step("dispatch B:1", lambda books: books.ledger.dispatch("B:1", NOON + 21), event("dispatch", "B:1"), once=True),
    Step(
        "lose track of B:1",
        lambda books: books.ledger.mark_unknown("B:1", "lost", "timeout", NOON + 22, NOON + 99),
        event("unknown", "B:1"),
        once=True,
    ),
    Step(
        "resolve B:1",
        lambda books: books.ledger.correct(SERVER, Correction("B:1", 70, 5, "the bill"), NOON + 23),
        event("settle", "B:1"),
    ),
    Step(
        "adjust A:1",
        lambda books: books.ledger.correct(SERVER, Correction("A:1", 110, 5, "the bill"), NOON + 24),
        "SELECT 1 FROM adjustments WHERE job_id = 'A:1'",
    ),
    Step("raise an alert", lambda books: SqliteAlerts(books.database).add([ALERT], NOON + 25), "SELECT 1 FROM alerts"),
    Step(
        "post the alert",
        lambda books: SqliteAlerts(books.database).posted(ALERT, NOON + 26),
        "SELECT 1 FROM alerts WHERE posted_at IS NOT NULL",
    ),
    Step(
        "reserve C and D at once, and E in vain",
        lambda books: at_once(books.ledger.reserve(each) for each in (*TWO, replace(LATER, id="E", policy_version=1))),
        f"{event('reserve', 'C:1')} INTERSECT {event('reserve', 'D:1')}",
    ),
    Step("dispatch D:1", lambda books: books.ledger.dispatch("D:1", NOON + 30), event("dispatch", "D:1"), once=True),
    Step(
        "release C and answer D in words at once",
        lambda books: at_once(
            (
                books.ledger.release("C:1", "no", "blocked", NOON + 31),
                books.ledger.settle_words("D:1", words(20), NOON + 31),
            )
        ),
        f"{event('release', 'C:1')} INTERSECT {event('settle', 'D:1')}",
    ),
]
FINAL = {
    "SELECT id, state, actual_nano FROM jobs": [
        ("A:1", "settled", 130),
        ("A:2", "settled", 100),
        ("A:3", "released", None),
        ("B:1", "settled", 70),
        ("C:1", "released", None),
        ("D:1", "settled", 20),
    ],
    "SELECT held_nano, held_images, settled_nano, settled_images FROM buckets WHERE scope = 'installation'": [
        (0, 0, 320, 3)
    ]
    * 4,
    "SELECT held_nano, held_images, settled_nano, settled_images FROM buckets WHERE scope = 'server'": [(0, 0, 300, 3)]
    * 4,
    "SELECT count(*) FROM events": [(20,)],
    "SELECT job_id, nano, images FROM adjustments": [("A:1", -20, 0)],
    "SELECT version FROM policies": [(2,)],
    "SELECT amount FROM grants": [(2,)],
    "SELECT action FROM audit ORDER BY seq": [
        ("picture publish",),
        ("picture unpublish",),
        ("quota set",),
        ("quota grant",),
        ("quota resolve",),
        ("quota resolve",),
    ],
    "SELECT count(*) FROM publications": [(0,)],
    "SELECT level, posted_at FROM alerts": [(80, NOON + 26)],
    "SELECT message_id, private FROM messages": [(6, 1), (7, 1), (8, 0)],
    "SELECT job_id, words FROM turn_answers": [("D:1", "Which one?")],
    "SELECT number, deleted_at FROM pictures": [(1, NOON + 12)],
    "SELECT request_id, position, picture_number FROM request_parents": [("B", 0, 1)],
}


async def work(path: Path, acknowledge: Callable[[str], object]) -> None:
    async with opened(path) as books:
        for step in STEPS:
            if not (step.once and await books.rows(step.kept)):
                await step.take(books)
            acknowledge(step.name)


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
        wrong += [
            f"{step.name} was acknowledged and is lost"
            for step in STEPS
            if step.name in acknowledged and not await books.rows(step.kept)
        ]
        wrong += await books.rows("SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
        wrong += list(await books.database.read(faults))
    await work(path, lambda _name: None)
    async with opened(path) as books:
        wrong += list(await books.database.read(faults))
        wrong += [sql for sql, expected in FINAL.items() if await books.rows(sql) != expected]
    return wrong


def main(directory: Path, kills: int | None) -> None:
    log = directory / "acknowledged"
    live_until(directory / "whole" / "atelier.sqlite3", 0, log)
    total = int(log.read_text().splitlines()[-1])
    found: dict[int, list[object]] = {}
    steps = total - 1 if kills is None else kills - 1
    points = sorted({1 + number * (total - 1) // steps for number in range(steps + 1)})
    for point in points:
        path = directory / str(point) / "atelier.sqlite3"
        live_until(path, point, log)
        wrong = asyncio.run(after_the_death(path, log.read_text().splitlines()))
        if wrong:
            found[point] = wrong
        shutil.rmtree(path.parent)
    print(json.dumps({"statements": total, "kills": len(points), "faults": found}))  # noqa: T201 - its answer


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None)
