"""Calls that are asked again, held back, let go or called back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.errors import ImageFailure, ProviderBusyError
from bot.services.jobs.generation import ATTEMPTS
from bot.services.jobs.recall import RecalledError
from bot.services.ledger import ChargeState
from tests.services.fakes import finished, recall, until
from tests.services.jobs.bench import a_bench, unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.ledger import Bounds

pytestmark = pytest.mark.usefixtures("without_waiting")


def busy(seconds: float | None = 0.0) -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=seconds, request_id="req_9")


@pytest.mark.parametrize("failure", [busy(), unreachable()], ids=["busy", "unreachable"])
async def test_what_certainly_did_not_start_is_asked_again(tmp_path: Path, failure: ImageFailure) -> None:
    async with a_bench(tmp_path, (failure,), (failure,), (finished(),)) as bench:
        made = await bench.make()

        assert made.outcome == "settled"
        assert len(bench.house.provider.asked) == 3


def limited(seconds: float = 0.0) -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=seconds, limit="images", per_minute=6000)


async def test_rate_limits_do_not_count_as_attempts(tmp_path: Path) -> None:
    async with a_bench(tmp_path, *[(limited(),)] * 4, (unreachable(),), (unreachable(),), (finished(),)) as bench:
        made = await bench.make()

        assert made.outcome == "settled"
        assert len(bench.house.provider.asked) == 7


async def test_a_rate_limit_beyond_the_jobs_time_says_when_to_come_again(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(540.0),), job_timeout=30.0) as bench:
        made = await bench.make()
        job = await bench.job()

        assert made.outcome == "released"
        assert job.failure == (
            "The image API takes no more pictures of ours for now. Try again in about 9 minutes. Nothing was charged."
        )


async def test_who_is_stopped_between_two_calls_was_certainly_not_charged(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(25.0),)) as bench:
        making = asyncio.create_task(bench.make())
        await until(lambda: bench.house.pace.wait(bench.order.request.model, edits=False) > 0)
        await asyncio.sleep(0.01)

        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making
        job = await bench.job()

        assert (job.state, await bench.held()) == (ChargeState.RELEASED, 0)
        assert job.failure == "I was stopped before the image API took this one. Nothing was charged; ask again."


async def test_three_calls_are_the_most(tmp_path: Path) -> None:
    async with a_bench(tmp_path, *[(busy(),)] * 10) as bench:
        made = await bench.make()
        job = await bench.job()

        assert made.outcome == "released"
        assert job.failure == "Busy."
        assert len(bench.house.provider.asked) == ATTEMPTS == 3


async def test_nothing_is_asked_again_after_the_deadline(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(31.0),), job_timeout=30.0) as bench:
        made = await bench.make()

        assert made.outcome == "released"
        assert len(bench.house.provider.asked) == 1


async def test_everybody_is_held_back_while_the_provider_is_busy(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(20.0),)) as bench:
        making = asyncio.create_task(bench.make())
        await until(lambda: bench.house.pace.held_for > 0)

        assert bench.house.pace.held_for == pytest.approx(20, abs=5)
        making.cancel()
        with suppress(asyncio.CancelledError):
            await making


async def test_a_pause_longer_than_the_deadline_holds_the_others_back_for_a_deadline(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(86_400.0),), job_timeout=30.0) as bench:
        await bench.make()

        assert bench.house.pace.held_for == pytest.approx(30, abs=5)


async def test_no_further_try_begins_during_a_pause_and_the_hold_is_freed(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(),)) as bench:
        job = bench.order.jobs[0]
        made = await bench.house.generation.make(bench.order, job, bench.frames.append, recall(paused=True))

        assert made.outcome == "released"
        assert (await bench.job()).failure == (
            "A lead has paused picture making before the image API took this one. Nothing was charged; "
            "ask again when it goes on."
        )
        assert len(bench.house.provider.asked) == 1
        assert await bench.held() == 0


async def test_who_waits_between_two_calls_is_let_go_when_the_bot_stops(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(20.0),)) as bench:
        way = recall()
        generation, (job,) = bench.house.generation, bench.order.jobs
        making = asyncio.create_task(generation.make(bench.order, job, bench.frames.append, way))
        await until(lambda: bench.house.pace.held_for > 0 and bench.house.provider.running == 0)

        way.stop()
        made = await making

        assert (made.outcome, (await bench.job()).state) == ("released", ChargeState.RELEASED)
        assert made.job.failure == "I was stopped before the image API took this one. Nothing was charged; ask again."
        assert len(bench.house.provider.asked) == 1


async def test_what_is_sent_already_is_not_let_go_when_the_bot_stops(tmp_path: Path) -> None:
    done = asyncio.Event()
    async with a_bench(tmp_path, (done, finished())) as bench:
        way = recall()
        making = asyncio.create_task(
            bench.house.generation.make(bench.order, bench.order.jobs[0], bench.frames.append, way)
        )
        await until(lambda: bench.house.provider.running == 1)

        way.stop()
        done.set()

        assert (await making).outcome == "settled"


async def test_no_call_begins_once_the_bot_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_bench(tmp_path) as bench:
        way, dispatch = recall(), bench.house.ledger.dispatch

        async def stop_then(job_id: str, at: int, bounds: Bounds | None = None) -> None:
            way.stop()
            await dispatch(job_id, at, bounds)

        monkeypatch.setattr(bench.house.ledger, "dispatch", stop_then)
        made = await bench.house.generation.make(bench.order, bench.order.jobs[0], bench.frames.append, way)

        assert (made.outcome, bench.house.provider.asked) == ("released", [])


async def test_a_job_that_is_called_back_is_reserved_as_before(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.house.pace.hold(3600)
        way = recall()
        making = asyncio.create_task(
            bench.house.generation.make(bench.order, bench.order.jobs[0], bench.frames.append, way)
        )
        await asyncio.sleep(0)
        assert way.call_back()

        with pytest.raises(RecalledError):
            await making
        assert (await bench.job()).state is ChargeState.RESERVED
        assert bench.house.provider.asked == []
        assert bench.house.ledger.calls == ["reserve"]


async def test_nobody_is_held_back_because_a_connection_failed(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (unreachable(),)) as bench:
        await bench.make()

        assert bench.house.pace.held_for == 0


async def test_a_job_that_the_pace_keeps_back_to_its_end_is_free_and_never_asked(tmp_path: Path) -> None:
    async with a_bench(tmp_path, job_timeout=0.05) as bench:
        bench.house.pace.hold(60)

        made = await bench.make()
        job = await bench.job()

        assert made.outcome == "released"
        assert job.failure == (
            "The image API takes no more pictures of ours for now. Try again in a minute. Nothing was charged."
        )
        assert bench.house.provider.asked == []


async def test_the_time_that_the_pace_took_is_not_taken_from_the_call(tmp_path: Path) -> None:
    drawn = asyncio.Event()
    async with a_bench(tmp_path, (drawn, finished()), job_timeout=1.0) as bench:
        bench.house.pace.hold(0.8)
        asyncio.get_running_loop().call_later(1.2, drawn.set)

        made = await bench.make()

        assert made.outcome == "settled"
