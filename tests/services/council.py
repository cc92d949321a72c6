"""Where leads decide: the services behind /studio on a real database."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.services.admission import Admission
from bot.services.policy import Decisions, Lead, Rules, ServerSettings
from bot.storage import Database, SqliteAudit, SqlitePolicies
from tests.examples import CATALOG
from tests.services.fakes import Clock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from bot.services.policy import Decision, ServerPolicy

SERVER = 10**18
LEA = Lead(SERVER, SERVER + 5)


@dataclass
class Council:
    """The services, and what they leave behind."""

    clock: Clock
    rules: Rules
    settings: ServerSettings
    admission: Admission
    audit: SqliteAudit

    async def policy(self) -> ServerPolicy:
        return await self.rules.decisions.of(SERVER)

    async def decisions(self) -> list[Decision]:
        """Everything in the audit, oldest first."""
        return [entry.decision for entry in await self.audit.entries(SERVER, most=100)][::-1]


@asynccontextmanager
async def a_council(folder: Path, *, allow_retired: bool = False) -> AsyncGenerator[Council]:
    """A council at noon of 2026-11-20 on the database in `folder`."""
    database = await Database.open(folder / "atelier.sqlite3")
    try:
        clock, policies = Clock(), SqlitePolicies(database)
        decisions = Decisions(policies, clock)
        yield Council(
            clock,
            Rules(decisions, CATALOG, allow_retired),
            ServerSettings(decisions),
            Admission(policies, CATALOG, allow_retired, clock),
            SqliteAudit(database),
        )
    finally:
        await database.close()
