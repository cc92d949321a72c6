"""Lines of numbered items, and what comes of them."""

from __future__ import annotations

import asyncio
import heapq
from typing import Any

from hypothesis import strategies as st

from bot.services.turns import FairQueue
from bot.services.turns.queue import Foretold, Member

HERE, ELSEWHERE = 1, 2  # servers
A, B, C, D, E = EVERYBODY = [Member(HERE, number) for number in range(1, 6)]
X, Y, Z = STRANGERS = [Member(ELSEWHERE, number) for number in range(1, 4)]
MEMBERS = st.lists(st.sampled_from(EVERYBODY), max_size=30)
ALL = st.lists(st.sampled_from([*EVERYBODY, *STRANGERS]), max_size=30)


WEIGHED = st.lists(st.tuples(st.sampled_from(EVERYBODY), st.integers(1, 60)), max_size=30)  # with expected seconds


def filled(slots: int, members: list[Member]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue(slots)
    for item, member in enumerate(members):
        queue.put(member, item)
    return queue


def weighed(slots: int, jobs: list[tuple[Member, int]]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue(slots, lambda item: float(jobs[item][1]))
    for item, (member, _) in enumerate(jobs):
        queue.put(member, item)
    return queue


def position(queue: FairQueue[int], item: int) -> int:
    """The item's place in line; -1 if it has none."""
    return next((foretold.position for foretold in queue.foresee() if foretold.item == item), -1)


def next_turn(queue: FairQueue[int], now: float = 0.0) -> tuple[Member, int] | None:
    """What is taken without waiting, if anything can be."""
    inside: Any = queue
    turn: tuple[Member, int] | None = inside._turns.next(now)
    return turn


def lines(queue: FairQueue[int]) -> dict[Member, list[int]]:
    """What waits of each member."""
    inside: Any = queue
    return {member: [*line] for member, line in inside._turns.waiting.items()}


async def served(queue: FairQueue[int]) -> list[tuple[Member, int]]:
    """Everything that waits, one after the other, each done before the next is taken."""
    order: list[tuple[Member, int]] = []
    while len(queue):
        member, item = await queue.take()
        order.append((member, item))
        queue.done(member)
    return order


def played(queue: FairQueue[int], jobs: list[tuple[Member, int]]) -> list[Foretold[int]]:
    """What happens if each takes just as long as expected: in which order and when they have their turns."""
    free_at: list[tuple[float, Member]] = []
    began: list[Foretold[int]] = []
    now, position = 0.0, 0
    while len(queue):
        turn = next_turn(queue)
        if turn is None:
            now, member = heapq.heappop(free_at)
            queue.done(member)
            position = max(position, 1)
            continue
        began.append(Foretold(*turn, position, now))
        position += position > 0
        heapq.heappush(free_at, (now + jobs[turn[1]][1], turn[0]))
    return began


async def taken_at_once(queue: FairQueue[int]) -> Member | None:
    """Whose item is taken without waiting, if any can be."""
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    if taking.done():
        return taking.result()[0]
    taking.cancel()
    return None
