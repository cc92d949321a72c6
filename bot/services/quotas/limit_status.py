"""What is set, and what is used of it: of a server, of one of its roles or channels, or of a member."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.services.calendar import Window, window_edges
from bot.services.policy import (
    BucketKey,
    Limit,
    Metric,
    Requester,
    Scope,
    allowance_rule,
    buckets_touched,
    is_counted,
    limits_for,
    with_grants,
)
from bot.services.quotas.accounts import BudgetVisibility, visible_limits
from bot.services.quotas.limits_for_leads import limit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.ledger import Ledger, LimitStatus
    from bot.services.policy import Defaults, Grant, LimitRule, Policies, ServerPolicy
    from bot.services.quotas.accounts import BudgetHint


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """A rule and where it stands.

    Attributes:
        status: what is used of it; None where it is unlimited, or each member has as much.
        resets_at: when its window ends, in seconds since 1970 (UTC).
    """

    rule: LimitRule
    status: LimitStatus | None
    resets_at: int


@dataclass(frozen=True, slots=True)
class Overview:
    """What is set on a server, or for one of its roles or channels.

    Attributes:
        grants: those in force.
        installation: the operator's monthly budget, all servers together; None if there is none, or its figures are
            not for this server.
        hint: how that budget stands then.
    """

    policy: ServerPolicy
    limit_statuses: tuple[RuleStatus, ...]
    grants: tuple[Grant, ...]
    installation: LimitStatus | None
    defaults: Defaults
    hint: BudgetHint | None = None


@dataclass(frozen=True, slots=True)
class MemberLimit:
    """A limit of a member.

    Attributes:
        rule: where an allowance comes from; None for a budget.
    """

    status: LimitStatus
    rule: LimitRule | None


@dataclass(frozen=True, slots=True)
class MemberLimits:
    """What bounds a member.

    Attributes:
        bounds: every limit that applies wherever they ask, from the nearest outwards.
        unlimited: allowances by which they are not bounded.
        pools: channels with budgets, which count for what is asked for there.
        hint: how the installation's budget stands, where its figures are not for this server.
    """

    policy: ServerPolicy
    user_id: int
    bounds: tuple[MemberLimit, ...]
    unlimited: tuple[LimitRule, ...]
    pools: tuple[int, ...]
    hint: BudgetHint | None = None


@dataclass(frozen=True)
class LimitStatuses:
    """Looks up rules and what is used of them.

    Attributes:
        visibility: whether figures of the installation's budget may be told.
    """

    policies: Policies
    ledger: Ledger
    defaults: Defaults
    clock: Callable[[], float]
    visibility: BudgetVisibility = field(default_factory=BudgetVisibility)

    async def overview(self, server_id: int, scope: Scope | None = None, scope_id: int = 0) -> Overview:
        """Everything that is set on a server; or what is set for this role or channel, or for the server as such."""
        policy = await self.policies.of(server_id)
        at = int(self.clock())
        about = (scope, server_id if scope is Scope.SERVER else scope_id)
        rules = [rule for rule in policy.limits if scope is None or (rule.scope, rule.scope_id) == about]
        limits = [with_grants(limit_of(rule, server_id), policy.grants, at) for rule in rules if is_counted(rule)]
        installation = [
            limit
            for limit in limits_for(policy, Requester(server_id, 0, 0), at, defaults=self.defaults)
            if limit.scope is Scope.INSTALLATION
        ]
        statuses = iter(await self._used([*limits, *installation], policy, at))
        limit_statuses = tuple(
            RuleStatus(rule, next(statuses) if is_counted(rule) else None, self.edges(policy, rule.window, at)[1])
            for rule in rules
        )
        grants = tuple(
            grant
            for grant in policy.grants
            if grant.start_at <= at < grant.end_at and (scope is None or (grant.scope, grant.scope_id) == about)
        )
        told = visible_limits(statuses, sole=self.visibility.sole_server())
        return Overview(policy, limit_statuses, grants, next(iter(told.limits), None), self.defaults, told.hint)

    async def of_member(self, server_id: int, user_id: int, role_ids: tuple[int, ...]) -> MemberLimits:
        """What bounds a member who has these roles; where allowances come from, and what is used of each."""
        policy = await self.policies.of(server_id)
        at = int(self.clock())
        requester = Requester(server_id, 0, user_id, role_ids)
        limits = limits_for(policy, requester, at, defaults=self.defaults)
        buckets = buckets_touched(requester, at, policy.time_zone, policy.week_start)
        statuses = await self.ledger.limit_status(limits, buckets, at)
        told = visible_limits(statuses, sole=self.visibility.sole_server())
        rules = {
            (metric, window): allowance_rule(policy, requester, metric, window, self.defaults)
            for metric in Metric
            for window in Window
        }
        bounds = tuple(
            MemberLimit(
                status,
                rules[status.limit.metric, status.limit.window] if status.limit.scope is Scope.MEMBER else None,
            )
            for status in told.limits
        )
        unlimited = tuple(rule for rule in rules.values() if rule is not None and rule.maximum is None)
        pools = tuple(
            dict.fromkeys(rule.scope_id for rule in policy.limits if rule.shared and rule.scope is Scope.CHANNEL)
        )
        return MemberLimits(policy, user_id, bounds, unlimited, pools, told.hint)

    async def status(self, server_id: int, limit: Limit) -> LimitStatus:
        """What is used now of one limit of a server, to which the grants in force are added."""
        policy = await self.policies.of(server_id)
        at = int(self.clock())
        (status,) = await self._used([with_grants(limit, policy.grants, at)], policy, at)
        return status

    def edges(self, policy: ServerPolicy, window: Window, at: int) -> tuple[int, int]:
        """The window that holds `at`, by the server's calendar, in seconds since 1970 (UTC)."""
        return window_edges(window, at, policy.time_zone, policy.week_start)

    async def _used(self, limits: list[Limit], policy: ServerPolicy, at: int) -> tuple[LimitStatus, ...]:
        nobody = buckets_touched(Requester(0, 0, 0), at, policy.time_zone, policy.week_start)
        edges = {window: self.edges(policy, window, at) for window in Window}
        buckets = [
            BucketKey(limit.scope, limit.server_id, limit.scope_id, limit.window, *edges[limit.window])
            for limit in limits
            if limit.scope is not Scope.INSTALLATION
        ]
        return tuple(await self.ledger.limit_status(limits, [*buckets, *nobody], at))
