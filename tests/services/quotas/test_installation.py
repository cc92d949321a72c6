"""What one server may know of the budget of the whole installation."""

from __future__ import annotations

import pytest

from bot.services.quotas import BudgetHint, Headroom, VisibleLimits
from bot.services.quotas.accounts import BudgetVisibility, visible_limits
from tests.examples import NOW, allowance, budget

RESETS = NOW + 3600


def test_a_server_that_is_alone_is_told_every_figure() -> None:
    statuses = (allowance(25, 1), budget(10**9, 10**8))

    assert visible_limits(iter(statuses), sole=True) == VisibleLimits(statuses, None)


@pytest.mark.parametrize(
    ("used", "need", "room"),
    [
        (0, 0, Headroom.ENOUGH),
        (799, 0, Headroom.ENOUGH),
        (799, 201, Headroom.ENOUGH),
        (799, 202, Headroom.NONE),
        (800, 0, Headroom.LITTLE),
        (800, 200, Headroom.LITTLE),
        (999, 0, Headroom.LITTLE),
        (1000, 0, Headroom.NONE),
        (1200, 0, Headroom.NONE),
    ],
)
def test_one_of_several_servers_is_told_no_figure_of_what_all_spend(used: int, need: int, room: Headroom) -> None:
    told = visible_limits([allowance(25, 1), budget(1000, used)], need, sole=False)

    assert told == VisibleLimits((allowance(25, 1),), BudgetHint(room, RESETS))


def test_where_the_installation_has_no_budget_there_is_nothing_to_hint_at() -> None:
    assert visible_limits([allowance(25, 1)], sole=False) == VisibleLimits((allowance(25, 1),), None)


def test_as_long_as_nobody_knows_there_may_be_several_servers() -> None:
    assert not BudgetVisibility().sole_server()
