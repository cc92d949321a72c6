"""What is taken is made and told in turn, also while books, files and connections give trouble."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.errors import NotAcceptingError, PromptBlockedError, ProviderBusyError, RequestRejectedError, StoreTroubleError
from bot.services.jobs import DeliveryError, PartialImage, Posted, job_runner
from bot.services.ledger import ChargeConflictError
from bot.services.requests import pricing
from bot.services.turns.durations import FIRST_GUESSES
from tests.services.fakes import BEN, MIA, NOON, USAGE, RecordingDelivery, a_house, a_request, finished, until
from tests.services.jobs.bench import DAMAGED, FULL_DISK, settled

if TYPE_CHECKING:
    from pathlib import Path

    from tests.services.fakes import Act

pytestmark = pytest.mark.usefixtures("without_waiting")


async def test_four_pictures_are_four_jobs_and_one_answer(tmp_path: Path) -> None:
    async with a_house(tmp_path, *[(finished(f"fox {number}".encode()),) for number in range(4)]) as house:
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=4), MIA, delivery)
        await settled(house, "r1")

        assert delivery.attempts == 1
        assert {content for _, content in delivery.results[0].files} == {b"fox 0", b"fox 1", b"fox 2", b"fox 3"}
        assert [picture.number for picture, _ in delivery.results[0].files] == [1, 2, 3, 4]
        assert len(house.provider.asked) == 4


async def test_nobody_waits_for_the_end_of_a_request_that_is_not_at_work(tmp_path: Path) -> None:
    async with a_house(tmp_path, (finished(),)) as house:
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await settled(house, "r1")

        async with asyncio.timeout(5):
            await house.studio.job_runner.ended("r1")
            await house.studio.job_runner.ended("never taken")


async def test_a_request_of_which_some_pictures_fail_shows_the_others(tmp_path: Path) -> None:
    refused = RequestRejectedError("Rejected.", code="invalid_value")
    async with a_house(tmp_path, (refused,), (finished(),)) as house:
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=2), MIA, delivery)
        await settled(house, "r1")

        assert len(delivery.results[0].files) == 1
        assert delivery.results[0].failures == ("Rejected.",)
        assert sorted(await house.states("r1")) == ["released", "settled"]


async def test_previews_stand_in_the_place_of_their_picture(tmp_path: Path) -> None:
    second_may = asyncio.Event()
    acts: list[Act] = [
        (PartialImage(0, b"left"), second_may, finished()),
        (second_may, PartialImage(0, b"right"), finished()),
    ]
    async with a_house(tmp_path, *acts) as house:
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=2), MIA, delivery)
        await until(lambda: bool(delivery.previews))
        second_may.set()
        await settled(house, "r1")

        assert [preview.frames for preview in delivery.previews] == [(b"left", None), (b"left", b"right")]


async def test_members_have_their_turns_one_after_the_other(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1, begun=False) as house:
        await house.studio.submit("r1", a_request(prompt="Mia's", count=4), MIA, RecordingDelivery())
        await house.studio.submit("r2", a_request(prompt="Ben's", count=2), BEN, RecordingDelivery())

        house.studio.start()
        await settled(house, "r1")

        prompts = [asked.request.prompt for asked in house.provider.asked]
        assert prompts == ["Mia's", "Ben's", "Mia's", "Ben's", "Mia's", "Mia's"]


async def test_no_more_is_made_at_once_than_there_are_slots(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, *[(go, finished())] * 6, slots=2) as house:
        for number, member in enumerate((MIA, BEN)):
            await house.studio.submit(f"r{number}", a_request(count=3), member, RecordingDelivery())
        await until(lambda: house.provider.running == 2)
        await asyncio.sleep(0.05)

        assert (house.provider.running, house.studio.running, house.studio.waiting) == (2, 2, 4)
        go.set()
        await settled(house, "r0")
        await settled(house, "r1")


async def test_those_who_wait_are_told_their_place_and_that_it_begins(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=1) as house:
        first, second = RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, first)
        await until(lambda: house.provider.running == 1)

        await house.studio.submit("r2", a_request(), BEN, second)
        ((position, wait),) = second.lines
        assert position == 1
        assert 0 < wait <= FIRST_GUESSES["low"]
        go.set()
        await settled(house, "r2")

        assert [position for position, _ in first.lines] == [0]
        assert [position for position, _ in second.lines] == [1, 0]


async def test_how_far_a_drawing_is_counts_from_when_it_was_sent_and_what_is_there(tmp_path: Path) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    async with a_house(tmp_path, (first, finished()), (second, finished()), slots=2) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(count=2), MIA, delivery)
        await until(lambda: len(delivery.generating_told) == 2)
        begins, sent = delivery.generating_told
        first.set()
        await until(lambda: len(house.provider.asked) == 2)
        there = delivery.generating_told[-1]
        second.set()
        await settled(house, "r1")

    assert (begins.total, begins.done, begins.sent_at) == (2, 0, ())
    assert (sent.done, len(sent.sent_at)) == (0, 1)
    assert (there.done, len(there.sent_at)) == (1, 1)
    assert delivery.left == 0


async def test_those_who_wait_are_told_that_the_picture_before_theirs_takes_longer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_runner, "REFRESH", 0.01)
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await until(lambda: house.provider.running == 1)
        waits = RecordingDelivery()
        await house.studio.submit("r2", a_request(), BEN, waits)
        await until(lambda: len(waits.lines) > 2)

    assert {position for position, _ in waits.lines} <= {1, 0, -1}


async def test_what_the_bot_stops_in_is_left_to_the_next_start(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        running, waiting = RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, running)
        await until(lambda: house.provider.running == 1)
        await house.studio.submit("r2", a_request(), MIA, waiting)
        await house.studio.drain(0)

    assert (running.left, waiting.left) == (1, 1)


async def test_those_who_wait_are_told_when_the_line_moves(tmp_path: Path) -> None:
    gates = [asyncio.Event(), asyncio.Event(), asyncio.Event()]
    async with a_house(tmp_path, *[(gate, finished()) for gate in gates], slots=1) as house:
        deliveries = [RecordingDelivery() for _ in gates]
        for number, delivery in enumerate(deliveries):
            requester = (MIA, BEN, MIA)[number]
            await house.studio.submit(f"r{number}", a_request(), requester, delivery)
            await until(lambda: house.provider.running == 1)
        gates[0].set()
        await until(lambda: len(house.provider.asked) == 2)
        await until(lambda: len(deliveries[2].lines) == 2)

        assert [position for position, _ in deliveries[2].lines] == [2, 1]
        for gate in gates:
            gate.set()
        await settled(house, "r2")


async def test_observers_are_told_of_every_job_and_cannot_do_harm(tmp_path: Path) -> None:
    def clumsy(_seconds: float, _outcome: str) -> None:
        raise RuntimeError("an observer's own trouble")

    outcomes: list[str] = []

    def count(_seconds: float, outcome: str) -> None:
        outcomes.append(outcome)

    async with a_house(tmp_path, (finished(),), (), (ProviderBusyError("Busy.", code="busy"),)) as house:
        house.studio.observers.extend([clumsy, count])
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=3), MIA, delivery)
        await settled(house, "r1")

        assert sorted(outcomes) == ["released", "settled", "unknown"]
        assert len(delivery.results) == 1


@pytest.mark.parametrize("told", [True, False])
async def test_a_picture_that_cannot_be_booked_is_shown_from_memory_and_made_good_later(
    tmp_path: Path,
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    async with a_house(tmp_path, patience=0.0) as house:
        full = house.ledger.trouble["settle"] = deque([FULL_DISK] * 100_000)
        delivery, refused = RecordingDelivery(), RecordingDelivery()
        if not told:
            delivery.problems.append(DeliveryError("HTTP 500", permanent=False))

        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: delivery.answered)
        with pytest.raises(StoreTroubleError):
            await house.studio.submit("r2", a_request(), BEN, refused)
        shown = delivery.results[0]
        full.clear()
        await until(lambda: delivery.renewed != [])

        assert await house.requests.get("r2") is None
        assert not shown.is_numbered
        assert (shown.cost_nano, shown.trouble) == (
            pricing.cost(shown.request.jobs[0].prices, USAGE),
            "My books cannot be written",
        )
        ((renewed, posted),) = delivery.renewed
        assert [picture.number for picture, _ in renewed.files] == [1]
        assert posted == Posted(2, (1001,))
        assert (await house.kept("r1")).delivered_at == NOON
        assert len(house.provider.asked) == 1
        await house.studio.submit("r3", a_request(), BEN, refused)
        await settled(house, "r3")


async def test_what_ends_in_a_shutdown_before_it_can_be_booked_is_told_at_the_next_start(tmp_path: Path) -> None:
    async with a_house(tmp_path, patience=0.0) as house:
        house.ledger.trouble["settle"] = deque([FULL_DISK] * 100_000)
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: delivery.answered)
        with capture_logs() as log:
            await house.studio.drain(0)
    async with a_house(tmp_path) as house:
        await house.recovery.settle()
        assert await house.recovery.resume(house.reopen) == 1
        await settled(house, "r1")

        assert [entry["subject"] for entry in log if entry["event"] == "never written"] == ["r1", "r1"]
        assert await house.states("r1") == ["unknown"]
        (error,) = house.reopened["r1"].errors
        assert "Unless its picture stands here already" in error.sentence
        assert house.provider.asked == []


async def test_what_was_posted_from_memory_gets_its_number_at_an_orderly_stop(tmp_path: Path) -> None:
    async with a_house(tmp_path, patience=0.0, pauses=(3600.0,)) as house:
        full = house.ledger.trouble["settle"] = deque([FULL_DISK] * 9)
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: delivery.answered)
        full.clear()  # and nobody has noticed yet

        await house.studio.drain(0)

        ((result, posted),) = delivery.renewed
        assert (result.is_numbered, posted) == (True, Posted(2, (1001,)))
        assert house.stores.trouble == ""


async def test_what_waits_while_the_books_cannot_be_written_keeps_its_place_and_is_made_afterwards(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path, slots=1) as house:
        full = house.ledger.trouble["dispatch"] = deque([FULL_DISK])
        first, second = RecordingDelivery(), RecordingDelivery()

        await house.studio.submit("r1", a_request(), MIA, first)
        await settled(house, "r1")
        await house.studio.submit("r2", a_request(), BEN, second)
        await settled(house, "r2")

        assert not full
        assert first.pauses == ["My books cannot be written"]
        assert (len(first.results), len(second.results)) == (1, 1)
        assert len(house.provider.asked) == 2


async def test_nothing_is_begun_while_the_files_cannot_be_kept(tmp_path: Path) -> None:
    drawing = asyncio.Event()
    async with a_house(tmp_path, (drawing, finished()), slots=1, patience=0.0) as house:
        first, second = RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, first)
        await until(lambda: len(house.provider.asked) == 1)
        await house.studio.submit("r2", a_request(), BEN, second)
        full = house.blobs.trouble
        full.extend([OSError(errno.EDQUOT, "over quota")] * 100_000)
        drawing.set()
        await until(lambda: first.answered)
        await until(lambda: second.pauses != [])

        with pytest.raises(StoreTroubleError, match="My disk is full"):
            await house.studio.check(a_request(), MIA)
        assert len(house.provider.asked) == 1
        assert first.results[0].is_numbered
        full.clear()
        await settled(house, "r2")
        assert len(house.blobs.kept) == 1  # the same fox


UNFIT = "Something in my books does not fit. Tell whoever runs me; the price stays held until all is clear."
BLOCKED = PromptBlockedError("Blocked.", code="moderation_blocked")


@pytest.mark.parametrize("problem", [ChargeConflictError("it is settled"), DAMAGED])
async def test_a_job_whose_charge_does_not_fit_does_not_stop_the_others(tmp_path: Path, problem: Exception) -> None:
    async with a_house(tmp_path, (BLOCKED,), slots=1) as house:
        house.ledger.trouble["release"] = deque([problem])
        first, second = RecordingDelivery(), RecordingDelivery()

        await house.studio.submit("r1", a_request(), MIA, first)
        await house.studio.submit("r2", a_request(), BEN, second)
        await settled(house, "r2")

        assert [error.sentence for error in first.errors] == [UNFIT]
        assert len(second.results) == 1
        assert house.stores.trouble == ""
        assert [request.id for request in await house.requests.undelivered()] == ["r1"]


async def test_what_does_not_fit_and_cannot_be_told_stops_nobody_either(tmp_path: Path) -> None:
    async with a_house(tmp_path, (BLOCKED,), slots=1) as house:
        house.ledger.trouble["release"] = deque([ChargeConflictError("it is settled")])
        first, second = RecordingDelivery(), RecordingDelivery()
        first.problems.append(DeliveryError("the channel is gone", permanent=True))

        await house.studio.submit("r1", a_request(), MIA, first)
        await house.studio.submit("r2", a_request(), BEN, second)
        await settled(house, "r2")

        assert (first.attempts, first.errors) == (1, [])
        assert len(second.results) == 1


async def test_the_other_pictures_of_a_request_are_shown_although_one_does_not_fit(tmp_path: Path) -> None:
    async with a_house(tmp_path, (BLOCKED,), slots=1) as house:
        house.ledger.trouble["release"] = deque([DAMAGED])
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=2), MIA, delivery)
        await until(lambda: delivery.answered)

        (result,) = delivery.results
        assert [picture.job_id for picture, _ in result.files] == ["r1:2"]
        assert result.failures == (UNFIT,)


async def test_a_reservation_in_damaged_books_is_refused_with_a_sentence_and_others_go_on(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.ledger.trouble["reserve"] = deque([DAMAGED])

        with pytest.raises(NotAcceptingError, match=r"^My books are damaged, so this was not begun\."):
            await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await house.studio.submit("r2", a_request(), BEN, RecordingDelivery())
        await settled(house, "r2")


async def test_a_preview_that_cannot_be_shown_ends_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_house(tmp_path, (PartialImage(0, b"sketch"), finished())) as house:
        delivery = RecordingDelivery()

        def fail(_: object) -> None:
            raise RuntimeError("a bug")

        monkeypatch.setattr(delivery, "preview", fail)
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await settled(house, "r1")

        assert len(delivery.results) == 1


async def test_what_was_made_before_is_not_made_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.ledger.release("r1:1", "no", "blocked", NOON)
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(), MIA, delivery)

        assert delivery.acknowledged == 0


async def test_what_the_rate_limit_of_its_model_keeps_back_keeps_no_other_model_back(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        busy = ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=60.0, limit="images", per_minute=1)
        house.pace.refused(busy, a_request().model, edits=False)
        first, second, other = RecordingDelivery(), RecordingDelivery(), replace(MIA, user_id=99)
        await house.studio.submit("r1", a_request(), MIA, first)
        await house.studio.submit("r2", a_request(), BEN, second)

        await house.studio.submit("r3", a_request(model="gpt-image-2"), other, RecordingDelivery())
        await settled(house, "r3")

        waits = [delivery.lines[-1][1] for delivery in (first, second)]
        assert waits == [pytest.approx(60, abs=10), pytest.approx(120, abs=10)]
