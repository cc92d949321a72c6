"""What became of a request is told once, and insisted upon until somebody was told."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.delivery import DeliveryError
from bot.services.ledger import ChargeState, Settlement
from bot.services.limits import Limit, Metric, Scope
from bot.services.requests import StoredImage
from bot.services.windows import Window
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


async def test_an_answer_that_nobody_can_ever_take_is_given_up(tmp_path: Path) -> None:
    async with two_pictures(tmp_path) as (house, delivery):
        delivery.problems.append(FOR_GOOD)

        await house.answers.answer("r1", delivery)

        assert delivery.attempts == 1
        kept = await house.kept("r1")
        assert kept.delivered_at == NOON
        assert kept.jobs[0].state is ChargeState.SETTLED
        assert await house.requests.messages("r1") == []


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

        standing = await house.accounts.standing()

        assert (standing.settled_nano, standing.held_nano, standing.unknown_nano) == (7_000, 2 * hold, hold)
