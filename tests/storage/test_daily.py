from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.accounting import BookedJob
from bot.services.ledger import ChargeState, Correction
from bot.services.policy import Requester
from bot.storage.ledger import daily
from bot.storage.ledger.daily import read_booked

from .examples import NOON, SERVER, order, settlement

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from .examples import Books

DAY = 86_400
THREE_DAYS = 3 * DAY
EVER = (0, 2**40)


async def sent(books: Books, name: str, at: int = NOON, requester: Requester | None = None) -> str:
    """A job that holds 100 nano-dollars and was sent ten seconds after it was asked for."""
    asked = order(name, at=at) if requester is None else order(name, at=at, requester=requester)
    await books.ledger.reserve(asked)
    await books.ledger.dispatch(f"{name}:1", at + 10)
    return f"{name}:1"


async def lost(books: Books, name: str, at: int = NOON) -> str:
    job_id = await sent(books, name, at)
    await books.ledger.mark_unknown(job_id, "lost", "timeout", at + 40, at + THREE_DAYS)
    return job_id


async def booked(books: Books, edges: tuple[int, int] = EVER) -> tuple[BookedJob, ...]:
    return await asyncio.to_thread(read_booked, books.database.path, edges)


def job(at: int, state: ChargeState, charged: int, **changes: object) -> BookedJob:
    facts = {
        "adjusted_nano": 0,
        "disputed_nano": 0,
        "overshoot_nano": 0,
        "resolved": False,
        "outcome": "completed",
        "began_at": NOON + 10,
    }
    return BookedJob(**{"at": at, "state": state, "hold_nano": 100, "charged_nano": charged, **facts, **changes})  # type: ignore[arg-type]  # facts of several types


async def test_what_was_answered_is_booked_when_the_answer_came(books: Books) -> None:
    job_id = await sent(books, "1")
    await books.ledger.settle(job_id, settlement(130), NOON + 50)

    assert await booked(books) == (job(NOON + 50, ChargeState.SETTLED, 130, overshoot_nano=30),)


async def test_what_was_never_answered_is_booked_when_it_was_sent(books: Books) -> None:
    """Three days later it is charged: the provider has booked the call long before."""
    job_id = await lost(books, "1")
    before = await booked(books)
    await books.ledger.charge_overdue(NOON + THREE_DAYS)

    after = await booked(books)

    assert before == (job(NOON + 10, ChargeState.UNKNOWN, 0, outcome="timeout"),)
    assert after == (job(NOON + 10, ChargeState.SETTLED, 100, outcome="timeout"),)
    assert job_id == "1:1"


@pytest.mark.parametrize(
    ("nano", "state", "outcome"), [(0, ChargeState.RELEASED, "not_billed"), (70, ChargeState.SETTLED, "timeout")]
)
async def test_what_a_lead_has_closed_is_told_apart(books: Books, nano: int, state: ChargeState, outcome: str) -> None:
    await lost(books, "1")
    await books.ledger.correct(SERVER, Correction("1:1", nano, 5, "seen"), NOON + DAY)

    assert await booked(books) == (job(NOON + 10, state, nano, resolved=True, outcome=outcome),)


async def test_adjustments_count_on_the_day_of_their_job(books: Books) -> None:
    job_id = await sent(books, "1")
    await books.ledger.mark_unknown(job_id, "lost", "timeout", NOON + 20, NOON + 30)
    await books.ledger.charge_overdue(NOON + 50)
    await books.ledger.correct(SERVER, Correction(job_id, 45, 5, "seen"), NOON + THREE_DAYS)
    await books.ledger.correct(SERVER, Correction(job_id, 40, 5, "seen"), NOON + THREE_DAYS)

    assert await booked(books) == (job(NOON + 10, ChargeState.SETTLED, 40, adjusted_nano=-60, outcome="timeout"),)


