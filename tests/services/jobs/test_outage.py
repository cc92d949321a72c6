"""While the image API is down nothing is sent, what waits is kept and told, and a free call tells when it is back."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import (
    DatabaseError,
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
)
from bot.services.jobs import Downtime, Outage, job_runner
from bot.services.jobs.outage import IN_A_ROW, LASTING, LONG_PAUSE, NOTE
from bot.services.policy import Decision, Lead
from bot.storage import State
from tests.services.fakes import (
    BEN,
    MIA,
    NOON,
    PAUSED,
    Clock,
    FreeLook,
    RecordingDelivery,
    a_house,
    a_request,
    finished,
    until,
)
from tests.services.jobs.bench import settled, unreachable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.services.policy import ServerPolicy
    from tests.services.fakes import House

ADA = Lead(MIA.server_id, 99)
MOMENT = 0.001  # seconds


def failing() -> OutcomeUnknownError:
    """An internal error of the provider's."""
    failure = OutcomeUnknownError("No picture came. Held.", code="server_error")
    failure.outage = True
    return failure


def overloaded(seconds: float) -> ProviderBusyError:
    return ProviderBusyError("Overloaded. Nothing was charged.", code="slow_down", retry_after=seconds)


class Leads:
    """Fulfils `OutageSpeaker`."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int, Downtime]] = []
        self.problem: Exception | None = None
        self.can_read = True
        self.reads = asyncio.Event()
        self.reads.set()

    async def __call__(self, server_id: int, channel_id: int, downtime: Downtime) -> bool:
        self.told.append((server_id, channel_id, downtime))
        await self.reads.wait()
        if self.problem is not None:
            raise self.problem
        return self.can_read


class Desk:
    """An outage with what it asks and tells; the time of its pauses does not pass by itself."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.look = FreeLook()
        self.leads = Leads()
        self.time = Clock(1000.0)
        self.said = 0
        self.outage = self.another()

    def another(self) -> Outage:
        """As after a restart."""
        outage = Outage(self.look, State(self.house.database), self.house.policies, self.house.clock, self.time)
        outage.speaker = self.leads
        outage.changed.append(self._count)
        return outage

    def _count(self) -> None:
        self.said += 1

    def fails(self, times: int = IN_A_ROW, failure: ImageFailure | None = None) -> None:
        for _ in range(times):
            self.outage.met(failure or unreachable(), self.time())

    @property
    def is_tried(self) -> bool:
        return self.outage.standing is not None and self.outage.downtime is None


@pytest.fixture(autouse=True)
def _nearly_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at once: a loop that never rests may keep the books' thread back for good where coverage traces both."""
    for pause in ("FIRST_LOOK", "LONGEST_LOOK", "FIRST_TRIAL", "LONGEST_TRIAL"):
        monkeypatch.setattr(f"bot.services.jobs.outage.{pause}", MOMENT)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_house(tmp_path, begun=False) as house:
        desk = Desk(house)
        await log_channel(house, 77)
        yield desk
        await desk.outage.close()


async def log_channel(house: House, channel_id: int | None) -> None:
    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(policy, log_channel_id=channel_id), Decision(8, NOON, "studio log", "", "", "")

    await house.policies.change(MIA.server_id, alter)


async def test_fewer_failures_than_three_in_a_row_are_no_outage(desk: Desk) -> None:
    desk.fails(IN_A_ROW - 1)
    desk.outage.met(None, desk.time())
    desk.fails(IN_A_ROW - 1)

    assert desk.outage.standing is None
    assert not desk.outage.keeps_back


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (unreachable(), "The image API cannot be reached"),
        (overloaded(0.0), "The image API is overloaded"),
        (failing(), "The image API fails again and again"),
    ],
)
async def test_three_failures_in_a_row_are_told_with_what_is_known(
    desk: Desk, failure: ImageFailure, reason: str
) -> None:
    desk.fails(failure=failure)

    assert desk.outage.downtime == Downtime(reason, NOON, NOON)
    assert desk.outage.keeps_back
    assert desk.said == 1


