from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.services.calendar import STEP_BACK
from bot.storage import State
from bot.storage.database.state_rows import CLOCK

from .examples import NOON, order

if TYPE_CHECKING:
    from .examples import Books


async def test_a_text_is_kept_by_its_name_and_can_be_replaced(books: Books) -> None:
    state = State(books.database)

    assert await state.get("name") is None
    await state.put("name", "first")
    await state.put("name", "second")
    assert await state.get("name") == "second"


async def test_what_is_claimed_at_once_by_several_is_one_ones(books: Books) -> None:
    state = State(books.database)

    claims = await asyncio.gather(*(state.claim("key") for _ in range(5)))

    assert sorted(claims) == [False] * 4 + [True]
    assert not await State(books.database).claim("key")
    assert await state.claim("other")


async def test_what_is_named_after_an_id_of_long_ago_is_forgotten_unless_it_waits_for_an_answer(books: Books) -> None:
    state = State(books.database)
    await books.ledger.reserve(order("7"))
    for key in ("offer:5", "offer:6", "offer:7", "offer:100", "offers:5", "other:5"):
        await state.put(key, "x")

    await state.forget("offer:", 50)

    kept = await books.rows("SELECT key FROM state WHERE value = 'x' ORDER BY key")
    assert [key for (key,) in kept] == ["offer:100", "offer:7", "offers:5", "other:5"]


async def test_only_the_servers_that_are_there_are_remembered(books: Books) -> None:
    state = State(books.database)
    for key in ("known:1", "known:2", "known:3", "knowns", "other:9"):
        await state.put(key, "x")

    await state.keep_only("known:", {"2"})

    kept = await books.rows("SELECT key FROM state WHERE value = 'x' ORDER BY key")
    assert [key for (key,) in kept] == ["known:2", "knowns", "other:9"]


async def test_a_secret_is_made_once(books: Books) -> None:
    state = State(books.database)

    secrets = await asyncio.gather(*(state.secret("key") for _ in range(5)))

    assert len(secrets[0]) == 32
    assert set(secrets) == {secrets[0]}
    assert await State(books.database).secret("key") == secrets[0]
    assert await state.secret("other") != secrets[0]


async def latest(books: Books) -> int:
    """When the latest step of the ledger was taken, as it is kept; 0 before the first."""
    return int(await State(books.database).get(CLOCK) or 0)


async def test_the_latest_time_is_that_of_the_ledgers_latest_step(books: Books) -> None:
    assert await latest(books) == 0

    await books.ledger.reserve(order(at=NOON))
    await books.ledger.release("1:1", "no", "test", NOON - 5)

    assert await latest(books) == NOON


async def test_a_step_back_of_the_clock_is_waited_out_and_a_large_one_is_a_mended_clock(books: Books) -> None:
    for name, at in (("1", NOON), ("2", NOON - STEP_BACK), ("3", NOON - STEP_BACK - 1)):
        await books.ledger.reserve(order(name, at=at))
        await books.ledger.dispatch(f"{name}:1", at)

        assert await latest(books) == (at if name == "3" else NOON)


async def test_looking_for_overdue_charges_does_not_move_the_clock(books: Books) -> None:
    await books.ledger.reserve(order(at=NOON))
    await books.ledger.charge_overdue(NOON + 10**8)

    assert await latest(books) == NOON
