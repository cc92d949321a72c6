"""Calls that are asked again, held back, let go or called back."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

import pytest

from bot.errors import ImageFailure, ProviderBusyError
from bot.services.jobs.live_requests import RecalledError
from bot.services.jobs.outage import IN_A_ROW, HeldUpError
from bot.services.ledger import ChargeState
from tests.services.fakes import finished, recall, until
from tests.services.jobs.bench import FULL_DISK, a_bench, unreachable

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.ledger import Bounds

pytestmark = pytest.mark.usefixtures("without_waiting")


def busy(seconds: float | None = 0.0) -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=seconds, request_id="req_9")


def limited(seconds: float = 0.0) -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=seconds, limit="images", per_minute=6000)


@pytest.mark.parametrize("failure", [busy(), unreachable()], ids=["busy", "unreachable"])
async def test_what_certainly_did_not_start_waits_again_and_keeps_no_slot(
    tmp_path: Path, failure: ImageFailure
) -> None:
    async with a_bench(tmp_path, (failure,), (finished(),)) as bench:
        with pytest.raises(HeldUpError):
            await bench.make()
        waiting = await bench.job()
        made = await bench.make()

        assert waiting.state is ChargeState.RESERVED
        assert made.outcome == "settled"
        assert len(bench.house.provider.asked) == 2


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (busy(), "Busy."),
        (
            limited(),
            "The image API did not take this one, and I could not keep its place. Nothing was charged; ask again.",
        ),
    ],
    ids=["busy", "limited"],
)
async def test_what_cannot_be_put_back_because_of_the_books_is_free(
    tmp_path: Path, failure: ImageFailure, told: str
) -> None:
    async with a_bench(tmp_path, (failure,)) as bench:
        bench.house.ledger.trouble["retract"] = deque([FULL_DISK])
        made = await bench.house.generation.make(
            bench.order, bench.order.jobs[0], bench.frames.append, recall(paused=True)
        )

        assert made.outcome == "released"
        assert (await bench.job()).failure == told
        assert await bench.held() == 0


async def test_rate_limits_are_waited_for_in_the_slot_as_often_as_they_come(tmp_path: Path) -> None:
    async with a_bench(tmp_path, *[(limited(),)] * 6, (finished(),)) as bench:
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


async def test_a_job_whose_turn_does_not_come_in_its_time_is_free(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(0.1),), job_timeout=0.4) as bench:
        pace, model = bench.house.pace, bench.order.request.model
        making = asyncio.create_task(bench.make())
        await until(lambda: pace.wait(model, edits=False) > 0)
        pace.refused(limited(540.0), model, edits=False)  # somebody else's
        made = await making

        assert made.outcome == "released"
        assert "The image API takes no more pictures of ours for now" in str((await bench.job()).failure)
        assert len(bench.house.provider.asked) == 1


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


async def test_who_is_asked_to_wait_longer_than_a_job_may_take_is_told_at_once(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(31.0),), job_timeout=30.0) as bench:
        made = await bench.make()

        assert made.outcome == "released"
        assert (await bench.job()).failure == "Busy."
        assert len(bench.house.provider.asked) == 1


async def test_everybody_is_kept_back_while_the_provider_is_busy(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (busy(20.0),)) as bench:
        for _ in range(2):
            with pytest.raises(HeldUpError):
                await bench.make()

        assert bench.house.outage.keeps_back
        assert len(bench.house.provider.asked) == 1


async def test_no_further_try_begins_during_a_pause_and_the_job_waits_again(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(),)) as bench:
        job = bench.order.jobs[0]
        with pytest.raises(HeldUpError):
            await bench.house.generation.make(bench.order, job, bench.frames.append, recall(paused=True))

        assert (await bench.job()).state is ChargeState.RESERVED
        assert len(bench.house.provider.asked) == 1


async def test_no_further_try_begins_once_it_is_known_that_the_provider_is_busy(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(),)) as bench:
        for _ in range(IN_A_ROW):
            bench.house.outage.met(unreachable(), time.monotonic())
        bench.house.outage.let_out(bench)
        with pytest.raises(HeldUpError):
            await bench.make()

        assert bench.house.provider.asked == []


async def test_who_waits_between_two_calls_waits_for_the_next_start_when_the_bot_stops(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (limited(25.0),)) as bench:
        way = recall()
        generation, (job,) = bench.house.generation, bench.order.jobs
        making = asyncio.create_task(generation.make(bench.order, job, bench.frames.append, way))
        await until(
            lambda: (
                bench.house.pace.wait(bench.order.request.model, edits=False) > 0 and bench.house.provider.running == 0
            )
        )

        way.stop()
        with pytest.raises(RecalledError):
            await making

        assert (await bench.job()).state is ChargeState.RESERVED
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
        with pytest.raises(RecalledError):
            await bench.house.generation.make(bench.order, bench.order.jobs[0], bench.frames.append, way)

        assert ((await bench.job()).state, bench.house.provider.asked) == (ChargeState.RESERVED, [])


async def test_a_job_that_is_called_back_is_reserved_as_before(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.house.account.hold()
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
