"""Requests with their jobs, pictures and messages: what a restart and an old button need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.language import read_again
from bot.services.catalog import Prices
from bot.services.ledger import ChargeState, Destination, Job, Order, Picture, Requests, TurnAnswer
from bot.services.policy import Requester
from bot.services.requests import ImageRequest, StoredImage
from bot.storage.database.sqlite import DamagedRowError, by_name, sqlite3

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.storage.database.database import Database

JOBS = """
SELECT jobs.*, pictures.number AS picture_number, digest, media_type, width, height, byte_size, seconds, created_at,
       deleted_at, is_composed, response_id, words, revised_prompt, refusal, context_tokens, context_pictures,
       publications.channel_id AS published_in, publications.parent_channel_id AS published_below,
       (SELECT count(*) FROM stars WHERE stars.picture_number = pictures.number) AS stars
FROM jobs LEFT JOIN pictures ON pictures.job_id = jobs.id LEFT JOIN turn_answers ON turn_answers.job_id = jobs.id
LEFT JOIN publications ON publications.picture_number = pictures.number AND posted_at IS NOT NULL
"""
UNDELIVERED = "SELECT id FROM requests WHERE delivered_at IS NULL ORDER BY created_at, rowid"
ACKNOWLEDGE = """
UPDATE requests
SET application_id = ?, interaction_token = ?, token_expires_at = ?, progress_message_id = ?, private = ?
WHERE id = ? AND delivered_at IS NULL
"""
DELIVERED = """
UPDATE requests
SET interaction_token = CASE WHEN :left THEN interaction_token ELSE '' END,
    delivered_at = coalesce(delivered_at, :at),
    kept_at = CASE WHEN :kept THEN coalesce(kept_at, :at) END,
    progress_left = :left
