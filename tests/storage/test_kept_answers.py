"""Answers that Discord took in no way, and progress that stands too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .examples import MEMBER, NOON, order

if TYPE_CHECKING:
    from .examples import Books


async def kept(books: Books, user_id: int = MEMBER.user_id) -> list[str]:
    return [request.id for request in await books.requests.kept_for(user_id)]


async def left(books: Books) -> list[str]:
    return [request.id for request in await books.requests.with_progress_left()]


async def undelivered(books: Books) -> list[str]:
    return [request.id for request in await books.requests.undelivered()]


async def test_what_is_kept_is_there_for_its_member_oldest_first(books: Books) -> None:
    for name, at in (("b", NOON), ("a", NOON + 5), ("c", NOON + 6)):
        await books.ledger.reserve(order(name, at=at))
    await books.requests.keep("a", NOON + 7)
    await books.requests.keep("b", NOON + 8)
    await books.requests.keep("b", NOON + 9)

    assert await kept(books) == ["b", "a"]
    assert await kept(books, MEMBER.user_id + 1) == []
    assert [request.kept_at for request in await books.requests.kept_for(MEMBER.user_id)] == [NOON + 8, NOON + 7]
    assert await undelivered(books) == ["b", "a", "c"], "the next start tries again"


async def test_what_was_answered_is_not_kept(books: Books) -> None:
    await books.ledger.reserve(order())
    await books.requests.delivered("1", NOON, 5, [6])

    await books.requests.keep("1", NOON)

    assert await kept(books) == []


async def test_what_was_told_to_be_kept_is_answered_and_waits(books: Books) -> None:
    await books.ledger.reserve(order())

    await books.requests.delivered("1", NOON, None, (), kept=True)

    assert await kept(books) == ["1"]
    assert await undelivered(books) == []


async def test_what_is_posted_after_all_is_kept_no_more(books: Books) -> None:
    await books.ledger.reserve(order())
    await books.requests.keep("1", NOON)

    await books.requests.delivered("1", NOON + 5, 5, [6])

    assert await kept(books) == []
    assert await undelivered(books) == []


@pytest.mark.parametrize("told", [False, True])
async def test_what_its_member_has_seen_is_kept_no_more(books: Books, told: bool) -> None:  # noqa: FBT001 - a table's column
    await books.ledger.reserve(order())
    if told:
        await books.requests.delivered("1", NOON, None, (), kept=True)
    else:
        await books.requests.keep("1", NOON)

    await books.requests.fetched("1", NOON + 5)

    request = await books.requests.get("1")
    assert request is not None
    assert (request.kept_at, request.delivered_at) == (None, NOON if told else NOON + 5)
    assert await left(books) == ([] if told else ["1"]), "what was told nowhere has left its progress standing"


async def test_the_token_is_kept_for_as_long_as_progress_is_left(books: Books) -> None:
    await books.ledger.reserve(order())

    await books.requests.delivered("1", NOON, 5, [6], progress_left=True)
    before, found = await books.requests.get("1"), await left(books)
    await books.requests.tidied("1")
    after = await books.requests.get("1")

    assert found == ["1"]
    assert before is not None
    assert before.destination.interaction_token
    assert after is not None
    assert not after.destination.interaction_token
    assert await left(books) == []
