"""A request's whole life: nobody is left waiting and nothing is made or booked twice, also over a restart."""

from __future__ import annotations

import asyncio
import errno
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.errors import (
    DatabaseError,
    LimitReachedError,
    NotAcceptingError,
    PromptBlockedError,
    ProviderBusyError,
    QueueFullError,
    RequestRefused,
    RequestRejectedError,
    StoreTroubleError,
)
from bot.services.calendar import Window
from bot.services.jobs import DeliveryError, PartialImage, Posted, studio
from bot.services.jobs.durations import FIRST_GUESSES
from bot.services.jobs.outcomes import UNKNOWN_DEADLINE
from bot.services.jobs.queue import MOST_WAITING_PER_MEMBER
from bot.services.ledger import ChargeConflictError, ChargeState
from bot.services.policy import Decision, Limit, Metric, Scope
from bot.services.requests import pricing
from bot.storage import SqlitePolicies
from tests.services.fakes import (
    BEN,
    CATALOG,
    MIA,
    NOON,
    USAGE,
    House,
    RecordingDelivery,
    a_house,
    a_request,
    eventually,
    finished,
    recall,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.jobs import Delivery
    from bot.services.ledger import Order
    from tests.services.fakes import Act

DAMAGED = DatabaseError("malformed", "My books are damaged", is_damage=True)
pytestmark = pytest.mark.usefixtures("without_waiting")

SPENT = Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 10**15, "this bot's monthly budget")
FULL_DISK = DatabaseError("the disk is full")
LOCKED = DatabaseError("locked", "Another program keeps my books locked")


def daily(pictures: int) -> Limit:
    return Limit(Scope.MEMBER, MIA.server_id, MIA.user_id, Metric.IMAGES, Window.DAY, pictures, "your daily allowance")


async def settled(house: House, request_id: str) -> None:
    """Wait until a request is answered and that is written down."""

    async def written() -> bool:
        return (await house.kept(request_id)).delivered_at is not None

    await eventually(written)


# Taking a request


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


# Making and telling


async def test_four_pictures_are_four_jobs_and_one_answer(tmp_path: Path) -> None:
    async with a_house(tmp_path, *[(finished(f"fox {number}".encode()),) for number in range(4)]) as house:
        delivery = RecordingDelivery()

        await house.studio.submit("r1", a_request(count=4), MIA, delivery)
        await settled(house, "r1")

        assert delivery.attempts == 1
        assert {content for _, content in delivery.results[0].files} == {b"fox 0", b"fox 1", b"fox 2", b"fox 3"}
        assert [picture.number for picture, _ in delivery.results[0].files] == [1, 2, 3, 4]
        assert len(house.provider.asked) == 4


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
        await house.studio.recover()
        assert await house.studio.resume(house.reopen) == 1
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


# Over a restart


async def test_a_call_that_a_crash_cut_is_unknown_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.ledger.dispatch("r1:1", NOON)

        await house.studio.recover()
        assert await house.states("r1") == ["unknown"]
        assert await house.studio.resume(house.reopen) == 1
        await settled(house, "r1")

        assert house.provider.asked == []
        (error,) = house.reopened["r1"].errors
        assert error.sentence.startswith("I was restarted while this was made.")


