"""Small things to remember between starts: keys and values, secrets."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from typing_extensions import override

from bot.services.ledger import Notes
from bot.storage.database.state_rows import read_state, write_state

if TYPE_CHECKING:
    import sqlite3

    from bot.storage.database.database import Database

SECRET_BYTES = 32


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