async def test_what_leads_say_of_a_reported_cost_is_told_and_not_counted(books: Books) -> None:
    job_id = await sent(books, "1")
    await books.ledger.settle(job_id, settlement(60), NOON + 50)
    await books.ledger.correct(SERVER, Correction(job_id, 45, 5, "seen"), NOON + THREE_DAYS)

    assert await booked(books) == (job(NOON + 50, ChargeState.SETTLED, 60, disputed_nano=-15),)


async def test_a_job_that_waited_for_months_is_booked_when_it_was_made(books: Books) -> None:
    """Its server was paused. Only the events of the time itself are read."""
    await books.ledger.reserve(order("1"))
    for name in ("2", "3"):
        await books.ledger.settle(await sent(books, name), settlement(60), NOON + 50)
    made = NOON + 200 * DAY
    await books.ledger.dispatch("1:1", made)
    await books.ledger.settle("1:1", settlement(60), made + 40)

    assert await booked(books, (made, made + DAY)) == (job(made + 40, ChargeState.SETTLED, 60, began_at=made),)
    assert len(await booked(books, (NOON, made))) == 2
    assert await booked(books, (NOON + DAY, made)) == await booked(books, (made + DAY, made + 2 * DAY)) == ()


async def test_what_was_never_sent_is_on_no_bill_unless_a_lead_says_so(books: Books) -> None:
    await books.ledger.reserve(order("1"))
    await books.ledger.reserve(order("2"))
    await books.ledger.release("2:1", "No.", "not_dispatched", NOON + 5)
    await books.ledger.correct(SERVER, Correction("2:1", 9, 5, "seen"), NOON + 9)

    assert await booked(books) == (
        job(NOON + 5, ChargeState.RELEASED, 9, began_at=NOON + 5, adjusted_nano=9, outcome="not_dispatched"),
    )


async def test_all_servers_are_told_and_what_touches_the_time_at_its_edges(books: Books) -> None:
    for name, at in (("1", NOON - 60), ("2", NOON), ("3", NOON + 60), ("4", NOON + 120)):
        job_id = await sent(books, name, at, Requester(SERVER + int(name), 5, 6))
        await books.ledger.settle(job_id, settlement(60), at + 50)

    whole = await booked(books)
    found = await booked(books, (NOON + 15, NOON + 115))

    assert [each.at - NOON for each in whole] == [-10, 50, 110, 170]
    assert [each.at - NOON for each in found] == [50, 110]
    assert [each.at - NOON for each in await booked(books, (NOON + 110, NOON + 131))] == [110, 170]


async def test_every_time_has_exactly_its_own_jobs(books: Books) -> None:
    for name in "1234567":
        await books.ledger.reserve(order(name, at=NOON))
    for number in range(1, 8):
        await books.ledger.dispatch(f"{number}:1", NOON + number)  # one event a second

    edges = [(start, end) for start in range(10) for end in range(start, 10)]
    found = [[each.at - NOON for each in await booked(books, (NOON + start, NOON + end))] for start, end in edges]

    assert found == [[at for at in range(start, end) if 1 <= at <= 7] for start, end in edges]


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no database"):
        read_booked(tmp_path / "atelier.sqlite3", EVER)


async def test_a_damaged_database_is_said_in_a_sentence(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "BOOKED", "SELECT nothing")

    with pytest.raises(DatabaseError, match="cannot be used"):
        await booked(books)


async def test_the_search_goes_by_indexes(books: Books) -> None:
    def look(connection: sqlite3.Connection) -> list[str]:
        wanted = {"start": 0, "end": 9, "first": 1, "last": 2}
        plan = connection.execute(f"EXPLAIN QUERY PLAN {daily.BOOKED}", wanted).fetchall()
        return [row[3] for row in (*plan, *connection.execute(f"EXPLAIN QUERY PLAN {daily.FROM_EVENT}", (1,)))]

    plan = await books.database.read(look)

    assert {step for step in plan if step.startswith("SCAN")} == {"SCAN touched", "SCAN booked"}  # the month's own
    assert plan.count("SEARCH adjustments USING INDEX adjustments_of (job_id=?)") == 2
    assert "SEARCH events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)" in plan
