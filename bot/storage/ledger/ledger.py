"""The ledger: every step of a charge is one transaction that checks, counts and records."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.ledger import (
    ChargeConflictError,
    ChargeState,
    Job,
    Ledger,
    LimitStatus,
    MonthTotals,
    Order,
    OutOfBoundsError,
    Settlement,
)
from bot.services.policy import Balance, Metric, StalePolicyError, bucket_of, check, refusal, used_of
from bot.storage.database.state_rows import moment
from bot.storage.ledger.corrections import correct
from bot.storage.ledger.counters import (
    balance_in_force,
    balance_of,
    ensure_counters,
    move_counters,
    touch_counters,
    waiting_in_force,
)
from bot.storage.ledger.jobs import (
    add_answer,
    add_job,
    add_picture,
    add_request,
    book,
    change_job,
    charge_of,
    failure_columns,
    overdue_jobs,
    record_event,
    result_columns,
    settlement_of,
    words_settlement_of,
)
from bot.storage.ledger.requests import read_order
from bot.storage.policies import policy_version

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.services.ledger import Bounds, Corrected, Correction, Picture, Reservation, WordsSettlement
    from bot.services.policy import BucketKey, Limit
    from bot.storage.database.database import Database
    from bot.storage.ledger.jobs import Charge

IN_FLIGHT = (ChargeState.DISPATCHED, ChargeState.UNKNOWN)

# By the index of jobs that overshot, which are few. Real numbers only tell which was the worst; what it cost is exact.
OVERSHOOT = """
SELECT actual_nano, coalesce(estimate_nano, hold_nano) AS estimate FROM jobs INDEXED BY jobs_overshot
WHERE model = ? AND closed_at > ? AND overshoot_nano > 0 AND estimate > 0
    AND usage_image_output IS NOT NULL AND NOT is_estimated
ORDER BY 1.0 * actual_nano / estimate DESC LIMIT 1
"""
# By the index of unknown jobs, which are few.
UNKNOWN = "SELECT coalesce(sum(hold_nano), 0) FROM jobs INDEXED BY jobs_unknown WHERE state = 'unknown'"


class SqliteLedger(Ledger):
    """Fulfils `Ledger`. A step that does not fit raises `ChargeConflictError`, and nothing is written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def reserve(self, order: Reservation) -> Order:
        return await self._database.transaction(partial(_reserve, order=order))

    @override
    async def dispatch(self, job_id: str, at: int, bounds: Bounds | None = None) -> None:
        await self._database.transaction(partial(_dispatch, job_id=job_id, at=at, bounds=bounds))

    @override
    async def retract(self, job_id: str, code: str, at: int) -> None:
        await self._database.transaction(partial(_retract, job_id=job_id, code=code, at=at))

    @override
    async def settle(self, job_id: str, settlement: Settlement, at: int) -> Picture:
        return await self._database.transaction(partial(_settle, job_id=job_id, settlement=settlement, at=at))

    @override
    async def settle_words(self, job_id: str, settlement: WordsSettlement, at: int) -> None:
        await self._database.transaction(partial(_settle_words, job_id=job_id, settlement=settlement, at=at))

    @override
    async def release(self, job_id: str, failure: str, code: str, at: int) -> None:
        await self._database.transaction(partial(_release, job_id=job_id, failure=failure, code=code, at=at))

    @override
    async def mark_unknown(self, job_id: str, failure: str, code: str, at: int, deadline_at: int) -> None:
        await self._database.transaction(
            partial(_mark_unknown, job_id=job_id, failure=failure, code=code, at=at, deadline_at=deadline_at)
        )

    @override
    async def charge_overdue(self, at: int) -> Sequence[str]:
        return await self._database.transaction(partial(_charge_overdue, at=at))

    @override
    async def correct(self, server_id: int, correction: Correction, at: int) -> Corrected:
        return await self._database.transaction(partial(correct, server_id=server_id, correction=correction, at=at))

    @override
    async def highest_overshoot(self, model: str, since: int) -> tuple[int, int] | None:
        def look(connection: sqlite3.Connection) -> tuple[int, int] | None:
            found: tuple[int, int] | None = connection.execute(OVERSHOOT, (model, since)).fetchone()
            return found

        return await self._database.read(look)

    @override
    async def limit_status(
        self, limits: Sequence[Limit], buckets: Sequence[BucketKey], at: int
    ) -> Sequence[LimitStatus]:
        def look(connection: sqlite3.Connection) -> tuple[LimitStatus, ...]:
            statuses: list[LimitStatus] = []
            for limit in limits:
                bucket = bucket_of(limit, buckets)
                balance, resets_at = balance_in_force(connection, bucket, at)
                held = balance.held_nano if limit.metric is Metric.USD else balance.held_images
                statuses.append(LimitStatus(limit, used_of(limit.metric, balance), resets_at, held, bucket.start_at))
            return tuple(statuses)

        return await self._database.read(look) if limits else ()

    @override
    async def month_totals(self, month: BucketKey) -> MonthTotals:
        def look(connection: sqlite3.Connection) -> MonthTotals:
            balance = balance_of(connection, month)
            (unknown,) = connection.execute(UNKNOWN).fetchone()
            return MonthTotals(balance.settled_nano, balance.held_nano, unknown)

        return await self._database.read(look)


