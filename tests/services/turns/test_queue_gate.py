"""What the gate keeps back keeps no slot from others, and leaves as it opens."""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.turns import FairQueue
from tests.services.turns.lines import (
    EVERYBODY,
    next_turn,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.turns.queue import Member


class Bucket:
    """A gate: items of some kinds leave one by one, so many seconds apart."""

    def __init__(self, apart: dict[int, float], kinds: list[int], now: Callable[[], float]) -> None:
        self._apart = apart
        self._kinds = kinds
        self._now = now
        self.opens = dict.fromkeys(apart, float("-inf"))

    def kind(self, item: int) -> int:
        """Of one kind are those that leave one by one."""
        return self._kinds[item]

    def opens_at(self, item: int) -> float:
        """Of its kind; no limit for others."""
        return self.opens.get(self._kinds[item], float("-inf"))

    def take(self, item: int, at: float) -> None:
        """As the queue says."""
        if (kind := self._kinds[item]) in self.opens:
            self.opens[kind] = at + self._apart[kind]

    def give_back(self, item: int) -> None:
        """As the queue says."""
        if (kind := self._kinds[item]) in self.opens:
            self.opens[kind] -= self._apart[kind]

    def twin(self) -> Bucket:
        """With the same times."""
        twin = Bucket(self._apart, self._kinds, self._now)
        twin.opens = dict(self.opens)
        return twin


GATED = st.lists(st.tuples(st.sampled_from(EVERYBODY), st.integers(0, 2), st.integers(1, 9)), max_size=16)


def gated(slots: int, jobs: list[tuple[Member, int, int]], now: Callable[[], float]) -> FairQueue[int]:
    """Jobs of a member, of a kind, that take so many seconds; of two kinds one leaves every few seconds."""
    bucket = Bucket({0: 4.0, 1: 11.0}, [kind for _, kind, _ in jobs], now)
    queue: FairQueue[int] = FairQueue(slots, lambda item: float(jobs[item][2]), bucket, clock=now)
    for item, (member, _, _) in enumerate(jobs):
        queue.put(member, item)
    return queue


@given(st.integers(1, 4), GATED)
def test_what_is_foretold_behind_a_gate_is_what_happens(slots: int, jobs: list[tuple[Member, int, int]]) -> None:
    clock = [100.0]
    queue = gated(slots, jobs, lambda: clock[0])
    foretold = {each.item: each.wait for each in queue.foresee()}

    began: dict[int, float] = {}
    ends: list[tuple[float, Member]] = []
    inside: Any = queue
    while len(queue):
        if (turn := next_turn(queue, clock[0])) is not None:
            began[turn[1]] = clock[0] - 100
            heapq.heappush(ends, (clock[0] + jobs[turn[1]][2], turn[0]))
        elif ends and ends[0][0] <= inside._turns.opens_at():
            clock[0], member = heapq.heappop(ends)
            queue.done(member)
        else:
            clock[0] = inside._turns.opens_at()

    assert foretold == pytest.approx(began)


async def test_who_waits_behind_a_gate_keeps_no_slot_from_others() -> None:
    a, b = EVERYBODY[:2]
    clock = [0.0]
    queue = gated(3, [(a, 0, 5), (a, 0, 5), (b, 2, 5), (b, 2, 5)], lambda: clock[0])

    assert [(await queue.take())[1] for _ in range(3)] == [0, 2, 3]
    queue.done(b)
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    clock[0] = 4.0
    queue.put(b, 2)

    assert await waiting == (a, 1)


async def test_what_waits_behind_a_gate_is_let_out_as_it_opens() -> None:
    a = EVERYBODY[0]
    queue = FairQueue(3, gate=Bucket({0: 0.05}, [0, 0], time.monotonic))
    for item in range(2):
        queue.put(a, item)

    assert (await queue.take())[1] == 0
    waiting = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    assert (await waiting)[1] == 1


async def test_what_did_not_leave_after_all_opens_the_gate_again() -> None:
    a = EVERYBODY[0]
    queue = gated(3, [(a, 1, 5)], lambda: 0.0)
    member, item = await queue.take()
    queue.put_back(member, item)
    queue.done(member)

    assert await asyncio.wait_for(queue.take(), 60) == (a, 0)
