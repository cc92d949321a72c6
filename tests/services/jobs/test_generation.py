"""One job generated: what is asked for, what it costs, and what is never asked."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import (
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.services.catalog import AuthorTokens, Usage
from bot.services.jobs import PartialImage
from bot.services.jobs.generation import safety_identifier
from bot.services.jobs.live_requests import RecalledError
from bot.services.jobs.outage import HeldUpError
from bot.services.jobs.outcomes import UNKNOWN_DEADLINE
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.requests import StoredImage, pricing
from bot.services.turns import FairShare
from tests.services.fakes import CATALOG, NOON, UNREADABLE, USAGE, a_house, a_request, finished, recall, until
from tests.services.jobs.bench import DAMAGED, FULL_DISK, a_bench

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("without_waiting")


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
        assert "I was shut down while it was made" in job.failure
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
        house.generation = replace(house.generation, memory=FairShare(5, for_small=0))
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
        memory = FairShare(5, for_small=0)
        house.generation = replace(house.generation, memory=memory)
        order = await house.reserved("r1", a_request(references=(file,)))
        leaving = recall()
        async with memory.taken(5, "somebody"):
            waiting = asyncio.create_task(house.generation.make(order, order.jobs[0], lambda _: None, leaving))
            await asyncio.sleep(0)

            assert leaving.call_back()
            with pytest.raises(RecalledError):
                await waiting
        async with memory.taken(5, "somebody"):
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