def _reserve(connection: sqlite3.Connection, order: Reservation) -> Order:
    kept = read_order(connection, order.id)
    if kept is not None:
        _refuse_another(kept, order)
        return kept
    _refuse_other_windows(order)
    _refuse_stale(connection, order.requester.server_id, order.policy_version)
    count, images = order.request.count, order.request.images_per_job
    for limit in order.limits:
        key = bucket_of(limit, order.buckets)
        balance, resets_at = balance_in_force(connection, key, order.at)
        shortfall = check(limit, balance, order.hold_nano * count, images * count, resets_at)
        if shortfall is not None:
            raise refusal(shortfall)
    # The latest time seen, but inside the windows it is counted in: two orders that arrive around midnight may
    # have read the clock in the other order.
    at = moment(connection, order.at)
    at = min([at, *(key.end_at - 1 for key in order.buckets)])
    add_request(connection, order, at)
    bucket_ids = ensure_counters(connection, order.buckets)
    jobs: list[Job] = []
    for number in range(1, count + 1):
        seq, job = add_job(connection, order, number, at)
        touch_counters(connection, seq, bucket_ids)
        move_counters(connection, seq, Balance(0, order.hold_nano, 0, images))
        record_event(connection, job.id, "reserve", at, (order.hold_nano, images))
        jobs.append(job)
    # Not read back: that took a fifth of the time, and whoever reserves waits for all others who do.
    return Order(order.id, order.request, order.requester, order.destination, at, None, tuple(jobs))


def _refuse_another(kept: Order, order: Reservation) -> None:
    # Not by the hold: what the model's jobs have cost meanwhile may have raised it.
    same = kept.request == order.request and kept.requester == order.requester
    if not same or any(job.prices != order.prices for job in kept.jobs):
        raise ChargeConflictError(f"the request {order.id} is kept already, with other parameters")


def _refuse_stale(connection: sqlite3.Connection, server_id: int, version: int) -> None:
    if policy_version(connection, server_id) != version:
        raise StalePolicyError(f"the policy of the server {server_id} has changed")


def _refuse_other_windows(order: Reservation) -> None:
    for key in order.buckets:
        if not key.start_at <= order.at < key.end_at:
            raise ValueError(f"the order {order.id} of {order.at} is not inside the window of {key}")


def _dispatch(connection: sqlite3.Connection, job_id: str, at: int, bounds: Bounds | None) -> None:
    charge = charge_of(connection, job_id)
    _allow(charge, "dispatched", (ChargeState.RESERVED,))
    if bounds is not None:
        _keep_in_bounds(connection, charge, bounds)
    at = moment(connection, at)
    change_job(connection, charge, {"state": "dispatched", "dispatched_at": at, "attempt": charge.attempt + 1})
    record_event(connection, job_id, "dispatch", at, (charge.hold_nano, charge.hold_images))


def _retract(connection: sqlite3.Connection, job_id: str, code: str, at: int) -> None:
    charge = charge_of(connection, job_id)
    if charge.state is ChargeState.RESERVED and charge.attempt:
        return
    _allow(charge, "retracted", (ChargeState.DISPATCHED,))
    at = moment(connection, at)
    change_job(connection, charge, {"state": "reserved", "dispatched_at": None})
    record_event(connection, job_id, "retract", at, (charge.hold_nano, charge.hold_images), note=code)


