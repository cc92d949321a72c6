from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.gallery import ResultMessage
from bot.services.ledger import Destination
from bot.storage.ledger.requests import OF_MESSAGE, UNUSED
from bot.storage.result_messages import SqliteResultMessages

from .examples import MEMBER, NOON, SERVER, image, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from bot.services.requests import StoredImage

    from .examples import Books


async def make(books: Books, name: str, letter: str, references: tuple[StoredImage, ...] = ()) -> int:
    """A delivered request with one picture; its number."""
    await books.ledger.reserve(order(name, references=references))
    await books.ledger.dispatch(f"{name}:1", NOON)
    picture = await books.ledger.settle(f"{name}:1", settlement(letter=letter), NOON)
    await books.requests.delivered(name, NOON, 5, [int(name)])
    return picture.number


@pytest.mark.parametrize("private", [True, False])
async def test_messages_of_what_was_deleted_are_outdated_until_they_are_brought_up(
    books: Books,
    private: bool,  # noqa: FBT001 - a case
) -> None:
    result_messages = SqliteResultMessages(books.database)
    number = await make(books, "10", "a")
    await make(books, "11", "b")
    await books.ledger.reserve(replace(order("12"), destination=Destination(8, "", NOON, None, private=private)))
    await books.requests.delivered("12", NOON, 5, [12])

    await books.requests.delete_picture(number, NOON)
    await books.requests.delete_pictures("12", NOON)
    await books.requests.delete_picture(99, NOON)

    own = ResultMessage("12", 5, 12, private=private)
    assert await result_messages.outdated() == [ResultMessage("10", 5, 10, private=False), own]
    assert await result_messages.outdated("12") == [own]

    await result_messages.brought_up(12)

    assert await result_messages.outdated("12") == []


async def test_a_request_that_is_not_kept_is_none(books: Books) -> None:
    assert await books.requests.get("1") is None


async def test_what_was_not_delivered_is_found_oldest_first(books: Books) -> None:
    for name, at in (("b", NOON + 60), ("a", NOON + 60), ("c", NOON + 5)):
        await books.ledger.reserve(order(name, at=at))
    await books.requests.delivered("a", NOON, None, ())

    found = await books.requests.undelivered()

    assert [request.id for request in found] == ["b", "c"]  # the ledger's time does not go back
    assert found[0] == await books.requests.get("b")


async def test_where_progress_is_shown_is_remembered(books: Books) -> None:
    await books.ledger.reserve(order())
    shown = Destination(8, "other", NOON + 5, 99, private=True)

    await books.requests.acknowledged("1", shown)

    kept = await books.requests.get("1")
    assert kept is not None
    assert kept.destination == shown


async def test_a_token_is_forgotten_once_the_answer_is_there_and_does_not_come_back(books: Books) -> None:
    await books.ledger.reserve(order())

    await books.requests.delivered("1", NOON + 3, 5, [6])
    await books.requests.acknowledged("1", Destination(8, "late", NOON + 5, 99, private=True))
    await books.requests.delivered("1", NOON + 9, 5, [6])

    kept = await books.requests.get("1")
    assert kept is not None
    assert (kept.destination.interaction_token, kept.delivered_at) == ("", NOON + 3)


async def test_the_messages_of_a_result_are_found_oldest_first(books: Books) -> None:
    await books.ledger.reserve(order())

    await books.requests.delivered("1", NOON, 5, [30, 10])
    await books.requests.delivered("1", NOON, None, [20, 30])

    assert await books.requests.messages("1") == [(5, 10), (MEMBER.channel_id, 20), (5, 30)]
    assert await books.requests.messages("2") == []


async def test_a_message_leads_to_the_request_whose_result_it_shows(books: Books) -> None:
    await make(books, "10", "a")
    await make(books, "20", "b")
    await books.requests.delivered("10", NOON, 5, [30])

    found = [await books.requests.of_message(number) for number in (10, 20, 30)]

    assert [request and request.id for request in found] == ["10", "20", "10"]
    assert found[0] == await books.requests.get("10")
    assert await books.requests.of_message(99) is None


async def test_the_message_that_a_request_answers_is_remembered(books: Books) -> None:
    reply = replace(order(), destination=Destination(7, "", 0, None, private=False, reply_to=SERVER + 5))

    written = await books.ledger.reserve(reply)

    assert written.destination.reply_to == SERVER + 5


async def test_a_picture_leads_to_its_request_only_in_its_own_server(books: Books) -> None:
    number = await make(books, "1", "a")

    found = await books.requests.of_picture(number, SERVER)

    assert found == await books.requests.get("1")
    assert await books.requests.of_picture(number, SERVER + 1) is None
    assert await books.requests.of_picture(number + 1, SERVER) is None


