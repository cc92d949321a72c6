"""Bytes are taken in order, given back whatever happens, and nobody waits for ever."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.jobs import ByteBudget


class Crowd:
    """Requests that take bytes and hold them until they are let go.

    Attributes:
        inside: the names of those that hold theirs, in order.
    """

    def __init__(self, most: int) -> None:
        self.budget = ByteBudget(most)
        self.inside: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(self, name: str, need: int) -> None:
        self._gates[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._hold(name, need))
        await turns()

    async def goes(self, name: str) -> None:
        self._gates[name].set()
        await self._tasks[name]
        await turns()

    def cancel(self, name: str) -> None:
        self._tasks[name].cancel()

    async def cancelled(self, name: str) -> None:
        self.cancel(name)
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]
        await turns()

    async def _hold(self, name: str, need: int) -> None:
        async with self.budget.taken(need):
            self.inside.append(name)
            try:
                await self._gates[name].wait()
            finally:
                self.inside.remove(name)


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_those_who_fit_are_inside_together_and_the_next_waits() -> None:
    crowd = Crowd(100)
    await crowd.comes("a", 60)
    await crowd.comes("b", 40)
    await crowd.comes("c", 1)
    before = list(crowd.inside)
    await crowd.goes("b")

    assert before == ["a", "b"]
    assert crowd.inside == ["a", "c"]


async def test_who_needs_little_does_not_overtake_who_needs_much() -> None:
    crowd = Crowd(100)
    await crowd.comes("a", 60)
    await crowd.comes("large", 50)
    await crowd.comes("small", 10)
    before = list(crowd.inside)
    await crowd.goes("a")

    assert before == ["a"]
    assert crowd.inside == ["large", "small"]


async def test_who_needs_more_than_there_is_gets_all_of_it() -> None:
    crowd = Crowd(100)
    await crowd.comes("huge", 10_000)
    await crowd.comes("b", 1)
    before = list(crowd.inside)
    await crowd.goes("huge")

    assert before == ["huge"]
    assert crowd.inside == ["b"]


async def test_who_gives_up_waiting_lets_the_next_in() -> None:
    crowd = Crowd(100)
    await crowd.comes("a", 60)
    await crowd.comes("large", 50)
    await crowd.comes("small", 40)
    await crowd.cancelled("large")

    assert crowd.inside == ["a", "small"]


async def test_who_is_cancelled_inside_gives_back_what_was_taken() -> None:
    crowd = Crowd(100)
    await crowd.comes("a", 100)
    await crowd.comes("b", 100)
    await crowd.cancelled("a")

    assert crowd.inside == ["b"]


async def test_who_is_cancelled_in_the_moment_of_its_turn_gives_back_what_was_granted() -> None:
    crowd = Crowd(100)
    await crowd.comes("a", 100)
    await crowd.comes("b", 100)
    await crowd.comes("c", 100)
    release = asyncio.create_task(crowd.goes("a"))
    while crowd.inside:  # noqa: ASYNC110 - until its bytes are free, not until the next has them
        await asyncio.sleep(0)
    await crowd.cancelled("b")
    await release

    assert crowd.inside == ["c"]


@given(st.lists(st.tuples(st.integers(0, 150), st.booleans()), max_size=12))
async def test_in_the_end_all_bytes_are_free_again(needs: list[tuple[int, bool]]) -> None:
    crowd = Crowd(100)
    for number, (need, _) in enumerate(needs):
        await crowd.comes(str(number), need)
    for number, (_, gives_up) in enumerate(needs):
        if gives_up:
            await crowd.cancelled(str(number))
        else:
            await crowd.goes(str(number))
    await crowd.comes("last", 100)

    assert crowd.inside == ["last"]
    await crowd.goes("last")
