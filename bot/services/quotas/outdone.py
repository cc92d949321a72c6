"""Which limits make another one pointless, because they are reached first: told when a lead sets one. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.policy import Metric, Scope, beginning, exact_text, rule_name

if TYPE_CHECKING:
    from bot.services.policy import Defaults, LimitRule, ServerPolicy

BOTS = "This bot's monthly budget, set by whoever runs it, is smaller and holds too."
_SPANS = list(Window)  # from the shortest


def outdone_text(rule: LimitRule, policy: ServerPolicy, defaults: Defaults) -> tuple[str, ...]:
    """Sentences about limits that leave a new rule nothing to bound, or that it leaves nothing to bound.

    What is granted for once is left aside.
    """
    if rule.maximum is None:
        return ()
    told = [
        f"{beginning(rule_name(each))} of {_amount(each)} is smaller and holds too."
        for each in policy.limits
        if _is_reached_within(rule, each) or _is_over_the_server(rule, each)
    ]
    told += [
        f"It is smaller than {rule_name(each)} of {_amount(each)}; both hold."
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


def _amount(rule: LimitRule) -> str:
    return exact_text(rule.metric, rule.maximum)
