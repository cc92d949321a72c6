"""Small things to remember between starts: keys and values, secrets."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.ledger import Notes
from bot.storage.database.state_rows import read_state, write_state

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection

    from bot.storage.database.database import Database

SECRET_BYTES = 32
OF_THAT_BEGINNING = "key >= :beginning AND substr(key, 1, length(:beginning)) = :beginning"
FORGET = f"""
DELETE FROM state WHERE {OF_THAT_BEGINNING} AND CAST(substr(key, length(:beginning) + 1) AS INTEGER) < :before
    AND substr(key, length(:beginning) + 1) NOT IN (SELECT id FROM requests WHERE delivered_at IS NULL)
"""  # noqa: S608 - our own words
KEEP_ONLY = f"""
DELETE FROM state WHERE {OF_THAT_BEGINNING}
    AND substr(key, length(:beginning) + 1) NOT IN (SELECT value FROM json_each(:endings))
"""  # noqa: S608 - the same


class State(Notes):
    """Keeps small texts by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    async def get(self, key: str) -> str | None:
        return await self._database.read(lambda connection: read_state(connection, key))

    @override
    async def put(self, key: str, value: str) -> None:
        await self._database.transaction(lambda connection: write_state(connection, key, value))

    @override
    async def forget(self, beginning: str, before: int) -> None:
        await self._database.transaction(
            lambda connection: connection.execute(FORGET, {"beginning": beginning, "before": before})
        )

    async def keep_only(self, beginning: str, endings: Collection[str]) -> None:
        """Forget names that begin so and end otherwise."""
        kept = json.dumps(list(endings))
        await self._database.transaction(
            lambda connection: connection.execute(KEEP_ONLY, {"beginning": beginning, "endings": kept})
        )

    async def claim(self, key: str) -> bool:
        """Keep that something was done, named by `key`; False if it was kept before."""

        def once(connection: sqlite3.Connection) -> bool:
            if read_state(connection, key) is not None:
                return False
            write_state(connection, key, "")
            return True

        return await self.get(key) is None and await self._database.transaction(once)

    async def secret(self, key: str) -> bytes:
        """32 random bytes, made the first time they are asked for and the same ever after."""

        def once(connection: sqlite3.Connection) -> str:
            kept = read_state(connection, key)
            if kept is None:
                kept = secrets.token_hex(SECRET_BYTES)
                write_state(connection, key, kept)
            return kept

        return bytes.fromhex(await self._database.transaction(once))
