"""What is published of private results, and the words that may be read by whoever sees what was made from it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.gallery import Publication, PublicationRecords
from bot.services.policy import Requester
from bot.services.requests import ImageRequest, told
from bot.storage.database.sqlite import DamagedRowError, by_name
from bot.storage.policies import write_entry

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Sequence

    from bot.services.ledger import Order
    from bot.services.policy import Decision
    from bot.storage.database.database import Database

BEGIN = """
INSERT INTO publications (picture_number, press_id, channel_id, parent_channel_id, at) VALUES (?, ?, ?, ?, ?)
"""
PENDING = """
SELECT press_id, requests.id, json_group_array(picture_number) AS numbers, server_id, publications.channel_id, user_id,
    role_ids, publications.parent_channel_id, at
FROM publications INDEXED BY publications_pending
JOIN pictures ON pictures.number = picture_number
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
WHERE posted_at IS NULL AND requests.id = coalesce(?, requests.id)
GROUP BY press_id ORDER BY at, press_id
"""
POSTED = "UPDATE publications SET posted_at = ? WHERE press_id = ? AND picture_number = ?"
SHOWN = "INSERT INTO messages (message_id, channel_id, request_id, outdated) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
GIVE_UP = "DELETE FROM publications WHERE press_id = ? AND posted_at IS NULL"
TAKE_BACK = "DELETE FROM publications WHERE picture_number = ?"
OUTDATE = "UPDATE messages SET outdated = 1 WHERE request_id = ? AND private = 0"
# Requests that change a picture of these, or one that came of such a change.
DESCENDANTS = """
WITH RECURSIVE line (request_id) AS (
    SELECT request_id FROM request_parents WHERE position = 0 AND picture_number IN (SELECT value FROM json_each(?))
    UNION
    SELECT request_parents.request_id
    FROM line
    JOIN jobs ON jobs.request_id = line.request_id
    JOIN pictures ON pictures.job_id = jobs.id
    JOIN request_parents ON position = 0 AND picture_number = pictures.number
)
SELECT request_id FROM line
"""
OF_REQUEST = """
SELECT request, user_id, private AND NOT EXISTS (
    SELECT 1 FROM publications
    JOIN pictures ON pictures.number = picture_number
    JOIN jobs ON jobs.id = pictures.job_id
    WHERE jobs.request_id = requests.id AND posted_at IS NOT NULL
) AS private
FROM requests WHERE id = ?
"""
OF_PICTURE = """
SELECT request, user_id, private AND posted_at IS NULL AS private
FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
LEFT JOIN publications ON picture_number = pictures.number
WHERE pictures.number = ?
"""
REWORD = "UPDATE requests SET request = ? WHERE id = ?"


class SqlitePublications(PublicationRecords):
    """Fulfils `PublicationRecords`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def begin(self, publication: Publication) -> None:
        place = publication.owner.channel_id, publication.owner.parent_id
        rows = [(number, publication.id, *place, publication.at) for number in publication.numbers]
        await self._database.transaction(lambda connection: connection.executemany(BEGIN, rows))

    @override
    async def pending(self, request_id: str | None = None) -> Sequence[Publication]:
        def look(connection: sqlite3.Connection) -> list[Publication]:
            return [_publication(row) for row in by_name(connection).execute(PENDING, (request_id,))]

        return await self._database.read(look)

    @override
    async def public_story(self, request_id: str) -> tuple[str, ...]:
        def look(connection: sqlite3.Connection) -> tuple[str, ...]:
            document, *_ = connection.execute(OF_REQUEST, (request_id,)).fetchone()
            return _readable(connection, _read(document), None)

        return await self._database.read(look)

    @override
    async def posted(self, publication: Publication, message_id: int, decision: Decision | None) -> None:
        def write(connection: sqlite3.Connection) -> None:
            if decision is not None:
                posted = [(decision.at, publication.id, number) for number in publication.numbers]
                connection.executemany(POSTED, posted)
                write_entry(connection, publication.owner.server_id, decision)
            is_outdated = connection.execute(GIVE_UP, (publication.id,)).rowcount > 0  # what was deleted meanwhile
            place = message_id, publication.owner.channel_id, publication.request_id
            connection.execute(SHOWN, (*place, is_outdated))
            _forget_words(connection, publication.request_id)

        await self._database.transaction(write)

    @override
    async def give_up(self, publication_id: str) -> None:
        await self._database.transaction(lambda connection: connection.execute(GIVE_UP, (publication_id,)))

    @override
    async def take_back(self, order: Order, numbers: Collection[int], decision: Decision) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.executemany(TAKE_BACK, [(number,) for number in numbers])
            connection.execute(OUTDATE, (order.id,))
            descendants = connection.execute(DESCENDANTS, (json.dumps(list(numbers)),)).fetchall()
            for (request_id,) in descendants:
                _forget_words(connection, request_id)
            write_entry(connection, order.requester.server_id, decision)

        await self._database.transaction(write)


def _publication(row: sqlite3.Row) -> Publication:
    owner = Requester(
        row["server_id"],
        row["channel_id"],
        row["user_id"],
        tuple(json.loads(row["role_ids"])),
        row["parent_channel_id"],
    )
    return Publication(row["press_id"], row["id"], tuple(sorted(json.loads(row["numbers"]))), owner, row["at"])


def _forget_words(connection: sqlite3.Connection, request_id: str) -> None:
    """Let a request know, of the words that came before it, only those that whoever sees its pictures may read."""
    document, user_id, private = connection.execute(OF_REQUEST, (request_id,)).fetchone()
    request = _read(document)
    story = _readable(connection, request, user_id if private else None)
    if story != request.story:
        connection.execute(REWORD, (replace(request, story=story).to_json(), request_id))


def _readable(connection: sqlite3.Connection, request: ImageRequest, user_id: int | None) -> tuple[str, ...]:
    """Of the words that came before a request, those that this member may read, or everybody if that is None."""
    known: set[str] = set()
    number = request.parent if request.story else None
    while number is not None and (row := connection.execute(OF_PICTURE, (number,)).fetchone()) is not None:
        before, before_user_id, before_private = _read(row[0]), row[1], row[2]
        if not before_private or before_user_id == user_id:
            known.update(told((before.prompt,)))
        number = before.parent
    return tuple(words for words in request.story if words in known)


def _read(document: str) -> ImageRequest:
    try:
        return ImageRequest.from_json(document)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedRowError(repr(error)) from error
