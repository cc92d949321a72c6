"""Which pictures were made from which: only of one server, nothing private, found by indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.gallery import MOST_SHOWN, Family, Relative
from bot.services.requests import Change
from bot.storage.ledger.lineage import CHILD_COUNT, NEWEST_CHILDREN, PARENTS, RELATIVE, SqliteLineage

from .examples import DESTINATION, MEMBER, NOON, SERVER, image, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from bot.services.ledger import Reservation
    from bot.services.requests import StoredImage

    from .examples import Books

STRANGER = replace(MEMBER, server_id=SERVER + 100)


async def make(books: Books, asked: Reservation, *messages: int, channel_id: int | None = None) -> list[int]:
    """A delivered request; the numbers of its pictures."""
    await books.ledger.reserve(asked)
    numbers: list[int] = []
    for index in range(1, asked.request.count + 1):
        job_id = f"{asked.id}:{index}"
        await books.ledger.dispatch(job_id, asked.at)
        numbers.append((await books.ledger.settle(job_id, settlement(), asked.at)).number)
    await books.requests.delivered(asked.id, asked.at, channel_id, messages)
    return numbers


def ours(number: int, letter: str = "a") -> StoredImage:
    return replace(image(letter), number=number)


def changed(asked: Reservation, change: Change, prompt: str = "a fox") -> Reservation:
    return replace(asked, request=replace(asked.request, change=change, prompt=prompt))


def private(asked: Reservation) -> Reservation:
    return replace(asked, destination=replace(DESTINATION, private=True))


async def family(books: Books, *numbers: int, server_id: int = SERVER) -> Family:
    return await SqliteLineage(books.database).family(numbers, server_id)


async def test_a_picture_made_from_words_alone_has_no_relatives(books: Books) -> None:
    (number,) = await make(books, order())

    assert await family(books, number) == Family()


async def test_parent_and_child_know_each_other(books: Books) -> None:
    (first,) = await make(books, order("1"), 10, 11)
    (second,) = await make(
        books, changed(order("2", at=NOON + 5, parent=first, references=(ours(first),)), Change.EDIT, "in snow"), 20
    )

    assert await family(books, second) == Family(
        parents=(
            Relative(
                number=first,
                change=Change.NEW,
                user_id=MEMBER.user_id,
                prompt="a fox",
                created_at=NOON,
                deleted=False,
                private=False,
                place=(MEMBER.channel_id, 11),
            ),
        )
    )
    assert await family(books, first) == Family(
        children=(
            Relative(
                number=second,
                change=Change.EDIT,
                user_id=MEMBER.user_id,
                prompt="in snow",
                created_at=NOON + 5,
                deleted=False,
                private=False,
                place=(MEMBER.channel_id, 20),
            ),
        ),
        child_count=1,
    )


async def test_the_parent_comes_first_then_references_in_their_order_and_each_once(books: Books) -> None:
    one, two, three, four = await make(books, order("1", count=4))
    canvas = ours(two, "c")
    references = (canvas, ours(four), image("x"), ours(one), ours(four, "d"), ours(two))

    (made,) = await make(books, order("2", parent=two, references=references))

    assert [each.number for each in (await family(books, made)).parents] == [two, four, one]
    for number in (one, two, four):
        assert [child.number for child in (await family(books, number)).children] == [made]
    assert (await family(books, three)).children == ()


async def test_a_reference_without_a_parent_is_a_relative_too(books: Books) -> None:
    (first,) = await make(books, order("1"))
    (second,) = await make(books, order("2", references=(ours(first),)))

    assert [each.number for each in (await family(books, second)).parents] == [first]
    assert [each.number for each in (await family(books, first)).children] == [second]


async def test_every_picture_of_a_request_is_a_child_and_the_newest_come_first(books: Books) -> None:
    (first,) = await make(books, order("1"))
    numbers: list[int] = []
    for name in ("2", "3", "4"):
        numbers += await make(books, order(name, count=4, parent=first))

    found = await family(books, first)

    assert [child.number for child in found.children] == numbers[::-1][:MOST_SHOWN]
    assert found.child_count == 12


async def test_of_several_pictures_each_relative_is_told_and_counted_once(books: Books) -> None:
    one, two = await make(books, order("1", count=2))
    first, second = await make(books, order("2", count=2, parent=two, references=(ours(two), ours(one))))
    children: list[int] = []
    for name in ("3", "4", "5"):
        children += await make(books, order(name, count=4, parent=first, references=(ours(first), ours(second))))
    children += await make(books, order("6", parent=second))

    found = await family(books, first, second)

    assert [each.number for each in found.parents] == [two, one]
    assert [child.number for child in found.children] == children[::-1][:MOST_SHOWN]
    assert found.child_count == 13


async def test_a_request_that_made_no_picture_has_made_no_child(books: Books) -> None:
    (first,) = await make(books, order("1"))
    await books.ledger.reserve(order("2", parent=first))
    await books.ledger.release("2:1", "no", "blocked", NOON)

    assert await family(books, first) == Family()


async def test_a_private_relative_is_named_and_nothing_is_told_of_it(books: Books) -> None:
    (first,) = await make(books, order("1"), 10)
    (second,) = await make(books, private(order("2", parent=first)), 20)
    (third,) = await make(books, order("3", parent=second), 30)

    (child,) = (await family(books, first)).children
    (parent,) = (await family(books, third)).parents

    assert child == parent
    assert (child.number, child.private, child.prompt, child.place) == (second, True, "", None)


async def test_a_deleted_relative_keeps_its_number_and_leads_nowhere(books: Books) -> None:
    (first,) = await make(books, order("1"), 10)
    (second,) = await make(books, order("2", parent=first))
    await books.requests.delete_pictures("1", NOON + 9)

    (parent,) = (await family(books, second)).parents

    assert (parent.number, parent.deleted, parent.prompt, parent.place) == (first, True, "", None)


@pytest.mark.parametrize(
    ("channel_id", "parent_id", "place"),
    [
        (None, 0, (MEMBER.channel_id, 10)),
        (MEMBER.channel_id, 77, (MEMBER.channel_id, 10)),
        (77, 77, (77, 10)),  # a thread's result, in the thread's channel
        (88, 0, None),  # a direct message
        (88, 77, None),
    ],
)
async def test_nobody_is_led_into_direct_messages(
    channel_id: int | None, parent_id: int, place: tuple[int, int] | None, books: Books
) -> None:
    asker = replace(MEMBER, parent_id=parent_id)
    (first,) = await make(books, order("1", requester=asker), 10, channel_id=channel_id)
    (second,) = await make(books, order("2", parent=first))

    (parent,) = (await family(books, second)).parents

    assert parent.place == place


async def test_the_newest_message_in_its_channel_is_the_place_also_beside_a_newer_one_elsewhere(books: Books) -> None:
    (first,) = await make(books, order("1"), 10, 11)
    await books.requests.delivered("1", NOON, 88, [99])
    (second,) = await make(books, order("2", parent=first))

    assert [each.place for each in (await family(books, second)).parents] == [(MEMBER.channel_id, 11)]


async def test_nothing_leads_from_one_server_to_another(books: Books) -> None:
    (here,) = await make(books, order("1"))
    (there,) = await make(books, order("2", requester=STRANGER, parent=here))

    assert await family(books, here) == Family()
    assert await family(books, there, server_id=STRANGER.server_id) == Family()
    assert await family(books, here, server_id=STRANGER.server_id) == await family(books, there, 99) == Family()


@pytest.mark.parametrize("sql", [RELATIVE, PARENTS, NEWEST_CHILDREN, CHILD_COUNT])
async def test_nothing_is_searched_through(books: Books, sql: str) -> None:
    def plan(connection: sqlite3.Connection) -> list[str]:
        keys = ("[1]",) * sql.count("?")
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", keys)]

    steps = await books.database.read(plan)

    beside = ("CORRELATED SCALAR SUBQUERY", "LIST SUBQUERY", "USE TEMP B-TREE FOR", "SCAN asked VIRTUAL TABLE")
    assert all(step.startswith(("SEARCH", *beside)) for step in steps), steps


async def test_a_picture_that_is_not_there_is_nobodys_parent(books: Books) -> None:
    with pytest.raises(Exception, match="FOREIGN KEY"):
        await books.ledger.reserve(order("1", parent=5))

    assert await books.requests.get("1") is None
