"""What leads correct: unknown jobs are closed by what they know, closed ones are adjusted. Nothing is rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.accounting import correction_decision
from bot.services.ledger import ChargeConflictError, ChargeState, Corrected
from bot.services.policy import Balance
from bot.storage.database.state_rows import moment
from bot.storage.ledger.counters import move_counters
from bot.storage.ledger.jobs import book, change_job, charge_of, record_event
from bot.storage.policies import write_entry

if TYPE_CHECKING:
    import sqlite3

    from bot.services.ledger import Correction
    from bot.storage.ledger.jobs import Charge

REQUEST_OF = """
SELECT server_id, user_id, pictures.number
FROM jobs JOIN requests ON requests.id = jobs.request_id LEFT JOIN pictures ON pictures.job_id = jobs.id
WHERE jobs.id = ?
"""
COUNTED = """
SELECT coalesce(actual_nano, 0) + coalesce(sum(adjustments.nano), 0),
    coalesce(actual_images, 0) + coalesce(sum(adjustments.images), 0),
    EXISTS (SELECT 1 FROM pictures WHERE pictures.job_id = jobs.id),
    usage_image_output IS NOT NULL AND NOT is_estimated,
    coalesce(outcome, '') = 'words'
FROM jobs LEFT JOIN adjustments ON adjustments.job_id = jobs.id WHERE jobs.id = ? GROUP BY jobs.id
"""


def correct(connection: sqlite3.Connection, *, server_id: int, correction: Correction, at: int) -> Corrected:
    """Close an unknown job at what a lead says that it cost, or add the difference to one that is closed.

    Raises:
        LookupError: this server has no such job.
        ChargeConflictError: the job waits or runs still.
        ValueError: it costs more than was held for it and than the provider reported: no lead can say so.
    """
    row = connection.execute(REQUEST_OF, (correction.job_id,)).fetchone()
    if row is None or row[0] != server_id:
        raise LookupError(f"no job {correction.job_id} on the server {server_id}")
    charge = charge_of(connection, correction.job_id)
    if charge.state in {ChargeState.RESERVED, ChargeState.DISPATCHED}:
        raise ChargeConflictError(f"the job {charge.id} cannot be corrected: it is {charge.state}")
    (reported,) = connection.execute(
        "SELECT coalesce(actual_nano, 0) FROM jobs WHERE seq = ?", (charge.seq,)
    ).fetchone()
    if not 0 <= correction.nano <= max(charge.hold_nano, reported):
        raise ValueError(f"the job {charge.id} cannot have cost {correction.nano}")
    at = moment(connection, at)
    if charge.state is ChargeState.UNKNOWN:
        corrected = _close(connection, charge, correction, at)
    else:
        corrected = _adjust(connection, charge, correction, at)
    if corrected.nano_before != corrected.nano_after or corrected.state_before is not corrected.state_after:
        _, member_id, picture = row
        decision = correction_decision(corrected, correction, at, member_id=member_id, picture=picture)
        write_entry(connection, server_id, decision)
    return corrected


def _close(connection: sqlite3.Connection, charge: Charge, correction: Correction, at: int) -> Corrected:
    if correction.nano:
        book(connection, charge, cost_nano=correction.nano, at=at, note=correction.why, actor_id=correction.actor_id)
        state = ChargeState.SETTLED
    else:
        change_job(connection, charge, {"state": "released", "outcome": "not_billed", "closed_at": at})
        move_counters(connection, charge.seq, Balance(0, -charge.hold_nano, 0, -charge.hold_images))
        amount = (charge.hold_nano, charge.hold_images)
        record_event(connection, charge.id, "release", at, amount, note=correction.why, actor_id=correction.actor_id)
        state = ChargeState.RELEASED
    return Corrected(charge.id, charge.state, charge.hold_nano, state, correction.nano)


def _adjust(connection: sqlite3.Connection, charge: Charge, correction: Correction, at: int) -> Corrected:
    nano, images, has_picture, is_reported, is_words = connection.execute(COUNTED, (charge.id,)).fetchone()
    # What was billed counts as a picture although none came, unless it was words; what was not billed does not, unless
    # there is one.
    wanted = charge.hold_images if (correction.nano and not is_words) or has_picture else 0
    change = Balance(correction.nano - nano, 0, wanted - images, 0)
    if change.settled_nano or change.settled_images:
        connection.execute(
            "INSERT INTO adjustments (at, job_id, nano, images, installation, actor_id, why) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                at,
                charge.id,
                change.settled_nano,
                change.settled_images,
                not is_reported,
                correction.actor_id,
                correction.why,
            ),
        )
        move_counters(connection, charge.seq, change, installation=not is_reported)
    return Corrected(charge.id, charge.state, nano, charge.state, correction.nano)
