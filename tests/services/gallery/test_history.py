"""Pages of the history, and what of it whoever looks may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.errors import PictureGoneError
from bot.services.gallery import (
    Entry,
    History,
    HistoryPage,
    HistoryQuery,
    HistoryRecords,
    Places,
    Sight,
    Stretch,
    ThreadSight,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ASKER, OTHER, CHANNEL = 1, 2, 50
QUERY = HistoryQuery(7, ASKER)


GONE = 404  # a picture that must not be shown any more


def entry(number: int, channel_id: int = CHANNEL, user_id: int = OTHER) -> Entry:
    return Entry(
        number=number,
        request_id=str(number),
        channel_id=channel_id,
        place_id=CHANNEL,
        user_id=user_id,
        private=False,
        model="gpt-image-2",
        created_at=5,
        words="a fox",
        digest="a" * 64,
        media_type="image/png",
    )


@dataclass
class Shelf(HistoryRecords):
    """Finds what is in the stretch and in no hidden place."""

    entries: Sequence[Entry]
    looks: int = 0
    posted: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])

    @override
    async def found(self, query: HistoryQuery, places: Places, stretch: Stretch, most: int) -> Sequence[Entry]:
        self.looks += 1
        found = [
            each
            for each in sorted(self.entries, key=lambda each: each.number, reverse=stretch.newest_first)
            if stretch.lowest <= each.number <= stretch.highest
            and query.words in each.words
            and each.channel_id not in places.hidden
            and (each.channel_id not in places.gone or each.user_id == query.asker_id)
        ]
        return found[:most]

    @override
    async def shown(self, entry: Entry, channel_id: int, message_id: int) -> bool:
        self.posted.append((entry.request_id, channel_id, message_id))
        return entry.number != GONE


@dataclass
class Eyes(Sight):
    """Sees the threads as it is told; hidden where it is told nothing."""

    told: dict[int, ThreadSight] = field(default_factory=dict[int, ThreadSight])
    asked: list[int] = field(default_factory=list[int])

    @property
    @override
    def places(self) -> Places:
        return Places(frozenset({CHANNEL}), frozenset({CHANNEL}))

    @override
    async def of_threads(self, thread_ids: Sequence[int]) -> dict[int, ThreadSight]:
        self.asked += thread_ids
        return {thread: self.told.get(thread, ThreadSight.HIDDEN) for thread in thread_ids}


def numbers(page: HistoryPage) -> list[int]:
    return [each.number for each in page.entries]


async def test_pages_are_turned_to_the_oldest_and_back_again() -> None:
    history = History(Shelf([entry(number) for number in range(1, 21)]))

    first = await history.newest(QUERY, Eyes())
    assert first.older is not None
    second = await history.older_than(QUERY, Eyes(), first.older)
    assert second.older is not None
    last = await history.older_than(QUERY, Eyes(), second.older)
    assert last.newer is not None
    back = await history.newer_than(QUERY, Eyes(), last.newer)
    assert back.newer is not None

    assert (numbers(first), first.newer) == (list(range(20, 11, -1)), None)
    assert numbers(second) == numbers(back) == list(range(11, 2, -1))
    assert (numbers(last), last.older) == ([2, 1], None)
    assert await history.newer_than(QUERY, Eyes(), back.newer) == first


async def test_where_nothing_is_left_the_page_is_empty() -> None:
    history = History(Shelf([entry(5)]))

    assert await history.older_than(QUERY, Eyes(), 5) == HistoryPage(())
    assert await history.newer_than(QUERY, Eyes(), 5) == HistoryPage(())


async def test_hidden_threads_leave_no_gap_and_are_asked_about_once() -> None:
    shelf = Shelf([entry(number, 60 + number % 3) for number in range(1, 31)])
    eyes = Eyes({60: ThreadSight.SEEN, 61: ThreadSight.GONE})

    page = await History(shelf).newest(QUERY, eyes)

    assert numbers(page) == [30, 27, 24, 21, 18, 15, 12, 9, 6]
    assert page.older == 6
    assert eyes.asked == [60, 61, 62]
    assert shelf.looks == 2


async def test_what_one_made_in_a_thread_that_is_gone_is_found_by_oneself() -> None:
    shelf = Shelf([entry(1, 60, ASKER), entry(2, 60)])

    assert numbers(await History(shelf).newest(QUERY, Eyes({60: ThreadSight.GONE}))) == [1]


async def test_a_page_is_full_however_many_hidden_threads_are_before_it() -> None:
    hidden = [entry(number, 1000 + number) for number in range(20, 2000)]
    shelf = Shelf([*(entry(number) for number in range(1, 12)), *hidden])
    eyes = Eyes()

    page = await History(shelf).newest(QUERY, eyes)

    assert numbers(page) == list(range(11, 2, -1))
    assert page.older == 3
    assert len(eyes.asked) == len(set(eyes.asked)) == len(hidden)
    assert shelf.looks == 1 + 10


async def test_where_time_is_up_a_page_says_how_far_it_came_and_the_next_goes_on_from_there() -> None:
    shelf = Shelf([entry(1), *(entry(number, 1000 + number) for number in range(2, 15)), entry(15)])
    history = History(shelf, patience=0)

    first = await history.newest(QUERY, Eyes())
    assert first.older is not None
    second = await history.older_than(QUERY, Eyes(), first.older)
    back = await history.newer_than(QUERY, Eyes(), 1)
    assert back.newer is not None
    last = await history.newer_than(QUERY, Eyes(), back.newer)

    assert (numbers(first), first.older) == ([15], 6)
    assert (numbers(second), second.older) == ([1], None)
    assert (numbers(back), back.newer, back.older) == ([], 11, None)
    assert (numbers(last), last.newer) == ([15], None)


async def test_a_page_on_which_nothing_may_be_seen_in_time_leads_on() -> None:
    shelf = Shelf([entry(1), *(entry(number, 1000 + number) for number in range(2, 15))])

    assert await History(shelf, patience=0).newest(QUERY, Eyes()) == HistoryPage((), older=5)


async def test_one_picture_is_there_for_who_may_see_it() -> None:
    history = History(Shelf([entry(1), entry(2, 60)]))

    assert (await history.one(7, ASKER, 1, Eyes())).number == 1
    with pytest.raises(PictureGoneError, match="no picture #2 here that you can see"):
        await history.one(7, ASKER, 2, Eyes())


def test_a_search_is_kept_as_it_was() -> None:
    query = HistoryQuery(7, ASKER, 3, "“東京” \\", "gpt-image-2", 4, 5, 6, 7, favourites=True)

    assert HistoryQuery.from_json(query.to_json()) == query
    assert HistoryQuery.from_json(QUERY.to_json()) == QUERY


async def suggested(shelf: Shelf, typed: str) -> list[int]:
    return [each.number for each in await History(shelf).suggested(7, ASKER, typed, Eyes())]


async def test_a_number_calls_up_itself_then_those_that_begin_with_it() -> None:
    shelf = Shelf([entry(number) for number in (4, 5, 40, 41, 48, 400, 50)])

    assert await suggested(shelf, "#4") == [4, 48, 41, 40, 400]
    assert await suggested(shelf, "50") == [50]


async def test_words_call_up_the_newest_and_no_more_than_can_be_offered() -> None:
    shelf = Shelf([entry(number) for number in range(1, 50)])

    assert await suggested(shelf, "fox") == list(range(49, 24, -1))
    assert await suggested(shelf, "owl") == []
    assert await suggested(shelf, "") == list(range(49, 24, -1))
    assert await suggested(shelf, "9" * 18) == []
    assert await suggested(Shelf([entry(1, 60)]), "fox") == []


async def test_one_message_more_is_remembered() -> None:
    shelf = Shelf([])
    told = [await History(shelf).shown(entry(number), CHANNEL, 99) for number in (3, GONE)]

    assert told == [True, False]
    assert shelf.posted == [("3", CHANNEL, 99), (str(GONE), CHANNEL, 99)]
