from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.calendar import Window
from bot.services.policy import (
    PER,
    Defaults,
    Grant,
    Limit,
    LimitRule,
    Metric,
    Requester,
    Scope,
    ServerPolicy,
    allowance_rule,
    amount_text,
    limits_for,
)

SERVER, CHANNEL, MEMBER = 1, 2, 3
ARTISTS, GUESTS = 8, 9
MIA = Requester(SERVER, CHANNEL, MEMBER, (ARTISTS, GUESTS))
NO_DEFAULTS = Defaults(None, None)
AT = 1_794_312_000


def allowance(scope: Scope, scope_id: int, maximum: int | None, window: Window = Window.DAY) -> LimitRule:
    return LimitRule(False, scope, scope_id, Metric.IMAGES, window, maximum)  # noqa: FBT003 - as in the table


def budget(scope: Scope, scope_id: int, maximum: int, metric: Metric = Metric.USD) -> LimitRule:
    return LimitRule(True, scope, scope_id, metric, Window.MONTH, maximum)  # noqa: FBT003 - as in the table


def grant(scope: Scope, scope_id: int, amount: int, start_at: int = AT, end_at: int = AT + 1) -> Grant:
    metric, window = (Metric.IMAGES, Window.DAY) if scope is Scope.MEMBER else (Metric.USD, Window.MONTH)
    return Grant(scope, scope_id, metric, window, amount, start_at, end_at)


def limits(*rules: LimitRule, grants: tuple[Grant, ...] = (), defaults: Defaults = NO_DEFAULTS) -> tuple[Limit, ...]:
    return limits_for(ServerPolicy(limits=rules, grants=grants), MIA, AT, defaults=defaults)


def test_the_settings_bound_the_installation_and_each_member() -> None:
    found = limits(defaults=Defaults(5_000_000_000, 20))

    assert found == (
        Limit(Scope.MEMBER, SERVER, MEMBER, Metric.IMAGES, Window.DAY, 20, "your daily allowance"),
        Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, 5_000_000_000, "this bot's monthly budget"),
    )


@pytest.mark.parametrize(("nano", "images", "count"), [(None, None, 0), (0, None, 1), (None, 0, 1)])
def test_no_setting_is_no_limit_and_zero_is_one(nano: int | None, images: int | None, count: int) -> None:
    assert len(limits(defaults=Defaults(nano, images))) == count


OWN = allowance(Scope.MEMBER, MEMBER, 2)
OF_ARTISTS = allowance(Scope.ROLE, ARTISTS, 30)
OF_GUESTS = allowance(Scope.ROLE, GUESTS, 3)
OF_ALL = allowance(Scope.SERVER, SERVER, 10)
OF_BEN = allowance(Scope.MEMBER, 4, 99)
OF_OTHERS = allowance(Scope.ROLE, 7, 99)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((OWN, OF_ARTISTS, OF_ALL), 2),
        ((OF_ARTISTS, OF_GUESTS, OF_ALL), 30),
        ((OF_GUESTS, OF_ALL), 3),
        ((OF_ALL,), 10),
        ((OF_BEN, OF_OTHERS), 20),
        ((OF_ARTISTS, allowance(Scope.ROLE, GUESTS, None)), None),
        ((allowance(Scope.MEMBER, MEMBER, None), OF_ALL), None),
        ((allowance(Scope.MEMBER, MEMBER, 0), OF_ARTISTS), 0),
        ((allowance(Scope.SERVER, SERVER, None),), None),
    ],
    ids=[
        "own first",
        "most generous role",
        "a role over all",
        "all",
        "others' do not count",
        "unlimited role",
        "unlimited member",
        "nothing",
        "unlimited all",
    ],
)
def test_an_allowance_is_the_members_own_then_the_best_of_their_roles_then_everybodys(
    rules: tuple[LimitRule, ...], expected: int | None
) -> None:
    found = limits(*rules, defaults=Defaults(None, 20))

    assert [limit.maximum for limit in found] == ([] if expected is None else [expected])
    assert all((limit.scope, limit.scope_id) == (Scope.MEMBER, MEMBER) for limit in found)


