"""Turns of conversations in the ledger: answered in words alone, or beside a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.ledger import ChargeConflictError, ChargeState, Correction, TurnAnswer

from .examples import NOON, SERVER, opened, order, settlement, words
from .invariants import faults

if TYPE_CHECKING:
    from pathlib import Path

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
