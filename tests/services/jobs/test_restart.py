"""What waits, runs or has ended at a stop or a crash is made once and answered by the next start."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError, ProviderBusyError
from bot.services.jobs import DeliveryError, recovery, studio
from bot.services.jobs.outcomes import UNKNOWN_DEADLINE
from bot.services.ledger import ChargeState
from tests.services.fakes import (
    BEN,
    MIA,
    NOON,
    RecordingDelivery,
    a_house,
    a_request,
    eventually,
    finished,
    recall,
    until,
)
from tests.services.jobs.bench import DAMAGED, FULL_DISK, settled

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.jobs import Delivery
    from bot.services.ledger import Order

pytestmark = pytest.mark.usefixtures("without_waiting")


LOCKED = DatabaseError("locked", "Another program keeps my books locked")


async def test_a_call_that_a_crash_cut_is_unknown_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.ledger.dispatch("r1:1", NOON)

        await house.recovery.settle()
        assert await house.states("r1") == ["unknown"]
        assert await house.recovery.resume(house.reopen) == 1
        await settled(house, "r1")

        assert house.provider.asked == []
        (error,) = house.reopened["r1"].errors
        assert error.sentence.startswith("I was restarted while this was made.")


async def test_a_request_that_waited_out_a_short_absence_is_made(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_request(count=2))
        house.clock.now = NOON + recovery.STALE

        await house.recovery.settle()
        assert house.studio.waiting == 0
        assert await house.recovery.resume(house.reopen) == 1
        await settled(house, "r1")

        assert await house.states("r1") == ["settled", "settled"]
        assert len(house.reopened["r1"].results[0].files) == 2
        assert house.reopened["r1"].acknowledged == 0


async def test_a_request_that_waited_out_a_long_absence_is_given_back_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        house.clock.now = NOON + recovery.STALE + 1

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == ["released"]
        assert house.provider.asked == []
        assert "away for too long" in house.reopened["r1"].errors[0].sentence


async def test_what_stood_in_a_backup_that_was_restored_is_given_back_once(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.gone_back.note(99)  # a picture's number that these books do not know
        await house.reserved("r1")

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == ["released"]
        assert house.provider.asked == []
        assert not await house.gone_back.is_new()


async def test_what_had_ended_without_an_answer_is_answered(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.ledger.release("r1:1", "Blocked.", "moderation_blocked", NOON)

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert [error.sentence for error in house.reopened["r1"].errors] == ["Blocked."]


async def test_of_a_request_that_was_half_made_the_rest_is_made_and_all_is_shown(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        order = await house.reserved("r1", a_request(count=2))
        await house.generation.make(order, order.jobs[0], lambda _: None, recall())
        house.studio.start()

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert len(house.provider.asked) == 2
        assert len(house.reopened["r1"].results[0].files) == 2


async def test_what_members_began_before_the_resumption_is_not_touched_by_it(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("old")
        await house.recovery.settle()
        delivery = RecordingDelivery()
        await house.studio.submit("new", a_request(), BEN, delivery)

        assert await house.recovery.resume(house.reopen) == 1
        house.studio.start()
        await settled(house, "new")
        await settled(house, "old")

        assert set(house.reopened) == {"old"}
        assert len(delivery.results) == 1
        assert len(house.provider.asked) == 2


async def test_an_old_interaction_that_comes_again_before_the_resumption_is_made_once(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.recovery.settle()
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        await house.recovery.resume(house.reopen)

        assert (house.studio.waiting, house.reopened) == (1, {})


@pytest.mark.parametrize("place", ["get", "with_progress_left"])
async def test_what_the_books_cannot_be_read_for_is_resumed_when_they_can(tmp_path: Path, place: str) -> None:
    async with a_house(tmp_path, begun=False) as house:
        for number in range(3):
            await house.reserved(f"r{number}")
    async with a_house(tmp_path) as house:
        await house.recovery.settle()
        house.requests.trouble[place] = deque([LOCKED] * 3)

        assert await house.recovery.resume(house.reopen) == 3
        await until(lambda: not house.requests.trouble[place])
        for number in range(3):
            await settled(house, f"r{number}")

        assert len(house.provider.asked) == 3


async def test_a_stop_ends_the_wait_for_books_that_cannot_be_read(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
    async with a_house(tmp_path) as house:
        await house.recovery.settle()
        house.requests.trouble["get"] = deque([LOCKED] * 1_000_000)
        await house.recovery.resume(house.reopen)

        async with asyncio.timeout(100):
            await house.studio.drain(0)

        house.requests.trouble.clear()
        assert await house.states("r1") == ["reserved"]


async def test_progress_in_damaged_rows_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.requests.trouble["with_progress_left"] = deque([DAMAGED])

        assert await house.recovery.resume(house.reopen) == 0

        assert (house.stores.trouble, len(house.requests.trouble["with_progress_left"])) == ("", 0)


async def test_a_second_resumption_finds_nothing(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.recovery.settle()

        assert await house.recovery.resume(house.reopen) == 1
        assert await house.recovery.resume(house.reopen) == 0
        assert house.studio.waiting == 1


async def test_a_request_that_is_gone_by_the_resumption_is_passed_over(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.recovery.settle()
        house.requests.gone.add("r1")

        assert await house.recovery.resume(house.reopen) == 1
        assert house.reopened == {}


async def test_what_runs_may_finish_within_the_grace_of_a_shutdown(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished())) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: house.provider.running == 1)

        draining = asyncio.create_task(house.studio.drain(10))
        await asyncio.sleep(0)
        go.set()
        await draining

        assert await house.states("r1") == ["settled"]
        assert len(delivery.results) == 1


async def test_at_a_stop_only_what_is_sent_is_waited_for(tmp_path: Path) -> None:
    done = asyncio.Event()
    limited = ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=20.0, limit="images", per_minute=1)
    async with a_house(tmp_path, (done, finished()), (limited,), slots=3) as house:
        sent, between, waits = RecordingDelivery(), RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, sent)
        await until(lambda: house.provider.running == 1)
        await house.studio.submit("r2", a_request(), BEN, between)
        await until(lambda: house.pace.wait(a_request().model, edits=False) > 0 and house.provider.running == 1)
        house.account.hold()
        await house.studio.submit("r3", a_request(model="gpt-image-2"), replace(BEN, user_id=5), waits)
        await until(lambda: (0, 0.0) in waits.lines)

        draining = asyncio.create_task(house.studio.drain(60))
        await until(lambda: bool(between.pauses))
        done.set()
        await draining

        assert len(sent.results) == 1
        assert (await house.states("r2"), await house.states("r3")) == (["reserved"], ["reserved"])
        assert between.pauses == waits.pauses == ["I am about to restart"]
        assert not between.answered
        assert not waits.answered
        assert len(house.provider.asked) == 2


async def test_what_does_not_finish_in_time_is_unknown_and_told_at_the_next_start(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(),)) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: house.provider.running == 1)

        await house.studio.drain(0.01)

        assert await house.states("r1") == ["unknown"]
        assert not delivery.answered
    async with a_house(tmp_path) as house:
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert "I was shut down while it was made" in house.reopened["r1"].errors[0].sentence


async def test_what_waits_at_a_shutdown_is_kept_and_made_by_the_next_start(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=1) as house:
        await house.studio.submit("running", a_request(), MIA, RecordingDelivery())
        waiting = RecordingDelivery()
        await until(lambda: house.provider.running == 1)
        await house.studio.submit("waiting", a_request(prompt="Ben's"), BEN, waiting)

        draining = asyncio.create_task(house.studio.drain(10))
        await asyncio.sleep(0)
        go.set()
        await draining

        assert (await house.states("running"), await house.states("waiting")) == (["settled"], ["reserved"])
        assert (len(house.provider.asked), house.studio.waiting, waiting.answered) == (1, 0, False)
    async with a_house(tmp_path) as house:
        await house.recovery.settle()
        assert await house.recovery.resume(house.reopen) == 1
        await settled(house, "waiting")

        assert [asked.request.prompt for asked in house.provider.asked] == ["Ben's"]
        assert len(house.reopened["waiting"].results) == 1


async def test_an_answer_that_a_shutdown_cut_is_given_at_the_next_start(tmp_path: Path) -> None:
    async with a_house(tmp_path, (finished(b"the fox"),)) as house:
        delivery = RecordingDelivery()
        delivery.problems.extend([DeliveryError("HTTP 500", permanent=False)] * 10)
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await until(lambda: delivery.attempts >= 1)
        kept = house.blobs.kept
    async with a_house(tmp_path) as house:
        house.blobs.kept = kept
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert [content for _, content in house.reopened["r1"].results[0].files] == [b"the fox"]
        assert house.provider.asked == []


async def test_a_start_charges_what_is_overdue(tmp_path: Path) -> None:
    async with a_house(tmp_path, (), begun=False) as house:
        order = await house.reserved("r1")
        await house.generation.make(order, order.jobs[0], lambda _: None, recall())
        house.clock.now = NOON + UNKNOWN_DEADLINE

        await house.recovery.settle()

        (job,) = (await house.kept("r1")).jobs
        assert (job.state, job.actual_nano) == (ChargeState.SETTLED, job.hold_nano)


async def test_the_books_are_looked_after_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studio, "HOUSEKEEPING", 0.005)
    async with a_house(tmp_path, (), begun=False) as house:
        order = await house.reserved("r1")
        await house.generation.make(order, order.jobs[0], lambda _: None, recall())
        house.ledger.trouble["charge_overdue"] = deque([FULL_DISK])
        house.studio.start()
        await until(lambda: house.ledger.calls.count("charge_overdue") >= 3)
        assert await house.states("r1") == ["unknown"]

        house.clock.now = NOON + UNKNOWN_DEADLINE

        async def charged() -> bool:
            return await house.states("r1") == ["settled"]

        await eventually(charged)


async def test_a_request_that_cannot_be_resumed_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.reserved("r2")
        await house.recovery.settle()

        def reopen(request: Order) -> Delivery:
            if request.id == "r1":
                raise LookupError("its model left the catalog")
            return house.reopen(request)

        assert await house.recovery.resume(reopen) == 2
        await settled(house, "r2")

        assert await house.states("r1") == ["reserved"]
        assert await house.states("r2") == ["settled"]