async def test_a_deleted_picture_is_marked_and_keeps_its_number(books: Books) -> None:
    number = await make(books, "1", "a")

    digests = await books.requests.delete_pictures("1", NOON + 1)

    assert digests == ["a" * 64]
    found = await books.requests.of_picture(number, SERVER)
    assert found is not None
    assert found.jobs[0].picture is not None
    assert found.jobs[0].picture.deleted
    assert await make(books, "2", "b") == number + 1


async def test_deleting_again_names_the_files_again_and_keeps_the_first_date(books: Books) -> None:
    await make(books, "1", "a")
    await books.requests.delete_pictures("1", NOON + 1)

    digests = await books.requests.delete_pictures("1", NOON + 2)

    assert digests == ["a" * 64]
    assert await books.rows("SELECT deleted_at FROM pictures") == [(NOON + 1,)]


async def test_a_file_stays_while_another_picture_shows_it(books: Books) -> None:
    await make(books, "1", "a")
    await make(books, "2", "a")

    assert await books.requests.delete_pictures("1", NOON) == []
    assert await books.requests.delete_pictures("2", NOON) == ["a" * 64]


async def test_a_file_stays_while_an_edit_of_it_has_a_picture(books: Books) -> None:
    await make(books, "1", "a")
    await make(books, "2", "b", (image("a"),))

    assert await books.requests.delete_pictures("1", NOON) == []
    assert await books.requests.delete_pictures("2", NOON) == ["a" * 64, "b" * 64]


async def test_a_file_stays_while_a_request_that_needs_it_is_at_work(books: Books) -> None:
    await make(books, "1", "a")
    await books.ledger.reserve(order("2", references=(image("a"), image("a"))))

    assert await books.requests.delete_pictures("1", NOON) == []
    await books.requests.delivered("2", NOON, None, ())
    assert await books.requests.delete_pictures("1", NOON) == ["a" * 64]


async def test_nothing_is_deleted_of_a_request_that_is_not_kept(books: Books) -> None:
    assert await books.requests.delete_pictures("1", NOON) == []


@pytest.mark.parametrize("role", ["mask", "markup", "canvas"])
async def test_every_file_that_is_sent_is_kept_while_it_is_needed(role: str, books: Books) -> None:
    first = await make(books, "1", "a")
    asked = order("2", parent=first, references=(replace(image("c"), number=first),))
    if role != "canvas":
        mask, markup = (image("c") if role == each else None for each in ("mask", "markup"))
        asked = replace(asked, request=replace(asked.request, references=(image("x"),), mask=mask, markup=markup))

    before = await books.requests.unused(["c" * 64])
    await books.ledger.reserve(asked)
    at_work = await books.requests.unused(["c" * 64])
    await books.ledger.dispatch("2:1", NOON)
    await books.ledger.settle("2:1", settlement(letter="b"), NOON)
    await books.requests.delivered("2", NOON, None, ())
    shown = await books.requests.unused(["c" * 64])
    gone = await books.requests.delete_pictures("2", NOON)

    assert (before, at_work, shown) == (["c" * 64], [], [])
    assert "c" * 64 in gone


async def test_of_a_request_that_made_no_picture_no_file_is_needed_once_it_is_answered(books: Books) -> None:
    asked = order("1", references=(image("c"),))
    await books.ledger.reserve(replace(asked, request=replace(asked.request, mask=image("d"))))
    await books.ledger.release("1:1", "no", "blocked", NOON)
    await books.requests.delivered("1", NOON, None, ())

    assert await books.requests.unused(["c" * 64, "d" * 64]) == ["c" * 64, "d" * 64]


async def test_one_picture_of_a_result_is_deleted_alone_and_the_inputs_stay_for_the_others(books: Books) -> None:
    await books.ledger.reserve(order("1", count=2, references=(image("c"),)))
    numbers: list[int] = []
    for index, letter in ((1, "a"), (2, "b")):
        await books.ledger.dispatch(f"1:{index}", NOON)
        numbers.append((await books.ledger.settle(f"1:{index}", settlement(letter=letter), NOON)).number)
    await books.requests.delivered("1", NOON, None, ())

    first = await books.requests.delete_picture(numbers[0], NOON + 1)
    again = await books.requests.delete_picture(numbers[0], NOON + 2)
    last = await books.requests.delete_picture(numbers[1], NOON + 3)

    assert (first, again) == (["a" * 64], ["a" * 64])
    assert last == ["a" * 64, "b" * 64, "c" * 64]
    assert await books.rows("SELECT deleted_at FROM pictures ORDER BY number") == [(NOON + 1,), (NOON + 3,)]
    assert await books.requests.delete_picture(99, NOON) == []


@pytest.mark.parametrize("sql", [UNUSED, OF_MESSAGE])
async def test_what_is_asked_of_many_files_or_messages_searches_through_nothing(sql: str, books: Books) -> None:
    def plan(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", ("[]",))]

    steps = await books.database.read(plan)

    assert not [step for step in steps if step.startswith("SCAN") and "candidates" not in step], steps