WHERE id = :id
"""
KEEP = "UPDATE requests SET kept_at = coalesce(kept_at, ?) WHERE id = ? AND delivered_at IS NULL"
# What was told nowhere has left its progress standing.
FETCHED = """
UPDATE requests
SET kept_at = NULL, progress_left = progress_left OR delivered_at IS NULL, delivered_at = coalesce(delivered_at, ?)
WHERE id = ?
"""
KEPT_FOR = "SELECT id FROM requests WHERE user_id = ? AND kept_at IS NOT NULL ORDER BY created_at, rowid"
PROGRESS_LEFT = "SELECT id FROM requests WHERE progress_left = 1 ORDER BY created_at, rowid"
TIDIED = "UPDATE requests SET interaction_token = '', progress_left = 0 WHERE id = ?"
OF_PICTURE = """
SELECT requests.id FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
WHERE pictures.number = ? AND requests.server_id = ?
"""
OF_OWN_PICTURE = """
SELECT requests.id FROM pictures
JOIN jobs ON jobs.id = pictures.job_id
JOIN requests ON requests.id = jobs.request_id
WHERE pictures.number = ? AND requests.user_id = ?
"""
OF_MESSAGE = "SELECT request_id FROM messages WHERE message_id = ?"
DELETE_PICTURES = """
UPDATE pictures SET deleted_at = ?
WHERE job_id IN (SELECT id FROM jobs WHERE request_id = ?) AND deleted_at IS NULL
"""
DELETE_PICTURE = "UPDATE pictures SET deleted_at = ? WHERE number = ? AND deleted_at IS NULL"
OUTDATE = "UPDATE messages SET outdated = 1 WHERE request_id = ?"
REQUEST_OF = "SELECT request_id FROM jobs JOIN pictures ON pictures.job_id = jobs.id WHERE pictures.number = ?"
# A file is in use while a picture shows it, while it is an input of a request that is still at work or has a picture
# left (that picture's buttons send its inputs again), or while a preset starts from it: not from a deleted picture.
UNUSED = """
SELECT value FROM json_each(?) AS candidates WHERE NOT EXISTS (
    SELECT 1 FROM pictures WHERE pictures.digest = candidates.value AND deleted_at IS NULL
) AND NOT EXISTS (
    SELECT 1 FROM request_inputs JOIN requests ON requests.id = request_inputs.request_id
    WHERE request_inputs.digest = candidates.value AND (
        requests.delivered_at IS NULL
        OR EXISTS (
            SELECT 1 FROM jobs JOIN pictures ON pictures.job_id = jobs.id
            WHERE jobs.request_id = requests.id AND pictures.deleted_at IS NULL
        )
    )
) AND NOT EXISTS (
    SELECT 1 FROM preset_files LEFT JOIN pictures ON pictures.number = preset_files.picture_number
    WHERE preset_files.digest = candidates.value AND pictures.deleted_at IS NULL
)
ORDER BY value
"""
FILES_OF = """
SELECT digest FROM pictures WHERE job_id IN (SELECT id FROM jobs WHERE request_id = :request_id)
UNION
SELECT digest FROM request_inputs WHERE request_id = :request_id
"""


class SqliteRequests(Requests):
    """Fulfils `Requests`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def get(self, request_id: str) -> Order | None:
        return await self._database.read(lambda connection: read_order(connection, request_id))

    @override
    async def undelivered(self) -> Sequence[Order]:
        return await self._database.read(lambda connection: _all(connection, UNDELIVERED))

    @override
    async def acknowledged(self, request_id: str, destination: Destination) -> None:
        columns = (
            destination.application_id,
            destination.interaction_token,
            destination.expires_at,
            destination.message_id,
            destination.private,
        )
        await self._database.transaction(lambda connection: connection.execute(ACKNOWLEDGE, (*columns, request_id)))

    @override
    async def delivered(
        self,
        request_id: str,
        at: int,
        channel_id: int | None,
        message_ids: Sequence[int],
        *,
        kept: bool = False,
        progress_left: bool = False,
    ) -> None:
        def write(connection: sqlite3.Connection) -> None:
            connection.execute(DELIVERED, {"at": at, "id": request_id, "kept": kept, "left": progress_left})
            connection.executemany(
                "INSERT INTO messages (message_id, channel_id, request_id, private) "
                "SELECT ?, coalesce(?, channel_id), id, private FROM requests WHERE id = ? "
                "ON CONFLICT (message_id) DO NOTHING",
                [(message_id, channel_id, request_id) for message_id in message_ids],
            )

        await self._database.transaction(write)

    @override
    async def keep(self, request_id: str, at: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(KEEP, (at, request_id)))

    @override
    async def fetched(self, request_id: str, at: int) -> None:
        await self._database.transaction(lambda connection: connection.execute(FETCHED, (at, request_id)))

    @override
    async def kept_for(self, user_id: int) -> Sequence[Order]:
        return await self._database.read(lambda connection: _all(connection, KEPT_FOR, (user_id,)))

    @override
    async def with_progress_left(self) -> Sequence[Order]:
        return await self._database.read(lambda connection: _all(connection, PROGRESS_LEFT))

    @override
    async def tidied(self, request_id: str) -> None:
        await self._database.transaction(lambda connection: connection.execute(TIDIED, (request_id,)))

    @override
    async def of_picture(self, number: int, server_id: int) -> Order | None:
        return await self._database.read(lambda connection: _found(connection, OF_PICTURE, (number, server_id)))

    @override
    async def of_own_picture(self, number: int, user_id: int) -> Order | None:
        return await self._database.read(lambda connection: _found(connection, OF_OWN_PICTURE, (number, user_id)))

    @override
    async def of_message(self, message_id: int) -> Order | None:
        return await self._database.read(lambda connection: _found(connection, OF_MESSAGE, (message_id,)))

    @override
    async def messages(self, request_id: str) -> Sequence[tuple[int, int]]:
        def look(connection: sqlite3.Connection) -> list[tuple[int, int]]:
            return connection.execute(  # Discord's ids grow with time
                "SELECT channel_id, message_id FROM messages WHERE request_id = ? ORDER BY message_id", (request_id,)
            ).fetchall()

        return await self._database.read(look)

    @override
    async def delete_pictures(self, request_id: str, at: int) -> Sequence[str]:
        def write(connection: sqlite3.Connection) -> list[str]:
            connection.execute(DELETE_PICTURES, (at, request_id))
            connection.execute(OUTDATE, (request_id,))
            return _unused_of(connection, request_id)

        return await self._database.transaction(write)

    @override
    async def delete_picture(self, number: int, at: int) -> Sequence[str]:
        def write(connection: sqlite3.Connection) -> list[str]:
            connection.execute(DELETE_PICTURE, (at, number))
            found = connection.execute(REQUEST_OF, (number,)).fetchone()
            if found is None:
                return []
            connection.execute(OUTDATE, found)
            return _unused_of(connection, found[0])

        return await self._database.transaction(write)

    @override
    async def unused(self, digests: Sequence[str]) -> Sequence[str]:
        return await self._database.read(lambda connection: unused_files(connection, digests))


