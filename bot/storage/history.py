"""The history of pictures: found by who made them, where and when, and by words in any script.

Triggers keep the table: whatever writes, deletes or blanks a picture or its request takes it along. Its index follows
when words are looked up: nobody who books a picture waits for it, or fails because it is damaged.
"""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import structlog
from typing_extensions import override

from bot.errors import DatabaseError
from bot.services.gallery import Entry, HistoryRecords
from bot.services.text import LARGEST
from bot.storage.database.history_index import begin_anew, catch_up, is_behind, is_of_index
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.services.gallery import HistoryQuery, Places, Stretch
    from bot.storage.database.database import Database

MOST_WORDS = 20  # of a search; the others are left out
LONGEST_WORD = 100  # characters
SHORTEST = 3  # characters of a word that the index can look up by itself
MOST_TERMS = 300  # of the index that a shorter word may begin; one that begins more is soon found by reading
WORDS_READ = 300  # characters of what a picture was made from
JOINER = "\u200d"  # holds emoji together
# Between words; with the sign that makes an emoji of a character, which some keyboards write and others do not.
_PARTING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
_EMOJI_SIGN = "\ufe0f"

_log = structlog.stdlib.get_logger(__name__)

COLUMNS = f"""
SELECT history.number, history.request_id, history.channel_id, history.place_id, history.user_id,
    history.private, history.model, history.created_at, substr(history.words, 1, {WORDS_READ}), digest, media_type
"""
BY_WORDS = """
FROM history_words
CROSS JOIN history ON history.number = history_words.rowid
JOIN pictures ON pictures.number = history.number
WHERE history_words MATCH :match AND history_words.rowid BETWEEN :lowest AND :highest
"""
# Of one member, model or channel, with or without words: from what they have made, for common words have many pictures.
BY_NUMBER = """
FROM history
JOIN pictures ON pictures.number = history.number
WHERE history.number BETWEEN :lowest AND :highest
"""
# Favourites from whoever's stars, however many pictures there are.
BY_STARS = """
FROM stars
CROSS JOIN history ON history.number = stars.picture_number
JOIN pictures ON pictures.number = history.number
WHERE stars.server_id = :server_id AND stars.user_id = :asker_id AND stars.picture_number BETWEEN :lowest AND :highest
"""
WORDS = """
IN (SELECT rowid FROM history_words WHERE history_words MATCH :match AND rowid BETWEEN :lowest AND :highest)
"""
WITH_WORDS = f"AND +history.number {WORDS}"
STARS_WITH_WORDS = f"AND +stars.picture_number {WORDS}"  # before anything else is looked up of what is starred
# What was made where they see it; of what is gone for everybody, what they made themselves.
MAY_BE_SEEN = """
AND history.server_id = :server_id AND (history.private = 0 OR history.user_id = :asker_id)
AND (
    +history.place_id IN (SELECT value FROM json_each(:seen))
    OR history.user_id = :asker_id AND +history.place_id NOT IN (SELECT value FROM json_each(:known))
)
AND history.channel_id NOT IN (SELECT value FROM json_each(:hidden))
AND (history.user_id = :asker_id OR history.channel_id NOT IN (SELECT value FROM json_each(:gone)))
"""
FILTERS = {
    "member_id": "AND history.user_id = :member_id",
    "model": "AND history.model = :model",
    "place_id": "AND history.place_id = :place_id",
    "thread_id": "AND history.channel_id = :thread_id",
    "since": "AND history.created_at >= :since",
    "until": "AND history.created_at < :until",
}
NARROW = ("member_id", "model", "place_id")  # have indexes
DIRECTIONS = {True: "DESC", False: "ASC"}
# Numbers rise with time, but for clocks that were set back.
OF_TIME = """
SELECT min(number), max(number) FROM history WHERE server_id = ? AND created_at >= ? AND created_at < ?
"""
SHOWN = "INSERT INTO messages (message_id, channel_id, request_id, outdated) VALUES (?, ?, ?, ?)"
IS_SEEN = "SELECT 1 FROM history WHERE number = ? AND private = 0"
TERMS = "SELECT term FROM history_terms WHERE term >= ? AND term < ? LIMIT ?"


