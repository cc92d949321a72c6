"""The ledger as a report: sums by state, and every job with what it held and cost. Reads only."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.services.ledger import ChargeState
from bot.services.windows import BILLING_ZONE, Window, window_edges
from bot.storage.opening import open_read_only, unusable
from bot.storage.rows import by_name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

EVER = (0, 2**63 - 1)  # seconds since 1970
# An open job counts at its hold, a settled one at its cost, a released one not at all.
JOBS = """
SELECT jobs.*, server_id, channel_id, user_id,
    request ->> '$.size' AS size,
    request ->> '$.quality' AS quality,
    CASE state WHEN 'settled' THEN actual_nano WHEN 'released' THEN 0 ELSE hold_nano END AS nano,
    CASE state WHEN 'settled' THEN actual_images WHEN 'released' THEN 0 ELSE hold_images END AS images,
    (SELECT pictures.number FROM pictures WHERE pictures.job_id = jobs.id) AS picture
FROM jobs JOIN requests ON requests.id = jobs.request_id
WHERE reserved_at >= :start AND reserved_at < :end AND (:server_id IS NULL OR server_id = :server_id)
ORDER BY jobs.seq
"""


@dataclass(frozen=True, slots=True)
class ReportedJob:
    """A job in a report. Ids are text, for many readers of JSON round large numbers; times are ISO 8601 in UTC.

    Attributes:
        images: pictures that count: held, or made.
        outcome: a short word for how it ended, or None.
        picture: the number that people see, or None if there is no picture.
    """

    id: str
    state: str
    hold_nano: int
    actual_nano: int | None
    overshoot_nano: int
    images: int
    server_id: str
    channel_id: str
    user_id: str
    model: str
    size: str
    quality: str
    outcome: str | None
    picture: int | None
    provider_request_id: str | None
    reserved_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True)
class Total:
    """All jobs in one state: how many, and what counts of them."""

    jobs: int = 0
    nano: int = 0
    images: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What the ledger says. The three sums are apart from each other; together they are what budgets count.

    Attributes:
        settled_nano: charged.
        held_nano: held for jobs that wait or run.
        unknown_nano: held for jobs of which nobody knows whether they are billed.
        states: the totals of every state.
        jobs: in the order of their reservations.
    """

    settled_nano: int
    held_nano: int
    unknown_nano: int
    states: Mapping[str, Total]
    jobs: tuple[ReportedJob, ...]

    def to_dict(self) -> dict[str, Any]:
        """As printed by `atelier report --json`."""
        return asdict(self)


def read_report(path: Path, month: str | None, server_id: int | None) -> Report:
    """Report from the database file, also beside a running bot. Blocks.

    `month` is ``YYYY-MM`` for the jobs that were reserved in that month, in UTC as the provider bills, or None for all
    of them; `server_id` is None for all servers.

    Raises:
        DatabaseError: there is no such file, or it cannot be used.
        ValueError: `month` is none.
    """
    connection = open_read_only(path)
    try:
        return report(connection, month, server_id)
    except sqlite3.Error as error:
        raise unusable(path, error) from error
    finally:
        connection.close()


def report(connection: sqlite3.Connection, month: str | None, server_id: int | None) -> Report:
    """The same from an open connection. One statement, so that it shows one moment.

    Raises:
        ValueError: `month` is none.
    """
    start, end = edges_of(month) if month is not None else EVER
    # Fetched at once: a reader that lingers keeps the bot from writing.
    rows = by_name(connection).execute(JOBS, {"start": start, "end": end, "server_id": server_id}).fetchall()
    totals = {state: Total() for state in ChargeState}
    for row in rows:
        state = ChargeState(row["state"])
        so_far = totals[state]
        totals[state] = Total(so_far.jobs + 1, so_far.nano + row["nano"], so_far.images + row["images"])
    return Report(
        settled_nano=totals[ChargeState.SETTLED].nano,
        held_nano=totals[ChargeState.RESERVED].nano + totals[ChargeState.DISPATCHED].nano,
        unknown_nano=totals[ChargeState.UNKNOWN].nano,
        states={state.value: total for state, total in totals.items()},
        jobs=tuple(_reported(row) for row in rows),
    )


def edges_of(month: str) -> tuple[int, int]:
    """The first second of a month ``YYYY-MM`` and that of the next, since 1970 (UTC).

    Raises:
        ValueError: `month` is not written so.
    """
    written = re.fullmatch(r"(\d{4})-(0[1-9]|1[0-2])", month, re.ASCII)
    if written is None or written[1] == "0000":
        raise ValueError(f"A month is written like 2026-11, not {month!r}.")
    first = datetime(int(written[1]), int(written[2]), 1, tzinfo=BILLING_ZONE)
    return window_edges(Window.MONTH, int(first.timestamp()), BILLING_ZONE)


def _reported(row: sqlite3.Row) -> ReportedJob:
    return ReportedJob(
        id=row["id"],
        state=row["state"],
        hold_nano=row["hold_nano"],
        actual_nano=row["actual_nano"],
        overshoot_nano=row["overshoot_nano"],
        images=row["images"],
        server_id=str(row["server_id"]),
        channel_id=str(row["channel_id"]),
        user_id=str(row["user_id"]),
        model=row["model"],
        size=row["size"],
        quality=row["quality"],
        outcome=row["outcome"],
        picture=row["picture"],
        provider_request_id=row["provider_request_id"],
        reserved_at=_iso(row["reserved_at"]),
        closed_at=None if row["closed_at"] is None else _iso(row["closed_at"]),
    )


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
