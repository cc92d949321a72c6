"""What was made on a server, looked through by whoever may see it: pages, single pictures, and what words call up."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING, Protocol, Self

from bot.errors import PictureGoneError
from bot.language import phrase
from bot.services.text import LARGEST, NOTHING, number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PER_PAGE = 9  # pictures
MOST_SUGGESTED = 25  # pictures that are offered while somebody types
MORE_DIGITS = 6  # that may follow those of a number that were typed
LOOKED_AHEAD = 200  # pictures at a time, where the first look has met hidden threads
PATIENCE = 20.0  # seconds in which a page is filled, however many hidden threads are met; then it says how far it came
SUGGESTED_WITHIN = 0.2  # seconds; whoever types wants to see something


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What is looked for, and for whom.

    Attributes:
        server_id: nothing of another is found.
        asker_id: who looks; they alone find their private pictures.
        member_id: whose pictures; None for everybody's.
        words: all of which a picture was made from, or parts of them; as they were typed.
        model: a model's id.
        place_id: the channel where they were made, or in a thread of it.
        thread_id: the thread where they were made.
        since: not made before, in seconds since 1970 (UTC).
        until: made before.
        favourites: only what whoever looks has starred.
    """

    server_id: int
    asker_id: int
    member_id: int | None = None
    words: str = ""
    model: str | None = None
    place_id: int | None = None
    thread_id: int | None = None
    since: int | None = None
    until: int | None = None
    favourites: bool = False

    def to_json(self) -> str:
        """As it is kept for the buttons of a page."""
        return json.dumps({name: value for name, value in asdict(self).items() if value is not None})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        return cls(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Which numbers are looked through, both ends included, and from which end."""

    lowest: int = 0
    highest: int = LARGEST
    newest_first: bool = True


@dataclass(frozen=True, slots=True)
class Places:
    """Where whoever looks can see what was made.

    Attributes:
        seen: the channels.
        known: all channels that there are. What was made in others that are gone, only its own member finds.
        hidden: threads in `seen` that they cannot see.
        gone: threads that are not there any more; as channels that are gone.
    """

    seen: frozenset[int]
    known: frozenset[int]
    hidden: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture in the history; it is not deleted.

    Attributes:
        channel_id: where it was made.
        place_id: the same, or of a thread the channel that it belongs to.
        words: that it was made from, the newest first; of long ones the beginning.
        created_at: in seconds since 1970 (UTC).
        digest: of its file.
    """

    number: int
    request_id: str
    channel_id: int
    place_id: int
    user_id: int
    private: bool
    model: str
    created_at: int
    words: str
    digest: str
    media_type: str

    @property
    def is_in_thread(self) -> bool:
        """Whether it was made in a thread."""
        return self.place_id != self.channel_id


class HistoryRecords(Protocol):
    """Finds pictures by what they are."""

    async def found(self, query: HistoryQuery, places: Places, stretch: Stretch, most: int) -> Sequence[Entry]:
        """The first of those that are meant and may be seen."""
        ...

    async def shown(self, entry: Entry, channel_id: int, message_id: int) -> bool:
        """One message more shows a picture to all; False, and the message is outdated, if it must not any more."""
        ...


class ThreadSight(Enum):
    """How a thread stands to somebody who sees its channel."""

    SEEN = "seen"
    HIDDEN = "hidden"
    GONE = "gone"


class Sight(Protocol):
    """What a member can see of their server now."""

    @property
    def places(self) -> Places:
        """The channels."""
        ...

    async def of_threads(self, thread_ids: Sequence[int]) -> dict[int, ThreadSight]:
        """How each of these threads stands to them. What cannot be found out is hidden."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page, the newest first. Where it is not full and leads on, more was not looked through in time.

    Attributes:
        newer: below the number that the page of newer ones ends above; None if there are none.
        older: the other way.
    """

    entries: tuple[Entry, ...]
    newer: int | None = None
    older: int | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """What may be seen, in the order in which it was looked for.

    Attributes:
        reached: the number of the picture behind which it was not looked any more; None if nothing is left there.
    """

    entries: Sequence[Entry]
    reached: int | None = None


@dataclass(frozen=True)
class History:
    """Looks through what was made.

    Attributes:
        patience: seconds in which a page is filled.
    """

    records: HistoryRecords
    patience: float = PATIENCE

    async def newest(self, query: HistoryQuery, sight: Sight) -> HistoryPage:
        """The first page."""
        return await self.older_than(query, sight, None)

    async def older_than(self, query: HistoryQuery, sight: Sight, number: int | None) -> HistoryPage:
        """The page of what is older than a picture; without a number, the first."""
        stretch = Stretch() if number is None else Stretch(highest=number - 1)
        found = await self._found(query, sight, stretch, PER_PAGE + 1)
        shown = tuple(found.entries[:PER_PAGE])
        if not shown:
            return HistoryPage((), older=found.reached)
        return HistoryPage(
            shown,
            newer=None if number is None else shown[0].number,
            older=shown[-1].number if len(found.entries) > PER_PAGE else found.reached,
        )

    async def newer_than(self, query: HistoryQuery, sight: Sight, number: int) -> HistoryPage:
        """The page of what is just newer than a picture."""
        found = await self._found(query, sight, Stretch(lowest=number + 1, newest_first=False), PER_PAGE + 1)
        shown = tuple(reversed(found.entries[:PER_PAGE]))
        if not shown:
            return HistoryPage((), newer=found.reached)
        newer = shown[0].number if len(found.entries) > PER_PAGE else found.reached
        return HistoryPage(shown, newer=newer, older=shown[-1].number)

    async def one(self, server_id: int, asker_id: int, number: int, sight: Sight) -> Entry:
        """A picture that may be seen.

        Raises:
            PictureGoneError: there is none with that number for whoever asks.
        """
        query = HistoryQuery(server_id, asker_id)
        found = await self._found(query, sight, Stretch(lowest=number, highest=number), 1)
        if not found.entries:
            raise PictureGoneError(
                phrase(
                    "There is no picture {number} here that you can see. /history shows what there is.",
                    number=f"#{number}",
                )
            )
        return found.entries[0]

    async def suggested(self, server_id: int, asker_id: int, typed: str, sight: Sight) -> list[Entry]:
        """What may be meant by what was typed so far: a number or its beginning, then words."""
        found: dict[int, Entry] = {}
        ends = time.monotonic() + SUGGESTED_WITHIN
        query = HistoryQuery(server_id, asker_id)
        digits = typed.strip().removeprefix("#")
        for stretch in _beginning_with(number_of(digits)):
            more = await self._found(query, sight, stretch, MOST_SUGGESTED, ends)
            found |= {entry.number: entry for entry in more.entries}
        by_words = await self._found(replace(query, words=digits), sight, Stretch(), MOST_SUGGESTED, ends)
        found |= {entry.number: entry for entry in by_words.entries if entry.number not in found}
        return list(found.values())[:MOST_SUGGESTED]

    async def shown(self, entry: Entry, channel_id: int, message_id: int) -> bool:
        """Remember that a message shows it: replies to that change it, and it goes when the picture is deleted.

        Returns:
            Whether it may be shown still; else the message is outdated.
        """
        return await self.records.shown(entry, channel_id, message_id)

    async def _found(
        self, query: HistoryQuery, sight: Sight, stretch: Stretch, most: int, ends: float | None = None
    ) -> _Found:
        """The first `most` that may be seen: whoever sees a channel sees only some of its threads.

        Each look leaves out the hidden threads that those before it met, and every thread is asked about once. After
        `ends`, by the monotonic clock, it looks no further.
        """
        places, told, count = sight.places, dict[int, ThreadSight](), most
        ends = time.monotonic() + self.patience if ends is None else ends
        while True:
            looked = await self.records.found(query, places, stretch, count)
            threads = {entry.channel_id for entry in looked if entry.is_in_thread}
            told |= await sight.of_threads(sorted(threads - told.keys()))
            seen = [entry for entry in looked if _is_seen(entry, query.asker_id, told)]
            if len(seen) >= most or len(looked) < count:
                return _Found(seen[:most])
            if time.monotonic() >= ends:
                return _Found(seen, looked[-1].number)
            places = replace(places, hidden=_those(told, ThreadSight.HIDDEN), gone=_those(told, ThreadSight.GONE))
            count = LOOKED_AHEAD


def _beginning_with(number: int) -> list[Stretch]:
    """The number itself, and those that begin with its digits, none larger than there can be."""
    if number == NOTHING:
        return []
    stretches = [Stretch(number * 10**more, (number + 1) * 10**more - 1) for more in range(MORE_DIGITS + 1)]
    return [stretch for stretch in stretches if stretch.highest <= LARGEST]


def _is_seen(entry: Entry, asker_id: int, told: Mapping[int, ThreadSight]) -> bool:
    """Whether it may be seen by what was found out of its thread; its channel is seen."""
    if not entry.is_in_thread:
        return True
    sight = told.get(entry.channel_id, ThreadSight.HIDDEN)
    return sight is ThreadSight.SEEN or (sight is ThreadSight.GONE and entry.user_id == asker_id)


def _those(told: Mapping[int, ThreadSight], sight: ThreadSight) -> frozenset[int]:
    return frozenset(thread for thread, how in told.items() if how is sight)
