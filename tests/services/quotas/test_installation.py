"""What one server may know of the budget of the whole installation."""

from __future__ import annotations

import pytest

from bot.services.quotas import Hint, Room, Told
from bot.services.quotas.accounts import Tenancy, told_of
from tests.examples import NOW, allowance, budget

RESETS = NOW + 3600


def test_a_server_that_is_alone_is_told_every_figure() -> None:
    statuses = (allowance(25, 1), budget(10**9, 10**8))

    assert told_of(iter(statuses), sole=True) == Told(statuses, None)


@pytest.mark.parametrize(
    ("used", "need", "room"),
    [
        (0, 0, Room.ENOUGH),
        (799, 0, Room.ENOUGH),
        (799, 201, Room.ENOUGH),
        (799, 202, Room.NONE),
        (800, 0, Room.LITTLE),
        (800, 200, Room.LITTLE),
        (999, 0, Room.LITTLE),
        (1000, 0, Room.NONE),
        (1200, 0, Room.NONE),
    ],
)
def test_one_of_several_servers_is_told_no_figure_of_what_all_spend(used: int, need: int, room: Room) -> None:
    told = told_of([allowance(25, 1), budget(1000, used)], need, sole=False)

    assert told == Told((allowance(25, 1),), Hint(room, RESETS))


def test_where_the_installation_has_no_budget_there_is_nothing_to_hint_at() -> None:
    assert told_of([allowance(25, 1)], sole=False) == Told((allowance(25, 1),), None)


def test_as_long_as_nobody_knows_there_may_be_several_servers() -> None:
    assert not Tenancy().sole_server()
