"""A step of the books is tried again, and goes to its end although the bot stops."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.services.jobs.pending_writes import persistently, to_the_end
from bot.services.ledger import ChargeConflictError


class Step:
    """Waits for `opened`, and ends as it is told."""

    def __init__(self, problem: Exception | None = None) -> None:
        self.opened = asyncio.Event()
        self.ended = False
        self.problem = problem

    async def take(self) -> str:
        await self.opened.wait()
        self.ended = True
        if self.problem is not None:
            raise self.problem
        return "booked"


@pytest.mark.usefixtures("without_waiting")
async def test_what_fails_is_tried_again_but_no_conflict() -> None:
    problems = [OSError(), OSError(), ChargeConflictError("it is released"), OSError()]

    async def book() -> None:
        raise problems.pop(0)

    with pytest.raises(ChargeConflictError):
        await persistently(book)
    assert len(problems) == 1


async def test_a_step_returns_what_it_returns_and_raises_what_it_raises() -> None:
    step, failing = Step(), Step(OSError("full"))
    step.opened.set()
    failing.opened.set()

    assert await to_the_end(step.take()) == "booked"
    with pytest.raises(OSError, match="full"):
        await to_the_end(failing.take())


@pytest.mark.parametrize("problem", [None, OSError("full")])
async def test_who_is_cancelled_during_a_step_is_so_after_it(problem: OSError | None) -> None:
    step = Step(problem)
    taking = asyncio.create_task(to_the_end(step.take()))
    await asyncio.sleep(0)
    with capture_logs() as log:
        taking.cancel()
        await asyncio.sleep(0)
        assert not taking.done()
        step.opened.set()

        with pytest.raises(asyncio.CancelledError):
            await taking
    assert step.ended
    assert [entry["event"] for entry in log] == (["failed while the bot was stopped"] if problem else [])


async def test_a_second_cancellation_leaves_the_step_to_itself() -> None:
    step = Step()
    taking = asyncio.create_task(to_the_end(step.take()))
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.sleep(0)
    taking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await taking
    step.opened.set()
    await asyncio.sleep(0.01)
    assert step.ended


async def test_a_step_that_is_cancelled_itself_ends_who_waits_for_it() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await to_the_end(cancelled())
