"""Bytes and threads are had by turns over members, given back whatever happens, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.turns import FairShare, byte_shares

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MOST, LARGE, FOR_SMALL = 100, 30, 40


class Crowd:
    """Requests that take something and hold it until they are let go.

    Attributes:
        began: the names of those that got theirs, in order.
        inside: of those, the ones that hold it.
    """

    def __init__(self, most: int = MOST, for_small: int = FOR_SMALL) -> None:
        self.share = FairShare(most, LARGE, for_small)
        self.began: list[str] = []
        self.inside: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def comes(
        self, name: str, need: int, member: str = "", *, tell: Callable[[int], Awaitable[None]] | None = None
    ) -> None:
        """Of a member of its own, if no other is named."""
        self._gates[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._hold(name, need, member or name, tell))
        await turns()

    async def goes(self, name: str) -> None:
        self._gates[name].set()
        await self._tasks[name]
        await turns()

    async def cancelled(self, name: str) -> None:
        self._tasks[name].cancel()
        with pytest.raises(asyncio.CancelledError):
            await self._tasks[name]
        await turns()

    async def _hold(self, name: str, need: int, member: str, tell: Callable[[int], Awaitable[None]] | None) -> None:
        async with self.share.taken(need, member, tell=tell):
            self.began.append(name)
            self.inside.append(name)
            try:
                await self._gates[name].wait()
            finally:
                self.inside.remove(name)


async def turns(count: int = 6) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_those_who_fit_are_inside_together_and_the_next_waits() -> None:
    crowd = Crowd()
    for name in ("a", "b", "c", "d"):
        await crowd.comes(name, 30)
    before = list(crowd.inside)
    await crowd.goes("b")

    assert before == ["a", "b", "c"]
    assert crowd.inside == ["a", "c", "d"]


async def test_what_is_small_does_not_wait_behind_what_is_large() -> None:
    crowd = Crowd()
    for name in ("large", "larger", "largest"):
        await crowd.comes(name, 60)
    await crowd.comes("small", 10)

    assert crowd.inside == ["large", "small"]


async def test_what_is_large_begins_though_small_ones_keep_coming() -> None:
    crowd = Crowd()
    for number in range(10):
        await crowd.comes(str(number), 10)
    await crowd.comes("large", 60)
    await crowd.comes("late", 10)
    for number in range(6):
        await crowd.goes(str(number))

    assert crowd.inside == ["6", "7", "8", "9", "large"]


async def test_who_needs_more_than_a_large_one_can_have_gets_that() -> None:
    crowd = Crowd()
    await crowd.comes("huge", 10_000)
    await crowd.comes("large", 40)
    before = list(crowd.inside)
    await crowd.goes("huge")

    assert before == ["huge"]
    assert crowd.inside == ["large"]


async def test_who_asks_for_much_one_by_one_waits_behind_everybody_else() -> None:
    crowd = Crowd(most=30, for_small=30)
    for number in range(4):
        await crowd.comes(f"greedy {number}", 30, "greedy")
    for name in ("a", "b"):
        await crowd.comes(name, 30)
    for name in ("greedy 0", "greedy 1", "a", "b", "greedy 2", "greedy 3"):
        await crowd.goes(name)

    assert crowd.began == ["greedy 0", "greedy 1", "a", "b", "greedy 2", "greedy 3"]


async def test_who_gives_up_waiting_lets_the_next_in() -> None:
    crowd = Crowd()
    await crowd.comes("a", 60)
    await crowd.comes("b", 60)
    await crowd.comes("c", 50)
    await crowd.comes("d", 40, "b")
    await crowd.cancelled("b")
    await crowd.goes("a")

    assert crowd.inside == ["d"]


async def test_who_is_cancelled_inside_gives_back_what_was_taken() -> None:
    crowd = Crowd()
    await crowd.comes("a", 60)
    await crowd.comes("b", 60)
    await crowd.cancelled("a")

    assert crowd.inside == ["b"]


async def test_who_is_cancelled_in_the_moment_of_its_turn_gives_back_what_was_granted() -> None:
    crowd = Crowd()
    for name in ("a", "b", "c"):
        await crowd.comes(name, 60)
    release = asyncio.create_task(crowd.goes("a"))
    while crowd.inside:  # noqa: ASYNC110 - until its bytes are free, not until the next has them
        await asyncio.sleep(0)
    await crowd.cancelled("b")
    await release

    assert crowd.inside == ["c"]


async def test_who_waits_for_a_while_is_told_where_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_shares, "TELL_AFTER", 0.01)
    monkeypatch.setattr(byte_shares, "TELL_AGAIN", 0.01)
    told: asyncio.Queue[int] = asyncio.Queue()
    crowd = Crowd()
    for name in ("a", "b", "c", "d"):
        await crowd.comes(name, 60, "mia" if name in "bc" else "")
    await crowd.comes("e", 60, "mia", tell=told.put)
    first = await told.get()
    await crowd.goes("a")
    second = await told.get()
    for name in ("b", "d", "c"):
        await crowd.goes(name)
    rest = [second]
    while rest[-1]:
        rest.append(await told.get())

    assert (first, second) == (4, 3)  # after b, d and c
    assert rest == sorted(set(rest), reverse=True)
    assert crowd.inside == ["e"]


async def test_who_has_their_turn_at_once_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(byte_shares, "TELL_AFTER", 0.0)
    told: list[int] = []

    async def tell(place: int) -> None:
        told.append(place)

    crowd = Crowd()
    await crowd.comes("a", 60, tell=tell)

    assert (crowd.inside, told) == (["a"], [])


WISHES = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 150), st.booleans()), max_size=14)


@given(WISHES)
async def test_in_the_end_all_is_free_again(wishes: list[tuple[str, int, bool]]) -> None:
    crowd = Crowd()
    for number, (member, need, _) in enumerate(wishes):
        await crowd.comes(str(number), need, member)
    for number, (_, _, gives_up) in enumerate(wishes):
        if gives_up:
            await crowd.cancelled(str(number))
    while crowd.inside:
        await crowd.goes(crowd.inside[0])
    await crowd.comes("last large", MOST)
    await crowd.comes("last small", LARGE)

    assert crowd.inside == ["last large", "last small"]
    assert {str(number) for number, (_, _, gives_up) in enumerate(wishes) if not gives_up} <= set(crowd.began)
    await crowd.goes("last large")
    await crowd.goes("last small")


@given(st.lists(st.sampled_from("abcd"), min_size=1, max_size=20))
async def test_nobody_has_two_turns_while_another_waits_for_one(members: list[str]) -> None:
    crowd = Crowd(most=30, for_small=30)
    await crowd.comes("nobody", 30)
    for number, member in enumerate(members):
        await crowd.comes(f"{member}{number}", 30, member)
    await crowd.goes("nobody")
    while crowd.inside:
        await crowd.goes(crowd.inside[0])

    served = [name[0] for name in crowd.began[1:]]
    rounds = [served[:at].count(member) for at, member in enumerate(served)]
    assert rounds == sorted(rounds)  # everybody's first turn, then everybody's second
    assert [name for member in "abcd" for name in crowd.began[1:] if name[0] == member] == [
        f"{each}{number}" for member in "abcd" for number, each in enumerate(members) if each == member
    ]