async def test_a_request_that_waited_out_a_short_absence_is_made(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", a_request(count=2))
        house.clock.now = NOON + studio.STALE

        await house.studio.recover()
        assert house.studio.waiting == 0
        assert await house.studio.resume(house.reopen) == 1
        await settled(house, "r1")

        assert await house.states("r1") == ["settled", "settled"]
        assert len(house.reopened["r1"].results[0].files) == 2
        assert house.reopened["r1"].acknowledged == 0


async def test_a_request_that_waited_out_a_long_absence_is_given_back_and_told(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        house.clock.now = NOON + studio.STALE + 1

        await house.studio.recover()
        await house.studio.resume(house.reopen)
        await settled(house, "r1")

        assert await house.states("r1") == ["released"]
        assert house.provider.asked == []
        assert "away for too long" in house.reopened["r1"].errors[0].sentence


async def test_what_had_ended_without_an_answer_is_answered(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await house.ledger.release("r1:1", "Blocked.", "moderation_blocked", NOON)

        await house.studio.recover()
        await house.studio.resume(house.reopen)
        await settled(house, "r1")

        assert [error.sentence for error in house.reopened["r1"].errors] == ["Blocked."]


async def test_of_a_request_that_was_half_made_the_rest_is_made_and_all_is_shown(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        order = await house.reserved("r1", a_request(count=2))
        await house.generation.make(order, order.jobs[0], lambda _: None, recall())
        house.studio.start()

        await house.studio.recover()
        await house.studio.resume(house.reopen)
        await settled(house, "r1")

        assert len(house.provider.asked) == 2
        assert len(house.reopened["r1"].results[0].files) == 2


async def test_what_members_began_before_the_resumption_is_not_touched_by_it(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("old")
        await house.studio.recover()
        delivery = RecordingDelivery()
        await house.studio.submit("new", a_request(), BEN, delivery)

        assert await house.studio.resume(house.reopen) == 1
        house.studio.start()
        await settled(house, "new")
        await settled(house, "old")

        assert set(house.reopened) == {"old"}
        assert len(delivery.results) == 1
        assert len(house.provider.asked) == 2


async def test_an_old_interaction_that_comes_again_before_the_resumption_is_made_once(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.studio.recover()
        await house.studio.submit("r1", a_request(), MIA, RecordingDelivery())

        await house.studio.resume(house.reopen)

        assert (house.studio.waiting, house.reopened) == (1, {})


@pytest.mark.parametrize("place", ["get", "with_progress_left"])
async def test_what_the_books_cannot_be_read_for_is_resumed_when_they_can(tmp_path: Path, place: str) -> None:
    async with a_house(tmp_path, begun=False) as house:
        for number in range(3):
            await house.reserved(f"r{number}")
    async with a_house(tmp_path) as house:
        await house.studio.recover()
        house.requests.trouble[place] = deque([LOCKED] * 3)

        assert await house.studio.resume(house.reopen) == 3
        await until(lambda: not house.requests.trouble[place])
        for number in range(3):
            await settled(house, f"r{number}")

        assert len(house.provider.asked) == 3


async def test_a_stop_ends_the_wait_for_books_that_cannot_be_read(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
    async with a_house(tmp_path) as house:
        await house.studio.recover()
        house.requests.trouble["get"] = deque([LOCKED] * 1_000_000)
        await house.studio.resume(house.reopen)

        async with asyncio.timeout(100):
            await house.studio.drain(0)

        house.requests.trouble.clear()
        assert await house.states("r1") == ["reserved"]


async def test_progress_in_damaged_rows_keeps_nobody_waiting(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        house.requests.trouble["with_progress_left"] = deque([DAMAGED])

        assert await house.studio.resume(house.reopen) == 0

        assert (house.stores.trouble, len(house.requests.trouble["with_progress_left"])) == ("", 0)


async def test_a_second_resumption_finds_nothing(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.studio.recover()

        assert await house.studio.resume(house.reopen) == 1
        assert await house.studio.resume(house.reopen) == 0
        assert house.studio.waiting == 1


async def test_a_request_that_is_gone_by_the_resumption_is_passed_over(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.studio.recover()
        house.requests.gone.add("r1")

        assert await house.studio.resume(house.reopen) == 1
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
    held_back = ProviderBusyError("Busy.", code="rate_limit_exceeded", retry_after=20.0)
    async with a_house(tmp_path, (done, finished()), (held_back,), slots=3) as house:
        sent, between, waits = RecordingDelivery(), RecordingDelivery(), RecordingDelivery()
        await house.studio.submit("r1", a_request(), MIA, sent)
        await until(lambda: house.provider.running == 1)
        await house.studio.submit("r2", a_request(), BEN, between)
        await until(lambda: house.pace.held_for > 0)
        await house.studio.submit("r3", a_request(), replace(BEN, user_id=5), waits)
        await until(lambda: (0, 0.0) in waits.lines)

        draining = asyncio.create_task(house.studio.drain(60))
        await until(lambda: between.answered)
        done.set()
        await draining

        assert [error.sentence for error in between.errors] == [
            "I was stopped before the image API took this one. Nothing was charged; ask again."
        ]
        assert len(sent.results) == 1
        assert (await house.states("r2"), await house.states("r3")) == (["released"], ["reserved"])
        assert (waits.answered, waits.pauses) == (False, ["I am about to restart"])
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
        await house.studio.recover()
        await house.studio.resume(house.reopen)
        await settled(house, "r1")

        assert "the bot was shut down while it was made" in house.reopened["r1"].errors[0].sentence


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
        await house.studio.recover()
        assert await house.studio.resume(house.reopen) == 1
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
        await house.studio.recover()
        await house.studio.resume(house.reopen)
        await settled(house, "r1")

        assert [content for _, content in house.reopened["r1"].results[0].files] == [b"the fox"]
        assert house.provider.asked == []


# Looking after the books


async def test_a_start_charges_what_is_overdue(tmp_path: Path) -> None:
    async with a_house(tmp_path, (), begun=False) as house:
        order = await house.reserved("r1")
        await house.generation.make(order, order.jobs[0], lambda _: None, recall())
        house.clock.now = NOON + UNKNOWN_DEADLINE

        await house.studio.recover()

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
        await house.studio.recover()

        def reopen(request: Order) -> Delivery:
            if request.id == "r1":
                raise LookupError("its model left the catalog")
            return house.reopen(request)

        assert await house.studio.resume(reopen) == 2
        await settled(house, "r2")

        assert await house.states("r1") == ["reserved"]
        assert await house.states("r2") == ["settled"]
