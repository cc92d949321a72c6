"""What leads do about limits: set, clear, grant; each change names what it changed, and is audited."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.language import beginning, joined, phrase
from bot.services.calendar import Window
from bot.services.policy import (
    ALLOWANCE_SCOPES,
    BUDGET_SCOPES,
    NOT_SET,
    SPAN_NAMES,
    Decision,
    Grant,
    Lead,
    Limit,
    LimitRule,
    Metric,
    Scope,
    exact_text,
    is_counted,
    mention,
    rule_key,
    rule_name,
    rule_of_key,
    unchanged,
)
from bot.services.quotas.limits_for_leads import grantable, instead_of, lifted_text, limit_of, outdone_text, use_text
from bot.services.text import change_of, listed, one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.ledger import LimitStatus
    from bot.services.policy import Amount, Decisions, ServerPolicy
    from bot.services.quotas.limit_status import LimitStatuses

LONGEST_REASON = 300  # characters
OPERATORS = phrase("Only whoever runs this bot can raise this bot's monthly budget: it is a setting of theirs.")
GONE = phrase("No such limit is set any more. Choose one from the list, or see them all with /quota show.")
KINDS = {
    (False, Metric.IMAGES): phrase("allowance of pictures"),
    (False, Metric.USD): phrase("allowance of dollars"),
    (True, Metric.IMAGES): phrase("budget of pictures"),
    (True, Metric.USD): phrase("budget of dollars"),
}


@dataclass(frozen=True)
class QuotaDesk:
    """Changes limits, and answers with what it changed. Ids are Discord's; amounts: nano-dollars or pictures."""

    decisions: Decisions
    limit_statuses: LimitStatuses

    async def set(
        self,
        server_id: int,
        *,
        shared: bool,
        scope: Scope,
        scope_id: int,
        amount: Amount,
        window: Window,
        actor_id: int,
    ) -> str:
        """Set a budget (`shared`) or an allowance, in the place of what was set of the kind.

        Raises:
            RequestRefused: there is no such limit; nothing was changed.
        """
        _check_kind(scope, amount, shared=shared)
        metric = amount.metric or self._metric_lifted(await self.decisions.of(server_id), window)
        scope_id = server_id if scope is Scope.SERVER else scope_id
        rule = LimitRule(shared, scope, scope_id, metric, window, amount.value)

        def alter(policy: ServerPolicy) -> ServerPolicy:
            limits = tuple(rule if each.key == rule.key else each for each in policy.limits)
            return replace(policy, limits=limits if rule in limits else (*limits, rule))

        decision = await self._change(Lead(server_id, actor_id), "quota set", rule, alter)
        if decision.before == decision.after:
            held = phrase("{limit} is {amount} already.", limit=beginning(decision.subject), amount=decision.after)
            return unchanged(held)
        return joined("\n", [_told(decision), await self._from_when(server_id, rule)])

    async def clear(self, server_id: int, key: str, actor_id: int, role_ids: tuple[int, ...] = ()) -> str:
        """Take back the limit that `key` names (`limit_names.rule_key`).

        `role_ids` are those of the member whose allowance it is: they tell what applies instead.

        Raises:
            RequestRefused: no such limit is set.
        """
        rule = _set_rule(await self.decisions.of(server_id), key)

        def alter(policy: ServerPolicy) -> ServerPolicy:
            cleared = _set_rule(policy, key)
            return replace(policy, limits=tuple(each for each in policy.limits if each != cleared))

        decision = await self._change(Lead(server_id, actor_id), "quota clear", rule, alter)
        policy = await self.decisions.of(server_id)
        instead = instead_of(rule, policy, server_id, role_ids, self.limit_statuses.defaults)
        return joined("\n", [_told(decision), instead])

    async def grant(
        self,
        server_id: int,
        scope: Scope,
        scope_id: int,
        metric: Metric,
        window: Window | None,
        amount: int,
        actor_id: int,
        why: str,
        *,
        role_ids: tuple[int, ...] = (),
    ) -> str:
        """Add `amount` (nano-dollars or pictures) once to a limit, until its current window ends.

        Args:
            server_id: whose limit it is.
            scope: member for whatever allowance bounds them; server, channel or role for a budget.
            scope_id: the id of that.
            metric: which kind of limit.
            window: which window's; None for the only one that has a limit.
            amount: more than nothing.
            actor_id: the lead.
            why: their reason.
            role_ids: the roles that the member has, whose allowances may be what bounds them.

        Raises:
            RequestRefused: there is no such limit, or several; nothing was changed.
        """
        reason = _checked_reason(scope, amount, why)
        scope_id = server_id if scope is Scope.SERVER else scope_id
        policy = await self.decisions.of(server_id)
        bounding = grantable(policy, server_id, (scope, scope_id), role_ids, self.limit_statuses.defaults)
        limit = self._only(bounding, scope, scope_id, metric, window)
        at = int(self.limit_statuses.clock())
        grant = Grant(
            scope, scope_id, metric, limit.window, amount, *self.limit_statuses.edges(policy, limit.window, at)
        )
        before = (await self.limit_statuses.status(server_id, limit)).limit.maximum
        after = phrase(
            "{amount} until {when}", amount=exact_text(metric, before + amount), when=f"<t:{grant.end_at}:f>"
        )
        decision = Decision(actor_id, at, "quota grant", limit.name, exact_text(metric, before), after, reason)
        await self.decisions.policies.grant(server_id, grant, decision)
        status = await self.limit_statuses.status(server_id, limit)
        counts = phrase("It counts at once: {use}.", use=use_text(status))
        return joined("\n", [_told(decision), counts, *_still_too_little(status)])

    async def _change(
        self, lead: Lead, action: str, rule: LimitRule, alter: Callable[[ServerPolicy], ServerPolicy]
    ) -> Decision:
        def tell(policy: ServerPolicy) -> str:
            now = rule_of_key(policy, rule_key(rule))
            return NOT_SET if now is None else exact_text(now.metric, now.maximum)

        return await self.decisions.change(lead, action, rule_name(rule), alter, tell)

    def _only(self, bounding: list[Limit], scope: Scope, scope_id: int, metric: Metric, window: Window | None) -> Limit:
        """The one limit that is meant."""
        meant = [limit for limit in bounding if limit.metric is metric and window in {None, limit.window}]
        if len(meant) == 1:
            return meant[0]
        who, kind = mention(scope, scope_id), KINDS[scope is not Scope.MEMBER, metric]
        if meant:
            spans = listed(tuple(_with_maximum(limit) for limit in meant), "and")
            several = phrase("There are several: {limits}. Say in which window the grant is to count.", limits=spans)
            raise RequestRefused(several)
        nothing = phrase("There is nothing to add to: no {kind} bounds {who}.", kind=kind, who=who)
        if window:
            span = SPAN_NAMES[window]
            nothing = phrase(
                "There is nothing to add to: no {span} {kind} bounds {who}.", kind=kind, span=span, who=who
            )
        told = [nothing]
        if bounding:
            limits = listed(tuple(_with_maximum(limit) for limit in bounding), "and")
            told.append(phrase("What does: {limits}.", limits=limits))
        if (
            scope is Scope.SERVER
            and metric is Metric.USD
            and self.limit_statuses.defaults.monthly_budget_nano is not None
        ):
            told.append(OPERATORS)
        raise RequestRefused(joined(" ", told))

    def _metric_lifted(self, policy: ServerPolicy, window: Window) -> Metric:
        """What a bare "unlimited" is about: the one thing of which there are allowances in this window."""
        bounded = {
            rule.metric
            for rule in policy.limits
            if not rule.shared and rule.window is window and rule.maximum is not None
        }
        if window is Window.DAY and self.limit_statuses.defaults.member_daily_images is not None:
            bounded.add(Metric.IMAGES)
        if len(bounded) != 1:
            raise RequestRefused(phrase("Unlimited what? Write unlimited pictures or unlimited dollars."))
        return bounded.pop()

    async def outdone(self, server_id: int, rule: LimitRule) -> tuple[str, ...]:
        """Sentences about limits that are reached before a rule which is set, or only after it."""
        return outdone_text(rule, await self.decisions.of(server_id), self.limit_statuses.defaults)

    async def _from_when(self, server_id: int, rule: LimitRule) -> str:
        """That a new rule counts at once, what is used of it, and which other limits are reached before it."""
        policy = await self.decisions.of(server_id)
        return joined("\n", [await self._counted(policy, server_id, rule), *await self.outdone(server_id, rule)])

    async def _counted(self, policy: ServerPolicy, server_id: int, rule: LimitRule) -> str:
        _, resets_at = self.limit_statuses.edges(policy, rule.window, int(self.limit_statuses.clock()))
        if rule.maximum is None:
            return lifted_text(rule, policy)
        if not is_counted(rule):
            return phrase(
                "It counts at once, for each of them by themselves; what they have used in this window counts too. "
                "It resets {when}.",
                when=f"<t:{resets_at}:R>",
            )
        status = await self.limit_statuses.status(server_id, limit_of(rule, server_id))
        return phrase(
            "It counts at once, and what was used in this window counts too: {use}. It resets {when}.",
            use=use_text(status),
            when=f"<t:{status.resets_at}:R>",
        )


