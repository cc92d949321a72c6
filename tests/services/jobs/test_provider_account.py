"""While the provider refuses the account, nobody's request is taken; and it is found out when all is well again."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import (
    ImageFailure,
    PromptBlockedError,
    ProviderAccountError,
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.services.jobs import ProviderAccount
from bot.services.jobs.provider_account import ALL, FIRST_PAUSE, LONGEST_PAUSE, Call
from bot.services.policy import Decision
from tests.services.fakes import MIA, NOON, Clock, FreeLook, RecordingDelivery, a_house, a_request, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.services.policy import ServerPolicy
    from tests.services.fakes import House

MODEL = "gpt-image-2.5-flare"
OTHER = "gpt-image-2"
pytestmark = pytest.mark.usefixtures("without_waiting")


def refused(reach: str = "account", words: str = "No money.") -> ProviderAccountError:
    return ProviderAccountError("Refused. Nothing was charged.", code="insufficient_quota", words=words, reach=reach)


class Leads:
    """Fulfils `AccountSpeaker`."""

    def __init__(self) -> None:
        self.told: list[tuple[int, int, str | None]] = []
        self.problem: Exception | None = None
        self.can_read = True

    async def __call__(self, server_id: int, channel_id: int, words: str | None) -> bool:
        self.told.append((server_id, channel_id, words))
        if self.problem is not None:
            raise self.problem
        return self.can_read


class Desk:
    """An account with what it asks and tells."""

    def __init__(self, house: House) -> None:
        self.clock = Clock()
        self.look = FreeLook()
        self.leads = Leads()
        self.account = ProviderAccount(self.look, house.policies, self.clock)
        self.account.speaker = self.leads
        self.house = house

    async def call(self, outcome: Exception | None = None, model: str = MODEL) -> None:
        async with self.account.calling(model, MIA.server_id) as call:
            call.met(outcome)

    async def is_open(self, model: str = MODEL) -> bool:
        try:
            await self.account.check(model, MIA.server_id)
        except ProviderAccountError:
            return False
        return True

    async def seen(self) -> None:
        """Wait until the first free call after a refusal was answered."""
        await until(lambda: self.look.looks > 0)
        await asyncio.sleep(0)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with a_house(tmp_path, begun=False) as house:
        await log_channel(house, 77)
        desk = Desk(house)
        yield desk
        await desk.account.close()


async def log_channel(house: House, channel_id: int) -> None:
    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(policy, log_channel_id=channel_id), Decision(8, NOON, "studio log", "", "", "")

    await house.policies.change(MIA.server_id, alter)


async def test_a_well_account_lets_everybody_in_and_asks_nothing(desk: Desk) -> None:
    await desk.call()

    assert await desk.is_open()
    assert (desk.look.looks, desk.account.refusal) == (0, None)


async def test_who_asks_during_the_first_look_waits_for_what_it_tells(desk: Desk) -> None:
    answered = asyncio.Event()

    async def look() -> dict[str, str | None]:
        await answered.wait()
        raise refused()

    account = ProviderAccount(look, desk.house.policies, desk.clock)
    opening = asyncio.create_task(account.open())
    await asyncio.sleep(0)

    asking = asyncio.create_task(account.check(MODEL, MIA.server_id))
    await asyncio.sleep(0.01)
    assert not asking.done()
    answered.set()

    with pytest.raises(ProviderAccountError):
        await asking
    assert await opening == {}
    await account.close()


async def test_a_refused_account_lets_nobody_in(desk: Desk) -> None:
    desk.look.answer = refused()
    await desk.call(refused())

    assert not await desk.is_open()
    assert not await desk.is_open(OTHER)
    with pytest.raises(ProviderAccountError):
        await desk.call()


async def test_a_refusal_that_the_free_call_meets_ends_when_that_is_answered(desk: Desk) -> None:
    desk.look.answer = refused()
    await desk.call(refused())
    assert not await desk.is_open()

    desk.look.answer = None

    assert await desk.is_open()
    assert desk.account.refusal is None


async def test_at_the_start_the_free_call_tells(desk: Desk) -> None:
    desk.look.answer = refused()

    assert await desk.account.open() == {}
    assert desk.account.refusal is not None
    assert not await desk.is_open()
    desk.look.answer = None
    assert await desk.is_open()


async def test_at_the_start_a_provider_that_is_not_reached_is_no_refusal(desk: Desk) -> None:
    desk.look.answer = ProviderUnreachableError("No.", code="unreachable")

    assert await desk.account.open() == {}
    assert await desk.is_open()


async def test_at_the_start_a_well_provider_tells_its_dates(desk: Desk) -> None:
    assert await desk.account.open() == {"gpt-image-2": "2027-03-01"}


async def test_what_the_free_call_does_not_show_is_found_out_by_one_request_after_a_pause(desk: Desk) -> None:
    await desk.call(refused())
    await desk.seen()
    assert not await desk.is_open()

    desk.clock.now += FIRST_PAUSE
    assert await desk.is_open()
    await desk.call(refused())
    assert not await desk.is_open()
    desk.clock.now += FIRST_PAUSE
    assert not await desk.is_open()
    desk.clock.now += FIRST_PAUSE
    await desk.call()

    assert await desk.is_open()


async def test_the_pause_grows_and_has_an_end(desk: Desk) -> None:
    for _ in range(12):
        await desk.call(refused())
        desk.clock.now += LONGEST_PAUSE

    assert await desk.is_open()


async def test_who_comes_while_a_request_finds_out_waits_for_it(desk: Desk) -> None:
    await desk.call(refused())
    desk.clock.now += FIRST_PAUSE
    release = asyncio.Event()

    async def probe(outcome: Exception | None) -> None:
        async with desk.account.calling(MODEL, MIA.server_id) as call:
            await release.wait()
            call.met(outcome)

    probing = asyncio.create_task(probe(None))
    await asyncio.sleep(0)
    assert not await desk.is_open()
    others = [asyncio.create_task(desk.call()) for _ in range(3)]
    await asyncio.sleep(0)
    assert not any(other.done() for other in others)

    release.set()
    await asyncio.gather(probing, *others)

    assert await desk.is_open()


async def test_who_waited_for_a_request_that_was_refused_is_refused_too(desk: Desk) -> None:
    await desk.call(refused())
    desk.clock.now += FIRST_PAUSE
    async with desk.account.calling(MODEL, MIA.server_id) as call:
        other = asyncio.create_task(desk.call())
        await asyncio.sleep(0)
        call.met(refused())

    with pytest.raises(ProviderAccountError):
        await other


async def test_a_request_that_found_out_nothing_leaves_it_to_the_next(desk: Desk) -> None:
    await desk.call(refused())
    desk.clock.now += FIRST_PAUSE
    await desk.call(ValueError("something else"))
    assert not await desk.is_open()

    desk.clock.now += FIRST_PAUSE

    assert await desk.is_open()


@pytest.mark.parametrize("kind", [PromptBlockedError, RequestRejectedError])
@pytest.mark.parametrize("accepted", [True, False])
async def test_a_request_that_was_refused_for_what_it_asks_shows_that_the_account_is_taken(
    desk: Desk, kind: type[ImageFailure], *, accepted: bool
) -> None:
    await desk.call(refused())
    desk.clock.now += FIRST_PAUSE
    failure = kind("Not that.", code="no")
    failure.accepted = accepted

    await desk.call(failure)

    assert await desk.is_open() == accepted


async def test_a_picture_that_was_under_way_does_not_end_a_refusal(desk: Desk) -> None:
    async with desk.account.calling(MODEL, MIA.server_id) as early:
        await desk.call(refused())
        early.met(None)

    assert not await desk.is_open()


async def test_a_refused_model_leaves_the_others(desk: Desk) -> None:
    await desk.call(refused("model"))

    assert not await desk.is_open()
    assert await desk.is_open(OTHER)
    assert desk.account.refusal is None
    desk.clock.now += FIRST_PAUSE
    await desk.call()
    assert await desk.is_open()


async def test_each_model_may_be_refused_for_itself(desk: Desk) -> None:
    await desk.call(refused("model"))
    await desk.call(refused("model"), OTHER)

    assert (await desk.is_open(), await desk.is_open(OTHER)) == (False, False)


async def test_a_refusal_that_may_be_of_one_request_closes_nothing(desk: Desk) -> None:
    await desk.call(refused("request"))

    assert await desk.is_open()


async def test_a_free_call_that_nobody_answers_tells_nothing(desk: Desk) -> None:
    desk.look.answer = ProviderUnreachableError("No.", code="unreachable")
    await desk.call(refused())

    assert not await desk.is_open()
    desk.look.answer = None
    assert not await desk.is_open()


async def test_it_is_looked_at_without_anybody_asking(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.jobs.provider_account.WATCH_EVERY", 0)
    desk.look.answer = refused()
    await desk.call(refused())
    await until(lambda: desk.look.looks > 2)

    desk.look.answer = None

    await until(lambda: desk.account.refusal is None)


async def test_the_leads_are_told_once_and_again_when_all_is_well(desk: Desk) -> None:
    desk.look.answer = refused()
    await desk.call(refused())
    for _ in range(3):
        await desk.is_open()
    desk.look.answer = None
    await desk.is_open()
    await until(lambda: len(desk.leads.told) == 2)

    assert desk.leads.told == [(MIA.server_id, 77, "No money."), (MIA.server_id, 77, None)]


async def test_leads_who_could_not_be_told_are_told_when_somebody_asks_next(desk: Desk) -> None:
    desk.leads.can_read = False
    await desk.call(refused())
    await until(lambda: len(desk.leads.told) == 1)
    desk.leads.can_read = True
    for _ in range(3):
        await desk.is_open()
        await asyncio.sleep(0.01)
    await until(lambda: len(desk.leads.told) > 1)

    assert desk.leads.told == [(MIA.server_id, 77, "No money.")] * 2


@pytest.mark.parametrize("problem", [None, RuntimeError("a bug")])
async def test_leads_who_cannot_be_told_change_nothing(desk: Desk, problem: Exception | None) -> None:
    desk.leads.problem = problem
    if problem is None:
        desk.account.speaker = None
    await desk.call(refused(words=""))
    await asyncio.sleep(0.05)

    assert not await desk.is_open()


async def test_nothing_is_reserved_while_the_account_is_refused(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.free_call.answer = refused()
        house.account.met(Call(house.account, MODEL, MIA.server_id), refused())
        for ask in (
            house.studio.submit("r1", a_request(), MIA, RecordingDelivery()),
            house.studio.check(a_request(), MIA),
        ):
            with pytest.raises(ProviderAccountError):
                await ask

        assert await house.requests.get("r1") is None


async def test_what_waited_already_is_given_back_without_a_call(tmp_path: Path) -> None:
    async with a_house(tmp_path, (refused(),), slots=1) as house:
        house.free_call.answer = refused()
        await house.studio.submit("r1", a_request(count=4), MIA, RecordingDelivery())
        await until(lambda: not house.studio.running and not house.studio.waiting)

        assert await house.states("r1") == ["released"] * 4
        assert len(house.provider.asked) == 1
        assert isinstance(house.account.refusal, ImageFailure)
        assert ALL == ""
