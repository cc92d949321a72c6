"""What people send us is kept until it is answered, and known for a while after that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.ledger import Destination, Errand
from bot.services.policy import Requester
from bot.storage.errands import SqliteErrands

from .examples import NOON, opened, order

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .examples import Books

ERRAND = Errand(
    "17",
    Requester(1, 2, 3, (4, 5), 6),
    Destination(7, "token", NOON + 900, None, private=True),
    NOON,
    "a fox",
)
REPLY = Errand("18", Requester(1, 2, 3), Destination(0, "", 0, None, private=False, reply_to=18), NOON + 1)


@pytest.fixture
async def books(tmp_path: Path) -> AsyncIterator[Books]:
    async with opened(tmp_path / "atelier.sqlite3") as books:
        yield books


async def test_what_was_not_answered_is_found_as_it_was(books: Books) -> None:
    errands = SqliteErrands(books.database)

    begun = [await errands.begin(each) for each in (REPLY, ERRAND)]

    assert begun == [True, True]
    assert await errands.unanswered() == [ERRAND, REPLY]


async def test_the_same_once_more_changes_nothing_answered_or_not(books: Books) -> None:
    errands = SqliteErrands(books.database)
    await errands.begin(ERRAND)

    again = await errands.begin(replace(ERRAND, words="otherwise"))
    await errands.answered("17", NOON + 5)
    once_more = await errands.begin(ERRAND)

    assert (again, once_more) == (False, False)
    assert await errands.unanswered() == []


async def test_words_and_token_are_forgotten_once_it_is_answered(books: Books) -> None:
    errands = SqliteErrands(books.database)
    await errands.begin(ERRAND)

    await errands.answered("17", NOON + 5)
    await errands.answered("17", NOON + 9)

    assert await books.rows("SELECT words, interaction_token, answered_at FROM errands") == [("", "", NOON + 5)]


async def test_a_request_that_is_kept_sees_to_its_own_answer(books: Books) -> None:
    errands = SqliteErrands(books.database)
    await errands.begin(replace(ERRAND, id="A"))

    await books.ledger.reserve(order("A"))

    assert await errands.unanswered() == []


async def test_what_is_long_past_is_forgotten(books: Books) -> None:
    errands = SqliteErrands(books.database)
    await errands.begin(ERRAND)
    await errands.begin(REPLY)

    await errands.forget(NOON + 1)

    assert await errands.unanswered() == [REPLY]
