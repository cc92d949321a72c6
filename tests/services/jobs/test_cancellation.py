"""Cancelling: free before anything is paid, asked about afterwards, and every picture ends once in the books."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError, NotYoursError, ProviderBusyError, RequestRefused
from bot.services.jobs import Canceller, Withdrawal
from bot.services.ledger import ChargeConflictError, Settlement
from bot.services.policy import Lead, Requester
from bot.services.requests import StoredImage
from bot.storage import SqliteAudit
from tests.services.fakes import (
    BEN,
    MIA,
    NOON,
    PAUSED,
    USAGE,
    House,
    RecordingDelivery,
    a_house,
    a_request,
    eventually,
    finished,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

MINE = Canceller(MIA.user_id, MIA.server_id, moderates=False)
MODERATOR = Canceller(77, MIA.server_id, moderates=True)
FREE = "Cancelled before the image API had it. Nothing was charged."


async def submitted(house: House, request_id: str, count: int = 1, requester: Requester = MIA) -> RecordingDelivery:
    delivery = RecordingDelivery()
    await house.studio.submit(request_id, a_request(count=count), requester, delivery)
    return delivery


async def answered(house: House, request_id: str) -> None:
    async def is_answered() -> bool:
        return (await house.kept(request_id)).delivered_at is not None

    await eventually(is_answered)


async def is_kept(house: House, request_id: str) -> bool:
    return await house.requests.get(request_id) is not None


def said(delivery: RecordingDelivery) -> list[str]:
    return [error.sentence for error in delivery.errors]


async def test_what_waits_is_cancelled_at_once_and_costs_nothing(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=1) as house:
        first = await submitted(house, "r1")
        await until(lambda: house.provider.running == 1)
        waiting, last = await submitted(house, "r2", 3), await submitted(house, "r3", requester=BEN)

        assert await house.cancellations.cancel("r2", MINE) == Withdrawal(free=3)
        await answered(house, "r2")
        assert await house.cancellations.cancel("r2", MINE) == Withdrawal()

        assert said(waiting) == [FREE]
        assert await house.states("r2") == ["released"] * 3
        go.set()
        await answered(house, "r1")
        await answered(house, "r3")
        assert first.results
        assert last.results
        assert len(house.provider.asked) == 2


async def test_room_in_line_is_free_again(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        await submitted(house, "r0")
        await until(lambda: house.provider.running == 1)
        for number in range(1, 6):
            await submitted(house, f"r{number}", 2)
        await house.cancellations.cancel("r3", MINE)

        await submitted(house, "r6", 2)

        assert house.studio.waiting == 10


async def test_those_behind_it_are_told_that_they_move_up(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        await submitted(house, "r1")
        await until(lambda: house.provider.running == 1)
        await submitted(house, "r2", 2, requester=BEN)
        behind = await submitted(house, "r3", requester=BEN)
        before = behind.lines[-1][0]

        await house.cancellations.cancel("r2", Canceller(BEN.user_id, BEN.server_id, moderates=False))

        assert (before, behind.lines[-1][0]) == (3, 1)


async def test_what_the_image_api_has_goes_on_and_is_asked_about(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=1) as house:
        delivery = await submitted(house, "r1", 3)
        await until(lambda: house.provider.running == 1)
        hold = (await house.kept("r1")).jobs[0].hold_nano

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(2, 1, hold)
        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(0, 1, hold)
        assert await house.cancellations.keep("r1", MINE)
        go.set()
        await answered(house, "r1")

        (result,) = delivery.results
        assert len(result.files) == 1
        assert result.failures == (FREE,)
        assert await house.states("r1") == ["settled", "released", "released"]


async def test_what_is_discarded_is_charged_and_forgotten_and_shown_to_nobody(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=2) as house:
        delivery = await submitted(house, "r1", 2)
        await until(lambda: house.provider.running == 1)
        house.account.hold()
        await submitted(house, "r2", requester=BEN)
        await until(lambda: house.studio.running == 2)
        await house.cancellations.cancel("r1", MINE)

        assert await house.cancellations.discard("r1", MINE)
        assert await house.cancellations.discard("r1", MINE)
        assert not house.studio.job_runner.lives["r2"].is_discarded
        assert not await house.cancellations.keep("r1", MINE)
        go.set()
        await answered(house, "r1")

        assert not await house.cancellations.discard("r1", MINE)
        assert delivery.discards == 2
        assert delivery.results == []
        made = "The picture was made and discarded before it was shown. What it cost stays charged: $0.012."
        assert said(delivery) == [f"{FREE}\n{made}"]
        assert await house.states("r1") == ["settled", "released"]
        assert (await house.kept("r1")).pictures == ()
        assert house.blobs.kept == {}


async def test_of_several_pictures_all_that_are_paid_for_are_discarded(tmp_path: Path) -> None:
    gates = [asyncio.Event(), asyncio.Event()]
    async with a_house(tmp_path, *[(gate, finished(bytes([n]))) for n, gate in enumerate(gates)], slots=3) as house:
        delivery = await submitted(house, "r1", 2)
        await until(lambda: house.provider.running == 2)
        gates[0].set()
        await until(lambda: house.provider.running == 1 and len(house.studio.job_runner.lives["r1"].left) == 1)
        cost = next(job.actual_nano for job in (await house.kept("r1")).jobs if job.actual_nano is not None)
        hold = (await house.kept("r1")).jobs[0].hold_nano

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(0, 2, cost + hold)
        await house.cancellations.discard("r1", MINE)
        gates[1].set()
        await answered(house, "r1")

        assert "2 pictures were made and discarded" in said(delivery)[0]
        assert house.blobs.kept == {}


async def test_a_job_that_gets_ready_is_called_back_for_good(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1) as house:
        house.account.hold()
        delivery = await submitted(house, "r1")
        await until(lambda: house.studio.running == 1)

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=1)
        await answered(house, "r1")

        assert said(delivery) == [FREE]
        assert (house.provider.asked, house.studio.running) == ([], 0)


async def test_between_two_calls_it_is_free_as_well(tmp_path: Path) -> None:
    limited = ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=20.0, limit="images", per_minute=1)
    async with a_house(tmp_path, (limited,), slots=1) as house:
        delivery = await submitted(house, "r1")
        await until(lambda: house.pace.wait(a_request().model, edits=False) > 0 and house.provider.running == 0)

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=1)
        await answered(house, "r1")

        assert said(delivery) == [FREE]
        assert await house.states("r1") == ["released"]


async def test_what_was_discarded_is_not_asked_for_again(tmp_path: Path) -> None:
    refused = asyncio.Event()
    held_back = ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=0.0)
    async with a_house(tmp_path, (refused, held_back), slots=1) as house:
        delivery = await submitted(house, "r1")
        await until(lambda: house.provider.running == 1)
        await house.cancellations.discard("r1", MINE)
        refused.set()
        await answered(house, "r1")

        assert said(delivery) == [FREE]
        assert len(house.provider.asked) == 1


async def test_a_press_during_a_pause_cancels_and_nothing_comes_back_afterwards(tmp_path: Path) -> None:
    lead = Lead(MIA.server_id, 99)
    async with a_house(tmp_path, slots=1) as house:
        house.account.hold()
        ready, waiting = await submitted(house, "r1"), await submitted(house, "r2")
        await until(lambda: house.studio.running == 1)
        await house.pausing.pause(lead, "")
        await until(lambda: ready.lines[-1] == waiting.lines[-1] == PAUSED)

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=1)
        await house.pausing.pause(lead, "")
        await answered(house, "r1")
        await house.pausing.resume(lead)
        assert await house.cancellations.cancel("r2", MINE) == Withdrawal(free=1)
        await house.pausing.pause(lead, "")
        await answered(house, "r2")

        assert said(ready) == said(waiting) == [FREE]
        assert (house.studio.waiting, house.studio.running) == (0, 0)


async def test_a_press_before_it_is_in_line_counts_once_it_is(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1) as house:
        delivery = RecordingDelivery()
        delivery.held = asyncio.Event()
        submitting = asyncio.create_task(house.studio.submit("r1", a_request(count=2), MIA, delivery))
        await eventually(partial(is_kept, house, "r1"))

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=2)
        delivery.held.set()
        await submitting
        await answered(house, "r1")

        assert said(delivery) == [FREE]
        assert house.provider.asked == []


async def test_a_picture_that_is_there_cannot_be_cancelled(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        delivery = await submitted(house, "r1")
        await answered(house, "r1")

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal()
        assert not await house.cancellations.discard("r1", MINE)
        assert len(delivery.results) == 1


@pytest.mark.parametrize(
    "stranger",
    [
        Canceller(BEN.user_id, MIA.server_id, moderates=False),
        Canceller(MODERATOR.user_id, MIA.server_id + 1, moderates=True),
        Canceller(BEN.user_id, 0, moderates=True),
    ],
)
async def test_only_who_asked_or_moderates_there_cancels(tmp_path: Path, stranger: Canceller) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        await submitted(house, "r1")
        for act in (house.cancellations.cancel, house.cancellations.discard, house.cancellations.keep):
            with pytest.raises(NotYoursError):
                await act("r1", stranger)

        with pytest.raises(RequestRefused, match="do not know"):
            await house.cancellations.cancel("r9", MINE)


async def test_what_a_moderator_cancels_says_who_and_is_in_the_audit(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with a_house(tmp_path, (go, finished()), slots=1) as house:
        delivery = await submitted(house, "r1", 3)
        await until(lambda: house.provider.running == 1)

        await house.cancellations.cancel("r1", MODERATOR)
        await house.cancellations.discard("r1", MODERATOR)
        go.set()
        await answered(house, "r1")

        entries = await SqliteAudit(house.database).entries(MIA.server_id)
        decisions = [entry.decision for entry in entries]
        assert "Cancelled by <@77> before the image API had it." in said(delivery)[0]
        assert [(each.action, each.subject, each.after) for each in decisions] == [
            ("picture discard", "3 pictures of <@3>", "discarded"),
            ("picture cancel", "2 pictures of <@3>", "cancelled"),
        ]


async def test_after_a_restart_what_was_discarded_and_is_in_the_books_is_not_shown(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        digest = await house.blobs.put(b"a fox")
        await house.ledger.dispatch("r1:1", NOON)
        image = StoredImage(digest, "image/png", 1024, 1024, 5)
        await house.ledger.settle("r1:1", Settlement(12_000_000, USAGE, image, 9.0, "req_1"), NOON)
        await house.discards.choose("r1")
        await house.recovery.settle()
        house.studio.start()
        await house.recovery.resume(house.reopen)
        await answered(house, "r1")

        assert house.reopened["r1"].results == []
        assert "discarded before it was shown" in said(house.reopened["r1"])[0]
        assert house.blobs.kept == {}


async def test_after_a_restart_what_was_discarded_before_it_was_sent_is_not_made(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1", a_request(count=2))
        await house.discards.choose("r1")
        await house.recovery.settle()
        house.studio.start()
        await house.recovery.resume(house.reopen)
        await answered(house, "r1")

        assert await house.states("r1") == ["released", "released"]
        assert house.provider.asked == []


async def test_after_a_restart_what_waits_can_be_cancelled_before_it_is_in_line(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.recovery.settle()

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=1)
        house.studio.start()
        await house.recovery.resume(house.reopen)
        await answered(house, "r1")

        assert await house.states("r1") == ["released"]
        assert house.provider.asked == []


@pytest.mark.parametrize("is_out", [False, True], ids=["in line", "about to be sent"])
async def test_what_was_cancelled_while_the_books_took_nothing_is_not_made_after_a_death(
    tmp_path: Path, *, is_out: bool
) -> None:
    async with a_house(tmp_path, (asyncio.Event(),), slots=2, pauses=(3600.0,), patience=0.0) as house:
        journal = house.journal
        if is_out:
            house.account.hold()
        else:
            await submitted(house, "r0")
            await until(lambda: house.provider.running == 1)
        await submitted(house, "r1", 2)
        house.ledger.trouble["release"] = deque([DatabaseError("locked")] * 100)

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=2)
        await until(lambda: house.stores.books.owes("r1"))
        assert await house.states("r1") == ["reserved"] * 2
    async with a_house(tmp_path, begun=False) as house:  # what was owed died with the other
        house.journal.lines = journal.lines
        await house.recovery.settle()
        house.studio.start()
        await house.recovery.resume(house.reopen)
        await answered(house, "r1")

        assert await house.states("r1") == ["released"] * 2
        assert said(house.reopened["r1"]) == [FREE]
        assert house.provider.asked == []
        assert house.journal.lines == []


async def test_what_was_discarded_while_the_books_took_nothing_is_not_shown_after_a_death(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        house.journal.lines = ['{"disc', '{"discard": "r1"}', '{"jobs": ["unknown:1"], "why": "Of another database."}']
        await house.recovery.settle()
        house.studio.start()
        await house.recovery.resume(house.reopen)
        await answered(house, "r1")

        assert house.provider.asked == []
        assert house.journal.lines == []


async def test_a_journal_that_cannot_be_written_keeps_nobody_from_cancelling(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1) as house:
        house.account.hold()
        house.journal.trouble = deque([OSError("read-only")])
        await submitted(house, "r1")

        assert await house.cancellations.cancel("r1", MINE) == Withdrawal(free=1)
        await answered(house, "r1")


async def test_a_dispatch_that_cannot_be_written_is_not_tried_again_once_it_is_cancelled(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1) as house:
        trouble, fault = house.ledger.trouble, DatabaseError("locked")
        trouble["dispatch"] = deque([fault])
        delivery = await submitted(house, "r1")
        await house.cancellations.cancel("r1", MINE)
        await answered(house, "r1")

        assert said(delivery) == [FREE]


async def test_a_job_that_cannot_be_released_ends_all_the_same(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        await submitted(house, "r1")
        await until(lambda: house.provider.running == 1)
        delivery = await submitted(house, "r2")
        house.ledger.trouble["release"] = deque([ChargeConflictError()])
        await house.cancellations.cancel("r2", MINE)
        await until(lambda: delivery.answered)

        assert "does not fit" in said(delivery)[0]


async def test_what_cannot_be_forgotten_is_not_shown_either(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await answered(house, "r1")
        kept = await house.kept("r1")
        house.requests.trouble["delete_pictures"] = deque([ValueError("broken")])

        shown = await house.discards.carry_out(kept)

        assert (len(kept.pictures), shown.pictures) == (1, ())
        assert replace(shown, jobs=()) == replace(kept, jobs=())
