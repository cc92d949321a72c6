"""Calls leave no faster than the provider takes them."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from bot.errors import ProviderBusyError
from bot.services.jobs import Pace


async def test_nothing_is_held_back_without_a_reason() -> None:
    pace = Pace(None)

    await asyncio.wait_for(pace.turn(), 300)
    assert pace.held_for == 0


async def test_a_pause_holds_every_call_until_it_is_over() -> None:
    pace = Pace(None)
    pace.hold(0.05)
    turns = [asyncio.create_task(pace.turn()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(turn.done() for turn in turns)

    await asyncio.gather(*turns)

    assert pace.held_for == 0


async def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    pace = Pace(None)
    pace.hold(1000)

    pace.hold(1)

    assert pace.held_for == pytest.approx(1000, abs=300)


async def test_a_pause_that_is_prolonged_meanwhile_is_waited_out() -> None:
    pace = Pace(None)
    pace.hold(0.01)
    turn = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)

    pace.hold(1000)
    await asyncio.sleep(0.03)

    assert not turn.done()
    turn.cancel()


async def test_no_more_pictures_leave_in_a_minute_than_allowed() -> None:
    pace = Pace(2)
    turns = [asyncio.create_task(pace.turn()) for _ in range(3)]

    done, waiting = await asyncio.wait(turns, timeout=0.05)

    assert (len(done), len(waiting)) == (2, 1)
    waiting.pop().cancel()


async def test_a_pause_that_comes_while_a_call_waits_for_its_minute_is_respected() -> None:
    pace = Pace(1200)  # one leaves every 50 ms once a minute's worth is taken
    turn = asyncio.create_task(pace.turn())
    await asyncio.sleep(0)
    while turn.done():
        turn = asyncio.create_task(pace.turn())
        await asyncio.sleep(0)

    pace.hold(1000)
    await asyncio.sleep(0.2)

    assert not turn.done()
    turn.cancel()


def limited(wait: float, per_minute: float | None = None, limit: str = "images") -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=wait, limit=limit, per_minute=per_minute)


class Times:
    """When calls left, by the event loop's clock."""

    def __init__(self) -> None:
        self.left: list[float] = []

    async def go(self, pace: Pace, model: str = "m", *, edits: bool = False) -> None:
        await pace.turn(model, edits=edits)
        self.left.append(asyncio.get_running_loop().time())


async def test_after_a_refusal_calls_leave_one_by_one() -> None:
    pace, times = Pace(None), Times()
    pace.refused(limited(0.1, per_minute=5), "m", edits=False)

    await asyncio.gather(*(times.go(pace) for _ in range(4)))

    assert all(late - early >= 0.09 for early, late in pairwise(times.left))


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
    pace = Pace(None)

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
