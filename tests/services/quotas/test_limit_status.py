"""What stands of limits: overviews, what bounds a member, and the names of limits."""

from __future__ import annotations

import asyncio

import pytest

from bot.services.calendar import Window
from bot.services.ledger import LimitStatus
from bot.services.policy import (
    Limit,
    LimitRule,
    Metric,
    Scope,
    ServerPolicy,
    mention,
    rule_key,
    rule_name,
    rule_of_key,
    told_apart,
)
from bot.services.quotas import BudgetHint, Headroom, use_text
from bot.services.quotas.accounts import BudgetVisibility
from bot.services.quotas.limits_for_leads import limit_of
from tests.services.quotas.books import (
    ARTISTS,
    CHANNEL,
    DECEMBER,
    DOLLAR,
    GUESTS,
    MIA,
    MIDNIGHT,
    OPERATORS_OWN,
    SERVER,
    Books,
    rule,
)


async def test_the_overview_shows_every_rule_and_what_is_used_of_those_that_are_counted(books: Books) -> None:
    books.defaults = OPERATORS_OWN
    await books.set("25 pictures", Scope.MEMBER, MIA)
    await books.set("10 pictures")
    await books.set("unlimited pictures", Scope.ROLE, ARTISTS)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.use(2, nano=DOLLAR)
    await books.grant("$1", Scope.CHANNEL, CHANNEL)

    overview = await books.desk.limit_statuses.overview(SERVER)

    assert [
        (each.rule.scope, each.status and (each.status.used, each.status.limit.maximum), each.resets_at)
        for each in overview.limit_statuses
    ] == [
        (Scope.MEMBER, (2, 25), MIDNIGHT),
        (Scope.SERVER, None, MIDNIGHT),
        (Scope.ROLE, None, MIDNIGHT),
        (Scope.CHANNEL, (2 * DOLLAR, 6 * DOLLAR), DECEMBER),
    ]
    assert [grant.amount for grant in overview.grants] == [DOLLAR]
    assert overview.installation is not None
    assert overview.installation.used == 2 * DOLLAR
    assert overview.defaults == OPERATORS_OWN


async def test_one_of_several_servers_sees_no_figure_of_what_all_spend(books: Books) -> None:
    books.defaults, books.visibility = OPERATORS_OWN, BudgetVisibility()
    await books.use(2, nano=21 * DOLLAR)

    overview = await books.desk.limit_statuses.overview(SERVER)
    found = await books.desk.limit_statuses.of_member(SERVER, MIA, ())

    assert overview.installation is None
    assert [bound.status.limit.scope for bound in found.bounds] == [Scope.MEMBER]
    assert overview.hint == found.hint == BudgetHint(Headroom.LITTLE, DECEMBER)


@pytest.mark.parametrize(
    ("scope", "whose", "maxima", "grants"),
    [
        (Scope.CHANNEL, CHANNEL, [5 * DOLLAR], [DOLLAR]),
        (Scope.ROLE, ARTISTS, [7], []),
        (Scope.SERVER, 0, [10], []),
        (Scope.ROLE, GUESTS, [], []),
    ],
)
async def test_a_part_of_the_overview_is_about_one_role_channel_or_the_server(
    books: Books, scope: Scope, whose: int, maxima: list[int], grants: list[int]
) -> None:
    await books.set("10 pictures")
    await books.set("7 pictures", Scope.ROLE, ARTISTS)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.grant("$1", Scope.CHANNEL, CHANNEL)

    overview = await books.desk.limit_statuses.overview(SERVER, scope, whose)

    assert [each.rule.maximum for each in overview.limit_statuses] == maxima
    assert [grant.amount for grant in overview.grants] == grants
    assert overview.installation is None


