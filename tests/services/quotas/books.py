"""Books in which leads set limits and members use them up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.services.calendar import Window
from bot.services.ledger import Reservation
from bot.services.policy import (
    Decision,
    Decisions,
    Defaults,
    LimitRule,
    Metric,
    Requester,
    Scope,
    buckets_touched,
    parse_amount,
)
from bot.services.quotas import LimitStatuses, QuotaDesk
from bot.services.quotas.accounts import BudgetVisibility
from bot.storage import Database, SqliteAudit, SqliteLedger, SqlitePolicies
from tests.examples import DESTINATION, MODEL, REQUEST
from tests.services.fakes import NOON, Clock

SERVER, CHANNEL, MIA, LEAD = 1, 2, 3, 9
ARTISTS, GUESTS = 7, 8
MIDNIGHT, NEXT_HOUR, DECEMBER = NOON + 12 * 3600, NOON + 3600, 1_796_083_200
DOLLAR = 1_000_000_000
NO_DEFAULTS = Defaults(None, None)
OPERATORS_OWN = Defaults(50 * DOLLAR, 20)


@dataclass
class Books:
    """A desk on a real database."""

    database: Database
    clock: Clock
    defaults: Defaults = NO_DEFAULTS
    visibility: BudgetVisibility = field(default_factory=lambda: BudgetVisibility(lambda: True))
    reserved: int = 0

    def __post_init__(self) -> None:
        self.policies = SqlitePolicies(self.database)
        self.ledger = SqliteLedger(self.database)

    @property
    def desk(self) -> QuotaDesk:
        limit_statuses = LimitStatuses(self.policies, self.ledger, self.defaults, self.clock, self.visibility)
        return QuotaDesk(Decisions(self.policies, self.clock), limit_statuses)

    async def set(
        self,
        amount: str,
        scope: Scope = Scope.SERVER,
        whose: int = 0,
        window: Window = Window.DAY,
        *,
        budget: bool = False,
    ) -> str:
        return await self.desk.set(
            SERVER,
            shared=budget,
            scope=scope,
            scope_id=whose,
            amount=parse_amount(amount),
            window=window,
            actor_id=LEAD,
        )

    async def grant(
        self,
        amount: str,
        scope: Scope = Scope.SERVER,
        whose: int = 0,
        window: Window | None = None,
        *,
        roles: tuple[int, ...] = (),
        why: str = "a deadline",
    ) -> str:
        given = parse_amount(amount)
        assert given.metric is not None
        assert given.value is not None
        return await self.desk.grant(SERVER, scope, whose, given.metric, window, given.value, LEAD, why, role_ids=roles)

    async def use(self, count: int, *, nano: int = 0, roles: tuple[int, ...] = ()) -> None:
        """Mia asks for so many pictures, which hold so much each."""
        self.reserved += 1
        requester = Requester(SERVER, CHANNEL, MIA, roles)
        at = int(self.clock())
        policy = await self.policies.of(SERVER)
        await self.ledger.reserve(
            Reservation(
                id=str(self.reserved),
                request=replace(REQUEST, count=count),
                requester=requester,
                destination=DESTINATION,
                hold_nano=nano,
                prices=MODEL.priced(),
                at=at,
                buckets=buckets_touched(requester, at, policy.time_zone, policy.week_start),
                limits=(),
                policy_version=policy.version,
            )
        )

    async def limits(self) -> tuple[LimitRule, ...]:
        return (await self.policies.of(SERVER)).limits

    async def audit(self) -> list[Decision]:
        return [entry.decision for entry in reversed(await SqliteAudit(self.database).entries(SERVER, most=99))]


def rule(
    maximum: int | None,
    scope: Scope = Scope.SERVER,
    whose: int = SERVER,
    window: Window = Window.DAY,
    *,
    budget: bool = False,
    metric: Metric = Metric.IMAGES,
) -> LimitRule:
    return LimitRule(budget, scope, whose, metric, window, maximum)
