"""Small things to remember between starts: keys and values, secrets, the latest time seen."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from bot.storage.database import Database

CLOCK = "clock"
SECRET_BYTES = 32


class State:
    """Keeps small texts by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str) -> str | None:
        """The text kept under `key`, or None."""
        return await self._database.read(lambda connection: read_state(connection, key))

    async def put(self, key: str, value: str) -> None:
        """Keep `value` under `key`, instead of what was there."""
        await self._database.transaction(lambda connection: write_state(connection, key, value))

    async def secret(self, key: str) -> bytes:
        """32 random bytes, made the first time they are asked for and the same ever after."""

        def once(connection: sqlite3.Connection) -> str:
            kept = read_state(connection, key)
            if kept is None:
                kept = secrets.token_hex(SECRET_BYTES)
                write_state(connection, key, kept)
            return kept

        return bytes.fromhex(await self._database.transaction(once))

    async def latest(self) -> int:
        """The latest time that any step of the ledger has seen, in seconds since 1970 (UTC); 0 before the first."""
        return await self._database.read(lambda connection: int(read_state(connection, CLOCK) or 0))


class SteadyClock:
    """Seconds since 1970 (UTC) that never go back, also not over a restart.

    A clock that is set back would book into windows that have passed, whose budgets may be less used.
    """

    def __init__(self, read: Callable[[], float], latest: int = 0) -> None:
        """Args: `read` such as `time.time`; `latest` from `State.latest`."""
        self._read = read
        self._latest = latest

    def __call__(self) -> int:
        """Now, or the latest time that was ever told."""
        self._latest = max(self._latest, int(self._read()))
        return self._latest


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


def not_before_latest(connection: sqlite3.Connection, at: int) -> int:
    """`at`, or the latest time seen if the clock went back; remembered as the latest."""
    latest = int(read_state(connection, CLOCK) or 0)
    if at > latest:
        write_state(connection, CLOCK, str(at))
    return max(at, latest)