async def test_what_bounds_a_member_is_told_with_the_rule_behind_it(books: Books) -> None:
    books.defaults = OPERATORS_OWN
    await books.set("30 pictures", Scope.ROLE, ARTISTS)
    await books.set("3 pictures", Scope.ROLE, GUESTS)
    await books.set("unlimited pictures", window=Window.WEEK)
    await books.set("$5", Scope.ROLE, ARTISTS, Window.MONTH, budget=True)
    await books.set("$5", Scope.CHANNEL, CHANNEL, Window.MONTH, budget=True)
    await books.set("$1", Scope.CHANNEL, CHANNEL, Window.DAY, budget=True)
    await books.use(2, nano=DOLLAR, roles=(ARTISTS,))

    found = await books.desk.limit_statuses.of_member(SERVER, MIA, (ARTISTS, GUESTS))

    assert [(bound.status.limit.name, bound.status.used, bound.rule) for bound in found.bounds] == [
        ("your daily allowance", 2, rule(30, Scope.ROLE, ARTISTS)),
        ("the monthly budget of <@&7>", 2 * DOLLAR, None),
        ("this bot's monthly budget", 2 * DOLLAR, None),
    ]
    assert found.unlimited == (rule(None, window=Window.WEEK),)
    assert found.pools == (CHANNEL,)


async def test_two_leads_at_once_change_the_one_after_the_other(books: Books) -> None:
    await asyncio.gather(*(books.set(f"{number} pictures") for number in range(1, 9)))

    decisions = await books.audit()
    afters = [decision.after for decision in decisions]
    assert [decision.before for decision in decisions] == ["not set", *afters[:-1]]
    assert len(set(afters)) == 8
    assert len(await books.limits()) == 1


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (rule(1, Scope.MEMBER, 5), "<@5>'s daily allowance"),
        (rule(1, Scope.ROLE, 5, Window.HOUR), "the hourly allowance of each member with <@&5>"),
        (rule(1, window=Window.WEEK), "everybody's weekly allowance"),
        (rule(1, window=Window.MONTH, budget=True), "this server's monthly budget"),
        (rule(1, Scope.ROLE, 5, budget=True), "the daily budget of <@&5>"),
        (rule(1, Scope.CHANNEL, 5, budget=True), "the daily budget of <#5>"),
    ],
)
def test_a_limit_has_a_name_and_a_key_that_finds_it(given: LimitRule, name: str) -> None:
    policy = ServerPolicy(limits=(rule(9, Scope.MEMBER, 6), given))

    assert rule_name(given) == name
    assert rule_of_key(policy, rule_key(given)) == given


def test_names_of_limits_in_pictures_and_in_dollars_are_told_apart() -> None:
    named = [("a", Metric.IMAGES), ("b", Metric.IMAGES), ("a", Metric.USD), ("b", Metric.IMAGES)]

    assert told_apart(named) == ["a in pictures", "b", "a in dollars", "b"]


def test_a_name_can_stand_in_the_place_of_the_mention() -> None:
    assert rule_name(rule(1, Scope.MEMBER, 5), "Mia") == "Mia's daily allowance"
    assert mention(Scope.SERVER, SERVER) == "the whole server"


@pytest.mark.parametrize("given", [rule(None, Scope.MEMBER, MIA), rule(5), rule(5, Scope.ROLE, ARTISTS)])
def test_what_is_not_counted_together_has_no_counter(given: LimitRule) -> None:
    with pytest.raises(ValueError, match="no counter"):
        limit_of(given, SERVER)


@pytest.mark.parametrize(
    ("maximum", "used", "told"),
    [
        (1_234_500_000, 1_000_000_001, "$1.00 of $1.2345 used, $0.23 left"),
        (500_000, 100_000, "<$0.001 of $0.0005 used, <$0.001 left"),
        (50_000_000_000, 12_000_000, "$0.012 of $50.00 used, $49.988 left"),
    ],
)
def test_money_is_rounded_where_it_is_used_and_exact_where_it_is_set(maximum: int, used: int, told: str) -> None:
    limit = Limit(Scope.SERVER, SERVER, SERVER, Metric.USD, Window.DAY, maximum, "this server's daily budget")

    assert use_text(LimitStatus(limit, used, 0)) == told
