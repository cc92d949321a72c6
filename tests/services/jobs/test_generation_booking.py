"""What a picture that is there or a call that has ended costs, although something fails after it."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import PromptBlockedError
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.requests import pricing
from tests.services.fakes import USAGE, ScriptedProvider, finished, recall, until
from tests.services.jobs.bench import DAMAGED, FULL_DISK, Bench, a_bench

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.jobs import FinishedImage, PartialImage
    from tests.services.fakes import Act

pytestmark = pytest.mark.usefixtures("without_waiting")


async def test_a_picture_that_the_disk_does_not_take_is_booked_and_kept_in_memory_until_it_does(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(b"the fox"),)) as bench:
        house = bench.house
        house.blobs.trouble.extend([OSError(errno.ENOSPC, "the disk is full")] * 3)

        made = await bench.make()
        job = await bench.job()
        assert (made.outcome, job.actual_nano) == ("settled", pricing.cost(job.prices, USAGE))
        assert job.picture is not None
        assert made.job.picture == job.picture
        before = await house.generation.blobs.get(job.picture.image.digest)
        await house.stores.well()

        assert before == house.blobs.kept[job.picture.image.digest] == b"the fox"


Break = Callable[[Bench, pytest.MonkeyPatch], None]


def _no_put(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: bytes) -> str:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(bench.house.blobs, "put", fail)


def _fails(_: object, *__: object, **___: object) -> None:
    raise RuntimeError("a bug")


def _no(name: str) -> Break:
    def patch(_: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(f"bot.services.requests.pricing.{name}", _fails)

    return patch


def _no_base(_: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.jobs.files._base_of", _fails)


def _no_books(bench: Bench, _: pytest.MonkeyPatch) -> None:
    bench.house.ledger.trouble["settle"] = deque([OverflowError("Python int too large to convert to SQLite INTEGER")])


@pytest.mark.parametrize(
    ("accident", "is_at_hold"),
    [
        (_no_put, False),
        (_no_base, False),
        (_no("billed"), True),
        (_no("cost"), True),
        (_no("is_plausible"), True),
        (_no_books, True),
    ],
)
async def test_whatever_fails_once_a_picture_is_there_it_is_shown_and_charged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, accident: Break, *, is_at_hold: bool
) -> None:
    async with a_bench(tmp_path, (finished(b"the fox"),)) as bench:
        cost = pricing.cost(bench.order.jobs[0].prices, USAGE)
        accident(bench, monkeypatch)

        made = await bench.make()
        job = await bench.job()

        assert made.job.picture is not None
        assert await bench.house.generation.blobs.get(made.job.picture.image.digest) == b"the fox"
        assert (job.state, job.picture) == (ChargeState.SETTLED, made.job.picture)
        assert job.actual_nano == made.job.actual_nano == (job.hold_nano if is_at_hold else cost)
        assert len(bench.house.provider.asked) == 1


async def test_a_picture_of_which_not_even_an_estimate_is_known_is_charged_at_its_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_bench(tmp_path, (finished(b"the fox", None),)) as bench:
        monkeypatch.setattr("bot.services.requests.pricing.estimate", _fails)

        await bench.make()
        job = await bench.job()

        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)


@pytest.mark.parametrize("problem", [DAMAGED, sqlite3.IntegrityError("CHECK constraint failed"), OverflowError()])
@pytest.mark.parametrize("marked", [True, False])
async def test_a_picture_that_the_books_take_in_no_way_is_shown_and_its_hold_stays(
    tmp_path: Path, problem: Exception, *, marked: bool
) -> None:
    async with a_bench(tmp_path, (finished(b"the fox"),)) as bench:
        bench.house.ledger.trouble["settle"] = deque([problem] * 9)
        bench.house.ledger.trouble["mark_unknown"] = deque([] if marked else [problem] * 9)

        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == ("unknown", ChargeState.UNKNOWN if marked else ChargeState.DISPATCHED)
        assert made.job.picture is not None
        assert made.job.picture.number == 0
        assert made.job.failure is None
        assert bench.house.ledger.calls.count("settle") == 2
        assert await bench.held() == job.hold_nano
        assert bench.house.stores.trouble == ""
        assert await bench.house.generation.blobs.get(made.job.picture.image.digest) == b"the fox"


class Slamming(ScriptedProvider):
    """Ends a call badly, once the picture has come."""

    @override
    async def _play(self, act: Act) -> AsyncGenerator[PartialImage | FinishedImage]:
        try:
            yield finished(b"the fox")
        finally:
            for step in act:
                if isinstance(step, asyncio.Event):
                    await step.wait()
                if isinstance(step, Exception):
                    raise step


async def test_a_connection_that_ends_badly_after_the_picture_does_not_lose_it(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        generation = replace(bench.house.generation, provider=Slamming((RuntimeError("the stream is broken"),)))

        made = await generation.make(bench.order, bench.order.jobs[0], bench.frames.append, recall())

        assert (made.outcome, (await bench.job()).state) == ("settled", ChargeState.SETTLED)


async def test_who_is_stopped_while_the_connection_ends_has_its_picture_booked(tmp_path: Path) -> None:
    """I19."""
    async with a_bench(tmp_path) as bench:
        generation = replace(bench.house.generation, provider=Slamming((asyncio.Event(),)))
        made = asyncio.create_task(generation.make(bench.order, bench.order.jobs[0], bench.frames.append, recall()))
        await until(lambda: generation.provider.asked != [])  # type: ignore[attr-defined]  # it is our double
        await asyncio.sleep(0.01)

        made.cancel()
        with pytest.raises(asyncio.CancelledError):
            await made

        job = await bench.job()
        assert (job.state, job.picture is None) == (ChargeState.SETTLED, False)


async def test_an_accident_of_ours_after_dispatch_is_of_unknown_outcome(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (RuntimeError("a bug"),)) as bench:
        await bench.make()
        job = await bench.job()

        assert job.state is ChargeState.UNKNOWN
        assert job.failure is not None
        assert "something went wrong on my side" in job.failure


@pytest.mark.parametrize(
    ("step", "act", "state"),
    [
        ("settle", (finished(),), ChargeState.SETTLED),
        ("release", (PromptBlockedError("Blocked.", code="moderation_blocked"),), ChargeState.RELEASED),
        ("mark_unknown", (), ChargeState.UNKNOWN),
    ],
)
async def test_a_booking_that_fails_is_tried_again(tmp_path: Path, step: str, act: Act, state: ChargeState) -> None:
    async with a_bench(tmp_path, act) as bench:
        bench.house.ledger.trouble[step] = deque([FULL_DISK] * 3)

        await bench.make()

        assert (await bench.job()).state is state
        assert bench.house.ledger.calls.count(step) == 4
        assert len(bench.house.provider.asked) == 1


@pytest.mark.parametrize(
    ("step", "act", "state"),
    [
        ("settle", (finished(),), ChargeState.SETTLED),
        ("release", (PromptBlockedError("Blocked.", code="moderation_blocked"),), ChargeState.RELEASED),
        ("mark_unknown", (), ChargeState.UNKNOWN),
    ],
)
async def test_how_a_job_ended_is_known_although_it_cannot_be_booked_yet(
    tmp_path: Path, step: str, act: Act, state: ChargeState
) -> None:
    async with a_bench(tmp_path, act, patience=0.0) as bench:
        full = bench.house.ledger.trouble[step] = deque([FULL_DISK] * 100_000)

        made = await bench.make()

        assert (await bench.job()).state is ChargeState.DISPATCHED
        assert made.job.state is state
        assert made.job.actual_nano == (pricing.cost(made.job.prices, USAGE) if step == "settle" else None)
        full.clear()
        await bench.house.stores.well()
        assert replace(await bench.job(), picture=None) == replace(made.job, picture=None)


async def test_a_booking_that_does_not_fit_is_not_tried_again(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.house.ledger.trouble["settle"] = deque([ChargeConflictError("it is released")] * 2)

        made = await bench.make()

        assert made.job.picture is not None
        assert bench.house.ledger.calls.count("settle") == 1
