"""Turns of conversations in the ledger: answered in words alone, or beside a picture."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import LimitReachedError
from bot.services.ledger import Bounds, ChargeConflictError, ChargeState, Correction, TurnAnswer
from bot.services.policy import buckets_touched
from bot.services.requests import Talk, Task
from bot.storage.ledger.charge_lookup import SqliteCharges
from bot.storage.ledger.report import read_report

from .examples import BERLIN, MEMBER, NOON, SERVER, budget, daily_images, opened, order, settlement, words
from .invariants import faults

if TYPE_CHECKING:
    from pathlib import Path

    from bot.services.ledger import Reservation
    from bot.services.policy import Limit

ANSWER = TurnAnswer("resp_1", "Here.", "a fox in snow", "", 5_000, 2)


async def test_words_alone_cost_what_they_cost_and_count_as_no_picture(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(order())
        await books.ledger.dispatch("1:1", NOON)
        await books.ledger.settle_words("1:1", words(20), NOON + 1)
        counted = await books.held_and_settled()
        kept = await books.requests.get("1")
        found = await books.database.read(faults)

    assert counted == {(0, 0, 20, 0)}
    assert kept is not None
    (job,) = kept.jobs
    assert (job.state, job.actual_nano, job.picture, job.failure) == (ChargeState.SETTLED, 20, None, None)
    assert job.answer == words().answer
    assert found == {}


async def test_a_picture_keeps_the_answer_beside_it(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(order())
        await books.ledger.dispatch("1:1", NOON)
        settled = replace(settlement(), answer=ANSWER)
        picture = await books.ledger.settle("1:1", settled, NOON + 1)
        again = await books.ledger.settle("1:1", settled, NOON + 2)
        with pytest.raises(ChargeConflictError):
            await books.ledger.settle("1:1", settlement(), NOON + 2)
        kept = await books.requests.get("1")

    assert again == picture
    assert kept is not None
    assert kept.jobs[0].answer == ANSWER


async def test_a_picture_is_no_words_and_words_are_no_picture(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(order(count=2))
        for job in ("1:1", "1:2"):
            await books.ledger.dispatch(job, NOON)
        await books.ledger.settle("1:1", replace(settlement(), answer=ANSWER), NOON)
        await books.ledger.settle_words("1:2", words(), NOON)
        with pytest.raises(ChargeConflictError):
            await books.ledger.settle_words("1:1", words(), NOON)
        with pytest.raises(ChargeConflictError):
            await books.ledger.settle("1:2", settlement(), NOON)


async def test_words_that_a_lead_corrects_are_still_no_picture(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(order())
        await books.ledger.dispatch("1:1", NOON)
        await books.ledger.settle_words("1:1", words(20), NOON)
        await books.ledger.correct(SERVER, Correction("1:1", 5, 7, "the bill"), NOON + 1)
        found = await books.database.read(faults)
        adjusted = await books.rows("SELECT nano, images FROM adjustments")

    assert adjusted == [(-15, 0)]
    assert found == {}


def wording(limits: tuple[Limit, ...] = (), name: str = "1") -> Reservation:
    """What asks for words about a prompt."""
    asked = order(name, limits=limits)
    talk = Talk("gpt-6-luna", "enhance", task=Task.ENHANCE, is_stored=False)
    return replace(asked, request=replace(asked.request, talk=talk))


async def test_words_about_a_prompt_hold_money_and_no_picture_and_pass_no_limit_in_pictures(tmp_path: Path) -> None:
    limits = (daily_images(0), budget(100))
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(wording(limits))
        held = await books.held_and_settled()
        with pytest.raises(LimitReachedError, match="budget"):
            await books.ledger.reserve(wording(limits, "2"))
        bounds = Bounds(SERVER, 0, (daily_images(-1), budget(100)), buckets_touched(MEMBER, NOON, BERLIN))
        await books.ledger.dispatch("1:1", NOON, bounds)
        await books.ledger.settle_words("1:1", words(20), NOON + 1)
        counted = await books.held_and_settled()
        found = await books.database.read(faults)

    assert held == {(100, 0, 0, 0)}
    assert counted == {(0, 0, 20, 0)}
    assert found == {}


async def test_words_of_unknown_outcome_are_charged_at_their_hold_and_are_no_picture(tmp_path: Path) -> None:
    async with opened(tmp_path / "books") as books:
        await books.ledger.reserve(wording())
        await books.ledger.dispatch("1:1", NOON)
        await books.ledger.mark_unknown("1:1", "lost", "incomplete", NOON, NOON + 1)
        charge = await SqliteCharges(books.database).of_job(SERVER, "1:1")
        await books.ledger.charge_overdue(NOON + 1)
        (job,) = (await asyncio.to_thread(read_report, books.database.path, None, None)).jobs
        counted = await books.held_and_settled()
        found = await books.database.read(faults)

    assert charge is not None
    assert (charge.model, charge.quality) == ("gpt-6-luna", "words")
    assert (job.model, job.size, job.quality, job.images) == ("gpt-6-luna", "", "", 0)
    assert counted == {(0, 0, 100, 0)}
    assert found == {}
