from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.storage import State, SteadyClock

from .examples import NOON, order

if TYPE_CHECKING:
    from .examples import Books


async def test_a_text_is_kept_by_its_name_and_can_be_replaced(books: Books) -> None:
    state = State(books.database)

    assert await state.get("name") is None
    await state.put("name", "first")
    await state.put("name", "second")
    assert await state.get("name") == "second"


async def test_a_secret_is_made_once(books: Books) -> None:
    state = State(books.database)

    secrets = await asyncio.gather(*(state.secret("key") for _ in range(5)))

    assert len(secrets[0]) == 32
    assert set(secrets) == {secrets[0]}
    assert await State(books.database).secret("key") == secrets[0]
    assert await state.secret("other") != secrets[0]


async def test_the_latest_time_is_that_of_the_ledgers_latest_step(books: Books) -> None:
    state = State(books.database)
    assert await state.latest() == 0

    await books.ledger.reserve(order(at=NOON))
    await books.ledger.release("1:1", "no", "test", NOON - 5)

    assert await state.latest() == NOON


def test_a_steady_clock_never_goes_back() -> None:
    times = iter([10.9, 5.0, 12.0])
    clock = SteadyClock(lambda: next(times), latest=8)

    assert [clock(), clock(), clock()] == [10, 10, 12]


def test_a_steady_clock_begins_where_the_ledger_has_been() -> None:
    assert SteadyClock(lambda: 5.0, latest=8)() == 8
