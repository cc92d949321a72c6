from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.errors import LimitReachedError
from bot.services.ledger import ChargeConflictError
from bot.services.policy import Requester

from .examples import NOON, SERVER, budget, daily_images, opened, order, settlement
from .invariants import faults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from .examples import Books


async def test_fifty_at_once_get_exactly_what_the_budget_holds(books: Books) -> None:
    """I2."""

    async def ask(number: int) -> bool:
        requester = Requester(SERVER, number % 3 + 1, number + 1, (number % 4 + 1,))
        try:
            await books.ledger.reserve(order(str(number), hold=100, limits=(budget(1099),), requester=requester))
        except LimitReachedError:
            return False
        return True

    admitted = await asyncio.gather(*(ask(number) for number in range(50)))

    assert sum(admitted) == 10


async def test_fifty_at_once_share_the_last_picture_of_a_member(books: Books) -> None:
    async def ask(number: int) -> bool:
        with suppress(LimitReachedError):
            await books.ledger.reserve(order(str(number), limits=(daily_images(1),)))
            return True
        return False

    admitted = await asyncio.gather(*(ask(number) for number in range(50)))

    assert sum(admitted) == 1


async def test_the_same_order_many_times_at_once_is_reserved_once(books: Books) -> None:
    answers = await asyncio.gather(*(books.ledger.reserve(order(count=2)) for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
    assert await books.held_and_settled() == {(200, 2, 0, 0)}


async def test_a_job_is_dispatched_to_only_one_of_many_who_ask(books: Books) -> None:
    """I10."""
    await books.ledger.reserve(order())

    outcomes = await asyncio.gather(*(books.ledger.dispatch("1:1", NOON) for _ in range(20)), return_exceptions=True)

    assert outcomes.count(None) == 1
    assert sum(isinstance(outcome, ChargeConflictError) for outcome in outcomes) == 19


async def test_a_job_is_either_settled_or_released_when_both_come_at_once(books: Books) -> None:
    await books.ledger.reserve(order())
    await books.ledger.dispatch("1:1", NOON)

    outcomes = await asyncio.gather(
        books.ledger.settle("1:1", settlement(), NOON),
        books.ledger.release("1:1", "no", "blocked", NOON),
        return_exceptions=True,
    )

    assert isinstance(outcomes[1], ChargeConflictError)
    assert await books.held_and_settled() == {(0, 0, 60, 1)}


STEPS: dict[str, Callable[[Books], Coroutine[object, object, object]]] = {
    "reserve": lambda books: books.ledger.reserve(order("2", count=3)),
    "dispatch": lambda books: books.ledger.dispatch("1:1", NOON),
    "settle": lambda books: books.ledger.settle("1:2", settlement(), NOON),
    "release": lambda books: books.ledger.release("1:2", "no", "blocked", NOON),
    "unknown": lambda books: books.ledger.mark_unknown("1:2", "lost", "timeout", NOON, NOON),
}


@pytest.mark.parametrize("step", STEPS)
async def test_a_step_that_is_cancelled_anywhere_is_whole_or_absent(tmp_path: Path, step: str) -> None:
    """I19: no transaction stays open, and no hold without its job."""
    done: set[bool] = set()
    for turns in range(6):
        async with opened(tmp_path / f"{turns}.sqlite3") as books:
            await books.ledger.reserve(order(count=2))
            await books.ledger.dispatch("1:2", NOON)
            before = await books.rows("SELECT * FROM jobs")

            task = asyncio.ensure_future(STEPS[step](books))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await books.ledger.reserve(order("after"))
            await books.ledger.release("after:1", "no", "test", NOON)

            assert await books.database.read(faults) == {}
            assert await books.database.read(lambda connection: connection.in_transaction) is False
            done.add(await books.rows("SELECT * FROM jobs WHERE request_id <> 'after'") != before)
    assert done == {True, False}  # cancelled before it began, and after it had


async def test_closing_waits_for_what_was_begun_though_its_caller_was_cancelled(tmp_path: Path) -> None:
    async with opened(tmp_path / "atelier.sqlite3") as books:
        task = asyncio.ensure_future(books.ledger.reserve(order()))
        await asyncio.sleep(0)
        task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    async with opened(tmp_path / "atelier.sqlite3") as again:
        assert await again.held_and_settled() == {(100, 1, 0, 0)}


async def test_a_cancelled_caller_does_not_free_what_others_write(books: Books) -> None:
    def slow(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO state (key, value) VALUES ('slow', '1')")

    task = asyncio.ensure_future(books.database.transaction(slow))
    await asyncio.sleep(0)
    other = asyncio.ensure_future(books.ledger.reserve(order()))
    await asyncio.sleep(0)
    task.cancel()

    await other

    assert await books.rows("SELECT value FROM state WHERE key = 'slow'") == [("1",)]
    assert await books.held_and_settled() == {(100, 1, 0, 0)}
