"""Calls leave no faster than the provider takes them."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import ProviderBusyError
from bot.services.turns import Pace, Standing


async def test_nothing_is_held_back_without_a_reason() -> None:
    pace = Pace(None)

    await asyncio.wait_for(pace.turn(), 300)
    assert pace.wait("m", edits=False) == 0


async def test_no_more_pictures_leave_in_a_minute_than_allowed() -> None:
    pace = Pace(2)
    turns = [asyncio.create_task(pace.turn()) for _ in range(3)]

    done, waiting = await asyncio.wait(turns, timeout=0.05)

    assert (len(done), len(waiting)) == (2, 1)
    waiting.pop().cancel()


def limited(wait: float, per_minute: float | None = None, limit: str = "images") -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=wait, limit=limit, per_minute=per_minute)


class Times:
    """When calls left, in seconds since its making, by the event loop's clock."""

    def __init__(self) -> None:
        self.left: list[float] = []
        self._began = asyncio.get_running_loop().time()

    async def go(self, pace: Pace, model: str = "m", *, edits: bool = False) -> None:
        await pace.turn(model, edits=edits)
        self.left.append(asyncio.get_running_loop().time() - self._began)


async def test_after_a_refusal_calls_leave_one_by_one() -> None:
    pace, times = Pace(None), Times()
    pace.refused(limited(0.1, per_minute=5), "m", edits=False)

    await asyncio.gather(*(times.go(pace) for _ in range(4)))

    assert all(at >= 0.1 * number - 0.01 for number, at in enumerate(times.left, 1))


async def test_refusals_that_come_together_are_one() -> None:
    pace = Pace(None)
    waits = [pace.refused(limited(12.0, per_minute=5), "m", edits=False) for _ in range(4)]

    assert waits == [pytest.approx(12, abs=5)] * 4
    assert pace.wait("m", edits=False) == pytest.approx(12, abs=5)


async def test_a_refusal_holds_back_its_own_kind_and_model_only() -> None:
    pace = Pace(None)
    pace.refused(limited(1000, limit="input-images"), "m", edits=True)

    await asyncio.wait_for(pace.turn("m"), 1)
    await asyncio.wait_for(pace.turn("other", edits=True), 1)

    assert pace.wait("m", edits=True) > 900
    assert pace.wait("m", edits=False) <= 0


async def test_a_refusal_for_pictures_made_holds_back_edits_too() -> None:
    pace = Pace(None)
    pace.refused(limited(1000), "m", edits=True)

    assert pace.wait("m", edits=True) > 900


async def test_hints_in_vain_are_doubled() -> None:
    pace = Pace(None, Clock())

    waits = [pace.refused(limited(0.0), "m", edits=False, tries=tries) for tries in range(1, 14)]

    assert waits[0] < 0.2
    assert waits[-1] == pytest.approx(60, abs=5)
    assert waits == sorted(waits)


async def test_a_unit_takes_no_longer_than_the_limit_says() -> None:
    pace = Pace(None)
    pace.refused(limited(0.3, per_minute=6000), "m", edits=False)
    await pace.turn("m")

    assert pace.wait("m", edits=False) < 0.2


async def test_after_a_rest_as_many_leave_at_once_as_the_limit_holds() -> None:
    pace, times = Pace(None), Times()
    pace.refused(limited(0.05, per_minute=5), "m", edits=False)
    await asyncio.sleep(0.6)  # much more than five units

    await asyncio.wait_for(asyncio.gather(*(times.go(pace) for _ in range(4))), 5)

    assert pace.wait("m", edits=False) <= 0


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def leaving(pace: Pace, clock: Clock, calls: int, *, edits: bool = False) -> list[float]:
    """When so many calls that all wait leave, in seconds from now."""
    began, left = clock.now, list[float]()
    for _ in range(calls):
        clock.now = max(clock.now, pace.opens_at("m", edits=edits))
        pace.take("m", clock.now, edits=edits)
        left.append(clock.now - began)
    return left


def test_a_good_answer_tells_how_many_may_leave_and_how_fast() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    pace.told("m", [Standing("images", 5, 3, 24.0), Standing("input-images", 1, 0, 60.0)])

    assert leaving(pace, clock, 5) == pytest.approx([0, 0, 0, 12, 24])
    assert leaving(pace, clock, 2, edits=True) == pytest.approx([60 - 24, 60 - 24 + 60])


def test_a_limit_comes_back_as_fast_as_it_is_seen_to_and_never_slower_than_it_says() -> None:
    clock = Clock()
    fast, slow, unknown = Pace(clock=clock), Pace(clock=clock), Pace(clock=clock)
    fast.told("m", [Standing("images", 5, 0, 3.0)])
    slow.told("m", [Standing("images", 5, 0, 600.0)])
    unknown.told("m", [Standing("images", 5, 0, 0.0)])

    assert leaving(fast, clock, 3) == pytest.approx([0.6, 1.2, 1.8])
    fast.told("m", [Standing("images", 5, 5, 0.0)])
    assert leaving(fast, clock, 1) == pytest.approx([0.6])
    first, second = leaving(slow, clock, 2)
    assert second - first == pytest.approx(12)
    assert leaving(unknown, clock, 7)[-2:] == pytest.approx([12, 24])


def test_what_was_told_before_does_not_fill_a_bucket_that_is_used_here() -> None:
    clock = Clock()
    pace = Pace(clock=clock)
    for _ in range(5):
        pace.told("m", [Standing("images", 5, 4, 12.0)])
        pace.take("m", clock.now, edits=False)

    assert pace.wait("m", edits=False) == pytest.approx(24)  # six are used, and five come back within a minute


def test_a_limit_that_was_set_is_kept_and_a_call_that_did_not_leave_is_given_back() -> None:
    clock = Clock()
    pace = Pace(2, clock=clock)

    assert leaving(pace, clock, 3) == pytest.approx([0, 0, 30])
    pace.give_back("other model", edits=True)
    assert leaving(pace, clock, 2) == pytest.approx([0, 30])


def test_to_foretell_changes_nothing() -> None:
    clock = Clock()
    pace = Pace(1, clock=clock)
    pace.told("m", [Standing("images", 5, 1, 48.0)])
    before = [pace.opens_at("m", edits=edits) for edits in (False, True)]

    pace.twin().take("m", clock.now, edits=True)

    assert [pace.opens_at("m", edits=edits) for edits in (False, True)] == before


async def test_who_was_refused_goes_before_all_that_were_not_asked() -> None:
    pace = Pace()
    pace.refused(limited(1000, per_minute=1), "m", edits=False)
    before = pace.opens_at("m", edits=False)
    again = [asyncio.create_task(pace.turn("m")) for _ in range(2)]
    await asyncio.sleep(0)

    assert pace.opens_at("m", edits=False) == pytest.approx(before + 2 * 60)
    for each in again:
        each.cancel()
    await asyncio.wait(again)
    assert pace.opens_at("m", edits=False) == pytest.approx(before)