def _all(connection: sqlite3.Connection, sql: str, key: tuple[int, ...] = ()) -> list[Order]:
    found = (read_order(connection, request_id) for (request_id,) in connection.execute(sql, key).fetchall())
    return [request for request in found if request is not None]


def _found(connection: sqlite3.Connection, sql: str, key: tuple[int, ...]) -> Order | None:
    row = connection.execute(sql, key).fetchone()
    return row and read_order(connection, row[0])


def unused_files(connection: sqlite3.Connection, digests: Sequence[str]) -> list[str]:
    """Those of the digests of which nothing is kept that needs their file."""
    return [digest for (digest,) in connection.execute(UNUSED, (json.dumps(list(digests)),))]


def _unused_of(connection: sqlite3.Connection, request_id: str) -> list[str]:
    files = [digest for (digest,) in connection.execute(FILES_OF, {"request_id": request_id})]
    return unused_files(connection, files)


def read_order(connection: sqlite3.Connection, request_id: str) -> Order | None:
    """The request with its jobs as they stand, or None.

    Raises:
        DamagedRowError: what is written there makes no sense.
    """
    try:
        return _read_order(connection, request_id)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DamagedRowError(repr(error)) from error


def _read_order(connection: sqlite3.Connection, request_id: str) -> Order | None:
    row = by_name(connection).execute("SELECT * FROM requests WHERE id = ?", (request_id,)).fetchone()
    if row is None:
        return None
    jobs = by_name(connection).execute(f"{JOBS} WHERE jobs.request_id = ? ORDER BY jobs.number", (request_id,))
    return Order(
        id=row["id"],
        request=ImageRequest.from_json(row["request"]),
        requester=requester_of(row),
        destination=Destination(
            application_id=row["application_id"],
            interaction_token=row["interaction_token"],
            expires_at=row["token_expires_at"],
            message_id=row["progress_message_id"],
            private=bool(row["private"]),
            reply_to=row["reply_to_id"],
            locale=row["locale"],
        ),
        created_at=row["created_at"],
        delivered_at=row["delivered_at"],
        jobs=tuple(_job(job) for job in jobs),
        kept_at=row["kept_at"],
    )


def requester_of(row: sqlite3.Row) -> Requester:
    """Who asked, from a row of `requests`."""
    return Requester(
        server_id=row["server_id"],
        channel_id=row["channel_id"],
        user_id=row["user_id"],
        role_ids=tuple(json.loads(row["role_ids"])),
        parent_id=row["parent_channel_id"],
    )


def prices_of(row: Mapping[str, int] | sqlite3.Row) -> Prices:
    """The prices that were copied into a job."""
    return Prices(
        text_input=row["price_text_input"],
        image_input=row["price_image_input"],
        image_output=row["price_image_output"],
        text_output=row["price_text_output"],
    )


def picture_of(row: sqlite3.Row) -> Picture | None:
    """The picture of a row of `JOBS`, if the job made one."""
    if row["picture_number"] is None:
        return None
    return Picture(
        number=row["picture_number"],
        job_id=row["id"],
        image=StoredImage(row["digest"], row["media_type"], row["width"], row["height"], row["byte_size"]),
        cost_nano=row["actual_nano"],
        seconds=row["seconds"],
        created_at=row["created_at"],
        deleted=row["deleted_at"] is not None,
        composed=bool(row["is_composed"]),
        stars=row["stars"],
        published_in=None if row["published_in"] is None else (row["published_in"], row["published_below"]),
    )


def answer_of(row: sqlite3.Row) -> TurnAnswer | None:
    """What the turn of a row of `JOBS` was answered, if it was."""
    if row["words"] is None:
        return None
    return TurnAnswer(
        row["response_id"],
        row["words"],
        row["revised_prompt"],
        row["refusal"],
        row["context_tokens"],
        row["context_pictures"],
    )


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"],
        request_id=row["request_id"],
        index=row["number"],
        state=ChargeState(row["state"]),
        hold_nano=row["hold_nano"],
        actual_nano=row["actual_nano"],
        prices=prices_of(row),
        failure=None if row["failure"] is None else read_again(row["failure"], row["failure_told"]),
        picture=picture_of(row),
        answer=answer_of(row),
    )
