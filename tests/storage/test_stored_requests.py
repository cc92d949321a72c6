from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.ledger import Destination

from .examples import MEMBER, NOON, SERVER, image, order, settlement

if TYPE_CHECKING:
    from bot.services.requests import StoredImage

    from .examples import Books


async def make(books: Books, name: str, letter: str, references: tuple[StoredImage, ...] = ()) -> int:
    """A delivered request with one picture; its number."""
    await books.ledger.reserve(order(name, references=references))
    await books.ledger.dispatch(f"{name}:1", NOON)
    picture = await books.ledger.settle(f"{name}:1", settlement(letter=letter), NOON)
    await books.requests.delivered(name, NOON, 5, [int(name)])
    return picture.number


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
