"""Turns go round: nobody waits longer than one round of the others, and no more is out than there are slots."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import QueueFullError
from bot.services.queue import FairQueue

MEMBERS = st.lists(st.sampled_from("abcde"), max_size=30)


def filled(slots: int, members: list[str]) -> FairQueue[int]:
    queue: FairQueue[int] = FairQueue(slots)
    for item, member in enumerate(members):
        queue.put(member, item)
    return queue


async def served(queue: FairQueue[int]) -> list[tuple[object, int]]:
    """Everything that waits, one after the other, each done before the next is taken."""
    order: list[tuple[object, int]] = []
    while len(queue):
        member, item = await queue.take()
        order.append((member, item))
        queue.done(member)
    return order


@given(MEMBERS)
def test_a_waiting_member_is_served_within_one_round_of_the_others(members: list[str]) -> None:
    order = [member for member, _ in asyncio.run(served(filled(1, members)))]

    left = Counter(members)
    for turn, member in enumerate(order):
        others = Counter(order[turn + 1 :])
        left[str(member)] -= 1
        if left[str(member)]:
            following = order.index(member, turn + 1)
            between = Counter(order[turn + 1 : following])
            assert all(count == 1 for count in between.values())
            assert set(between) == set(others) - {member}


@given(MEMBERS, st.sampled_from("abcde"))
def test_who_joins_waits_for_one_item_of_each_other_at_most(members: list[str], newcomer: str) -> None:
    queue = filled(1, [member for member in members if member != newcomer])
    queue.put(newcomer, 99)

    before = asyncio.run(served(queue))
    before = before[: before.index((newcomer, 99))]

    assert all(count == 1 for count in Counter(member for member, _ in before).values())


@given(MEMBERS)
def test_a_members_own_items_keep_their_order(members: list[str]) -> None:
    order = asyncio.run(served(filled(2, members)))

    assert sorted(item for _, item in order) == list(range(len(members)))
    for name in set(members):
        mine = [item for member, item in order if member == name]
        assert mine == sorted(mine)


@given(MEMBERS)
def test_the_position_is_the_real_order_of_service(members: list[str]) -> None:
    queue = filled(1, members)
    told = {item: queue.position(member, item) for item, member in enumerate(members)}

    order = asyncio.run(served(queue))

    assert told == {item: place for place, (_, item) in enumerate(order, start=1)}


async def taken_at_once(queue: FairQueue[int]) -> object | None:
    """Whose item is taken without waiting, if any can be."""
    taking = asyncio.ensure_future(queue.take())
    await asyncio.sleep(0)
    if taking.done():
        return taking.result()[0]
    taking.cancel()
    return None


@given(st.integers(1, 5), st.lists(st.one_of(st.sampled_from("abcde"), st.none()), max_size=60))
def test_slots_and_a_members_share_of_them_are_never_passed(slots: int, steps: list[str | None]) -> None:
    """A name joins and whoever can is taken; None gives the oldest slot back."""

    async def play() -> None:
        queue: FairQueue[int] = FairQueue(slots)
        waiting: Counter[object] = Counter()
        out: list[object] = []
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
    queue = filled(3, ["a", "a", "a"])

    assert [await queue.take(), await queue.take()] == [("a", 0), ("a", 1)]
    queue.put("b", 3)
    assert await queue.take() == ("b", 3)
    assert len(queue) == 1


async def test_a_single_slot_can_be_had_by_anybody() -> None:
    queue = filled(1, ["a"])

    assert await queue.take() == ("a", 0)


async def test_who_takes_waits_until_something_is_put() -> None:
    queue: FairQueue[int] = FairQueue(2)
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.put("a", 1)

    assert await taking == ("a", 1)


async def test_who_takes_waits_until_a_slot_is_given_back() -> None:
    queue = filled(1, ["a", "b"])
    member, _ = await queue.take()
    taking = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    assert not taking.done()

    queue.done(member)

    assert await taking == ("b", 1)
    assert queue.running == 1


async def test_two_who_take_at_once_get_different_items() -> None:
    queue: FairQueue[int] = FairQueue(2)
    both = asyncio.gather(queue.take(), queue.take())
    await asyncio.sleep(0)

    queue.put("a", 1)
    queue.put("b", 2)

    first, second = await both
    assert (first, second) == (("a", 1), ("b", 2))


@pytest.mark.parametrize(("waiting", "more", "fits"), [(0, 4, True), (8, 2, True), (8, 3, False), (10, 1, False)])
def test_a_member_has_room_for_ten(waiting: int, more: int, fits: bool) -> None:  # noqa: FBT001 - a column of the table
    queue = filled(2, ["a"] * waiting)

    if fits:
        queue.check_room("a", more)
    else:
        with pytest.raises(QueueFullError, match=f"already have {waiting} pictures waiting, and 10 is the most"):
            queue.check_room("a", more)


def test_everybody_together_has_room_for_a_hundred() -> None:
    queue = filled(2, [f"member {number // 9}" for number in range(99)])

    queue.check_room("newcomer", 1)
    with pytest.raises(QueueFullError, match="The line is full"):
        queue.check_room("newcomer", 2)


def test_what_does_not_wait_has_no_position() -> None:
    queue = filled(2, ["a"])

    assert queue.position("a", 7) == 0
    assert queue.position("stranger", 0) == 0


def test_the_heads_are_the_first_of_each_member_in_their_turn() -> None:
    assert filled(2, ["b", "a", "b", "c"]).heads() == [0, 1, 3]


async def test_clearing_forgets_what_waits_and_not_what_is_out() -> None:
    queue = filled(2, ["a", "b", "c"])
    member, _ = await queue.take()

    queue.clear()

    assert (len(queue), queue.running, queue.heads()) == (0, 1, [])
    queue.done(member)
    assert queue.running == 0


def test_an_item_starts_now_only_while_slots_are_free_for_it_and_its_member() -> None:
    queue: FairQueue[str] = FairQueue(3)
    for item in ("a", "b", "c"):
        queue.put("mia", item)

    assert [queue.starts_now("mia", item) for item in ("a", "b", "c")] == [True, True, False]
    assert not queue.starts_now("ben", "a")