def _told(decision: Decision) -> str:
    return change_of(decision.subject, decision.before, decision.after)


def _set_rule(policy: ServerPolicy, key: str) -> LimitRule:
    rule = rule_of_key(policy, key)
    if rule is None:
        raise RequestRefused(GONE)
    return rule


def _still_too_little(status: LimitStatus) -> list[str]:
    """What more it takes for one picture, where a grant was not enough for any."""
    missing = status.used - status.limit.maximum + 1
    if status.limit.metric is not Metric.IMAGES or missing <= 0:
        return []
    return [phrase("That is not enough for another picture: grant {missing} more.", missing=missing)]


def _check_kind(scope: Scope, amount: Amount, *, shared: bool) -> None:
    if shared and scope not in BUDGET_SCOPES:
        raise RequestRefused(phrase("A budget is shared by several. To bound one member, set them an allowance."))
    if not shared and scope not in ALLOWANCE_SCOPES:
        raise RequestRefused(phrase("An allowance is what each member may use. To bound a channel, set it a budget."))
    if shared and amount.value is None:
        raise RequestRefused(phrase("A budget needs an amount. To have none, take it back with /quota clear."))


def _checked_reason(scope: Scope, amount: int, why: str) -> str:
    """The reason for a grant, as the audit keeps it."""
    if scope is Scope.INSTALLATION:
        raise RequestRefused(OPERATORS)
    if amount <= 0:
        raise RequestRefused(phrase("A grant adds something: write more than nothing, such as 5 pictures or $2."))
    reason = one_line(why, LONGEST_REASON)
    if not reason:
        raise RequestRefused(phrase("Say why: the reason is kept in the audit."))
    return reason


def _with_maximum(limit: Limit) -> str:
    return phrase("{limit} ({amount})", limit=limit.name, amount=exact_text(limit.metric, limit.maximum))
