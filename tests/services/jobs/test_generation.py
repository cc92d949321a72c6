"""A job ends in the books as it ended at the provider, whatever happens on the way."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
from collections import deque
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import (
    DatabaseError,
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.services.calendar import Window
from bot.services.jobs import ByteBudget, FinishedImage, PartialImage
from bot.services.jobs.generation import ATTEMPTS, safety_identifier
from bot.services.jobs.outcomes import UNKNOWN_DEADLINE, JobOutcome
from bot.services.jobs.recall import HeldUpError, RecalledError
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.policy import Limit, Metric, Scope
from bot.services.requests import AuthorTokens, ImageRequest, StoredImage, Usage, pricing
from tests.services.fakes import (
    CATALOG,
    NOON,
    UNREADABLE,
    USAGE,
    House,
    ScriptedProvider,
    a_house,
    a_request,
    finished,
    recall,
    until,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.ledger import Bounds, Job, Order
    from tests.services.fakes import Act

pytestmark = pytest.mark.usefixtures("without_waiting")

SPENT = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 10**15, "this bot's monthly budget")
EDITED = replace(USAGE, image_input=2000)
FULL_DISK = DatabaseError("the disk is full")


def busy(seconds: float | None = 0.0) -> ProviderBusyError:
    return ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=seconds, request_id="req_9")


def unreachable() -> ProviderUnreachableError:
    return ProviderUnreachableError("Not reached.", code="unreachable", retry_after=0.0)


class Bench:
    """One reserved job, ready to be made."""

    def __init__(self, house: House, order: Order) -> None:
        self.house = house
        self.order = order
        self.frames: list[bytes] = []

    async def make(self) -> JobOutcome:
        return await self.house.generation.make(self.order, self.order.jobs[0], self.frames.append, recall())

    async def job(self) -> Job:
        return (await self.house.kept("r1")).jobs[0]

    async def held(self) -> int:
        """Nano-dollars settled and held."""
        return await self.house.used(SPENT)


@asynccontextmanager
async def a_bench(
    folder: Path,
    *acts: Act,
    job_timeout: float = 30.0,
    references: tuple[StoredImage, ...] = (),
    request: ImageRequest | None = None,
    patience: float = 60.0,
) -> AsyncGenerator[Bench]:
    async with a_house(folder, *acts, job_timeout=job_timeout, begun=False, patience=patience) as house:
        yield Bench(house, await house.reserved("r1", request or a_request(references=references)))


async def test_a_success_costs_its_tokens_times_the_jobs_prices(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (PartialImage(0, b"sketch"), finished(b"the fox"))) as bench:
        made = await bench.make()
        job = await bench.job()

        assert made.outcome == "settled"
        assert job.state is ChargeState.SETTLED
        assert job.actual_nano == pricing.cost(job.prices, USAGE) == await bench.held()
        assert job.picture is not None
        assert bench.house.blobs.kept[job.picture.image.digest] == b"the fox"
        assert (job.picture.image.width, job.picture.image.byte_size) == (1024, len(b"the fox"))
        assert bench.frames == [b"sketch"]


async def test_a_cost_above_the_hold_is_booked_in_full(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(usage=Usage(0, 0, 10_000)),)) as bench:
        await bench.make()
        job = await bench.job()

        assert job.actual_nano is not None
        assert job.actual_nano > job.hold_nano
        assert await bench.held() == job.actual_nano


@pytest.mark.parametrize("tokens", [0, 1, 50, 10**7, 2**62, 10**40])
async def test_a_report_of_tokens_that_cannot_be_is_charged_at_the_hold(tmp_path: Path, tokens: int) -> None:
    async with a_bench(tmp_path, (finished(usage=Usage(0, 0, tokens)),)) as bench:
        await bench.make()
        job = await bench.job()

        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)
        assert job.picture is not None


@pytest.mark.parametrize("reported", [True, False])
async def test_the_text_of_a_drawing_is_paid_at_its_authors_prices(tmp_path: Path, *, reported: bool) -> None:
    drawn = replace(finished(), author=AuthorTokens(1000, 2000) if reported else None)
    request = a_request(model="gpt-image-2.6-flare", output_format="svg", svg_author="gpt-6-luna")
    async with a_bench(tmp_path, (drawn,), request=request) as bench:
        await bench.make()

        job = await bench.job()
        of_picture = 12 * 5_000 + 400 * 30_000
        assert job.actual_nano == (of_picture + 1000 * 100 + 2000 * 500 if reported else job.hold_nano)


async def test_a_picture_without_usage_is_charged_at_its_hold(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(usage=None),)) as bench:
        await bench.make()
        job = await bench.job()

        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)
        assert await bench.house.database.read(
            lambda connection: connection.execute("SELECT is_estimated FROM jobs").fetchall()
        ) == [(1,)]


async def test_the_provider_is_asked_for_what_was_ordered_in_the_members_hashed_name(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.make()

        (asked,) = bench.house.provider.asked
        assert (asked.request, asked.inputs) == (bench.order.request, ())
        assert asked.safety_identifier == safety_identifier(b"key", bench.order.requester.user_id)
        assert len(asked.safety_identifier) == 64
        assert asked.safety_identifier != safety_identifier(b"another key", bench.order.requester.user_id)


async def test_input_pictures_are_sent_in_order_under_names_of_ours(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        kinds = ("image/png", "image/jpeg", "image/webp")
        stored = [StoredImage(await house.blobs.put(kind.encode()), kind, 640, 480, len(kind)) for kind in kinds]
        order = await house.reserved("r1", a_request(references=tuple(stored)))

        await house.generation.make(order, order.jobs[0], lambda _: None, recall())

        sent = [(picture.name, picture.media_type, picture.content) for picture in house.provider.asked[0].inputs]
        assert sent == [
            ("image-1.png", "image/png", b"image/png"),
            ("image-2.jpg", "image/jpeg", b"image/jpeg"),
            ("image-3.webp", "image/webp", b"image/webp"),
        ]


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        (PromptBlockedError("Blocked.", code="moderation_blocked"), ChargeState.RELEASED),
        (RequestRejectedError("Rejected.", code="invalid_value"), ChargeState.RELEASED),
        (ProviderAccountError("No money.", code="insufficient_quota"), ChargeState.RELEASED),
        (ProviderBusyError("Busy.", code="rate_limit_exceeded"), ChargeState.RELEASED),
        (ProviderUnreachableError("Not reached.", code="unreachable"), ChargeState.RELEASED),
        (OutcomeUnknownError("Cut off.", code="incomplete"), ChargeState.UNKNOWN),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ImageFailure) else None,
)
async def test_a_failure_is_booked_as_it_is_charged_with_its_sentence(
    tmp_path: Path, failure: ImageFailure, state: ChargeState
) -> None:
    async with a_bench(tmp_path, (PartialImage(0, b"sketch"), failure)) as bench:
        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == (state.value, state)
        assert (job.failure, job.picture) == (failure.sentence, None)
        assert await bench.held() == (job.hold_nano if state is ChargeState.UNKNOWN else 0)
        assert len(bench.house.provider.asked) == 1


def test_the_table_of_failures_is_whole() -> None:
    assert {kind.__name__ for kind in ImageFailure.__subclasses__()} == {
        "PromptBlockedError",
        "RequestRejectedError",
        "ProviderAccountError",
        "ProviderBusyError",
        "ProviderUnreachableError",
        "OutcomeUnknownError",
    }


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


async def test_a_picture_that_takes_too_long_is_of_unknown_outcome(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (PartialImage(0, b"sketch"), asyncio.Event()), job_timeout=0.05) as bench:
        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == ("unknown", ChargeState.UNKNOWN)
        assert job.failure is not None
        assert job.failure.startswith("No picture came: it was not done after 0 seconds.")
        assert bench.house.provider.running == 0


async def test_a_stream_that_ends_without_a_picture_is_of_unknown_outcome(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (PartialImage(0, b"sketch"), PartialImage(1, b"better"))) as bench:
        await bench.make()
        job = await bench.job()

        assert (job.state, job.picture) == (ChargeState.UNKNOWN, None)
        assert job.failure == (
            "No picture came: the image API ended without a picture. "
            "Whether it is billed is not known yet, so its price stays held."
        )
        assert bench.house.blobs.kept == {}


async def test_a_file_that_is_no_picture_is_of_unknown_outcome(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(UNREADABLE),)) as bench:
        await bench.make()
        job = await bench.job()

        assert job.state is ChargeState.UNKNOWN
        assert job.failure is not None
        assert "sent a file that is no picture" in job.failure
        assert bench.house.blobs.kept == {}


@asynccontextmanager
async def a_masked_bench(folder: Path, *acts: Act, exact: bool = True) -> AsyncGenerator[Bench]:
    """A bench for a request that changes a part of a picture and has another for reference."""
    async with a_house(folder, *acts, begun=False) as house:
        sent = [b"original", b"another", b"mask"]
        first, second, mask = [
            StoredImage(await house.blobs.put(one), "image/png", 1024, 1024, len(one)) for one in sent
        ]
        request = a_request(references=(first, second), mask=mask, exact=exact)
        yield Bench(house, await house.reserved("r1", request))


async def test_a_mask_is_sent_after_the_pictures_and_a_drawing_too(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path) as bench:
        await bench.make()
        request = bench.order.request
        drawn = await bench.house.reserved("r2", replace(request, mask=None, markup=request.mask))
        await bench.house.generation.make(drawn, drawn.jobs[0], lambda _: None, recall())

        sent = [[(file.name, file.role, file.content) for file in each.inputs] for each in bench.house.provider.asked]
        pictures = [("image-1.png", "image", b"original"), ("image-2.png", "image", b"another")]
        assert sent == [
            [*pictures, ("mask.png", "mask", b"mask")],
            [*pictures, ("markup.png", "markup", b"mask")],
        ]
        assert len(bench.house.brush.touched) == 1


async def test_what_is_kept_is_the_composed_picture_and_it_is_known_as_such(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox", EDITED),)) as bench:
        made = await bench.make()
        job = await bench.job()

        composed = b"original|mask|the fox"
        assert made.outcome == "settled"
        assert job.picture is not None
        assert job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == composed
        assert job.picture.image.byte_size == len(composed)
        assert b"the fox" not in bench.house.blobs.kept.values()
        assert job.actual_nano == pricing.cost(job.prices, EDITED)


async def test_who_does_not_want_it_gets_the_providers_own_file(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox"),), exact=False) as bench:
        await bench.make()
        job = await bench.job()

        assert job.picture is not None
        assert not job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == b"the fox"


async def test_a_picture_that_cannot_be_composed_is_paid_for_and_kept_as_it_came(tmp_path: Path) -> None:
    async with a_masked_bench(tmp_path, (finished(b"the fox"),)) as bench:
        bench.house.brush.problem = RuntimeError("a bug")

        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == ("settled", ChargeState.SETTLED)
        assert job.picture is not None
        assert not job.picture.composed
        assert bench.house.blobs.kept[job.picture.image.digest] == b"the fox"


async def test_a_shutdown_waits_for_a_picture_that_came_to_be_composed_and_booked(tmp_path: Path) -> None:
    """I19."""
    async with a_masked_bench(tmp_path, (finished(b"the fox", EDITED),)) as bench:
        brush = bench.house.brush
        brush.held = asyncio.Event()
        making = asyncio.create_task(bench.make())
        await until(lambda: len(brush.touched) == 1)

        making.cancel()
        await asyncio.sleep(0)
        brush.held.set()
        with pytest.raises(asyncio.CancelledError):
            await making

        job = await bench.job()
        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, pricing.cost(job.prices, EDITED))
        assert job.picture is not None
        assert job.picture.composed
        assert await bench.held() == job.actual_nano


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


DAMAGED = DatabaseError("malformed", "My books are damaged", is_damage=True)


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


async def test_an_unknown_outcome_is_charged_at_the_hold_after_its_deadline(tmp_path: Path) -> None:
    async with a_bench(tmp_path, ()) as bench:
        await bench.make()

        assert await bench.house.ledger.charge_overdue(NOON + UNKNOWN_DEADLINE - 1) == ()
        assert await bench.house.ledger.charge_overdue(NOON + UNKNOWN_DEADLINE) == ("r1:1",)
        job = await bench.job()
        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)


async def test_the_providers_stream_is_closed_as_soon_as_the_picture_is_there(tmp_path: Path) -> None:
    async with a_bench(tmp_path, (finished(b"the fox"), finished(b"another"), asyncio.Event())) as bench:
        await bench.make()

        assert bench.house.provider.running == 0
        assert list(bench.house.blobs.kept.values()) == [b"the fox"]


async def test_a_call_that_is_cancelled_is_booked_as_unknown_although_cancelled(tmp_path: Path) -> None:
    """I19."""
    async with a_bench(tmp_path, (PartialImage(0, b"sketch"), asyncio.Event())) as bench:
        making = asyncio.create_task(bench.make())
        await until(lambda: bench.frames == [b"sketch"])

        making.cancel()
        with pytest.raises(asyncio.CancelledError):
            await making

        job = await bench.job()
        assert job.state is ChargeState.UNKNOWN
        assert job.failure is not None
        assert "the bot was shut down while it was made" in job.failure
        assert bench.house.provider.running == 0


async def test_the_provider_is_not_asked_when_the_dispatch_cannot_be_written(tmp_path: Path) -> None:
    """I13."""
    async with a_bench(tmp_path) as bench:
        bench.house.ledger.trouble["dispatch"] = deque([FULL_DISK])

        with pytest.raises(HeldUpError):
            await bench.make()

        assert (await bench.job()).state is ChargeState.RESERVED
        assert bench.house.provider.asked == []


async def test_a_job_whose_rows_are_damaged_is_not_begun_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        bench.house.ledger.trouble["dispatch"] = deque([DAMAGED])

        made = await bench.make()

        assert (made.outcome, bench.house.provider.asked) == ("released", [])
        assert made.job.failure == (
            "My books are damaged, so this was not begun. Nothing was charged. Please tell whoever runs me."
        )
        assert bench.house.stores.trouble == ""


async def test_the_provider_is_not_asked_after_an_accident_of_ours_before_the_dispatch(tmp_path: Path) -> None:
    """I13."""
    async with a_bench(tmp_path) as bench:
        bench.house.ledger.trouble["dispatch"] = deque([RuntimeError("a bug")])

        made = await bench.make()
        job = await bench.job()

        assert (made.outcome, job.state) == ("released", ChargeState.RELEASED)
        assert job.failure is not None
        assert "before anything was sent" in job.failure
        assert bench.house.provider.asked == []
        assert await bench.held() == 0


async def test_the_provider_is_not_asked_when_an_input_is_gone(tmp_path: Path) -> None:
    gone = StoredImage("0" * 64, "image/png", 64, 64, 10)
    async with a_bench(tmp_path, references=(gone,)) as bench:
        made = await bench.make()

        assert made.outcome == "released"
        assert bench.house.provider.asked == []
        assert "dispatch" not in bench.house.ledger.calls


async def test_the_files_of_all_jobs_at_work_have_room_together(tmp_path: Path) -> None:
    end = asyncio.Event()
    async with a_house(tmp_path, (end, finished()), begun=False) as house:
        house.generation = replace(house.generation, memory=ByteBudget(5))
        file = StoredImage(await house.blobs.put(b"a fox"), "image/png", 64, 64, 5)
        orders = [await house.reserved(name, a_request(references=(file,))) for name in ("r1", "r2")]
        words = await house.reserved("r3")
        first, second = [
            asyncio.create_task(house.generation.make(order, order.jobs[0], lambda _: None, recall()))
            for order in orders
        ]
        await until(lambda: house.provider.running == 1)

        assert (await house.generation.make(words, words.jobs[0], lambda _: None, recall())).outcome == "settled"
        assert await house.states("r2") == ["reserved"]
        end.set()

        assert [(await each).outcome for each in (first, second)] == ["settled", "settled"]


async def test_a_job_that_waits_for_room_can_be_called_back(tmp_path: Path) -> None:
    file = StoredImage("0" * 64, "image/png", 64, 64, 5)
    async with a_house(tmp_path, begun=False) as house:
        memory = ByteBudget(5)
        house.generation = replace(house.generation, memory=memory)
        order = await house.reserved("r1", a_request(references=(file,)))
        leaving = recall()
        async with memory.taken(5):
            waiting = asyncio.create_task(house.generation.make(order, order.jobs[0], lambda _: None, leaving))
            await asyncio.sleep(0)

            assert leaving.call_back()
            with pytest.raises(RecalledError):
                await waiting
        async with memory.taken(5):
            assert await house.states("r1") == ["reserved"]


async def test_a_job_that_is_at_work_already_is_neither_asked_nor_booked_again(tmp_path: Path) -> None:
    done = asyncio.Event()
    async with a_bench(tmp_path, (done, finished())) as bench:
        first = asyncio.create_task(bench.make())
        await until(lambda: bench.house.provider.running == 1)

        with pytest.raises(ChargeConflictError):
            await bench.make()
        assert (await bench.job()).state is ChargeState.DISPATCHED
        done.set()

        assert (await first).outcome == "settled"
        assert len(bench.house.provider.asked) == 1


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


async def test_a_job_of_which_a_restart_lost_track_is_of_unknown_outcome(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        await bench.house.ledger.dispatch("r1:1", NOON)

        await bench.house.generation.outcomes.lost_track(await bench.job())
        job = await bench.job()

        assert job.state is ChargeState.UNKNOWN
        assert job.failure is not None
        assert job.failure.startswith("I was restarted while this was made. Unless its picture stands here already")


async def test_the_estimate_is_what_is_held(tmp_path: Path) -> None:
    async with a_bench(tmp_path) as bench:
        job = await bench.job()

        model = CATALOG.model(bench.order.request.model)
        assert job.hold_nano == pricing.estimate(model, bench.order.request).nano == await bench.held()
