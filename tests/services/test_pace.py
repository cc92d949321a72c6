"""Calls leave no faster than the provider takes them."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.pace import Pace


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
