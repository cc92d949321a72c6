"""What is published: found by everybody where it was published, and not by words of what is still private."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.services.gallery import HistoryQuery, Places, Publication, Stretch
from bot.services.policy import Decision
from bot.services.requests import Change, told
from bot.storage.history import SqliteHistory
from bot.storage.ledger.lineage import SqliteLineage
from bot.storage.publications import SqlitePublications

from .examples import DESTINATION, MEMBER, NOON, SERVER, image, order, settlement
from .invariants import faults

if TYPE_CHECKING:
    from bot.services.ledger import Order
    from bot.services.policy import Requester

    from .examples import Books

HALL = MEMBER.channel_id + 50
STRANGER = replace(MEMBER, user_id=MEMBER.user_id + 1)
PLACES = Places(frozenset({MEMBER.channel_id, HALL}), frozenset({MEMBER.channel_id, HALL}))


async def made(
    books: Books,
    name: str,
    prompt: str = "a fox",
    *,
    parent: int | None = None,
    story: tuple[str, ...] = (),
    requester: Requester = MEMBER,
    private: bool = True,
) -> int:
    """The number of a picture that was made so."""
    references = () if parent is None else (replace(image("a"), number=parent),)
    asked = order(name, requester=requester, parent=parent, references=references)
    change = Change.NEW if parent is None else Change.EDIT
    request = replace(asked.request, prompt=prompt, story=story, change=change)
    await books.ledger.reserve(replace(asked, request=request, destination=replace(DESTINATION, private=private)))
    await books.ledger.dispatch(f"{name}:1", NOON)
    return (await books.ledger.settle(f"{name}:1", settlement(), NOON)).number


async def kept(books: Books, name: str) -> Order:
    found = await books.requests.get(name)
    assert found is not None
    return found


async def publish(books: Books, name: str, *numbers: int, thread: int = 0) -> None:
    owner = replace(MEMBER, channel_id=thread or HALL, parent_id=HALL if thread else 0)
    publication = Publication(f"9{name}", name, numbers, owner, NOON)
    records = SqlitePublications(books.database)
    await records.begin(publication)
    assert await records.pending(name) == [publication]
    await records.posted(publication, int(f"7{name}"), decided("picture publish"))
    assert await records.pending() == []


async def take_back(books: Books, name: str, *numbers: int) -> None:
    await SqlitePublications(books.database).take_back(await kept(books, name), numbers, decided("picture unpublish"))


def decided(action: str) -> Decision:
    return Decision(MEMBER.user_id, NOON + 5, action, "#1", "private", "public")


async def found(books: Books, words: str = "", **meant: int) -> list[int]:
    """By a stranger."""
    query = replace(HistoryQuery(SERVER, STRANGER.user_id, words=words), **meant)  # type: ignore[arg-type]  # by their names
    entries = await SqliteHistory(books.database).found(query, PLACES, Stretch(), 10)
    assert not any(entry.private for entry in entries)
    return [entry.number for entry in entries]


async def story_of(books: Books, name: str) -> tuple[str, ...]:
    return (await kept(books, name)).request.story


@pytest.mark.parametrize("thread", [0, HALL + 7])
async def test_it_is_found_where_it_was_published_until_it_is_taken_back(books: Books, thread: int) -> None:
    number = await made(books, "10")
    before = await found(books)
    await publish(books, "10", number, thread=thread)
    after = await found(books), await found(books, "fox", place_id=HALL), await found(books, place_id=HALL - 50)
    in_thread = await found(books, thread_id=thread or HALL)
    await take_back(books, "10", number)

    assert before == await found(books) == await found(books, place_id=HALL) == []
    assert after == ([number], [number], [])
    assert in_thread == [number]
    assert await books.database.read(faults) == {}


async def test_while_it_is_being_posted_it_is_private(books: Books) -> None:
    number = await made(books, "10")
    records = SqlitePublications(books.database)
    await records.begin(Publication("910", "10", (number,), MEMBER, NOON))

    assert await found(books) == []
    assert not (await kept(books, "10")).pictures[0].published

    await records.give_up("910")

    assert await records.pending() == []
    assert await found(books) == []


async def test_an_acknowledgement_does_not_hide_what_is_published(books: Books) -> None:
    number = await made(books, "10")
    await publish(books, "10", number)
    for private in (False, True):
        await books.requests.acknowledged("10", replace(DESTINATION, private=private))

        assert await found(books) == [number]


async def test_its_message_is_noted_and_outdated_once_it_is_taken_back(books: Books) -> None:
    number = await made(books, "10")
    await books.requests.delivered("10", NOON, 3, [69])
    await publish(books, "10", number)
    await take_back(books, "10", number)

    rows = await books.rows("SELECT message_id, channel_id, private, outdated FROM messages ORDER BY message_id")
    assert rows == [(69, 3, 1, 0), (710, HALL, 0, 1)]


async def test_lineage_leads_to_where_it_was_published(books: Books) -> None:
    number = await made(books, "10", "a castle")
    child = await made(books, "11", "blue", parent=number, private=False)
    lineage = SqliteLineage(books.database)
    await publish(books, "10", number)
    (public,) = (await lineage.family([child], SERVER)).parents
    await take_back(books, "10", number)
    (private,) = (await lineage.family([child], SERVER)).parents

    assert (public.private, public.prompt, public.place) == (False, "a castle", (HALL, 710))
    assert (private.private, private.prompt, private.place) == (True, "", None)


async def test_only_words_of_what_is_public_come_along(books: Books) -> None:
    first = await made(books, "10", "a lighthouse", private=False)
    second = await made(books, "11", "a secret", parent=first, story=("a lighthouse",))
    third = await made(books, "12", "blue", parent=second, story=("a lighthouse", "a secret"))
    records = SqlitePublications(books.database)
    foretold = await records.public_story("12")
    await publish(books, "12", third)

    assert foretold == await story_of(books, "12") == ("a lighthouse",)
    assert await found(books, "secret") == []
    assert await found(books, "lighthouse") == [third, first]
    assert await story_of(books, "11") == ("a lighthouse",)


async def test_words_that_were_cut_are_known_again(books: Books) -> None:
    cut = told(("x" * 5000,))
    first = await made(books, "10", "x" * 5000, private=False)
    second = await made(books, "11", "blue", parent=first, story=cut)
    await publish(books, "11", second)

    assert await story_of(books, "11") == cut


async def test_what_was_made_of_it_forgets_its_words_with_it_however_far(books: Books) -> None:
    number = await made(books, "10", "a secret")
    await publish(books, "10", number)
    public = await made(books, "11", "blue", parent=number, story=("a secret",), requester=STRANGER, private=False)
    await made(books, "12", "red", parent=public, story=("a secret", "blue"), requester=STRANGER)
    own = await made(books, "13", "green", parent=public, story=("a secret", "blue"))
    await made(books, "14", "new", private=False)
    await take_back(books, "10", number)

    assert await story_of(books, "11") == ()
    assert await story_of(books, "12") == ("blue",)
    assert await story_of(books, "13") == ("a secret", "blue")
    assert await found(books, "secret") == []

    await publish(books, "13", own)

    assert await story_of(books, "13") == ("blue",)


async def test_a_picture_that_was_changed_by_somebody_who_sent_it_has_no_words_of_ours(books: Books) -> None:
    number = await made(books, "10", "blue", story=("from elsewhere",))
    await publish(books, "10", number)

    assert await story_of(books, "10") == ()


async def test_a_damaged_ancestor_is_damage(books: Books) -> None:
    first = await made(books, "10")
    second = await made(books, "11", "blue", parent=first, story=("a fox",))
    await books.database.transaction(
        lambda connection: connection.execute("UPDATE requests SET request = '[]' WHERE id = '10'")
    )

    with pytest.raises(DatabaseError, match="is damaged"):
        await publish(books, "11", second)
    assert await found(books) == []


async def test_both_are_in_the_audit(books: Books) -> None:
    number = await made(books, "10")
    await publish(books, "10", number)
    await take_back(books, "10", number)

    assert await books.rows("SELECT action, actor_id FROM audit ORDER BY seq") == [
        ("picture publish", MEMBER.user_id),
        ("picture unpublish", MEMBER.user_id),
    ]