def test_each_window_and_metric_of_an_allowance_is_looked_up_by_itself() -> None:
    monthly = allowance(Scope.ROLE, ARTISTS, 100, Window.MONTH)

    found = limits(OWN, OF_ARTISTS, monthly)

    assert [(limit.window, limit.maximum, limit.name) for limit in found] == [
        (Window.DAY, 2, "your daily allowance"),
        (Window.MONTH, 100, "your monthly allowance"),
    ]


def test_every_budget_that_applies_bounds_from_the_nearest_outwards() -> None:
    found = limits(
        budget(Scope.SERVER, SERVER, 50),
        budget(Scope.CHANNEL, CHANNEL, 20),
        budget(Scope.CHANNEL, 99, 1),
        budget(Scope.ROLE, ARTISTS, 30),
        budget(Scope.ROLE, 7, 1),
        defaults=Defaults(100, None),
    )

    assert [(limit.scope, limit.scope_id, limit.maximum, limit.name) for limit in found] == [
        (Scope.ROLE, ARTISTS, 30, "the monthly budget of <@&8>"),
        (Scope.CHANNEL, CHANNEL, 20, "the monthly budget of <#2>"),
        (Scope.SERVER, SERVER, 50, "this server's monthly budget"),
        (Scope.INSTALLATION, 0, 100, "this bot's monthly budget"),
    ]


def test_a_thread_is_bounded_by_the_budget_of_its_channel() -> None:
    policy = ServerPolicy(limits=(budget(Scope.CHANNEL, CHANNEL, 20),))

    found = limits_for(policy, Requester(SERVER, 77, MEMBER, parent_id=CHANNEL), AT, defaults=NO_DEFAULTS)

    assert [limit.scope_id for limit in found] == [CHANNEL]


def test_grants_in_force_are_added_to_the_limit_that_they_name() -> None:
    (found,) = limits(
        OWN,
        grants=(
            grant(Scope.MEMBER, MEMBER, 5),
            grant(Scope.MEMBER, MEMBER, 7),
            grant(Scope.MEMBER, 4, 100),
            grant(Scope.MEMBER, MEMBER, 100, AT + 1, AT + 2),
            grant(Scope.MEMBER, MEMBER, 100, AT - 2, AT),
            grant(Scope.SERVER, SERVER, 100),
        ),
    )

    assert (found.maximum, found.granted) == (14, 12)


def test_the_rule_behind_an_allowance_can_be_told() -> None:
    policy = ServerPolicy(limits=(OF_ALL, OF_ARTISTS))

    daily = allowance_rule(policy, MIA, Metric.IMAGES, Window.DAY, NO_DEFAULTS)
    hourly = allowance_rule(policy, MIA, Metric.IMAGES, Window.HOUR, NO_DEFAULTS)

    assert (daily, hourly) == (OF_ARTISTS, None)


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(Scope.MEMBER, 3), (Scope.ROLE, 8), (Scope.ROLE, 9), (Scope.SERVER, 1)]),
            st.none() | st.integers(0, 50),
        ),
        max_size=6,
    )
)
def test_the_order_in_which_leads_set_allowances_does_not_matter(
    rules: list[tuple[tuple[Scope, int], int | None]],
) -> None:
    written = [allowance(scope, scope_id, maximum) for (scope, scope_id), maximum in dict(rules).items()]

    assert limits(*written) == limits(*reversed(written))


@pytest.mark.parametrize(
    ("metric", "amount", "text"),
    [
        (Metric.IMAGES, 1, "1 picture"),
        (Metric.IMAGES, 2500, "2,500 pictures"),
        (Metric.IMAGES, 0, "0 pictures"),
        (Metric.USD, 5_000_000_000, "$5.00"),
        (Metric.USD, None, "unlimited"),
    ],
)
def test_amounts_are_said_with_their_unit(metric: Metric, amount: int | None, text: str) -> None:
    assert amount_text(metric, amount) == text
    assert set(PER) == set(Window)
