"""How the limits that leads set are called, and found again by a key. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.language import phrase
from bot.services.policy.limits import Metric, Scope
from bot.services.policy.policy import SPAN_NAMES, LimitRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.services.policy.policy import ServerPolicy

NOT_SET = phrase("not set")


THINGS = {Metric.IMAGES: phrase("pictures"), Metric.USD: phrase("dollars")}


_MENTIONS = {Scope.MEMBER: "<@{}>", Scope.ROLE: "<@&{}>", Scope.CHANNEL: "<#{}>"}


def mention(scope: Scope, scope_id: int) -> str:
    """As Discord shows it: ``<@5>``, ``<@&5>``, ``<#5>``, or ``the whole server``."""
    return phrase("the whole server") if scope is Scope.SERVER else _MENTIONS[scope].format(scope_id)


def rule_name(rule: LimitRule, who: str | None = None) -> str:
    """``<@5>'s daily allowance``, ``the monthly budget of <#6>``; `who` stands in the place of the mention."""
    who, span = who or mention(rule.scope, rule.scope_id), SPAN_NAMES[rule.window]
    if rule.shared:
        if rule.scope is Scope.SERVER:
            return phrase("this server's {span} budget", span=span)
        return phrase("the {span} budget of {who}", span=span, who=who)
    if rule.scope is Scope.SERVER:
        return phrase("everybody's {span} allowance", span=span)
    if rule.scope is Scope.ROLE:
        return phrase("the {span} allowance of each member with {who}", span=span, who=who)
    return phrase("{who}'s {span} allowance", who=who, span=span)


def told_apart(named: Iterable[tuple[str, Metric]]) -> list[str]:
    """The names, with ``in pictures`` or ``in dollars`` behind those that there are of both."""
    pairs = list(named)
    kinds = Counter(name for name, _ in set(pairs))
    return [
        phrase("{name} in {things}", name=name, things=THINGS[metric]) if kinds[name] > 1 else name
        for name, metric in pairs
    ]


def rule_key(rule: LimitRule) -> str:
    """What names a rule for good: ``allowance-member-5-images-day``."""
    kind = "budget" if rule.shared else "allowance"
    return f"{kind}-{rule.scope}-{rule.scope_id}-{rule.metric}-{rule.window}"


def rule_of_key(policy: ServerPolicy, key: str) -> LimitRule | None:
    """The rule that this key names; None if nothing of the kind is set."""
    return next((rule for rule in policy.limits if rule_key(rule) == key), None)


def is_counted(rule: LimitRule) -> bool:
    """Whether one counter tells what is used of it; not so of what is unlimited, or what each member has."""
    return rule.maximum is not None and (rule.shared or rule.scope is Scope.MEMBER)
