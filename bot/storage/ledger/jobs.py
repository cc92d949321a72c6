"""Rows of requests, jobs, events and new pictures, as the ledger writes them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.language import written_down
from bot.services.catalog import Usage
from bot.services.ledger import ChargeConflictError, ChargeState, Job, Picture, Settlement, WordsSettlement
from bot.services.policy import Balance
from bot.storage.database.sqlite import by_name
from bot.storage.ledger.counters import move_counters
from bot.storage.ledger.requests import JOBS, answer_of, picture_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from bot.services.ledger import Reservation, TurnAnswer
    from bot.services.requests import ImageRequest

WORDS = "words"  # the outcome of what was answered in words alone
# Of a request that asks for words alone; in older ones nothing stands there.
WORDING = "coalesce(request ->> '$.talk.task', 'turn') <> 'turn'"


@dataclass(frozen=True, slots=True)
class Charge:
    """What a step needs to know of a job."""

    seq: int
    id: str
    state: ChargeState
    hold_nano: int
    hold_images: int
    attempt: int
    reserved_at: int


def add_request(connection: sqlite3.Connection, order: Reservation, at: int) -> None:
    """Write the request of an order, which files it needs, and which of our pictures it starts from."""
    requester, destination = order.requester, order.destination
    connection.execute(
        "INSERT INTO requests (id, server_id, channel_id, user_id, role_ids, request, application_id, "
        "interaction_token, token_expires_at, progress_message_id, private, created_at, parent_channel_id, "
        "reply_to_id, locale) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            order.id,
            requester.server_id,
            requester.channel_id,
            requester.user_id,
            json.dumps(requester.role_ids),
            order.request.to_json(),
            destination.application_id,
            destination.interaction_token,
            destination.expires_at,
            destination.message_id,
            destination.private,
            at,
            requester.parent_id,
            destination.reply_to,
            destination.locale,
        ),
    )
    if order.request.kept_files:
        connection.executemany(
            "INSERT INTO request_inputs (digest, request_id) VALUES (?, ?)",
            [(digest, order.id) for digest in {file.digest for file in order.request.kept_files}],
        )
    if parents := _parents(order.request):
        connection.executemany(
            "INSERT INTO request_parents (request_id, position, picture_number) VALUES (?, ?, ?)",
            [(order.id, position, number) for number, position in parents.items()],
        )


def _parents(request: ImageRequest) -> dict[int, int]:
    """Our pictures that a request starts from, each once, with its place: 0 is the one that is changed."""
    inputs = (request.parent, *(reference.number for reference in request.references))
    places: dict[int, int] = {}
    for position, number in enumerate(inputs):
        if number is not None:
            places.setdefault(number, position)  # the parent is a reference too, or its canvas is
    return places


def add_job(connection: sqlite3.Connection, order: Reservation, number: int, at: int) -> tuple[int, Job]:
    """Write a reserved job; its row's number, and the job as it is read."""
    prices, job_id = order.prices, f"{order.id}:{number}"
    cursor = connection.execute(
        "INSERT INTO jobs (id, request_id, number, state, model, price_text_input, price_image_input, "
        "price_image_output, price_text_output, hold_nano, hold_images, reserved_at, estimate_nano) "
        "VALUES (?, ?, ?, 'reserved', ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq",
        (
            job_id,
            order.id,
            number,
            order.request.billed_model,
            prices.text_input,
            prices.image_input,
            prices.image_output,
            prices.text_output,
            order.hold_nano,
            order.request.images_per_job,
            at,
            order.hold_nano if order.estimate_nano is None else order.estimate_nano,
        ),
    )
    ((seq,),) = cursor.fetchall()
    return seq, Job(job_id, order.id, number, ChargeState.RESERVED, order.hold_nano, None, prices, None, None)


def charge_of(connection: sqlite3.Connection, job_id: str) -> Charge:
    """The charge of a job.

    Raises:
        ChargeConflictError: there is no such job.
    """
    row = connection.execute(
        "SELECT seq, id, state, hold_nano, hold_images, attempt, reserved_at FROM jobs WHERE id = ?", (job_id,)
    ).fetchone()
    if row is None:
        raise ChargeConflictError(f"there is no job {job_id}")
    seq, name, state, *rest = row
    return Charge(seq, name, ChargeState(state), *rest)


def change_job(connection: sqlite3.Connection, of: Charge, columns: dict[str, int | str | None]) -> None:
    """Write these columns of a job; their names are ours, never anyone else's."""
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    connection.execute(f"UPDATE jobs SET {assignments} WHERE seq = :seq", columns | {"seq": of.seq})  # noqa: S608 - names of columns only


def record_event(
    connection: sqlite3.Connection,
    job_id: str,
    kind: str,
    at: int,
    amount: tuple[int, int],
    *,
    note: str = "",
    overshoot_nano: int = 0,
    actor_id: int | None = None,
) -> None:
    """Append an event. `amount` is nano-dollars and pictures: held, charged or freed, as the kind says."""
    connection.execute(
        "INSERT INTO events (at, job_id, kind, nano, images, overshoot_nano, note, actor_id) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (at, job_id, kind, *amount, overshoot_nano, note, actor_id),
    )