@pytest.mark.parametrize(
    "failure",
    [
        OutcomeUnknownError("Cut off.", code="incomplete"),
        PromptBlockedError("Blocked.", code="moderation_blocked"),
        ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=1.0, limit="images"),
    ],
)
async def test_what_one_request_meets_is_no_outage(desk: Desk, failure: ImageFailure) -> None:
    desk.fails(10, failure)

    assert desk.outage.standing is None


async def test_what_was_sent_before_the_first_failure_tells_nothing_when_it_comes(desk: Desk) -> None:
    sent_before = desk.time()
    desk.time.now += 5
    desk.fails(IN_A_ROW - 1)

    desk.outage.met(None, sent_before)
    desk.fails(1)

    assert desk.outage.standing is not None


async def test_a_long_pause_that_is_demanded_is_an_outage_at_once(desk: Desk) -> None:
    desk.fails(1, overloaded(LONG_PAUSE))

    assert desk.outage.keeps_back
    assert desk.outage.standing is not None


async def test_a_short_pause_that_is_demanded_keeps_everybody_back_until_it_is_over(desk: Desk) -> None:
    desk.fails(1, overloaded(20.0))
    passing = asyncio.create_task(desk.outage.passes())
    await asyncio.sleep(0)

    assert desk.outage.keeps_back
    assert not passing.done()
    passing.cancel()
    desk.time.now += 20.0
    await desk.outage.passes()
    assert desk.outage.standing is None


async def test_a_free_call_that_is_answered_lets_jobs_leave_one_by_one_until_a_picture_comes(desk: Desk) -> None:
    desk.fails()
    await desk.outage.passes()
    first, second = object(), object()
    desk.outage.let_out(first)
    passing = asyncio.create_task(desk.outage.passes())
    await asyncio.sleep(0)
    assert not passing.done()

    desk.outage.began_to_answer(desk.time())
    await passing
    desk.outage.let_out(second)
    desk.outage.returned(first)
    passing = asyncio.create_task(desk.outage.passes())
    await asyncio.sleep(0)
    assert not passing.done()
    desk.outage.met(None, desk.time())
    await passing

    assert desk.outage.standing is None
    assert desk.look.looks == 1


async def test_a_job_that_ends_without_having_been_sent_makes_room_for_the_next_to_find_out(desk: Desk) -> None:
    desk.fails()
    await desk.outage.passes()
    turn = object()
    desk.outage.let_out(turn)

    desk.outage.returned(turn)

    await desk.outage.passes()
    assert desk.is_tried


async def test_a_refusal_for_what_was_asked_shows_that_it_is_back(desk: Desk) -> None:
    desk.fails()
    await desk.outage.passes()

    desk.outage.met(PromptBlockedError("Blocked.", code="moderation_blocked"), desk.time())

    assert desk.outage.standing is None


async def test_what_was_sent_before_it_went_down_does_not_tell_that_it_is_back(desk: Desk) -> None:
    sent_before = desk.time() - 1
    desk.fails()
    await desk.outage.passes()

    desk.outage.began_to_answer(sent_before)
    desk.outage.met(None, sent_before)
    desk.outage.met(failing(), sent_before)

    assert desk.is_tried


@pytest.mark.parametrize("failure", [unreachable(), failing()])
async def test_a_paid_call_that_fails_again_lets_nobody_follow(desk: Desk, failure: ImageFailure) -> None:
    desk.fails()
    await desk.outage.passes()
    desk.look.answer = ProviderUnreachableError("Not reached.", code="unreachable")

    desk.outage.met(failure, desk.time())
    await until(lambda: desk.look.looks >= 4)
    assert desk.outage.keeps_back

    desk.look.answer = None
    await desk.outage.passes()
    assert desk.is_tried


