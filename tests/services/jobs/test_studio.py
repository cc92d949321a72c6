"""Taking a request: held before it is acknowledged, refused without a trace, and never taken twice."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import LimitReachedError, NotAcceptingError, QueueFullError, RequestRefused, StoreTroubleError
from bot.services.calendar import Window
from bot.services.jobs import PartialImage
from bot.services.ledger import ChargeState
from bot.services.policy import Decision, Limit, Metric, Scope
from bot.services.requests import pricing
from bot.services.turns.queue import MOST_WAITING_PER_MEMBER
from bot.storage import SqlitePolicies
from tests.services.fakes import BEN, CATALOG, MIA, RecordingDelivery, a_house, a_request, eventually, finished, until
from tests.services.jobs.bench import DAMAGED, SPENT, settled

if TYPE_CHECKING:
    from pathlib import Path


pytestmark = pytest.mark.usefixtures("without_waiting")


def daily(pictures: int) -> Limit:
    return Limit(Scope.MEMBER, MIA.server_id, MIA.user_id, Metric.IMAGES, Window.DAY, pictures, "your daily allowance")


async def test_a_request_is_reserved_acknowledged_made_and_shown(tmp_path: Path) -> None:
    async with a_house(tmp_path, (PartialImage(0, b"sketch"), finished(b"the fox"))) as house:
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(), MIA, delivery)
        await settled(house, "r1")

        assert delivery.acknowledged == 1
        assert [content for _, content in delivery.results[0].files] == [b"the fox"]
        assert [preview.frames for preview in delivery.previews] == [(b"sketch",)]
        assert delivery.attempts == 1
        kept = await house.kept("r1")
        assert (kept.jobs[0].state, kept.requester) == (ChargeState.SETTLED, MIA)
        assert (house.studio.waiting, house.studio.running) == (0, 0)


async def test_the_money_is_held_before_anything_is_acknowledged(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        delivery = RecordingDelivery()
        delivery.held = asyncio.Event()
        request = a_request(count=2)
        hold = 2 * pricing.estimate(CATALOG.model(request.model), request).nano

        submitting = asyncio.create_task(house.studio.submit("r1", request, MIA, delivery))

        async def is_held() -> bool:
            return await house.used(SPENT) == hold

        await eventually(is_held)
        assert (delivery.acknowledged, house.studio.waiting) == (0, 0)
        delivery.held.set()
        await submitting
        assert (delivery.acknowledged, house.studio.waiting) == (1, 2)


async def test_where_progress_is_shown_is_remembered(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        assert (await house.kept("r1")).destination.message_id == 77


async def test_a_refusal_by_a_limit_leaves_no_trace(tmp_path: Path) -> None:
    """I14."""
    async with a_house(tmp_path) as house:
        house.limits = (daily(1),)
        delivery = RecordingDelivery()

        with pytest.raises(LimitReachedError, match="your daily allowance"):
            await house.studio.submit("r1", a_request(count=2), MIA, delivery)

        assert await house.requests.get("r1") is None
        assert await house.used(SPENT) == 0
        assert (delivery.acknowledged, house.provider.asked) == (0, [])


async def test_where_the_reservation_cannot_be_written_nothing_is_acknowledged_or_asked_for(tmp_path: Path) -> None:
    """I13."""
    async with a_house(tmp_path) as house:
        ((pages,),) = await house.database.read(lambda connection: connection.execute("PRAGMA page_count").fetchall())
        await house.database.transaction(lambda connection: connection.execute(f"PRAGMA max_page_count = {pages}"))
        delivery, prompt = RecordingDelivery(), "x" * 30_000

        with pytest.raises(StoreTroubleError, match="My disk is full, so I begin nothing new"):
            await house.studio.submit("r1", replace(a_request(), prompt=prompt), MIA, delivery)

        assert await house.requests.get("r1") is None
        assert await house.used(SPENT) == 0
        assert (delivery.acknowledged, house.studio.waiting, house.provider.asked) == (0, 0, [])


async def test_what_a_lead_decides_between_look_up_and_reservation_counts(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.policies.of(MIA.server_id)  # remembered
        decision = Decision(5, 0, "studio newcomers", "newcomers", "0 days", "1 day")
        await SqlitePolicies(house.database).change(
            MIA.server_id, lambda before: (replace(before, newcomer_days=1), decision)
        )

        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        assert (await house.policies.of(MIA.server_id)).version == 1
        assert await house.states("r1") == ["reserved"]


async def test_a_refusal_because_the_line_is_full_leaves_no_trace(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        for number in range(MOST_WAITING_PER_MEMBER // 2):
            await house.studio.submit(f"r{number}", a_request(count=2), MIA, RecordingDelivery())

        with pytest.raises(QueueFullError):
            await house.studio.submit("one more", a_request(), MIA, RecordingDelivery())

        assert await house.requests.get("one more") is None
        await house.studio.submit("another's", a_request(), BEN, RecordingDelivery())


async def test_who_has_room_in_the_line_is_taken_though_it_fills_meanwhile(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        with house.studio.room("first", 1, MIA):
            for number in range(MOST_WAITING_PER_MEMBER - 1):
                await house.studio.submit(f"r{number}", a_request(), MIA, RecordingDelivery())
            with pytest.raises(QueueFullError), house.studio.room("one more", 1, MIA):
                raise AssertionError
            await house.studio.submit("first", a_request(), MIA, RecordingDelivery())

        assert await house.states("first") == ["reserved"]


async def test_what_is_refused_takes_no_room_from_what_comes_after_it(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        for number in range(MOST_WAITING_PER_MEMBER):
            house.limits = (daily(0),)
            with pytest.raises(LimitReachedError):
                await house.studio.submit(f"refused {number}", a_request(), MIA, RecordingDelivery())
            house.limits = ()
            unheard = RecordingDelivery()
            unheard.refusal = RequestRefused("Discord did not take it.")
            with pytest.raises(RequestRefused):
                await house.studio.submit(f"unheard {number}", a_request(), MIA, unheard)

        for number in range(MOST_WAITING_PER_MEMBER):
            await house.studio.submit(f"r{number}", a_request(), MIA, RecordingDelivery())

        assert house.studio.waiting == MOST_WAITING_PER_MEMBER


async def test_room_that_came_to_nothing_is_given_back(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        with pytest.raises(RuntimeError), house.studio.room("r1", MOST_WAITING_PER_MEMBER, MIA):
            raise RuntimeError

        await house.studio.submit("r1", a_request(count=2), MIA, RecordingDelivery())


async def test_a_refusal_while_shutting_down_leaves_no_trace(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.studio.drain(0)

        with pytest.raises(NotAcceptingError):
            await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        assert await house.requests.get("r1") is None


async def test_what_would_be_refused_is_known_beforehand(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.limits = (daily(1),)

        await house.studio.check(a_request(), MIA)
        with pytest.raises(LimitReachedError, match="your daily allowance"):
            await house.studio.check(a_request(count=2), MIA)
        house.studio.stop_taking()
        with pytest.raises(NotAcceptingError, match="about to restart"):
            await house.studio.check(a_request(), MIA)


async def test_a_request_that_was_refused_may_come_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.limits = (daily(0),)
        delivery = RecordingDelivery()
        with pytest.raises(LimitReachedError):
            await house.studio.submit("r1", a_request(), MIA, delivery)
        house.limits = ()

        await house.studio.submit("r1", a_request(), MIA, delivery)
        await settled(house, "r1")

        assert len(delivery.results) == 1


@pytest.mark.parametrize(
    ("reason", "why"),
    [
        (
            RuntimeError("Unknown interaction"),
            "Discord did not take my answer, so nothing was made. Nothing was charged.",
        ),
        (RequestRefused("I could not answer you there."), "I could not answer you there."),
        (asyncio.CancelledError(), "I was stopped before this was begun. Nothing was charged."),
        (DAMAGED, "My books are damaged, so this was not begun. Nothing was charged."),
    ],
    ids=repr,
)
async def test_everything_is_given_back_when_nobody_could_be_told(
    tmp_path: Path, reason: BaseException, why: str
) -> None:
    async with a_house(tmp_path) as house:
        delivery = RecordingDelivery()
        delivery.refusal = reason

        with pytest.raises(type(reason)):
            await house.studio.submit("r1", a_request(count=2), MIA, delivery)

        assert await house.states("r1") == ["released", "released"]
        assert await house.used(SPENT) == 0
        assert (await house.requests.undelivered(), house.studio.waiting, house.provider.asked) == ([], 0, [])
        assert [job.failure for job in (await house.kept("r1")).jobs] == [why] * 2


async def test_a_shutdown_during_the_acknowledgement_gives_everything_back(tmp_path: Path) -> None:
    """I19."""
    async with a_house(tmp_path) as house:
        delivery = RecordingDelivery()
        delivery.held = asyncio.Event()
        submitting = asyncio.create_task(house.studio.submit("r1", a_request(), MIA, delivery))

        async def reserved() -> bool:
            return await house.requests.get("r1") is not None

        await eventually(reserved)
        await house.studio.drain(0)
        delivery.held.set()

        with pytest.raises(NotAcceptingError):
            await submitting
        (job,) = (await house.kept("r1")).jobs
        assert (job.state, job.failure) == (
            ChargeState.RELEASED,
            "I am about to restart. Ask again in a minute. Nothing was charged.",
        )


async def test_the_same_interaction_again_does_nothing_new_while_the_first_is_acknowledged(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        delivery, again = RecordingDelivery(), RecordingDelivery()
        delivery.held = asyncio.Event()
        submitting = asyncio.create_task(house.studio.submit("r1", a_request(), MIA, delivery))
        await asyncio.sleep(0)

        await house.studio.submit("r1", a_request(), MIA, again)
        delivery.held.set()
        await submitting
        await settled(house, "r1")

        assert (again.acknowledged, again.answered) == (0, False)
        assert len(house.provider.asked) == 1


async def test_the_same_interaction_again_does_nothing_new_while_the_first_waits(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(count=2), MIA, delivery)

        await house.studio.submit("r1", a_request(count=2), MIA, RecordingDelivery())
        assert house.studio.waiting == 2
        house.studio.start()
        await settled(house, "r1")

        assert len(house.provider.asked) == 2
        assert await house.states("r1") == ["settled", "settled"]


async def test_the_same_interaction_again_does_nothing_new_while_the_first_is_made(tmp_path: Path) -> None:
    done = asyncio.Event()
    async with a_house(tmp_path, (done, finished())) as house:
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        await until(lambda: house.provider.running == 1)

        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())
        done.set()
        await settled(house, "r1")

        assert len(house.provider.asked) == 1


async def test_the_same_interaction_again_does_nothing_new_after_the_end(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        delivery = RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, delivery)
        await settled(house, "r1")

        await house.studio.submit("r1", a_request(), MIA, delivery)

        assert (delivery.acknowledged, len(house.provider.asked), house.studio.waiting) == (1, 1, 0)
