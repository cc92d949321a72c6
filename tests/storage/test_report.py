from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.ledger import Requester
from bot.storage.report import edges_of, read_report, report

from .examples import MEMBER, NOON, SERVER, order, settlement

if TYPE_CHECKING:
    from pathlib import Path

    from bot.storage import Report

    from .examples import Books

DAY = 86_400


async def write(books: Books) -> None:
    """One job in every state, one of them in December and one in another server."""
    for name in ("1", "2", "3", "4"):
        await books.ledger.reserve(order(name, hold=100))
    for name in ("2", "3", "4"):
        await books.ledger.dispatch(f"{name}:1", NOON)
    await books.ledger.mark_unknown("3:1", "lost", "timeout", NOON, NOON + 10**6)
    await books.ledger.settle("4:1", settlement(130), NOON + 61)
    await books.ledger.reserve(order("5", hold=7, requester=Requester(SERVER + 1, 5, 6)))
    await books.ledger.release("5:1", "no", "blocked", NOON + 62)
    await books.ledger.reserve(order("6", hold=1000, at=NOON + 30 * DAY))


async def read(books: Books, month: str | None = None, server_id: int | None = None) -> Report:
    return await asyncio.to_thread(read_report, books.database.path, month, server_id)


async def test_the_sums_are_told_apart_beside_a_running_bot(books: Books) -> None:
    await write(books)

    found = await read(books)

    assert (found.settled_nano, found.held_nano, found.unknown_nano) == (130, 1200, 100)
    assert {state: (total.jobs, total.nano, total.images) for state, total in found.states.items()} == {
        "reserved": (2, 1100, 2),
        "dispatched": (1, 100, 1),
        "unknown": (1, 100, 1),
        "settled": (1, 130, 1),
        "released": (1, 0, 0),
    }
    assert await books.database.read(lambda connection: report(connection, None, None)) == found


async def test_a_job_is_told_with_all_that_an_auditor_asks(books: Books) -> None:
    await write(books)

    found = json.loads(json.dumps((await read(books)).to_dict()))

    assert found["settled_nano"] == 130
    assert found["jobs"][3] == {
        "id": "4:1",
        "state": "settled",
        "hold_nano": 100,
        "actual_nano": 130,
        "overshoot_nano": 30,
        "images": 1,
        "server_id": str(SERVER),
        "channel_id": str(MEMBER.channel_id),
        "user_id": str(MEMBER.user_id),
        "model": "gpt-image-2",
        "size": "1024x768",
        "quality": "low",
        "outcome": "completed",
        "picture": 1,
        "provider_request_id": "req_1",
        "reserved_at": "2026-11-10T12:00:00Z",
        "closed_at": "2026-11-10T12:01:01Z",
    }
    assert found["jobs"][0]["closed_at"] is None


@pytest.mark.parametrize(
    ("month", "server_id", "jobs"),
    [
        (None, None, ["1:1", "2:1", "3:1", "4:1", "5:1", "6:1"]),
        ("2026-11", None, ["1:1", "2:1", "3:1", "4:1", "5:1"]),
        ("2026-12", None, ["6:1"]),
        ("2027-01", None, []),
        (None, SERVER + 1, ["5:1"]),
        ("2026-11", SERVER, ["1:1", "2:1", "3:1", "4:1"]),
    ],
)
async def test_month_and_server_narrow_it(
    books: Books, month: str | None, server_id: int | None, jobs: list[str]
) -> None:
    await write(books)

    found = await read(books, month, server_id)

    assert [job.id for job in found.jobs] == jobs


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "26-1", "2026-11-01", "now", "", "0000-01", "٢٠٢٦-11"])
def test_what_is_no_month_is_refused(month: str) -> None:
    with pytest.raises(ValueError, match="A month is written like 2026-11"):
        edges_of(month)


def test_without_a_database_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no database"):
        read_report(tmp_path / "atelier.sqlite3", None, None)


async def test_a_database_that_breaks_while_it_is_read_is_told_with_a_sentence(books: Books) -> None:
    await books.database.transaction(lambda connection: connection.execute("DROP TABLE pictures"))

    with pytest.raises(DatabaseError, match="no such table"):
        await read(books)

    await books.database.transaction(
        lambda connection: connection.execute("CREATE TABLE pictures (number INTEGER, job_id TEXT) STRICT")
    )
