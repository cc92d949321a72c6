"""What became of a request is told once, and insisted upon until somebody was told."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.calendar import Window
from bot.services.jobs import DeliveryError, Posted
from bot.services.jobs.delivery import LONGEST_TIDYING
from bot.services.jobs.outcomes import UNSETTLED
from bot.services.ledger import ChargeState, Settlement
from bot.services.policy import Limit, Metric, Scope
from bot.services.requests import StoredImage
from tests.services.fakes import (
    MIA,
    NOON,
    USAGE,
    House,
    RecordingDelivery,
    a_house,
    a_request,
    eventually,
    until,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.jobs.delivery import OpenDelivery
    from bot.services.ledger import Order
    from bot.services.policy import Requester

pytestmark = pytest.mark.usefixtures("without_waiting")

DAILY = Limit(Scope.MEMBER, MIA.server_id, MIA.user_id, Metric.IMAGES, Window.DAY, 10, "your daily allowance")
PASSING = DeliveryError("HTTP 500", permanent=False)
FOR_GOOD = DeliveryError("the channel is gone", permanent=True)


async def settle(house: House, job_id: str, content: bytes) -> None:
    await house.ledger.dispatch(job_id, NOON)
    image = StoredImage(await house.blobs.put(content), "image/png", 1024, 1024, len(content))
    await house.ledger.settle(job_id, Settlement(7_000, USAGE, image, 2.5, "req_1"), NOON)


@asynccontextmanager
async def two_pictures(folder: Path) -> AsyncGenerator[tuple[House, RecordingDelivery]]:
    """A request for two pictures: one was made, one was refused."""
    async with a_house(folder, begun=False) as house:
        await house.reserved("r1", a_request(count=2))
        await settle(house, "r1:1", b"the fox")
        await house.ledger.release("r1:2", "Blocked.", "moderation_blocked", NOON)
        yield house, RecordingDelivery()


async def test_the_pictures_are_shown_with_what_failed_and_what_is_left(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        house.limits = (DAILY,)

        await house.answers.answer("r1", delivery)

        (result,) = delivery.results
        assert [(picture.job_id, content) for picture, content in result.files] == [("r1:1", b"the fox")]
        assert result.failures == ("Blocked.",)
        assert result.cost_nano == 7_000
        assert [(status.limit, status.used) for status in result.limits] == [(DAILY, 1)]
        kept = await house.kept("r1")
        assert kept.delivered_at == NOON
        assert await house.requests.messages("r1") == [(2, 1001)]


async def test_an_answer_is_given_once(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        await house.answers.answer("r1", delivery)
        await house.answers.answer("r1", delivery)

        assert delivery.attempts == 1


async def test_each_reason_is_told_once_when_there_is_no_picture(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1", a_request(count=3))
        for number, sentence in enumerate(("Blocked.", "Busy.", "Blocked."), start=1):
            await house.ledger.release(f"r1:{number}", sentence, "code", NOON)
        delivery = RecordingDelivery()

        await house.answers.answer("r1", delivery)

        assert [error.sentence for error in delivery.errors] == ["Blocked.\nBusy."]
        assert (await house.kept("r1")).delivered_at == NOON
        assert await house.requests.messages("r1") == []


async def test_nothing_is_said_of_a_request_that_is_not_kept(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        delivery = RecordingDelivery()

        await house.answers.answer("nobody's", delivery)

        assert delivery.attempts == 0


async def test_a_picture_that_was_deleted_is_not_shown(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, _):
        await house.requests.delete_pictures("r1", NOON)

        result = await house.answers.result_of(await house.kept("r1"))

        assert result.files == ()


async def test_a_picture_whose_file_is_gone_is_said_to_be(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await settle(house, "r1:1", b"the fox")
        house.blobs.kept.clear()
        delivery = RecordingDelivery()

        await house.answers.answer("r1", delivery)

        (error,) = delivery.errors
        assert error.sentence == (
            "The picture was made and cost <$0.001, but I have lost its file: "
            "I was stopped before I could write it to my disk, or somebody has taken it from there."
        )


async def test_an_answer_that_discord_cannot_take_now_is_tried_again(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.extend([PASSING, RuntimeError("a bug of the moment")])

        await house.answers.answer("r1", delivery)
        await until(lambda: delivery.answered)

        assert delivery.attempts == 3

        async def written_down() -> bool:
            return (await house.kept("r1")).delivered_at == NOON

        await eventually(written_down)


async def test_an_answer_that_is_never_taken_is_kept_for_the_next_start(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.extend([PASSING] * 10)

        await house.answers.answer("r1", delivery)
        await until(lambda: delivery.attempts > len(house.answers.patience))
        await asyncio.sleep(0.05)

        assert delivery.attempts == 1 + len(house.answers.patience)
        assert [request.id for request in await house.requests.undelivered()] == ["r1"]


async def kept_for_mia(house: House) -> list[str]:
    return [request.id for request in await house.requests.kept_for(MIA.user_id)]


async def test_an_answer_that_discord_takes_in_no_way_is_kept_for_its_member(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.append(FOR_GOOD)

        await house.answers.answer("r1", delivery)

        assert delivery.attempts == 1
        kept = await house.kept("r1")
        assert (kept.delivered_at, kept.kept_at) == (None, NOON)
        assert await kept_for_mia(house) == ["r1"]
        assert kept.jobs[0].state is ChargeState.SETTLED


async def test_what_is_kept_is_tried_again_by_the_next_start_and_then_kept_no_more(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.append(FOR_GOOD)
        await house.answers.answer("r1", delivery)

        assert [request.id for request in await house.requests.undelivered()] == ["r1"]
        await house.answers.answer("r1", delivery)

        assert (await house.kept("r1")).delivered_at == NOON
        assert await kept_for_mia(house) == []


async def test_an_answer_that_waits_too_long_is_kept_for_its_member_too(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.extend([PASSING] * 10)
        await house.answers.answer("r1", delivery)

        async def kept() -> bool:
            return await kept_for_mia(house) == ["r1"]

        await eventually(kept)


async def test_what_cannot_be_written_down_as_kept_is_left_to_the_next_start(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        house.requests.trouble["keep"] = deque([RuntimeError("a bug of the moment")])
        delivery.problems.append(FOR_GOOD)

        await house.answers.answer("r1", delivery)

        assert [request.id for request in await house.requests.undelivered()] == ["r1"]
        assert await kept_for_mia(house) == []


async def test_the_end_of_what_is_kept_is_told_like_any_other(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        ended: list[Requester] = []
        delivery.problems.append(FOR_GOOD)

        await replace(house.answers, ended=ended.append).answer("r1", delivery)

        assert ended == [MIA]


async def test_what_is_told_to_be_kept_is_answered_and_waits_for_its_member(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.posted = Posted(kept=True)

        await house.answers.answer("r1", delivery)

        assert await house.requests.undelivered() == []
        assert await kept_for_mia(house) == ["r1"]


async def test_what_the_member_has_fetched_is_over_and_its_progress_goes(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.append(FOR_GOOD)
        await house.answers.answer("r1", delivery)

        await house.answers.fetched(await house.kept("r1"), delivery)

        assert await house.requests.undelivered() == []
        assert await kept_for_mia(house) == []
        await eventually(lambda: no_progress_left(house))
        assert delivery.tidied == 1


def opening(delivery: RecordingDelivery) -> OpenDelivery:
    def reopen(request: Order) -> RecordingDelivery:
        assert request.id == "r1"
        return delivery

    return reopen


async def no_progress_left(house: House) -> bool:
    return not await house.requests.with_progress_left()


async def test_progress_that_stays_is_tidied_up_with_patience(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.posted, delivery.untidy = Posted(5, (6,), progress_left=True), 2

        await house.answers.answer("r1", delivery)
        left = await house.requests.with_progress_left()
        await eventually(lambda: no_progress_left(house))

        assert [request.id for request in left] == ["r1"]
        assert (await house.kept("r1")).delivered_at == NOON
        assert delivery.tidied == 3


async def test_tidying_up_goes_on_after_a_fault_of_ours(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.posted, delivery.tidying = Posted(progress_left=True), deque([RuntimeError("a bug of the moment")])

        await house.answers.answer("r1", delivery)

        await eventually(lambda: no_progress_left(house))
        assert delivery.tidied == 1


async def test_progress_that_an_earlier_process_left_is_tidied_up(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        await house.requests.delivered("r1", NOON, None, (), progress_left=True)

        await house.answers.tidy(opening(delivery))
        await eventually(lambda: no_progress_left(house))

        assert delivery.tidied == 1


async def test_progress_that_nobody_could_tidy_up_for_a_month_is_left_alone(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        await house.requests.delivered("r1", NOON, None, (), progress_left=True)
        delivery.untidy = 9
        await house.answers.tidy(opening(delivery))
        await until(lambda: delivery.tidied == 1 + len(house.answers.patience))

        await replace(house.answers, clock=lambda: NOON + LONGEST_TIDYING + 1).tidy(opening(delivery))

        assert await no_progress_left(house)


async def test_closing_ends_the_patience_and_keeps_the_answer(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        patient = replace(house.answers, patience=(3600.0,))
        delivery.problems.append(PASSING)
        await patient.answer("r1", delivery)

        async with asyncio.timeout(300):
            await patient.close()

        assert delivery.attempts == 1
        assert (await house.kept("r1")).delivered_at is None


async def test_a_database_that_cannot_be_read_for_a_moment_costs_nobody_the_answer(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        house.requests.trouble["get"] = deque([DatabaseError("busy")] * 2)

        await house.answers.answer("r1", delivery)
        await until(lambda: delivery.answered)

        assert len(delivery.results) == 1


async def test_an_answer_that_cannot_be_written_down_at_once_is_not_given_twice(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        house.requests.trouble["delivered"] = deque([DatabaseError("the disk is full")] * 3)

        await house.answers.answer("r1", delivery)

        assert delivery.attempts == 1
        assert (await house.kept("r1")).delivered_at == NOON


async def test_an_answer_that_can_never_be_written_down_is_left_to_the_next_start(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        house.requests.trouble["delivered"] = deque([RuntimeError("a bug")])

        await house.answers.answer("r1", delivery)

        assert delivery.attempts == 1
        assert [request.id for request in await house.requests.undelivered()] == ["r1"]


async def test_where_the_months_money_stands_is_told_for_all_servers_together(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        order = await house.reserved("r1", a_request(count=3))
        hold = order.jobs[0].hold_nano
        await settle(house, "r1:1", b"the fox")
        await house.ledger.dispatch("r1:2", NOON)
        await house.ledger.mark_unknown("r1:2", "Cut off.", "incomplete", NOON, NOON + 60)

        standing = await house.accounts.month_totals()

        assert (standing.settled_nano, standing.held_nano, standing.unknown_nano) == (7_000, 2 * hold, hold)


async def unnumbered(house: House) -> Order:
    """The request as it was seen to end, while its picture could not be written down."""
    request = await house.kept("r1")
    jobs = tuple(
        replace(job, picture=None if job.picture is None else replace(job.picture, number=0)) for job in request.jobs
    )
    return replace(request, jobs=jobs)


async def test_what_was_posted_without_a_number_gets_it_once_the_books_have_it(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.posted = Posted(2, (1001,))

        await house.answers._end(await unnumbered(house), delivery)  # pyright: ignore[reportPrivateUsage] - as its attempt does
        await until(lambda: delivery.renewed != [])

        ((result, posted),) = delivery.renewed
        assert result.is_numbered
        assert posted.message_ids == (1001,)


@pytest.mark.parametrize(("problems", "attempts"), [([PASSING], 2), ([FOR_GOOD], 1), ([PASSING] * 100, 3)])
async def test_a_number_that_cannot_be_shown_is_tried_again_while_that_helps(
    problems: list[DeliveryError], attempts: int, tmp_path: Path
) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        answers = replace(house.answers, patience=(0.0, 0.0))
        delivery.problems.extend(problems)

        await answers._make_good(await house.kept("r1"), delivery, Posted(2, (1001,)))  # pyright: ignore[reportPrivateUsage] - as its answer does

        assert delivery.attempts == attempts


async def test_a_request_that_is_in_no_books_gets_no_number(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        await house.answers._make_good(replace(await house.kept("r1"), id="nobody's"), delivery, Posted(2, (1001,)))  # pyright: ignore[reportPrivateUsage] - as above

        assert delivery.renewed == []


async def test_what_the_books_never_took_is_shown_as_it_was_seen_and_stays_without_a_number(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        await house.reserved("r2")
        made = (await house.kept("r1")).jobs[0]
        request = await house.kept("r2")
        assert made.picture is not None
        shown = replace(request.jobs[0], picture=replace(made.picture, number=0), actual_nano=7_000)
        seen = replace(request, jobs=(shown,))

        await house.answers.answer("r2", delivery, seen)
        await house.answers._make_good(seen, delivery, Posted(2, (1001,)))  # pyright: ignore[reportPrivateUsage] - as its answer does

        assert [content for _, content in delivery.results[0].files] == [b"the fox"]
        assert delivery.renewed == []


@pytest.mark.parametrize("place", ["requests.get", "accounts.told"])
async def test_books_that_cannot_be_read_keep_nobody_from_their_picture(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def locked(*_: object) -> None:
        raise DatabaseError("database is locked", "Another program keeps my books locked")

    async with two_pictures(tmp_path) as (house, delivery):
        seen = await house.kept("r1")
        room, name = place.split(".")
        asked: object = getattr(house.answers, room)
        monkeypatch.setattr(type(asked), name, locked)

        await house.answers._attempt("r1", delivery, seen)  # pyright: ignore[reportPrivateUsage] - one, without insisting

        assert [result.failures for result in delivery.results] == [("Blocked.",)]


async def test_what_may_be_billed_is_told_with_who_can_settle_it(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await house.ledger.dispatch("r1:1", NOON)
        await house.ledger.mark_unknown("r1:1", "Cut off.", "cut", NOON, NOON + 10)
        delivery = RecordingDelivery()

        await house.answers.answer("r1", delivery)

        assert [error.sentence for error in delivery.errors] == [f"Cut off.\n{UNSETTLED}"]


async def test_of_a_picture_that_was_deleted_before_it_was_shown_nothing_but_that_is_said(tmp_path: Path) -> None:
    async with a_house(tmp_path, begun=False) as house:
        await house.reserved("r1")
        await settle(house, "r1:1", b"the fox")
        await house.requests.delete_pictures("r1", NOON)
        delivery = RecordingDelivery()

        await house.answers.answer("r1", delivery)

        assert [error.sentence for error in delivery.errors] == [
            "The picture was made and discarded before it was shown. What it cost stays charged: <$0.001."
        ]
