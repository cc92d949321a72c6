"""A pause: nothing more is sent, nothing is lost, and afterwards everything goes on where it stood."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DatabaseError, NotAcceptingError
from bot.services.jobs import Load, PartialImage, recovery
from bot.services.policy import Lead, Pause, ServerPolicy
from bot.services.requests import StoredImage
from bot.storage import SqliteAudit
from tests.services.fakes import (
    BEN,
    MIA,
    NOON,
    PAUSED,
    RecordingDelivery,
    a_house,
    a_request,
    eventually,
    finished,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.policy import Decision
    from tests.services.fakes import House

pytestmark = pytest.mark.usefixtures("without_waiting")

ADA, LEA = Lead(MIA.server_id, 8), Lead(MIA.server_id, 9)
ELSEWHERE = 7  # another server
EVE = replace(BEN, server_id=ELSEWHERE, user_id=5)


async def settled(house: House, *request_ids: str) -> None:
    """Wait until requests are answered and that is written down."""

    async def written() -> bool:
        return all([(await house.kept(request_id)).delivered_at is not None for request_id in request_ids])

    await eventually(written)


def let_go(house: House) -> None:
    """Open the door before the image API."""
    house.account.let_go()


async def audited(house: House) -> list[Decision]:
    return [entry.decision for entry in await SqliteAudit(house.database).entries(MIA.server_id)]


# Decisions


async def test_a_pause_is_kept_and_audited(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        outcome = await house.pausing.pause(ADA, "the bill\nis too high")

        pause = Pause(NOON, ADA.user_id, "the bill is too high")
        assert (outcome.changed, outcome.pause, outcome.load) == (True, pause, Load(0, 0))
        assert (await house.policies.of(MIA.server_id)).pause == pause
        (decision,) = await audited(house)
        assert (decision.actor_id, decision.at, decision.action) == (ADA.user_id, NOON, "studio pause")
        assert (decision.subject, decision.before, decision.after) == ("picture making", "on", "paused")
        assert decision.why == "the bill is too high"


async def test_a_second_pause_changes_nothing_and_tells_of_the_first(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.pausing.pause(ADA, "first")
        house.clock.now += 60

        outcome = await house.pausing.pause(LEA, "second")

        assert (outcome.changed, outcome.pause) == (False, Pause(NOON, ADA.user_id, "first"))
        assert len(await audited(house)) == 1


async def test_going_on_is_kept_and_audited(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.pausing.pause(ADA, "")
        house.clock.now += 60

        outcome = await house.pausing.resume(LEA)

        assert (outcome.changed, outcome.pause) == (True, None)
        policy = await house.policies.of(MIA.server_id)
        assert (policy.pause, policy.resumed_at) == (None, NOON + 60)
        decision, _ = await audited(house)
        assert (decision.actor_id, decision.action, decision.before, decision.after) == (
            LEA.user_id,
            "studio resume",
            "paused",
            "on",
        )


async def test_going_on_without_a_pause_changes_nothing(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        outcome = await house.pausing.resume(ADA)

        assert (outcome.changed, outcome.pause) == (False, None)
        assert await audited(house) == []
        assert (await house.policies.of(MIA.server_id)).version == 0


async def test_a_pause_that_was_written_though_it_seemed_to_fail_holds_at_the_next_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_house(tmp_path, begun=False) as house:
        change = house.policies.change

        async def written_and_lost(*args: object) -> object:
            await change(*args)  # type: ignore[arg-type]  # handed on as it came
            raise DatabaseError("the connection was lost")

        with monkeypatch.context() as broken:
            broken.setattr(house.policies, "change", written_and_lost)
            with pytest.raises(DatabaseError):
                await house.pausing.pause(ADA, "")
        assert not house.queue.is_paused(MIA.server_id)

        outcome = await house.pausing.pause(ADA, "")

        assert not outcome.changed
        assert house.queue.is_paused(MIA.server_id)


async def test_leads_who_disagree_at_once_leave_the_jobs_as_the_policy_says(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await asyncio.gather(
            *(house.pausing.pause(ADA, "") if turn % 2 else house.pausing.resume(LEA) for turn in range(9))
        )

        paused = (await house.policies.of(MIA.server_id)).pause is not None
        assert house.queue.is_paused(MIA.server_id) == paused


# New requests


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("the bill.", ":R>: the bill. Ask"),
        ("", ":R>. Ask"),
        ("see [here](http://x)", r":R>: see \[here\]\(http\:\/\/x\). Ask"),
    ],
)
async def test_a_new_request_is_refused_with_who_when_and_why_and_leaves_no_trace(
    tmp_path: Path, why: str, said: str
) -> None:
    async with a_house(tmp_path) as house:
        await house.pausing.pause(ADA, why)
        delivery = RecordingDelivery()

        with pytest.raises(NotAcceptingError, match=rf"^<@8> has paused picture making here <t:{NOON}") as refused:
            await house.studio.submit("r1", a_request(), MIA, delivery)
        with pytest.raises(NotAcceptingError, match="has paused"):
            await house.studio.check(a_request(), MIA)

        assert refused.value.sentence.endswith(said + " again when it goes on. Nothing was charged.")
        assert await house.requests.get("r1") is None
        assert delivery.acknowledged == 0
        assert house.studio.job_runner.at_work == set()


async def test_a_pause_between_a_requests_look_up_and_its_reservation_refuses_it(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        hold = house.ledger.highest_overshoot

        async def pause_first(model: str, since: int) -> tuple[int, int] | None:
            await house.pausing.pause(ADA, "")
            policies: Any = house.policies
            policies._known[MIA.server_id] = ServerPolicy()  # the look-up was before it
            return await hold(model, since)

        house.ledger.highest_overshoot = pause_first  # type: ignore[method-assign]  # a pause at the worst moment
        with pytest.raises(NotAcceptingError, match="has paused"):
            await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        assert await house.requests.get("r1") is None


async def test_a_request_that_is_being_accepted_when_the_pause_comes_waits_in_line(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        delivery = RecordingDelivery()
        delivery.held = asyncio.Event()
        submitting = asyncio.create_task(house.studio.submit("r1", a_request(), MIA, delivery))

        async def is_reserved() -> bool:
            return await house.requests.get("r1") is not None

        await eventually(is_reserved)
        await house.pausing.pause(ADA, "")
        delivery.held.set()
        await submitting

        assert delivery.lines == [PAUSED]
        assert await house.states("r1") == ["reserved"]
        assert house.provider.asked == []


# What waits and what runs


async def test_what_runs_is_finished_and_what_waits_is_kept_told_and_made_afterwards(tmp_path: Path) -> None:
    drawn = asyncio.Event()
    async with a_house(tmp_path, (drawn, finished(b"first")), slots=1) as house:
        first, second, third = deliveries = [RecordingDelivery() for _ in range(3)]
        await house.studio.submit("r1", a_request(), MIA, first)
        await until(lambda: len(house.provider.asked) == 1)
        await house.studio.submit("r2", a_request(prompt="second"), MIA, second)
        await house.studio.submit("r3", a_request(prompt="third"), BEN, third)

        outcome = await house.pausing.pause(ADA, "lunch")
        drawn.set()
        await settled(house, "r1")
        await asyncio.sleep(0.01)

        assert outcome.load == Load(running=1, waiting=2)
        assert [delivery.lines[-1] for delivery in deliveries] == [first.lines[0], PAUSED, PAUSED]
        assert second.pauses == third.pauses == [Pause(NOON, ADA.user_id, "lunch")]
        assert len(house.provider.asked) == 1
        assert (house.studio.running, house.studio.waiting) == (0, 2)
        assert await house.states("r2") == await house.states("r3") == ["reserved"]

        outcome = await house.pausing.resume(ADA)
        assert outcome.load == Load(running=0, waiting=2)
        await settled(house, "r2", "r3")

        assert [asked.request.prompt for asked in house.provider.asked] == ["a fox", "third", "second"]
        assert [position for position, _ in second.lines if position >= 0][-2:] == [1, 0]


async def test_of_a_request_with_a_picture_in_the_making_the_rest_is_told_when_that_is_done(tmp_path: Path) -> None:
    drawn = asyncio.Event()
    async with a_house(tmp_path, (PartialImage(0, b"sketch"), drawn, finished()), slots=1) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(count=2), MIA, delivery)
        await until(lambda: bool(delivery.previews))

        await house.pausing.pause(ADA, "")
        assert PAUSED not in delivery.lines
        drawn.set()
        await until(lambda: delivery.lines[-1] == PAUSED)

        assert await house.states("r1") == ["settled", "reserved"]
        assert not delivery.answered
        await house.pausing.resume(ADA)
        await settled(house, "r1")
        assert len(delivery.results[0].files) == 2


async def test_jobs_that_the_pace_holds_back_return_to_their_line_in_order(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=4) as house:
        house.account.hold()
        mine, bens = RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(count=3, prompt="Mia"), MIA, mine)
        await house.studio.submit("r2", a_request(prompt="Ben"), BEN, bens)
        await until(lambda: house.studio.running == 4)

        outcome = await house.pausing.pause(ADA, "")
        await until(lambda: house.studio.running == 0)

        assert outcome.load == Load(running=0, waiting=4)
        assert [(live.request.id, job.index) for live, job in house.queue.waiting_of(MIA.server_id)] == [
            ("r1", 1),
            ("r1", 2),
            ("r1", 3),
            ("r2", 1),
        ]
        assert mine.lines[-1] == bens.lines[-1] == PAUSED
        assert await house.states("r1") == ["reserved"] * 3
        assert house.provider.asked == []

        let_go(house)
        await house.pausing.resume(ADA)
        await settled(house, "r1", "r2")
        assert [asked.request.prompt for asked in house.provider.asked] == [
            "Mia",
            "Ben",
            "Mia",
            "Mia",
        ]  # round and round


async def test_a_job_whose_inputs_are_being_loaded_returns_to_its_line(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        digest = await house.blobs.put(b"input")
        get, loading = house.blobs.get, asyncio.Event()

        async def hang(digest: str) -> bytes | None:
            loading.set()
            await asyncio.sleep(3600)
            return await get(digest)

        house.blobs.get = hang  # type: ignore[method-assign]  # a slow disk
        request = a_request(references=(StoredImage(digest, "image/png", 64, 64, 5),))
        await house.studio.submit("r1", request, MIA, RecordingDelivery())
        await loading.wait()

        outcome = await house.pausing.pause(ADA, "")
        await until(lambda: house.studio.running == 0)
        house.blobs.get = get  # type: ignore[method-assign]  # it is quick again
        await house.pausing.resume(ADA)
        await settled(house, "r1")

        assert outcome.load == Load(running=0, waiting=1)
        assert [len(asked.inputs) for asked in house.provider.asked] == [1]


async def test_a_job_that_is_called_back_and_taken_again_at_once_is_made_once(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.account.hold()
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await until(lambda: house.studio.running == 1)
        let_go(house)

        house.studio.job_runner.pause(MIA.server_id, Pause(NOON, ADA.user_id, ""))
        house.studio.job_runner.resume(MIA.server_id)  # before the job knows that it was called back
        await settled(house, "r1")

        assert len(house.provider.asked) == 1
        assert await house.states("r1") == ["settled"]


async def test_a_pause_takes_no_slot_from_another_server_and_no_turn(tmp_path: Path) -> None:
    async with a_house(tmp_path, slots=1) as house:
        house.account.hold()
        for number in range(3):
            await house.studio.submit(f"r{number}", a_request(), MIA, RecordingDelivery())
        eves = RecordingDelivery()
        await house.studio.submit("eve", a_request(), EVE, eves)
        let_go(house)

        await house.pausing.pause(ADA, "")
        await settled(house, "eve")

        assert len(house.provider.asked) == 1
        assert house.studio.job_runner.load(ELSEWHERE) == Load(0, 0)
        assert house.studio.job_runner.load(MIA.server_id) == Load(0, 3)


# Over a restart


async def test_what_waits_while_its_server_is_paused_outlasts_a_restart_of_any_length(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.pausing.pause(ADA, "")
    async with a_house(tmp_path) as house:
        house.clock.now = NOON + 10 * recovery.STALE

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await until(lambda: house.reopened["r1"].lines == [PAUSED])
        assert house.reopened["r1"].pauses == [Pause(NOON, ADA.user_id, "")]
        assert await house.states("r1") == ["reserved"]
        await house.pausing.resume(ADA)
        await settled(house, "r1")

        assert await house.states("r1") == ["settled"]


@pytest.mark.parametrize(("later", "state"), [(recovery.STALE, "settled"), (recovery.STALE + 1, "released")])
async def test_the_time_of_a_pause_makes_no_request_stale(tmp_path: Path, later: int, state: str) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.pausing.pause(ADA, "")
        house.clock.now = NOON + 5 * recovery.STALE
        await house.pausing.resume(ADA)
    async with a_house(tmp_path) as house:
        house.clock.now = NOON + 5 * recovery.STALE + later

        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == [state]


async def test_a_pause_does_not_keep_another_servers_request_from_being_stale(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.pausing.pause(Lead(ELSEWHERE, 9), "")
    async with a_house(tmp_path) as house:
        house.clock.now = NOON + recovery.STALE + 1

        await house.recovery.settle()

        assert await house.states("r1") == ["released"]
        assert re.match("I was away for too long", (await house.kept("r1")).jobs[0].failure or "")
