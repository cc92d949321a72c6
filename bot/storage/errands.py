"""What people want of us and was not answered yet; and for a while what was, so that it is not done twice."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import structlog
from typing_extensions import override

from bot.errors import DatabaseError
from bot.services.ledger import Destination, Errand, Errands
from bot.services.policy import Requester
from bot.storage.database.sqlite import by_name

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from bot.services.ledger import Journal
    from bot.storage.database.database import Database

SOON = 0.3  # seconds; after that it is noted beside the database, before anything is shown
BEGIN = """
INSERT INTO errands (id, at, server_id, channel_id, parent_channel_id, user_id, role_ids, application_id,
    interaction_token, token_expires_at, private, reply_to_id, locale, words)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
ANSWERED = "UPDATE errands SET answered_at = ?, interaction_token = '', words = '' WHERE id = ? AND answered_at IS NULL"
# A request sees to its own answer, unless it was given back whole as who asked could not be told that it begins.
UNANSWERED = """
SELECT * FROM errands
WHERE answered_at IS NULL AND NOT EXISTS (
    SELECT 1 FROM requests WHERE requests.id = errands.id AND (
        delivered_at IS NULL
        OR EXISTS (SELECT 1 FROM jobs WHERE jobs.request_id = requests.id AND jobs.state <> 'released')
    )
) ORDER BY at, id
"""

_log = structlog.stdlib.get_logger(__name__)


class SqliteErrands(Errands):
    """Fulfils `Errands`; what the database does not take soon stands in a journal until it does."""

    def __init__(self, database: Database, journal: Journal) -> None:
        self._database = database
        self._journal = journal
        self._journaled: dict[str, Errand] = {}
        self._turn = asyncio.Lock()  # of the journal: it is cleared only while nothing stands there alone

    @override
    async def begin(self, errand: Errand) -> bool:
        row = _row(errand)
        writing = asyncio.ensure_future(
            self._database.transaction(lambda connection: connection.execute(BEGIN, row).rowcount > 0)
        )
        await asyncio.wait({writing}, timeout=SOON)
        if not writing.done() or writing.exception() is not None:
            await self._note(errand)
        begun = await writing
        await self._forget_note(errand.id)
        return begun

    @override
    async def answered(self, errand_id: str, at: int) -> None:
        noted = self._journaled.get(errand_id)

        def write(connection: sqlite3.Connection) -> None:
            if noted is not None:
                connection.execute(BEGIN, _row(noted))
            connection.execute(ANSWERED, (at, errand_id))

        try:
            await self._database.transaction(write)
        except DatabaseError:
            if noted is not None:
                await self._add({"answered": errand_id, "at": at})
            raise
        await self._forget_note(errand_id)

    async def _note(self, errand: Errand) -> None:
        """Write it beside the database."""
        self._journaled[errand.id] = errand
        await self._add({"begun": _row(errand)})

    async def _add(self, entry: dict[str, object]) -> None:
        async with self._turn:
            try:
                await self._journal.add(json.dumps(entry))
            except OSError as error:
                _log.warning("who waits is written down nowhere", reason=str(error))

    async def _forget_note(self, errand_id: str) -> None:
        if self._journaled.pop(errand_id, None) is not None:
            async with self._turn:
                if not self._journaled:
                    await self._journal.clear()

    async def _catch_up(self) -> None:
        """Take into the database what an earlier process could only note."""
        entries = [json.loads(entry) for entry in await self._journal.entries()]
        if not entries:
            return

        def write(connection: sqlite3.Connection) -> None:
            for entry in entries:
                if "begun" in entry:
                    connection.execute(BEGIN, entry["begun"])
                else:
                    connection.execute(ANSWERED, (entry["at"], entry["answered"]))

        await self._database.transaction(write)
        await self._journal.clear()

    @override
    async def unanswered(self) -> Sequence[Errand]:
        await self._catch_up()
        return await self._database.read(
            lambda connection: [_errand(row) for row in by_name(connection).execute(UNANSWERED)]
        )

    @override
    async def forget(self, before: int) -> None:
        await self._database.transaction(
            lambda connection: connection.execute("DELETE FROM errands WHERE at < ?", (before,))
        )


def _row(errand: Errand) -> tuple[object, ...]:
    requester, destination = errand.requester, errand.destination
    return (
        errand.id,
        errand.at,
        requester.server_id,
        requester.channel_id,
        requester.parent_id,
        requester.user_id,
        json.dumps(requester.role_ids),
        destination.application_id,
        destination.interaction_token,
        destination.expires_at,
        destination.private,
        destination.reply_to,
        destination.locale,
        errand.words,
    )


def _errand(row: sqlite3.Row) -> Errand:
    requester = Requester(
        row["server_id"],
        row["channel_id"],
        row["user_id"],
        tuple(json.loads(row["role_ids"])),
        row["parent_channel_id"],
    )
    destination = Destination(
        row["application_id"],
        row["interaction_token"],
        row["token_expires_at"],
        None,
        bool(row["private"]),
        row["reply_to_id"],
        row["locale"],
    )
    return Errand(row["id"], requester, destination, row["at"], row["words"])
