"""How limits that leads have set, those that overlap or stand in the way, and how long one lasts, are said in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.language import beginning, joined, phrase
from bot.services.calendar import Window
from bot.services.policy import (
    PER,
    SPAN_NAMES,
    THINGS,
    Limit,
    LimitRule,
    Metric,
    Requester,
    Scope,
    allowance_rule,
    amount_texts,
    budget_name,
    exact_text,
    is_counted,
    mention,
    rule_name,
)
from bot.services.text import listed

if TYPE_CHECKING:
    from bot.services.ledger import LimitStatus
    from bot.services.policy import Defaults, Grant, ServerPolicy

LONG = frozenset({Window.WEEK, Window.MONTH})  # of a day or an hour nobody plans the rest
SOON = 10  # per cent of a window that have to pass before what was used in them says anything


def limit_of(rule: LimitRule, server_id: int) -> Limit:
    """The limit that a counted rule sets by itself, without grants.

    Raises:
        ValueError: nothing is counted for it.
    """
    if rule.maximum is None or not is_counted(rule):
        raise ValueError(f"no counter stands for {rule}")
    name = budget_name(rule) if rule.shared else rule_name(rule)
    return Limit(rule.scope, server_id, rule.scope_id, rule.metric, rule.window, rule.maximum, name)


def use_text(status: LimitStatus) -> str:
    """``4 of 25 pictures used, 21 left``; what was granted is told."""
    limit, metric = status.limit, status.limit.metric
    left = max(limit.maximum - status.used, 0)
    if metric is Metric.IMAGES:
        used: str = phrase("{number}", number=status.used)
        rest: str = phrase("{number}", number=left)
    else:
        used, rest = amount_texts(metric, status.used, left)
    maximum = exact_text(metric, limit.maximum)  # rounded is nothing that was set
    words = phrase("{used} of {maximum} used, {left} left", used=used, maximum=maximum, left=rest)
    if not limit.granted:
        return words
    return phrase("{use} ({amount} of it granted)", use=words, amount=exact_text(metric, limit.granted))


def lifted_text(rule: LimitRule, policy: ServerPolicy) -> str:
    """What it means that an allowance is unlimited, as a sentence; nearer ones are named if any is set."""
    kind = (rule.metric, rule.window)
    nearer = {
        each.scope
        for each in policy.limits
        if not each.shared and (each.metric, each.window) == kind and each.maximum is not None
    }
    exceptions = {Scope.MEMBER: phrase("for them alone"), Scope.ROLE: phrase("for a role of theirs")}
    named = tuple(
        words
        for scope, words in exceptions.items()
        if scope in nearer and scope is not rule.scope and rule.scope is not Scope.MEMBER
    )
    span, things = SPAN_NAMES[rule.window], THINGS[rule.metric]
    if named:
        return phrase(
            "No {span} allowance of {things} bounds them now, unless one is set {where}; budgets still do.",
            span=span,
            things=things,
            where=listed(named),
        )
    return phrase("No {span} allowance of {things} bounds them now; budgets still do.", span=span, things=things)


def per_window(rule: LimitRule) -> str:
    """``10 pictures a day``."""
    return phrase("{amount} {span}", amount=exact_text(rule.metric, rule.maximum), span=PER[rule.window])


def grant_text(grant: Grant) -> str:
    """``5 pictures more for <@5>'s daily allowance``."""
    shared = grant.scope is not Scope.MEMBER
    rule = LimitRule(shared, grant.scope, grant.scope_id, grant.metric, grant.window, None)
    return phrase("{amount} more for {limit}", amount=exact_text(grant.metric, grant.amount), limit=rule_name(rule))


def origin(rule: LimitRule, policy: ServerPolicy) -> str:
    """Where an allowance comes from that `allowance_rule` has found."""
    if rule not in policy.limits:
        return phrase("as whoever runs this bot has set it")
    if rule.scope is Scope.MEMBER:
        return phrase("set for them alone")
    if rule.scope is Scope.SERVER:
        return phrase("as for everybody")
    return phrase("from the role {role}", role=mention(rule.scope, rule.scope_id))


def instead_of(
    cleared: LimitRule, policy: ServerPolicy, server_id: int, role_ids: tuple[int, ...], defaults: Defaults
) -> str:
    """What applies now that a rule is gone, in a sentence. `role_ids` are those of the member whose own it was."""
    if cleared.shared:
        return _budgets_left(cleared, policy, defaults)
    is_own = cleared.scope is Scope.MEMBER
    requester = Requester(server_id, 0, cleared.scope_id if is_own else 0, role_ids if is_own else ())
    found = allowance_rule(policy, requester, cleared.metric, cleared.window, defaults)
    if found is None:
        span, things = SPAN_NAMES[cleared.window], THINGS[cleared.metric]
        now: str = phrase("no {span} allowance of {things}", span=span, things=things)
    else:
        now = joined(", ", [per_window(found), origin(found, policy)])
    if is_own:
        return phrase("What applies to them now: {limit}.", limit=now)
    if cleared.scope is Scope.ROLE:
        return phrase("To whom nothing of their own or of another role applies, this does now: {limit}.", limit=now)
    return phrase("To whom nothing of their own or of a role applies, this does now: {limit}.", limit=now)


