"""Turns go to who was given the least: nobody waits beyond their share, and no more is out than there are slots."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.errors import QueueFullError
from bot.services.jobs import FairQueue
from bot.services.jobs.queue import Foretold, Member

if TYPE_CHECKING:
    from collections.abc import Callable

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


@given(MEMBERS)
def test_of_pictures_that_take_as_long_a_member_is_served_within_one_round_of_the_others(members: list[Member]) -> None:
    """I15."""
    order = [member for member, _ in asyncio.run(served(filled(1, members)))]

    left = Counter(members)
    for turn, member in enumerate(order):
        others = Counter(order[turn + 1 :])
        left[member] -= 1
        if left[member]:
            following = order.index(member, turn + 1)
            between = Counter(order[turn + 1 : following])
            assert all(count == 1 for count in between.values())
            assert set(between) == set(others) - {member}


@given(MEMBERS, st.sampled_from(EVERYBODY))
def test_who_joins_waits_for_one_item_of_each_other_at_most(members: list[Member], newcomer: Member) -> None:
    queue = filled(1, [member for member in members if member != newcomer])
    queue.put(newcomer, 99)

    before = asyncio.run(served(queue))
    before = before[: before.index((newcomer, 99))]

    assert all(count == 1 for count in Counter(member for member, _ in before).values())


@given(MEMBERS)
def test_a_members_own_items_keep_their_order(members: list[Member]) -> None:
    order = asyncio.run(served(filled(2, members)))

    assert sorted(item for _, item in order) == list(range(len(members)))
    for name in set(members):
        mine = [item for member, item in order if member == name]
        assert mine == sorted(mine)


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


@given(st.integers(1, 5), WEIGHED)
def test_what_is_foretold_is_what_happens(slots: int, jobs: list[tuple[Member, int]]) -> None:
    queue = weighed(slots, jobs)
    foretold = queue.foresee()

    assert foretold == played(queue, jobs)


@given(st.integers(2, 5), WEIGHED, st.integers(0, 6), st.integers(0, 20))
def test_what_is_foretold_in_the_midst_of_it_is_what_happens(
    slots: int, jobs: list[tuple[Member, int]], ended: int, passed: int
) -> None:
    """Some are done, and of each of the others some time has passed."""
    queue = weighed(slots, jobs)
    out: list[tuple[Member, int]] = []
    for _ in range(ended):
        while (turn := next_turn(queue)) is not None:
            out.append(turn)
        if out:
            queue.done(out.pop(0)[0])
    while (turn := next_turn(queue)) is not None:
        out.append(turn)
    ends = [(max(1.0, jobs[item][1] - passed), member) for member, item in out]

    foretold = queue.foresee(ends)

    real: list[tuple[int, float]] = []
    now = 0.0
    heapq.heapify(ends)
    while len(queue):
        if (turn := next_turn(queue)) is None:
            now, member = heapq.heappop(ends)
            queue.done(member)
        else:
            real.append((turn[1], now))
            heapq.heappush(ends, (now + jobs[turn[1]][1], turn[0]))
    assert [(each.item, each.wait) for each in foretold] == real
    assert [each.position for each in foretold] == list(range(1, len(foretold) + 1))


@given(st.integers(1, 5), WEIGHED)
def test_to_foresee_changes_nothing(slots: int, jobs: list[tuple[Member, int]]) -> None:
    queue, untouched = weighed(slots, jobs), weighed(slots, jobs)

    assert queue.foresee() == queue.foresee()
    assert played(queue, jobs) == played(untouched, jobs)


@given(WEIGHED)
def test_what_two_who_wait_are_given_differs_by_a_picture_of_each_at_most(jobs: list[tuple[Member, int]]) -> None:
    """I15."""
    queue = weighed(1, jobs)
    given: Counter[Member] = Counter()
    longest = {member: max(cost for each, cost in jobs if each == member) for member, _ in jobs}
    while len(queue):
        waiting = lines(queue)
        for one in waiting:
            for other in waiting:
                assert given[one] - given[other] <= longest[one] + longest[other]
        turn = next_turn(queue)
        assert turn is not None
        given[turn[0]] += jobs[turn[1]][1]
        queue.done(turn[0])


@given(WEIGHED, st.sampled_from(EVERYBODY), st.integers(1, 60), st.integers(0, 20))
def test_who_joins_late_waits_for_one_picture_of_each_other_at_most_beyond_their_share(
    jobs: list[tuple[Member, int]], newcomer: Member, cost: int, served_before: int
) -> None:
    """I15: whatever was given to whom before."""
    jobs = [job for job in jobs if job[0] != newcomer]
    queue = weighed(1, [*jobs, (newcomer, cost)])
    (late,) = queue.withdraw(newcomer, lambda _: True)
    for _ in range(min(served_before, max(0, len(jobs) - 1))):
        if (turn := next_turn(queue)) is not None:
            queue.done(turn[0])
    queue.put(newcomer, late)

    before: Counter[Member] = Counter()
    while (turn := next_turn(queue)) is not None and turn[0] != newcomer:
        before[turn[0]] += 1
        queue.done(turn[0])
    assert all(count == 1 for count in before.values())


def test_one_long_picture_counts_as_many_short_ones() -> None:
    queue = weighed(1, [(A, 40), (B, 10), (A, 40), *[(B, 10)] * 6])

    assert [item for _, item in asyncio.run(served(queue))] == [0, 1, 3, 4, 5, 2, 6, 7, 8]


def test_nobody_saves_up_turns_by_staying_away() -> None:
    queue = weighed(1, [*[(A, 10)] * 5, *[(B, 10)] * 4])
    late = queue.withdraw(B, lambda _: True)
    for _ in range(3):
        next_turn(queue)
        queue.done(A)
    for item in late:
        queue.put(B, item)

    assert [item for _, item in asyncio.run(served(queue))] == [5, 3, 6, 4, 7, 8]


def test_nobody_gets_rid_of_what_they_were_given_by_coming_back() -> None:
    queue = weighed(1, [(A, 60), *[(B, 10)] * 3, (A, 60)])
    (late,) = queue.withdraw(A, lambda item: item == 4)
    assert next_turn(queue) == (A, 0)
    queue.done(A)
    assert next_turn(queue) == (B, 1)
    queue.put(A, late)
    queue.done(B)

    assert [item for _, item in asyncio.run(served(queue))] == [2, 3, 4]


def test_who_has_all_that_one_may_have_saves_up_no_turns_meanwhile() -> None:
    jobs = [*[(A, 10)] * 8, *[(B, 10)] * 8]
    queue = weighed(3, jobs)
    late = queue.withdraw(B, lambda _: True)
    assert [next_turn(queue), next_turn(queue)] == [(A, 0), (A, 1)]
    for item in late[:6]:  # A's two take longer than anybody thought
        queue.put(B, item)
        assert next_turn(queue) == (B, item)
        queue.done(B)
    for item in late[6:]:
        queue.put(B, item)
    queue.done(A)
    queue.done(A)

    assert [next_turn(queue) for _ in range(3)] == [(A, 2), (B, 14), (A, 3)]


def test_once_nobody_is_there_all_begins_anew() -> None:
    queue = weighed(1, [(A, 60), (A, 60), (B, 10)])
    late = queue.withdraw(B, lambda _: True)
    asyncio.run(served(queue))
    table: Any = queue

    assert (late, table._turns.given, table._turns.level) == ([2], {}, 0.0)


def test_what_is_withdrawn_waits_no_longer_and_leaves_the_others_as_they_were() -> None:
    queue = filled(2, [A, B, A, A])

    assert queue.withdraw(A, lambda item: item != 2) == [0, 3]
    assert queue.withdraw(A, lambda item: item != 2) == queue.withdraw(C, lambda _: True) == []
    assert lines(queue) == {A: [2], B: [1]}
    queue.check_room(A, 9)
    assert queue.withdraw(A, lambda _: True) == [2]
    assert lines(queue) == {B: [1]}


async def taken_at_once(queue: FairQueue[int]) -> Member | None:
    """Whose item is taken without waiting, if any can be."""
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    if taking.done():
        return taking.result()[0]
    taking.cancel()
    return None


@given(st.integers(1, 5), st.lists(st.one_of(st.sampled_from(EVERYBODY), st.none()), max_size=60))
def test_slots_and_a_members_share_of_them_are_never_passed(slots: int, steps: list[Member | None]) -> None:
    """A name joins and whoever can is taken; None gives the oldest slot back."""

    async def play() -> None:
        queue: FairQueue[int] = FairQueue(slots)
        waiting: Counter[Member] = Counter()
        out: list[Member] = []
        share = max(1, slots - 1)
        for item, step in enumerate(steps):
            if step is not None:
                queue.put(step, item)
                waiting[step] += 1
            elif out:
                queue.done(out.pop(0))
            while (member := await taken_at_once(queue)) is not None:
                out.append(member)
                waiting[member] -= 1
            mine = Counter(out)
            assert queue.running == len(out) <= slots
            assert len(queue) == waiting.total()
            assert all(count <= share for count in mine.values())
            if len(out) < slots:  # no slot idles while somebody may have it
                assert all(mine[member] == share for member, count in waiting.items() if count)

    asyncio.run(play())


async def test_one_member_leaves_a_slot_to_the_others() -> None:
    queue = filled(3, [A, A, A])

    assert [await queue.take(), await queue.take()] == [(A, 0), (A, 1)]
    queue.put(B, 3)
    assert await queue.take() == (B, 3)
    assert len(queue) == 1


async def test_a_single_slot_can_be_had_by_anybody() -> None:
    queue = filled(1, [A])

    assert await queue.take() == (A, 0)


async def test_who_takes_waits_until_something_is_put() -> None:
    queue: FairQueue[int] = FairQueue(2)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.put(A, 1)

    assert await taking == (A, 1)


async def test_who_takes_waits_until_a_slot_is_given_back() -> None:
    queue = filled(1, [A, B])
    member, _ = await queue.take()
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.done(member)

    assert await taking == (B, 1)
    assert queue.running == 1


async def test_two_who_take_at_once_get_different_items() -> None:
    queue: FairQueue[int] = FairQueue(2)
    both = asyncio.gather(queue.take(), queue.take())
    await asyncio.sleep(0)

    queue.put(A, 1)
    queue.put(B, 2)

    first, second = await both
    assert (first, second) == ((A, 1), (B, 2))


@pytest.mark.parametrize(("waiting", "more", "fits"), [(0, 4, True), (8, 2, True), (8, 3, False), (10, 1, False)])
def test_a_member_has_room_for_ten(waiting: int, more: int, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    queue = filled(2, [A] * waiting)

    if fits:
        queue.check_room(A, more)
    else:
        with pytest.raises(QueueFullError, match=f"already have {waiting} pictures waiting, and 10 is the most"):
            queue.check_room(A, more)


def test_everybody_together_has_room_for_a_hundred() -> None:
    queue = filled(2, [Member(HERE, 100 + number // 9) for number in range(99)])

    queue.check_room(A, 1)
    with pytest.raises(QueueFullError, match="The line is full"):
        queue.check_room(A, 2)


def test_room_that_is_kept_for_what_is_being_accepted_is_not_given_twice() -> None:
    queue = filled(2, [])

    with queue.room(A, 4):
        with queue.room(A, 4), pytest.raises(QueueFullError, match="already have 8 pictures waiting"):
            queue.check_room(A, 3)
        queue.check_room(A, 6)
    queue.check_room(A, 10)


def test_what_does_not_wait_has_no_position() -> None:
    queue = filled(2, [A])

    assert position(queue, 7) == -1


def test_what_has_a_free_slot_has_nobody_before_it() -> None:
    queue = filled(2, [B, A, B, C])

    assert [position(queue, item) for item in range(4)] == [0, 0, 2, 1]


async def test_clearing_forgets_what_waits_and_not_what_is_out() -> None:
    queue = filled(2, [A, B, C])
    member, _ = await queue.take()

    queue.clear()

    assert (len(queue), queue.running, queue.foresee()) == (0, 1, [])
    queue.done(member)
    assert queue.running == 0


def test_an_item_starts_now_only_while_slots_are_free_for_it_and_its_member() -> None:
    queue = filled(3, [A, A, A])

    assert [position(queue, item) for item in range(3)] == [0, 0, 1]


# Paused servers


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


PausedNowAndThen.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
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


class Bucket:
    """A gate: items of some kinds leave one by one, so many seconds apart."""

    def __init__(self, apart: dict[int, float], kinds: list[int], now: Callable[[], float]) -> None:
        self._apart = apart
        self._kinds = kinds
        self._now = now
        self.opens = dict.fromkeys(apart, float("-inf"))

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
