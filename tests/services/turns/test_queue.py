"""Turns go to who was given the least: nobody waits beyond their share, and no more is out than there are slots."""

from __future__ import annotations

import asyncio
import heapq
from collections import Counter
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueueFullError
from bot.services.turns import FairQueue
from bot.services.turns.queue import Member
from tests.services.turns.lines import (
    EVERYBODY,
    HERE,
    MEMBERS,
    WEIGHED,
    A,
    B,
    C,
    filled,
    lines,
    next_turn,
    played,
    position,
    served,
    taken_at_once,
    weighed,
)


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

    queue.ends = ends.copy
    foretold = queue.foresee()

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


def test_who_finds_the_line_full_is_told_when_there_is_room() -> None:
    jobs = [(Member(HERE, 100 + number // 10), 120) for number in range(100)]
    queue = weighed(2, jobs)
    queue.ends = lambda: [(300.0, jobs[0][0]), (300.0, jobs[10][0])]
    next_turn(queue)
    next_turn(queue)
    for item, (member, _) in enumerate(jobs[:20:10]):
        queue.put(member, item)

    for count, minutes in ((1, 5), (3, 7), (10, 13)):
        with pytest.raises(QueueFullError, match=rf"There is room in about {minutes} minutes, if all goes as"):
            queue.check_room(A, count)


def test_who_finds_the_line_full_of_what_is_only_promised_is_told_no_time() -> None:
    queue = filled(2, [])
    rooms = ExitStack()
    with rooms:
        for number in range(10):
            rooms.enter_context(queue.room(Member(HERE, 100 + number), 10))

        with pytest.raises(QueueFullError, match="Try again in a few minutes"):
            queue.check_room(A, 1)


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
