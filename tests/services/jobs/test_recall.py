"""A job on its way out can be called back until it has left."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.jobs.live_requests import Recall, RecalledError, StoppedError
from tests.services.fakes import recall


async def test_a_job_that_nobody_calls_back_leaves() -> None:
    way = recall()

    async with way.getting_ready():
        await asyncio.sleep(0)

    assert not way.call_back()


async def test_what_is_done_before_the_dispatch_is_given_up_when_the_job_is_called_back() -> None:
    way, begun = recall(), asyncio.Event()

    async def leave() -> None:
        async with way.getting_ready():
            begun.set()
            await asyncio.sleep(3600)

    leaving = asyncio.create_task(leave())
    await begun.wait()
    assert way.call_back()

    with pytest.raises(RecalledError):
        await leaving


async def test_a_job_that_is_called_back_before_it_begins_does_nothing() -> None:
    way = recall()
    assert way.call_back()

    with pytest.raises(RecalledError):
        async with way.getting_ready():
            pytest.fail("nothing is made ready")


async def test_a_job_that_is_called_back_in_its_last_moment_does_not_leave() -> None:
    way = recall()

    async def leave() -> None:
        async with way.getting_ready():
            assert way.call_back()
            assert way.call_back()

    with pytest.raises(RecalledError):
        await leave()


async def test_a_job_that_is_called_back_does_not_fail_as_well() -> None:
    way = recall()

    async def leave() -> None:
        async with way.getting_ready():
            assert way.call_back()
            raise LookupError("an input is gone")

    with pytest.raises(RecalledError):
        await leave()


async def test_a_time_out_of_what_is_made_ready_is_no_call_back() -> None:
    way = recall()

    with pytest.raises(TimeoutError, match="the disk hangs"):
        async with way.getting_ready():
            raise TimeoutError("the disk hangs")


async def test_a_shutdown_is_no_call_back() -> None:
    way, begun = recall(), asyncio.Event()

    async def leave() -> None:
        async with way.getting_ready():
            begun.set()
            await asyncio.sleep(3600)

    leaving = asyncio.create_task(leave())
    await begun.wait()
    leaving.cancel()

    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_job_is_withdrawn_as_long_as_no_call_is_out() -> None:
    way = recall()
    async with way.getting_ready():
        pass
    assert not way.withdrawn
    assert way.withdraw("before its first call")

    async def wait_between_calls() -> None:
        async with way.sending(lambda: False):
            assert way.withdraw("between two calls")
            await asyncio.sleep(3600)

    with pytest.raises(StoppedError):
        await wait_between_calls()

    assert (way.withdrawn, way.stopping) == ("between two calls", True)


async def test_a_call_that_is_out_goes_on_and_none_follows_once_it_is_abandoned() -> None:
    way = recall()
    async with way.getting_ready():
        pass
    async with way.sending(lambda: True):
        assert not way.withdraw("too late")
        assert (way.withdrawn, way.stopping) == ("", False)
        way.abandon("nobody wants it")
        assert (way.withdrawn, way.stopping) == ("nobody wants it", True)


async def test_what_has_come_is_not_withdrawn() -> None:
    way = recall()
    async with way.getting_ready():
        pass
    async with way.sending(lambda: False):
        pass

    assert not way.withdraw("too late")


async def test_to_abandon_before_anything_is_sent_is_to_withdraw() -> None:
    way = recall()
    way.abandon("nobody wants it")

    with pytest.raises(RecalledError):
        async with way.getting_ready():
            pytest.fail("nothing is made ready")


def test_whether_a_further_call_may_begin_is_asked_anew_each_time() -> None:
    answers = iter([False, True])
    way = Recall(lambda: next(answers))

    assert [way.paused(), way.paused()] == [False, True]


async def test_a_call_that_takes_too_long_by_itself_was_not_stopped() -> None:
    with pytest.raises(TimeoutError):
        async with recall().sending(lambda: True):
            raise TimeoutError