def grantable(
    policy: ServerPolicy, server_id: int, whose: tuple[Scope, int], role_ids: tuple[int, ...], defaults: Defaults
) -> list[Limit]:
    """The limits, without grants, that a grant can be added to.

    `whose` are the scope and the id in it; `role_ids` are a member's, whose allowances may come from there.
    """
    scope, scope_id = whose
    if scope is not Scope.MEMBER:
        rules = [rule for rule in policy.limits if rule.shared and (rule.scope, rule.scope_id) == whose]
        return [limit_of(rule, server_id) for rule in rules]
    requester = Requester(server_id, 0, scope_id, role_ids)
    found = [allowance_rule(policy, requester, metric, window, defaults) for metric in Metric for window in Window]
    return [
        limit_of(replace(rule, scope=scope, scope_id=scope_id), server_id)
        for rule in found
        if rule is not None and rule.maximum is not None
    ]


def _budgets_left(cleared: LimitRule, policy: ServerPolicy, defaults: Defaults) -> str:
    """The budgets that bound the same still."""
    holding = [
        _with_amount(rule)
        for rule in policy.limits
        if rule.shared
        and (rule.scope is Scope.SERVER or (rule.scope, rule.scope_id) == (cleared.scope, cleared.scope_id))
    ]
    if defaults.monthly_budget_nano is not None:
        holding.append(phrase("this bot's monthly budget, as whoever runs it has set it"))
    if not holding:
        return phrase("No other budget holds in its place.")
    return phrase("What holds still: {limits}.", limits=listed(tuple(holding), "and"))


BOTS = phrase("This bot's monthly budget, set by whoever runs it, is smaller and holds too.")
_SPANS = list(Window)  # from the shortest


def outdone_text(rule: LimitRule, policy: ServerPolicy, defaults: Defaults) -> tuple[str, ...]:
    """Sentences about limits that leave a new rule nothing to bound, or that it leaves nothing to bound.

    What is granted for once is left aside.
    """
    if rule.maximum is None:
        return ()
    told = [
        phrase("{limit} is smaller and holds too.", limit=beginning(_with_amount(each)))
        for each in policy.limits
        if _is_reached_within(rule, each) or _is_over_the_server(rule, each)
    ]
    told += [
        phrase("It is smaller than {limit}; both hold.", limit=_with_amount(each))
        for each in policy.limits
        if _is_reached_within(each, rule)
    ]
    if rule.metric is Metric.USD and defaults.monthly_budget_nano is not None:
        told += [BOTS] if defaults.monthly_budget_nano < rule.maximum else []
    return tuple(told)


def _is_reached_within(rule: LimitRule, longer: LimitRule) -> bool:
    """Whether what the same may use in a longer window is reached before what they may use in the shorter one."""
    return (
        (rule.shared, rule.metric, rule.scope, rule.scope_id)
        == (longer.shared, longer.metric, longer.scope, longer.scope_id)
        and _SPANS.index(longer.window) > _SPANS.index(rule.window)
        and _is_less(longer, rule)
    )


def _is_over_the_server(rule: LimitRule, servers: LimitRule) -> bool:
    """Whether a part of the server has more than the whole."""
    return (
        (rule.shared, rule.metric, rule.window) == (servers.shared, servers.metric, servers.window)
        and rule.shared
        and servers.scope is Scope.SERVER
        and _is_less(servers, rule)
    )


def _is_less(one: LimitRule, other: LimitRule) -> bool:
    return one.maximum is not None and other.maximum is not None and one.maximum < other.maximum


def _with_amount(rule: LimitRule) -> str:
    return phrase("{limit} of {amount}", limit=rule_name(rule), amount=exact_text(rule.metric, rule.maximum))


def pace_text(window: Window, spent: int, maximum: int, edges: tuple[int, int], now: int) -> str:
    """Until when a budget lasts at this pace, as a sentence; empty where that cannot be said, or it is used up.

    Args:
        window: of the budget.
        spent: of it, without what is only held, in the unit of `maximum`.
        maximum: the budget.
        edges: of its window, in seconds since 1970 (UTC), as is `now`.
        now: this moment.
    """
    start, end = edges
    passed = now - start
    if window not in LONG or not 0 < spent < maximum or passed * 100 < SOON * (end - start):
        return ""
    until = now + (maximum - spent) * passed // spent
    if until >= end:
        return phrase("At this pace it lasts until it resets.")
    return phrase("At this pace it lasts until {day}.", day=f"<t:{until}:D>")
