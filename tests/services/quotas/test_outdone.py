"""Limits that are reached before another one ever is."""

from __future__ import annotations

import pytest

from bot.services.calendar import Window
from bot.services.policy import Defaults, LimitRule, Metric, Scope, ServerPolicy
from bot.services.quotas.limits_for_leads import BOTS, outdone_text

SERVER, DOLLAR = 1, 10**9
NO_DEFAULTS = Defaults(None, None)


def allowance(
    maximum: int | None, window: Window = Window.DAY, scope: Scope = Scope.SERVER, whose: int = SERVER
) -> LimitRule:
    return LimitRule(shared=False, scope=scope, scope_id=whose, metric=Metric.IMAGES, window=window, maximum=maximum)


def budget(dollars: int, window: Window = Window.MONTH, scope: Scope = Scope.SERVER, whose: int = SERVER) -> LimitRule:
    return LimitRule(
        shared=True, scope=scope, scope_id=whose, metric=Metric.USD, window=window, maximum=dollars * DOLLAR
    )


@pytest.mark.parametrize(
    ("rule", "others", "told"),
    [
        (
            allowance(9),
            [allowance(3, Window.WEEK)],
            ["Everybody's weekly allowance of 3 pictures is smaller and holds too."],
        ),
        (
            allowance(3, Window.WEEK),
            [allowance(9)],
            ["It is smaller than everybody's daily allowance of 9 pictures; both hold."],
        ),
        (
            allowance(9),
            [allowance(3, Window.WEEK), allowance(4, Window.MONTH), allowance(20, Window.HOUR)],
            [
                "Everybody's weekly allowance of 3 pictures is smaller and holds too.",
                "Everybody's monthly allowance of 4 pictures is smaller and holds too.",
                "It is smaller than everybody's hourly allowance of 20 pictures; both hold.",
            ],
        ),
        (allowance(3), [allowance(3, Window.WEEK), allowance(1, Window.HOUR), allowance(None, Window.MONTH)], []),
        (allowance(None), [allowance(3, Window.WEEK)], []),
        (allowance(9, scope=Scope.MEMBER, whose=5), [allowance(3, Window.WEEK, Scope.MEMBER, 6)], []),
        (allowance(9, scope=Scope.ROLE, whose=7), [allowance(3)], []),
        (budget(9), [allowance(3, Window.MONTH)], []),
        (
            budget(60, scope=Scope.CHANNEL, whose=6),
            [budget(50)],
            ["This server's monthly budget of $50.00 is smaller and holds too."],
        ),
        (
            budget(60, scope=Scope.ROLE, whose=7),
            [budget(50), budget(10, scope=Scope.CHANNEL, whose=6)],
            ["This server's monthly budget of $50.00 is smaller and holds too."],
        ),
        (budget(50, scope=Scope.ROLE, whose=7), [budget(50)], []),
        (budget(60, Window.DAY, Scope.ROLE, 7), [budget(50)], []),
        (budget(50), [budget(60, scope=Scope.ROLE, whose=7)], []),
    ],
)
def test_a_limit_that_another_makes_pointless_is_told_with_it(
    rule: LimitRule, others: list[LimitRule], told: list[str]
) -> None:
    policy = ServerPolicy(limits=(*others, rule))

    assert outdone_text(rule, policy, NO_DEFAULTS) == tuple(told)


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (budget(100), (BOTS,)),
        (budget(100, Window.DAY, Scope.CHANNEL, 6), (BOTS,)),
        (budget(20), ()),
        (allowance(100), ()),
    ],
)
def test_a_smaller_budget_of_the_installation_is_told_without_its_amount(
    rule: LimitRule, told: tuple[str, ...]
) -> None:
    assert outdone_text(rule, ServerPolicy(limits=(rule,)), Defaults(20 * DOLLAR, 5)) == told
