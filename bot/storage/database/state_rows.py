"""Rows of the state table: texts by name, and the time of the ledger's latest step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.calendar import STEP_BACK

if TYPE_CHECKING:
    import sqlite3

CLOCK = "clock"


def read_state(connection: sqlite3.Connection, key: str) -> str | None:
    """The text kept under `key`, or None."""
    row = connection.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
    return row and str(row[0])


def write_state(connection: sqlite3.Connection, key: str, value: str) -> None:
    """Keep `value` under `key`."""
    connection.execute(
        "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )


def moment(connection: sqlite3.Connection, at: int) -> int:
    """When a step is booked that is taken at `at`, in seconds since 1970 (UTC); remembered as the latest.

    A clock that went back by a little stands still; one that went back by more was wrong before and is right now.
    """
    latest = int(read_state(connection, CLOCK) or 0)
    if at <= latest <= at + STEP_BACK:
        return latest
    write_state(connection, CLOCK, str(at))
    return at