async def test_failures_while_it_is_down_change_nothing(desk: Desk) -> None:
    desk.fails()
    began = desk.outage.began

    desk.fails(5, failing())

    assert (desk.outage.began, desk.said) == (began, 1)


async def test_a_refusal_of_the_free_call_is_an_answer(desk: Desk) -> None:
    desk.look.answer = ProviderAccountError("Refused.", code="invalid_api_key")

    desk.fails()

    await desk.outage.passes()
    assert desk.is_tried


async def test_a_free_call_that_is_not_answered_in_time_is_none(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.jobs.outage.LOOK_TIME", 0.0)
    looks = 0

    async def hang() -> dict[str, str | None]:
        nonlocal looks
        looks += 1
        await asyncio.sleep(3600 if looks < 3 else 0)
        return {}

    outage = Outage(hang, State(desk.house.database), desk.house.policies)
    for _ in range(IN_A_ROW):
        outage.met(unreachable(), time.monotonic())
    await until(lambda: looks >= 3)

    await outage.close()


async def test_leads_of_servers_that_wait_are_told_once_of_what_lasts_and_once_of_its_end(desk: Desk) -> None:
    desk.look.answer = ProviderUnreachableError("Not reached.", code="unreachable")
    desk.fails()
    desk.outage.concerns([MIA.server_id])
    desk.time.now += LASTING
    for _ in range(3):
        desk.outage.concerns([MIA.server_id])
    await until(lambda: len(desk.leads.told) == 1)

    desk.look.answer = None
    await desk.outage.passes()
    desk.outage.met(None, desk.time())
    await until(lambda: len(desk.leads.told) == 2)

    (_, _, down), (server_id, channel_id, back) = desk.leads.told
    assert (server_id, channel_id) == (MIA.server_id, 77)
    assert down.next_look is not None
    assert back == Downtime("The image API cannot be reached", NOON, None)


async def test_leads_are_told_of_the_end_last_however_long_discord_takes(desk: Desk) -> None:
    notes = State(desk.house.database)
    desk.leads.reads.clear()
    desk.fails()
    desk.time.now += LASTING
    desk.outage.concerns([MIA.server_id])
    await until(lambda: bool(desk.leads.told))
    await desk.outage.passes()
    desk.outage.met(None, desk.time())
    for _ in range(3):  # what is written and told without waiting has happened after these
        await notes.get(NOTE)
    meanwhile = len(desk.leads.told)
    desk.leads.reads.set()
    await until(lambda: len(desk.leads.told) == 2)

    assert meanwhile == 1
    assert [told[2].next_look is None for told in desk.leads.told] == [False, True]
    assert not await notes.get(NOTE)


@pytest.mark.parametrize("problem", [None, RuntimeError("a bug")])
async def test_leads_who_could_not_be_told_are_told_with_the_next_look(desk: Desk, problem: Exception | None) -> None:
    desk.look.answer = ProviderUnreachableError("Not reached.", code="unreachable")
    desk.leads.can_read, desk.leads.problem = False, problem
    desk.fails()
    desk.time.now += LASTING
    desk.outage.concerns([MIA.server_id])
    await until(lambda: len(desk.leads.told) == 1)
    desk.leads.can_read, desk.leads.problem = True, None

    while len(desk.leads.told) < 2:
        desk.outage.concerns([MIA.server_id])
        await asyncio.sleep(0.002)

    assert desk.outage.standing is not None


async def test_a_server_without_a_log_channel_is_told_once_it_has_one(desk: Desk) -> None:
    await log_channel(desk.house, None)
    desk.look.answer = ProviderUnreachableError("Not reached.", code="unreachable")
    desk.fails()
    desk.time.now += LASTING
    for _ in range(20):
        desk.outage.concerns([MIA.server_id])
        await asyncio.sleep(0.001)
    assert desk.leads.told == []

    await log_channel(desk.house, 78)
    while not desk.leads.told:
        desk.outage.concerns([MIA.server_id])
        await asyncio.sleep(0.001)

    assert desk.leads.told[0][1] == 78


async def test_where_nobody_waits_an_answered_free_call_is_enough(desk: Desk) -> None:
    desk.outage.concerns([])
    desk.fails()
    desk.outage.concerns([])
    assert desk.outage.standing is not None
    await desk.outage.passes()

    desk.outage.concerns([])

    assert desk.outage.standing is None


async def test_after_a_restart_it_is_known_who_was_told(desk: Desk) -> None:
    desk.look.answer = ProviderUnreachableError("Not reached.", code="unreachable")
    desk.fails()
    desk.time.now += LASTING
    desk.outage.concerns([MIA.server_id])
    notes = State(desk.house.database)
    while not await notes.get(NOTE):  # noqa: ASYNC110 - the double writes to a real file
        await asyncio.sleep(0.002)
    await desk.outage.close()

    desk.house.clock.now += 60
    desk.outage = again = desk.another()
    await again.open()
    assert again.standing == Downtime("The image API cannot be reached", NOON, NOON + 60)
    desk.time.now += LASTING
    again.concerns([MIA.server_id])
    desk.look.answer = None
    await again.passes()
    again.met(None, desk.time())
    await until(lambda: len(desk.leads.told) == 2)

    assert [told[2].next_look is None for told in desk.leads.told] == [False, True]
    assert not await notes.get(NOTE)


async def test_books_that_cannot_be_used_keep_nobody_from_starting(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> str | None:
        raise DatabaseError("malformed")

    monkeypatch.setattr(State, "get", broken)
    monkeypatch.setattr(State, "put", broken)

    await desk.outage.open()
    desk.fails()
    desk.time.now += LASTING
    desk.outage.concerns([MIA.server_id])
    await until(lambda: len(desk.leads.told) == 1)

    assert desk.outage.standing is not None


# In the job runner


async def ask(house: House, name: str, **changes: object) -> RecordingDelivery:
    delivery = RecordingDelivery()
    await house.studio.submit(name, a_request(prompt=name, **changes), MIA, delivery)
    return delivery


async def test_what_waits_keeps_its_place_and_no_slot_and_is_made_when_the_free_call_is_answered(
    tmp_path: Path,
) -> None:
    async with a_house(tmp_path, *[(unreachable(),)] * IN_A_ROW, slots=1) as house:
        house.free_call.answer = ProviderUnreachableError("Not reached.", code="unreachable")
        first = await ask(house, "first")
        second = await ask(house, "second")
        await until(lambda: bool(first.pauses) and bool(second.pauses))

        assert (house.studio.running, house.studio.waiting) == (0, 2)
        assert await house.states("first") == await house.states("second") == ["reserved"]
        told = first.pauses[-1]
        assert isinstance(told, Downtime)
        assert told.reason == "The image API cannot be reached"
        assert len(house.provider.asked) == IN_A_ROW

        house.free_call.answer = None
        await settled(house, "first")
        await settled(house, "second")
        prompts = [asked.request.prompt for asked in house.provider.asked]
        assert prompts == ["first"] * (IN_A_ROW + 1) + ["second"]
        assert len(first.results) == len(second.results) == 1


async def test_internal_errors_of_several_jobs_in_a_row_keep_the_others_back(tmp_path: Path) -> None:
    async with a_house(tmp_path, *[(failing(),)] * IN_A_ROW, slots=1) as house:
        house.free_call.answer = ProviderUnreachableError("Not reached.", code="unreachable")
        deliveries = [await ask(house, f"r{number}") for number in range(5)]
        await until(lambda: bool(deliveries[3].pauses) and bool(deliveries[4].pauses))

        states = [await house.states(f"r{number}") for number in range(5)]
        assert states == [["unknown"]] * IN_A_ROW + [["reserved"]] * 2
        assert len(house.provider.asked) == IN_A_ROW


def goes_down(house: House) -> None:
    house.free_call.answer = ProviderUnreachableError("Not reached.", code="unreachable")
    for _ in range(IN_A_ROW):
        house.outage.met(unreachable(), time.monotonic())


async def test_who_waits_longer_than_a_job_may_take_is_given_back_with_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_runner, "REFRESH", MOMENT)
    async with a_house(tmp_path, slots=1, job_timeout=0.2) as house:
        goes_down(house)
        delivery = await ask(house, "r1")
        await settled(house, "r1")

        assert await house.states("r1") == ["released"]
        (error,) = delivery.errors
        assert error.sentence == (
            "The image API cannot be reached, and after a minute I have given this up. Nothing was charged; ask again "
            "when it is back."
        )
        assert house.studio.waiting == 0
        assert house.provider.asked == []


async def test_a_leads_pause_takes_no_time_from_who_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "REFRESH", MOMENT)
    async with a_house(tmp_path, slots=1, job_timeout=0.1) as house:
        goes_down(house)
        await house.reserved("r1")
        await house.pausing.pause(ADA, "")
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        bens = RecordingDelivery()
        elsewhere = replace(BEN, server_id=BEN.server_id + 1)
        await house.studio.submit("r2", a_request(), elsewhere, bens)
        await until(lambda: bens.answered)

        assert await house.states("r1") == ["reserved"]
        assert house.reopened["r1"].lines[-1] == PAUSED
        live, now = house.studio.job_runner.lives["r1"], time.monotonic()
        await house.pausing.resume(ADA)
        assert live.since >= now