class SqliteHistory(HistoryRecords):
    """Fulfils `HistoryRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def found(self, query: HistoryQuery, places: Places, stretch: Stretch, most: int) -> Sequence[Entry]:
        def look(connection: sqlite3.Connection) -> Sequence[Entry]:
            within = _within(connection, query, stretch)
            statement = None if within is None else statement_for(connection, query, within)
            if within is None or statement is None:
                return ()
            sql, meant = statement
            rows = connection.execute(sql, meant | _bounds(query, places, within, most))
            return tuple(_entry(row) for row in rows)

        if not words_of(query.words):
            return await self._database.read(look)
        await self._catch_up()
        try:
            return await self._database.read(look)
        except (DatabaseError, MemoryError) as problem:
            if not is_of_index(problem):
                raise
            await self._begin_anew(problem)
        return await self._database.read(look)

    async def _catch_up(self, *, begins_anew: bool = True) -> None:
        """Let the index know what has changed, in steps between which others have their turn."""
        while await self._database.read(is_behind):
            try:
                await self._database.transaction(catch_up)
            except (
                DatabaseError,
                sqlite3.IntegrityError,
                MemoryError,
            ) as problem:  # some damage looks like a broken rule
                if isinstance(problem, DatabaseError) and not problem.is_damage:
                    _log.warning("the newest words are not indexed yet", reason=str(problem))
                    return
                if not begins_anew:
                    raise
                await self._begin_anew(problem)

    async def _begin_anew(self, problem: Exception) -> None:
        _log.error("the index of the history is damaged, and made anew", reason=str(problem))
        await self._database.transaction(begin_anew)
        await self._catch_up(begins_anew=False)

    @override
    async def shown(self, entry: Entry, channel_id: int, message_id: int) -> bool:
        def write(connection: sqlite3.Connection) -> bool:
            is_seen = connection.execute(IS_SEEN, (entry.number,)).fetchone() is not None
            connection.execute(SHOWN, (message_id, channel_id, entry.request_id, not is_seen))
            return is_seen

        return await self._database.transaction(write)


def _within(connection: sqlite3.Connection, query: HistoryQuery, stretch: Stretch) -> Stretch | None:
    """The numbers of what was made in the time that is meant; None if nothing was."""
    if query.since is None and query.until is None:
        return stretch
    span = (query.since or 0, LARGEST if query.until is None else query.until)
    lowest, highest = connection.execute(OF_TIME, (query.server_id, *span)).fetchone()
    if lowest is None:
        return None
    return replace(stretch, lowest=max(lowest, stretch.lowest), highest=min(highest, stretch.highest))


def statement_for(
    connection: sqlite3.Connection, query: HistoryQuery, stretch: Stretch
) -> tuple[str, dict[str, str]] | None:
    """What finds it, and the parameters that say by which words; None if no picture has all of them."""
    matches: list[str] = []
    parts: list[str] = []
    meant: dict[str, str] = {}
    for word in words_of(query.words):
        match = _match(connection, word)
        if match == "":
            return None
        if match is not None:
            matches.append(match)
            continue
        likes = _likes(word, len(meant))
        parts.append(f"AND ({' OR '.join(f'history.words LIKE :{name} ESCAPE char(92)' for name in likes)})")
        meant |= likes
    if matches:
        meant["match"] = " AND ".join(matches)
    filters = [name for name in FILTERS if getattr(query, name) is not None]
    is_narrow = any(name in NARROW for name in filters)
    if query.favourites:
        by, begins = "stars.picture_number", BY_STARS
    elif matches and not is_narrow:
        by, begins = "history_words.rowid", BY_WORDS
    else:
        by, begins = "history.number", BY_NUMBER
    if matches and begins is not BY_WORDS:
        begins += STARS_WITH_WORDS if query.favourites else WITH_WORDS
    ends = f"ORDER BY {by} {DIRECTIONS[stretch.newest_first]} LIMIT :most"
    return " ".join([COLUMNS, begins, MAY_BE_SEEN, *(FILTERS[name] for name in filters), *parts, ends]), meant


def words_of(text: str) -> list[str]:
    """The words of a search: what stands between spaces and invisible signs, as many and as long as are looked up."""
    parted = "".join(
        " " if sign == _EMOJI_SIGN or (sign != JOINER and unicodedata.category(sign) in _PARTING) else sign
        for sign in text
    )
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in parted.split()))[:MOST_WORDS]


def _match(connection: sqlite3.Connection, word: str) -> str | None:
    """What FTS5 is asked for a word; empty if nothing has it, None if the word has to be read for."""
    phrases: list[str] = []
    for form in _forms(word):
        if len(form) >= SHORTEST:
            phrases.append(form)
            continue
        begins = form.lower()
        rows = connection.execute(TERMS, (begins, f"{begins}\U0010ffff", MOST_TERMS + 1)).fetchall()
        if len(rows) > MOST_TERMS:
            return None
        phrases += [term for (term,) in rows]
    return f"({' OR '.join(map(_quoted, phrases))})" if phrases else ""


def _quoted(phrase: str) -> str:
    """A string to FTS5, in which nothing means anything: https://sqlite.org/fts5.html#fts5_strings."""
    return '"' + phrase.replace('"', '""') + '"'


def _likes(word: str, first: int) -> dict[str, str]:
    """Patterns for a short word in all its cases, which LIKE by itself knows of the Latin alphabet only."""
    forms = dict.fromkeys(form for each in _forms(word) for form in (each, each.lower(), each.upper(), each.title()))
    escaped = ["".join(f"\\{sign}" if sign in "\\%_" else sign for sign in form) for form in forms]
    return {f"word{place}": f"%{form}%" for place, form in enumerate(escaped, first)}


def _forms(word: str) -> Iterable[str]:
    """As it was typed, and with its accents in the two ways in which keyboards write them."""
    return dict.fromkeys([word, unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)])


def _bounds(query: HistoryQuery, places: Places, stretch: Stretch, most: int) -> dict[str, Any]:
    return {
        "server_id": query.server_id,
        "asker_id": query.asker_id,
        "member_id": query.member_id,
        "model": query.model,
        "place_id": query.place_id,
        "thread_id": query.thread_id,
        "since": query.since,
        "until": query.until,
        "seen": json.dumps(sorted(places.seen)),
        "known": json.dumps(sorted(places.known)),
        "hidden": json.dumps(sorted(places.hidden)),
        "gone": json.dumps(sorted(places.gone)),
        "lowest": stretch.lowest,
        "highest": stretch.highest,
        "most": most,
    }


def _entry(row: Sequence[Any]) -> Entry:
    number, request_id, channel_id, place_id, user_id, private, model, created_at, words, digest, media_type = row
    return Entry(
        number=number,
        request_id=request_id,
        channel_id=channel_id,
        place_id=place_id,
        user_id=user_id,
        private=bool(private),
        model=model,
        created_at=created_at,
        words=words.strip(),
        digest=digest,
        media_type=media_type,
    )
