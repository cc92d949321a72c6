"""Members of a paused server are passed over, and stand afterwards where they stood."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.errors import QueueFullError
from bot.services.turns import FairQueue
from bot.services.turns.queue import Member
from tests.examples import examples
from tests.services.turns.lines import (
    ALL,
    ELSEWHERE,
    HERE,
    STRANGERS,
    A,
    B,
    X,
    Y,
    Z,
    filled,
    lines,
    next_turn,
    served,
    weighed,
)


async def served_until_nobody_can(queue: FairQueue[int]) -> list[tuple[Member, int]]:
    """What is taken one after the other, each done before the next, while anybody's turn comes."""
    order: list[tuple[Member, int]] = []
    while True:
        taking = asyncio.ensure_future(queue.take())
        await asyncio.sleep(0)
        if not taking.done():
            taking.cancel()
            return order
        order.append(taking.result())
        queue.done(order[-1][0])


@given(st.integers(1, 4), ALL)
def test_the_others_are_served_as_if_the_paused_were_not_there(slots: int, members: list[Member]) -> None:
    queue: FairQueue[int] = FairQueue(slots)
    alone: FairQueue[int] = FairQueue(slots)
    for item, member in enumerate(members):
        queue.put(member, item)
        if member.server_id == HERE:
            alone.put(member, item)
    queue.pause(ELSEWHERE)

    assert queue.foresee() == alone.foresee()
    assert asyncio.run(served_until_nobody_can(queue)) == asyncio.run(served_until_nobody_can(alone))
    assert len(queue) == sum(member.server_id == ELSEWHERE for member in members)


class PausedNowAndThen(RuleBasedStateMachine):
    """Members of two servers join and are served; one server is paused and goes on, again and again."""

    queue: FairQueue[int]

    @initialize(slots=st.integers(1, 4))
    def open(self, slots: int) -> None:
        self.queue = FairQueue(slots)
        self.joined = 0
        self.out: list[tuple[Member, int]] = []  # in the order in which they were taken
        self.served: list[int] = []
        self.left: set[int] = set()  # those whom a pause came too late for; no later one calls them back

    @rule(member=st.sampled_from([A, B, *STRANGERS]))
    def join(self, member: Member) -> None:
        self.queue.put(member, self.joined)
        self.joined += 1

    @rule()
    def take(self) -> None:
        paused = self.queue.is_paused(ELSEWHERE)
        turn = next_turn(self.queue)
        if turn is not None:
            assert not (paused and turn[0].server_id == ELSEWHERE)
            self.out.append(turn)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def end(self, data: st.DataObject) -> None:
        turn = data.draw(st.sampled_from(self.out))
        self.out.remove(turn)
        self.served.append(turn[1])
        self.queue.done(turn[0])

    @rule(data=st.data())
    def pause(self, data: st.DataObject) -> None:
        """Some of those that are out have left; the others are called back."""
        self.queue.pause(ELSEWHERE)
        for turn in [turn for turn in reversed(self.out) if turn[0].server_id == ELSEWHERE]:
            if turn[1] not in self.left and data.draw(st.booleans()):
                self.out.remove(turn)
                self.queue.put_back(*turn)
                self.queue.done(turn[0])
            else:
                self.left.add(turn[1])

    @rule()
    def resume(self) -> None:
        self.queue.resume(ELSEWHERE)

    @invariant()
    def nothing_is_lost_and_each_line_keeps_its_order(self) -> None:
        waiting = [item for server in (HERE, ELSEWHERE) for item in self.queue.waiting_of(server)]
        assert sorted([*waiting, *self.served, *(item for _, item in self.out)]) == list(range(self.joined))
        assert self.queue.running == len(self.out)
        assert all(line == sorted(line) for line in lines(self.queue).values())

    def teardown(self) -> None:
        """After the pause everybody is served."""
        if hasattr(self, "queue"):
            self.queue.resume(ELSEWHERE)
            for member, _ in self.out:
                self.queue.done(member)
            assert len(self.queue) == len(asyncio.run(served(self.queue)))


PausedNowAndThen.TestCase.settings = settings(max_examples=examples(150), stateful_step_count=40)
TestPausedNowAndThen = PausedNowAndThen.TestCase


@given(ALL, st.integers(0, 4))
def test_what_is_put_back_waits_as_if_it_had_not_been_taken(members: list[Member], count: int) -> None:
    queue, untouched = filled(5, members), filled(5, members)

    async def take_and_put_back() -> None:
        taken: list[tuple[Member, int]] = []
        while len(taken) < min(count, len(members)) and (turn := next_turn(queue)) is not None:
            taken.append(turn)
        for member, item in reversed(taken):
            queue.put_back(member, item)
            queue.done(member)

    asyncio.run(take_and_put_back())
    for server in (HERE, ELSEWHERE):
        assert queue.waiting_of(server)[:1] == untouched.waiting_of(server)[:1]
    for member in set(members):
        assert lines(queue)[member] == lines(untouched)[member]


@given(ALL)
def test_after_a_pause_a_waiting_member_is_served_within_one_round_of_the_others(members: list[Member]) -> None:
    queue = filled(1, members)

    async def pause_and_serve() -> list[tuple[Member, int]]:
        queue.pause(ELSEWHERE)
        for _ in range(len(members) // 2):
            if (turn := next_turn(queue)) is not None:
                queue.done(turn[0])
        queue.resume(ELSEWHERE)
        return await served(queue)

    order = [member for member, _ in asyncio.run(pause_and_serve())]
    for turn, member in enumerate(order):
        if member in order[turn + 1 :]:
            following = order.index(member, turn + 1)
            assert all(count == 1 for count in Counter(order[turn + 1 : following]).values())


def test_a_paused_server_takes_no_room_from_the_others() -> None:
    queue = filled(2, [Member(ELSEWHERE, number // 10) for number in range(100)])

    with pytest.raises(QueueFullError, match="The line is full"):
        queue.check_room(A, 1)
    queue.pause(ELSEWHERE)
    queue.check_room(A, 4)
    assert len(queue) == 100


async def test_who_takes_is_woken_by_the_end_of_a_pause() -> None:
    queue = filled(1, [X])
    queue.pause(ELSEWHERE)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.resume(ELSEWHERE)

    assert await taking == (X, 0)


def test_a_paused_server_is_after_its_pause_as_far_behind_or_before_the_others_as_it_was() -> None:
    jobs = [(X, 10), (X, 10), (X, 10), (X, 10), (Y, 10), *[(A, 10)] * 6]
    queue = weighed(1, jobs)
    late = queue.withdraw(A, lambda _: True)
    assert next_turn(queue) == (X, 0)
    queue.pause(ELSEWHERE)
    queue.pause(ELSEWHERE)
    queue.done(X)
    for item in late:
        queue.put(A, item)
    for _ in range(3):
        next_turn(queue)
        queue.done(A)
    queue.put(Z, 0)  # joins behind those who waited when the pause began
    queue.resume(ELSEWHERE)

    order = [member for member, _ in asyncio.run(served(queue))]
    assert order == [Y, Z, X, A, X, A, X, A]


def test_what_waits_of_a_server_is_told_member_by_member() -> None:
    queue = filled(1, [X, A, Y, X])

    assert queue.waiting_of(ELSEWHERE) == [0, 3, 2]
    assert queue.waiting_of(3) == []