async def test_a_job_is_cancelled_for_free_while_it_waits(tmp_path: Path) -> None:
    async with a_house(tmp_path, *[(unreachable(),)] * IN_A_ROW, slots=1) as house:
        house.free_call.answer = ProviderUnreachableError("Not reached.", code="unreachable")
        delivery = await ask(house, "r1")
        await until(lambda: bool(delivery.pauses))

        withdrawal = house.studio.job_runner.withdraw("r1", "Cancelled. Nothing was charged.")
        await settled(house, "r1")

        assert withdrawal is not None
        assert (withdrawal.free, withdrawal.paid) == (1, 0)
        assert await house.states("r1") == ["released"]


async def test_what_waits_is_made_by_the_next_process(tmp_path: Path) -> None:
    async with a_house(tmp_path, *[(unreachable(),)] * IN_A_ROW, slots=1) as house:
        house.free_call.answer = ProviderUnreachableError("Not reached.", code="unreachable")
        delivery = await ask(house, "r1")
        await until(lambda: bool(delivery.pauses))
    async with a_house(tmp_path, slots=1) as house:
        await house.recovery.settle()
        await house.recovery.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == ["settled"]


@pytest.mark.parametrize("limit", [3, 10**6])
async def test_a_job_that_is_refused_again_and_again_while_others_are_made_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    monkeypatch.setattr(job_runner, "MOST_REFUSALS", limit)
    monkeypatch.setattr("bot.services.jobs.outage.IN_A_ROW", 10**6)
    timeout = 30.0 if limit == 3 else 0.05
    async with a_house(tmp_path, *[(overloaded(0.0),)] * 5000, slots=1, job_timeout=timeout) as house:
        delivery = await ask(house, "r1")
        await settled(house, "r1")

        assert await house.states("r1") == ["released"]
        assert [error.sentence for error in delivery.errors] == ["Overloaded. Nothing was charged."]


async def test_a_job_that_was_taken_as_it_went_down_waits_again(tmp_path: Path) -> None:
    async with a_house(tmp_path, (asyncio.Event(), finished()), slots=1) as house:
        first = await ask(house, "first")
        await until(lambda: house.provider.running == 1)
        await house.studio.submit("second", a_request(), BEN, second := RecordingDelivery())
        goes_down(house)
        await until(lambda: bool(second.pauses))

        house.studio.job_runner.discard("first", "Discarded.")
        assert await house.states("second") == ["reserved"]
        assert PAUSED not in first.lines
