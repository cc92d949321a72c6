"""Where money is counted and asked for: the desks of members on a real ledger, without a studio."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.catalog import Usage
from bot.services.ledger import Reservation, Settlement
from bot.services.policy import Decision, Defaults, LimitRule, Metric, Requester, Scope, ServerPolicy, limits_for
from bot.services.quotas import Accounts, IncreaseDesk, IncreaseNotices, UsageDesk
from bot.storage import Database, SqliteAudit, SqliteLedger, SqlitePolicies
from bot.storage.increases import SqliteIncreases
from bot.storage.ledger.usage import SqliteUse
from tests.examples import DESTINATION, MODEL, REQUEST, STORED
from tests.services.fakes import MIA, Clock

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

LOG_CHANNEL = 77
LEAD = 50


@dataclass
class Office:
    """Desks, and the books behind them."""

    clock: Clock
    ledger: SqliteLedger
    policies: SqlitePolicies
    audit: SqliteAudit
    accounts: Accounts
    usage: UsageDesk
    increases: IncreaseDesk
    telling: IncreaseNotices

    async def decide(self, *rules: LimitRule, **changes: object) -> None:
        """Let a lead change the policy of the server."""

        def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
            changed = replace(policy, **{"limits": (*policy.limits, *rules), **changes})  # type: ignore[arg-type]  # by name
            return changed, Decision(LEAD, int(self.clock()), "quota set", "", "", "")

        await self.policies.change(MIA.server_id, alter)

    async def reserve(self, name: str, count: int = 1, nano: int = 20_000_000, requester: Requester = MIA) -> None:
        """Let a member ask for pictures."""
        terms = await self.accounts.terms(requester)
        request = replace(REQUEST, count=count)
        order = Reservation(
            id=name,
            request=request,
            requester=requester,
            destination=DESTINATION,
            hold_nano=nano,
            prices=MODEL.priced(),
            at=terms.at,
            buckets=terms.buckets,
            limits=terms.limits,
            policy_version=terms.policy.version,
        )
        await self.ledger.reserve(order)

    async def settle(self, name: str, nano: int = 20_000_000) -> None:
        """Let the first picture of a request be made."""
        now = int(self.clock())
        await self.ledger.dispatch(f"{name}:1", now)
        await self.ledger.settle(f"{name}:1", Settlement(nano, Usage(1, 2, 3), STORED, 1.0, None), now)


def budget(scope: Scope, scope_id: int, maximum: int, metric: Metric = Metric.USD) -> LimitRule:
    """A monthly budget."""
    return LimitRule(shared=True, scope=scope, scope_id=scope_id, metric=metric, window=Window.MONTH, maximum=maximum)


@asynccontextmanager
async def an_office(
    folder: Path, *, daily_images: int | None = 25, monthly_nano: int | None = None
) -> AsyncGenerator[Office]:
    """An office on the database in `folder`, at noon of 2026-11-20."""
    database = await Database.open(folder / "atelier.sqlite3")
    try:
        clock, ledger, policies = Clock(), SqliteLedger(database), SqlitePolicies(database)
        defaults = Defaults(monthly_nano, daily_images)
        accounts = Accounts(ledger, policies, partial(limits_for, defaults=defaults), clock)
        increases = SqliteIncreases(database)
        yield Office(
            clock,
            ledger,
            policies,
            SqliteAudit(database),
            accounts,
            UsageDesk(accounts, SqliteUse(database)),
            IncreaseDesk(accounts, increases),
            IncreaseNotices(accounts, increases),
        )
    finally:
        await database.close()
