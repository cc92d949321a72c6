"""Reads requests with their jobs and pictures into the dataclasses of the ledger."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot.services.catalog import Prices
from bot.services.ledger import ChargeState, Destination, Job, Order, Picture
from bot.services.policy import Requester
from bot.services.requests import ImageRequest, StoredImage
from bot.storage.database.sqlite import DamagedRowError, by_name, sqlite3

if TYPE_CHECKING:
    from collections.abc import Mapping

JOBS = """
SELECT jobs.*, pictures.number AS picture_number, digest, media_type, width, height, byte_size, seconds, created_at,
       deleted_at, is_composed
FROM jobs LEFT JOIN pictures ON pictures.job_id = jobs.id
"""


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
        failure=row["failure"],
        picture=picture_of(row),
    )
