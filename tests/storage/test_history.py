"""What was made, found by words in any script: nothing that may not be seen, no words that mean something to FTS5."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.services.gallery import HistoryQuery, Places, Star, Stretch
from bot.storage import history as of_storage
from bot.storage.history import SqliteHistory, statement_for, words_of
from bot.storage.stars import SqliteStars

from .examples import DESTINATION, MEMBER, NOON, SERVER, opened, order, settlement

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

    from bot.services.policy import Requester

    from .examples import Books

CHANNEL, ASKER = MEMBER.channel_id, MEMBER.user_id
STRANGER = replace(MEMBER, user_id=ASKER + 1)
PLACES = Places(frozenset({CHANNEL}), frozenset({CHANNEL, CHANNEL + 50}))
HOSTILE = [
    '"',
    '""',
    '" OR "a',
    "fox*",
    "NOT fox",
    "NEAR(a b)",
    "words:fox",
    "^fox",
    "(",
    "';--",
    "%",
    "_",
    "\\",
    "{a}",
]


async def made(
    books: Books,
    *prompts: str,
    requester: Requester = MEMBER,
    private: bool = False,
    at: int = NOON,
    story: tuple[str, ...] = (),
    model: str = "gpt-image-2",
) -> list[int]:
    """The numbers of pictures that were made from these words, one each."""
    numbers: list[int] = []
    for prompt in prompts:
        (count,) = (await books.rows("SELECT count(*) FROM requests"))[0]
        asked = order(f"R{count}", at=at, requester=requester)
        request = replace(asked.request, prompt=prompt, story=story, model=model)
        asked = replace(asked, request=request, destination=replace(DESTINATION, private=private))
        await books.ledger.reserve(asked)
        await books.ledger.dispatch(f"{asked.id}:1", at)
        numbers.append((await books.ledger.settle(f"{asked.id}:1", settlement(), at)).number)
    return numbers


async def found(
    books: Books, words: str = "", *, places: Places = PLACES, stretch: Stretch | None = None, **meant: int | str
) -> list[int]:
    query = HistoryQuery(**{"server_id": SERVER, "asker_id": ASKER, "words": words, **meant})  # type: ignore[arg-type]  # by their names
    entries = await SqliteHistory(books.database).found(query, places, stretch or Stretch(), 10)
    return [entry.number for entry in entries]


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("a red fox in the snow", "snow fox"),
        ("a red fox in the snow", "FOX"),
        ("foxes at dawn", "fox"),
        ("東京の夜、雨", "東京"),
        ("東京の夜、雨", "雨"),
        ("夜の東京", "東京"),
        ("กรุงเทพตอนกลางคืน", "เทพ"),
        ("서울의 밤", "밤"),
        ("Лиса в снегу", "лиса"),
        ("Ёж в снегу", "ё"),
        ("قلعة في الصحراء", "الصحراء"),
        ("می‌خواهم", "می‌خواهم"),
        ("a 🦊 in snow", "🦊"),
        ("a ❤️ of stone", "❤"),
        ("a ❤ of stone", "❤️"),
        ("👩‍🚀 on the moon", "👩‍🚀"),
        ("cafe\u0301 at night", "café"),
        ("caf\u00e9 at night", "cafe\u0301"),
        ("100% wool", "%"),
        ("a_b", "_b"),
        ('the word "fox"', '"fox"'),
        ("\u202ereversed", "reversed\u202c"),
    ],
)
async def test_words_are_found_in_every_script_and_also_in_part(prompt: str, words: str, books: Books) -> None:
    numbers = await made(books, prompt, "something else entirely, 完全に別のもの")

    assert await found(books, words) == numbers[:1]


@pytest.mark.parametrize("words", [*HOSTILE, "a\0b", "x" * 5000])
async def test_no_words_mean_anything_to_the_index(words: str, books: Books) -> None:
    await made(books, "a red fox")

    assert await found(books, words) == []


def test_a_search_looks_up_as_many_words_as_are_of_use() -> None:
    assert words_of("a\0b \ud800 a") == ["a", "b"]
    assert len(words_of(" ".join(map(str, range(100))))) == 20


@pytest.mark.parametrize("words", HOSTILE)
async def test_what_looks_like_syntax_is_found_where_it_stands(words: str, books: Books) -> None:
    numbers = await made(books, f"before {words} behind")

    assert await found(books, words) == numbers


async def test_all_words_must_be_there_and_those_of_the_picture_before_count(books: Books) -> None:
    await made(books, "a fox", "snow")
    (edited,) = await made(books, "make it night", story=("a lighthouse on a cliff",))

    assert await found(books, "fox snow") == []
    assert await found(books, "night lighthouse") == [edited]
    assert await found(books, "zz fox") == []


async def test_common_short_words_are_found_by_reading(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_storage, "MOST_TERMS", 1)
    numbers = await made(books, "an ox and an owl", "Ёж и ox")

    assert await found(books, "ox") == numbers[::-1]
    assert await found(books, "ёж ox") == numbers[1:]
    assert await found(books, "owl an") == numbers[:1]


async def test_the_newest_come_first_and_a_stretch_of_numbers_can_be_asked_for(books: Books) -> None:
    numbers = await made(books, "a fox", "a fox", "a fox")

    assert await found(books) == numbers[::-1]
    assert await found(books, "fox", stretch=Stretch(highest=numbers[1])) == numbers[1::-1]
    assert await found(books, stretch=Stretch(lowest=numbers[1], newest_first=False)) == numbers[1:]


async def test_nothing_leads_to_another_server(books: Books) -> None:
    await made(books, "a fox", requester=replace(MEMBER, server_id=SERVER + 100))

    assert await found(books, "fox") == []


async def test_private_pictures_are_found_by_their_member_alone(books: Books) -> None:
    (own,) = await made(books, "a fox", private=True)
    await made(books, "a fox", private=True, requester=STRANGER)

    assert await found(books, "fox") == [own]


async def test_what_was_made_where_the_asker_sees_nothing_is_not_found(books: Books) -> None:
    await made(books, "a fox", requester=replace(MEMBER, channel_id=CHANNEL + 50))
    await made(books, "a fox", requester=replace(STRANGER, channel_id=CHANNEL + 60))
    (gone,) = await made(books, "a fox", requester=replace(MEMBER, channel_id=CHANNEL + 60))

    assert await found(books, "fox") == [gone]


async def test_threads_are_found_unless_they_are_hidden_or_gone(books: Books) -> None:
    numbers: list[int] = []
    for place, who in enumerate((STRANGER, STRANGER, STRANGER, MEMBER), 70):
        numbers += await made(books, "a fox", requester=replace(who, channel_id=place, parent_id=CHANNEL))

    places = replace(PLACES, hidden=frozenset({70}), gone=frozenset({71, 73}))

    assert await found(books, "fox", places=places) == [numbers[3], numbers[2]]
    assert await found(books, place_id=CHANNEL) == numbers[::-1]
    assert await found(books, thread_id=72) == [numbers[2]]


async def test_what_is_meant_can_be_narrowed_down(books: Books) -> None:
    (first,) = await made(books, "a fox", requester=STRANGER)
    (second,) = await made(books, "a fox", model="gpt-image-2.5-flare", at=NOON + 100)

    assert await found(books, "fox", member_id=STRANGER.user_id) == [first]
    assert await found(books, "fox", model="gpt-image-2.5-flare") == [second]
    assert await found(books, since=NOON + 100) == [second]
    assert await found(books, until=NOON + 100) == [first]
    assert await found(books, since=NOON + 200) == []
    assert await found(books, "fox", place_id=1) == []


async def test_favourites_are_what_the_asker_has_starred_and_may_see(books: Books) -> None:
    own, others = await made(books, "a fox"), await made(books, "a fox", "an owl", requester=STRANGER)
    hidden = await made(books, "a fox", requester=replace(STRANGER, channel_id=CHANNEL + 50))
    became_private = await made(books, "a fox", requester=STRANGER)
    stars = SqliteStars(books.database)
    for number in (*own, *others, *hidden, *became_private):
        await stars.toggle(Star(1, number, ASKER, NOON), None)
    (of_stranger,) = await made(books, "a fox", requester=STRANGER)
    await stars.toggle(Star(1, of_stranger, STRANGER.user_id, NOON), None)
    await books.requests.acknowledged("R4", replace(DESTINATION, private=True))

    assert await found(books, favourites=True) == [*others[::-1], *own]
    assert await found(books, "fox", favourites=True) == [others[0], *own]
    assert await found(books, "zz", favourites=True) == []
    assert await found(books, "fox", favourites=True, member_id=ASKER) == own
    assert await found(books, favourites=True, stretch=Stretch(lowest=others[0], newest_first=False)) == others
    assert await found(books, favourites=True, server_id=SERVER + 1) == []


async def test_deleted_pictures_leave_the_index(books: Books) -> None:
    numbers = await made(books, "a fox", "東京 a fox")
    await books.requests.delete_picture(numbers[0], NOON + 5)
    await books.requests.delete_pictures("R1", NOON + 5)

    assert await found(books, "fox") == []
    assert await found(books) == []
    assert await books.rows("SELECT term FROM history_terms") == []


async def test_whoever_removes_rows_or_blanks_words_takes_the_index_along(tmp_path: Path) -> None:
    def erase(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM pictures WHERE number = 1")
        connection.execute("UPDATE requests SET request = json_set(request, '$.prompt', 'gone') WHERE id = 'R1'")

    async with opened(tmp_path / "atelier.sqlite3") as books:
        await made(books, "a fox", "a secret castle")
        await books.database.transaction(erase)

        assert await found(books, "fox") == await found(books, "castle") == []
        assert await found(books, "gone") == [2]


async def test_what_became_private_is_found_by_its_member_alone(books: Books) -> None:
    await made(books, "a fox", requester=STRANGER)
    await books.requests.acknowledged("R0", replace(DESTINATION, private=True))

    assert await found(books, "fox") == []


async def test_a_damaged_request_is_booked_and_has_no_words(tmp_path: Path) -> None:
    async with opened(tmp_path / "atelier.sqlite3") as books:
        await books.ledger.reserve(order("1"))
        await books.ledger.dispatch("1:1", NOON)
        await books.database.transaction(lambda connection: connection.execute("UPDATE requests SET request = '{'"))
        await books.ledger.settle("1:1", settlement(), NOON)

        assert await found(books) == [1]


@pytest.mark.parametrize(
    ("meant", "index"),
    [
        ({}, "history_of_server"),
        ({"member_id": 5}, "history_of_member"),
        ({"model": "x"}, "history_of_model"),
        ({"place_id": 5}, "history_of_place"),
        ({"words": "fox"}, "VIRTUAL TABLE INDEX"),
        ({"words": "fox", "member_id": 5}, "history_of_member"),
        ({"favourites": True}, "stars_of_member"),
        ({"words": "fox", "favourites": True, "model": "x"}, "stars_of_member"),
    ],
)
async def test_a_hundred_thousand_pictures_are_not_gone_through(
    meant: dict[str, int | str | bool], index: str, books: Books
) -> None:
    """The bench measures it; here SQLite says how it would look."""
    await made(books, "a fox")
    query = HistoryQuery(**{"server_id": SERVER, "asker_id": ASKER, **meant})  # type: ignore[arg-type]  # by their names

    def plan(connection: sqlite3.Connection) -> str:
        statement = statement_for(connection, query, Stretch())
        assert statement is not None
        names = ("server_id", "asker_id", "member_id", "model", "place_id", "thread_id", "since", "until", "seen")
        others = dict.fromkeys((*names, "known", "hidden", "gone", "lowest", "highest", "most"), "1")
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement[0]}", others | statement[1])
        return "\n".join(row[3] for row in rows if "json_each" not in row[3])

    told = await books.database.read(plan)

    assert index in told
    assert "SCAN history" not in told.replace("SCAN history_words VIRTUAL", "")
    assert "TEMP B-TREE" not in told


@pytest.mark.parametrize("is_there", [True, False])
async def test_a_message_more_shows_a_picture_and_is_outdated_if_that_is_gone(
    books: Books,
    is_there: bool,  # noqa: FBT001 - a case
) -> None:
    (number,) = await made(books, "a fox")
    history = SqliteHistory(books.database)
    (entry,) = await history.found(HistoryQuery(SERVER, ASKER), PLACES, Stretch(), 1)
    if not is_there:
        await books.requests.delete_picture(number, NOON)
    shown = await history.shown(entry, CHANNEL, 99)

    assert shown is is_there
    assert await books.requests.messages("R0") == [(CHANNEL, 99)]
    assert await books.rows("SELECT outdated FROM messages") == [(int(not is_there),)]