def _keep_in_bounds(connection: sqlite3.Connection, charge: Charge, bounds: Bounds) -> None:
    """A limit may have been lowered since the reservation. What is spent, sent and asked for must fit; who waits, not.

    So of those who wait, the first go as far as there is room, and not all are given back for want of a part.
    """
    _refuse_stale(connection, bounds.server_id, bounds.policy_version)
    for limit in bounds.limits:
        if limit.metric is Metric.IMAGES and not charge.hold_images:
            continue
        key = bucket_of(limit, bounds.buckets)
        balance, _ = balance_in_force(connection, key, charge.reserved_at)
        used = used_of(limit.metric, balance)
        if used > limit.maximum:
            waiting = waiting_in_force(connection, key, charge.reserved_at, charge.seq)
            if used - used_of(limit.metric, waiting) > limit.maximum:
                raise OutOfBoundsError(limit)


def _settle(connection: sqlite3.Connection, job_id: str, settlement: Settlement, at: int) -> Picture:
    charge = charge_of(connection, job_id)
    if charge.state is ChargeState.SETTLED:
        kept = settlement_of(connection, job_id)
        if kept is None or kept[0] != settlement:
            raise ChargeConflictError(f"the job {job_id} is settled already, and otherwise")
        return kept[1]
    _allow(charge, "settled", IN_FLIGHT)
    at = moment(connection, at)
    note = "the outcome was unknown before" if charge.state is ChargeState.UNKNOWN else ""
    book(connection, charge, cost_nano=settlement.cost_nano, at=at, note=note, result=result_columns(settlement))
    if settlement.answer is not None:
        add_answer(connection, job_id, settlement.answer)
    return add_picture(connection, job_id, settlement, at)


def _settle_words(connection: sqlite3.Connection, job_id: str, settlement: WordsSettlement, at: int) -> None:
    charge = charge_of(connection, job_id)
    if charge.state is ChargeState.SETTLED:
        if words_settlement_of(connection, job_id) != settlement:
            raise ChargeConflictError(f"the job {job_id} is settled already, and otherwise")
        return
    _allow(charge, "settled", IN_FLIGHT)
    at = moment(connection, at)
    note = "answered in words" if charge.state is ChargeState.DISPATCHED else "the outcome was unknown before"
    result = result_columns(settlement)
    book(connection, charge, cost_nano=settlement.cost_nano, at=at, note=note, result=result, images=0)
    add_answer(connection, job_id, settlement.answer)


def _release(connection: sqlite3.Connection, job_id: str, failure: str, code: str, at: int) -> None:
    charge = charge_of(connection, job_id)
    if charge.state is ChargeState.RELEASED:
        return
    _allow(charge, "released", (ChargeState.RESERVED, *IN_FLIGHT))
    at = moment(connection, at)
    change_job(connection, charge, {"state": "released", "outcome": code, "closed_at": at, **failure_columns(failure)})
    move_counters(connection, charge.seq, Balance(0, -charge.hold_nano, 0, -charge.hold_images))
    record_event(connection, job_id, "release", at, (charge.hold_nano, charge.hold_images), note=code)


def _mark_unknown(
    connection: sqlite3.Connection, *, job_id: str, failure: str, code: str, at: int, deadline_at: int
) -> None:
    charge = charge_of(connection, job_id)
    if charge.state is ChargeState.UNKNOWN:
        return
    _allow(charge, "marked unknown", (ChargeState.DISPATCHED,))
    at = moment(connection, at)
    columns = {"state": "unknown", "outcome": code, "deadline_at": deadline_at, **failure_columns(failure)}
    change_job(connection, charge, columns)
    record_event(connection, job_id, "unknown", at, (charge.hold_nano, charge.hold_images), note=code)


def _charge_overdue(connection: sqlite3.Connection, at: int) -> tuple[str, ...]:
    overdue = tuple(overdue_jobs(connection, at))
    if overdue:  # only a charge moves the ledger's clock
        at = moment(connection, at)
    for job_id in overdue:
        charge = charge_of(connection, job_id)
        note = "charged at the hold: its deadline has passed"
        book(connection, charge, cost_nano=charge.hold_nano, at=at, note=note)
    return overdue


def _allow(charge: Charge, step: str, states: Sequence[ChargeState]) -> None:
    if charge.state not in states:
        raise ChargeConflictError(f"the job {charge.id} cannot be {step}: it is {charge.state}")
