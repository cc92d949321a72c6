"""What members have chosen for whenever they say nothing else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import structlog
from pydantic import TypeAdapter
from typing_extensions import override

from bot.services.policy import NO_CHOICES, DefaultChoices, MemberDefaults

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from bot.storage.database.database import Database

DOCUMENT = TypeAdapter(DefaultChoices)
PUT = """
INSERT INTO member_defaults (server_id, user_id, choices) VALUES (?, ?, ?)
ON CONFLICT (server_id, user_id) DO UPDATE SET choices = excluded.choices
"""


_log = structlog.stdlib.get_logger(__name__)


class SqliteMemberDefaults(MemberDefaults):
    """Fulfils `MemberDefaults`. All of them are in memory: a few hundred bytes for each member who has chosen any.

    Only this process writes. `load` makes one.
    """

    def __init__(self, database: Database, known: dict[tuple[int, int], DefaultChoices]) -> None:
        self._database = database
        self._known = known

    @classmethod
    async def load(cls, database: Database) -> Self:
        """With all that is kept. What cannot be read is as if it was never chosen, until its member chooses anew."""

        def look(connection: sqlite3.Connection) -> dict[tuple[int, int], DefaultChoices]:
            rows = connection.execute("SELECT server_id, user_id, choices FROM member_defaults")
            return {(server_id, user_id): _read(choices) for server_id, user_id, choices in rows}

        return cls(database, await database.read(look))

    @override
    def of(self, server_id: int, user_id: int) -> DefaultChoices:
        return self._known.get((server_id, user_id), NO_CHOICES)

    @override
    async def change(
        self, server_id: int, user_id: int, alter: Callable[[DefaultChoices], DefaultChoices]
    ) -> DefaultChoices:
        def write(connection: sqlite3.Connection) -> DefaultChoices:
            row = connection.execute(
                "SELECT choices FROM member_defaults WHERE server_id = ? AND user_id = ?", (server_id, user_id)
            ).fetchone()
            after = alter(NO_CHOICES if row is None else _read(row[0]))
            if after == NO_CHOICES:
                connection.execute(
                    "DELETE FROM member_defaults WHERE server_id = ? AND user_id = ?", (server_id, user_id)
                )
            else:
                document = DOCUMENT.dump_json(after, exclude_none=True).decode()
                connection.execute(PUT, (server_id, user_id, document))
            return after

        async def whole() -> DefaultChoices:
            after = await self._database.transaction(write)
            self._known[server_id, user_id] = after
            return after

        return await asyncio.shield(whole())  # who is cancelled may have been written: then it is known, too


def _read(choices: str) -> DefaultChoices:
    try:
        return DOCUMENT.validate_json(choices)
    except ValueError:
        _log.warning("defaults of a member cannot be read", choices=choices)
        return NO_CHOICES