def book(
    connection: sqlite3.Connection,
    charge: Charge,
    *,
    cost_nano: int,
    at: int,
    note: str,
    result: dict[str, int | str | None] | None = None,
    actor_id: int | None = None,
    images: int | None = None,
) -> None:
    """Close a job at its cost. A cost above the hold is booked in full, for it is what will be billed.

    So many pictures are counted; as many as were held unless told otherwise.
    """
    overshoot = max(cost_nano - charge.hold_nano, 0)
    counted = charge.hold_images if images is None else images
    closing: dict[str, int | str | None] = {
        "state": "settled",
        "actual_nano": cost_nano,
        "actual_images": counted,
        "overshoot_nano": overshoot,
        "closed_at": at,
    }
    change_job(connection, charge, closing | (result or {}))
    move_counters(connection, charge.seq, Balance(cost_nano, -charge.hold_nano, counted, -charge.hold_images))
    record_event(
        connection,
        charge.id,
        "settle",
        at,
        (cost_nano, counted),
        note=note,
        overshoot_nano=overshoot,
        actor_id=actor_id,
    )


def overdue_jobs(connection: sqlite3.Connection, at: int) -> Iterator[str]:
    """The ids of the unknown jobs whose deadline is `at` or earlier, earliest first."""
    found = connection.execute(
        "SELECT id FROM jobs WHERE state = 'unknown' AND deadline_at <= ? ORDER BY deadline_at, seq", (at,)
    ).fetchall()
    return (job_id for (job_id,) in found)


def result_columns(settlement: Settlement | WordsSettlement) -> dict[str, int | str | None]:
    """What a job remembers of its result, beside the money."""
    return {
        "usage_text_input": settlement.usage.text_input,
        "usage_image_input": settlement.usage.image_input,
        "usage_image_output": settlement.usage.image_output,
        "usage_text_output": settlement.usage.text_output,
        "usage_author_nano": settlement.usage.author_nano,
        "provider_request_id": settlement.provider_request_id,
        "is_estimated": settlement.is_estimated,
        "outcome": "completed" if isinstance(settlement, Settlement) else WORDS,
        **failure_columns(None),
    }


def failure_columns(sentence: str | None) -> dict[str, int | str | None]:
    """What a job remembers of why it made no picture."""
    return {"failure": sentence, "failure_told": None if sentence is None else written_down(sentence)}


def add_picture(connection: sqlite3.Connection, job_id: str, settlement: Settlement, at: int) -> Picture:
    """Write the picture of a settled job, and give it its number."""
    image = settlement.image
    cursor = connection.execute(
        "INSERT INTO pictures (job_id, digest, media_type, width, height, byte_size, seconds, created_at, "
        "is_composed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (
            job_id,
            image.digest,
            image.media_type,
            image.width,
            image.height,
            image.byte_size,
            settlement.seconds,
            at,
            settlement.composed,
        ),
    )
    ((number,),) = cursor.fetchall()
    return Picture(number, job_id, image, settlement.cost_nano, settlement.seconds, at, composed=settlement.composed)


def add_answer(connection: sqlite3.Connection, job_id: str, answer: TurnAnswer) -> None:
    """Write what a turn of a conversation was answered."""
    connection.execute(
        "INSERT INTO turn_answers (job_id, response_id, words, revised_prompt, refusal, context_tokens, "
        "context_pictures) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            job_id,
            answer.response_id,
            answer.words,
            answer.revised_prompt,
            answer.refusal,
            answer.context_tokens,
            answer.context_pictures,
        ),
    )


def words_settlement_of(connection: sqlite3.Connection, job_id: str) -> WordsSettlement | None:
    """How a job was settled that was answered in words alone; None if it was not."""
    row = _row_of(connection, job_id)
    answer = answer_of(row)
    if answer is None or row["outcome"] != WORDS:
        return None
    estimated = bool(row["is_estimated"])
    return WordsSettlement(row["actual_nano"], _usage_of(row), answer, row["provider_request_id"], estimated)


def _row_of(connection: sqlite3.Connection, job_id: str) -> sqlite3.Row:
    row: sqlite3.Row = by_name(connection).execute(f"{JOBS} WHERE jobs.id = ?", (job_id,)).fetchone()
    return row


def _usage_of(row: sqlite3.Row) -> Usage:
    return Usage(
        row["usage_text_input"],
        row["usage_image_input"],
        row["usage_image_output"],
        row["usage_text_output"],
        row["usage_author_nano"],
    )


def settlement_of(connection: sqlite3.Connection, job_id: str) -> tuple[Settlement, Picture] | None:
    """How a settled job was settled, and its picture; None if it was charged without a result."""
    row = _row_of(connection, job_id)
    picture = picture_of(row)
    if picture is None:
        return None
    settlement = Settlement(
        row["actual_nano"],
        _usage_of(row),
        picture.image,
        picture.seconds,
        row["provider_request_id"],
        bool(row["is_estimated"]),
        picture.composed,
        answer_of(row),
    )
    return settlement, picture
