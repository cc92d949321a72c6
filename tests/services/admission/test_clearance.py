"""What waited is sent only if it would still be let in."""

from __future__ import annotations

import asyncio
import tempfile
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.services.calendar import Window
from bot.services.ledger import Bounds, OutOfBoundsError
from bot.services.policy import Block, Decision, Limit, Metric, RoleRule, Scope, StalePolicyError
from tests.examples import examples
from tests.services.fakes import MIA, NOON, a_house, eventually
from tests.storage.examples import MEMBER, budget, opened, order, settlement

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.services.policy import ServerPolicy
    from tests.services.fakes import House

pytestmark = pytest.mark.usefixtures("without_waiting")

LEAD = 9


def limit(scope: Scope, name: str, maximum: int = 0, metric: Metric = Metric.USD) -> Limit:
    server_id = 0 if scope is Scope.INSTALLATION else MIA.server_id
    scope_id = {
        Scope.INSTALLATION: 0,
        Scope.SERVER: MIA.server_id,
        Scope.CHANNEL: MIA.channel_id,
        Scope.ROLE: 8,
        Scope.MEMBER: MIA.user_id,
    }[scope]
    return Limit(scope, server_id, scope_id, metric, Window.DAY, maximum, name)


def _otherwise(policy: ServerPolicy) -> ServerPolicy:
    return replace(policy, newcomer_days=policy.newcomer_days + 1)


async def decide(house: House, subject: str, alter: Callable[[ServerPolicy], ServerPolicy] = _otherwise) -> None:
    """A lead changes the policy, so that every reservation before it was made under an older one."""

    def change(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return alter(policy), Decision(LEAD, int(house.clock()), "quota set", subject, "$5.00", "$0.01")

    await house.policies.change(MIA.server_id, change)


async def ended(house: House) -> str:
    """Go on after a restart; what the member of the one request that waited is told."""
    await house.recovery.settle()
    await house.recovery.resume(house.reopen)

    async def told() -> bool:
        return (await house.kept("r1")).delivered_at is not None

    await eventually(told)
    delivery = house.reopened["r1"]
    return delivery.errors[0].sentence if delivery.errors else ""


LOWERED = [
    (limit(Scope.SERVER, "this server's daily budget"), "this server's daily budget"),
    (limit(Scope.CHANNEL, "the daily budget of <#2>"), "the daily budget of <#2>"),
    (limit(Scope.ROLE, "the daily budget of <@&8>"), "the daily budget of <@&8>"),
    (limit(Scope.MEMBER, "your daily allowance"), f"<@{MIA.user_id}>'s daily allowance"),
    (limit(Scope.MEMBER, "your daily allowance"), "everybody's daily allowance"),
    (
        limit(Scope.MEMBER, "your daily allowance", metric=Metric.IMAGES),
        "the daily allowance of each member with <@&8>",
    ),
]


@pytest.mark.parametrize(("lowered", "subject"), LOWERED)
async def test_what_no_longer_fits_into_a_lowered_limit_is_given_back_with_who_lowered_it(
    tmp_path: Path, lowered: Limit, subject: str
) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1", requester=replace(MIA, role_ids=(8,)))
        await decide(house, "this server's weekly budget")
        await decide(house, subject)
        await decide(house, "something else")
        house.limits = (lowered,)

        told = await ended(house)

        name = lowered.name[0].upper() + lowered.name[1:]
        assert told == (
            f"{name} leaves too little for this picture by now: while it waited, <@{LEAD}> changed a limit "
            "($5.00 → $0.01). Nothing was charged."
        )
        assert house.provider.asked == []
        assert await house.used(replace(limit(Scope.SERVER, ""), maximum=0)) == 0


async def test_a_lower_budget_of_the_installation_gives_back_what_waited(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        house.limits = (limit(Scope.INSTALLATION, "this bot's monthly budget", 1),)

        told = await ended(house)

        assert told == (
            "This bot's monthly budget leaves too little for this picture by now. Whoever runs this bot decides about "
            "it. Nothing was charged."
        )
        assert house.provider.asked == []


async def test_where_no_lead_lowered_it_nobody_is_named(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        house.clock.now -= 1
        await decide(house, "this server's daily budget")  # before it was asked
        house.clock.now += 1
        house.limits = (limit(Scope.SERVER, "this server's daily budget"),)

        told = await ended(house)

        assert told == (
            "This server's daily budget leaves too little for this picture by now. /usage shows what is left. "
            "Nothing was charged."
        )


FORBIDDEN: list[tuple[Callable[[ServerPolicy], ServerPolicy], str]] = [
    (lambda policy: replace(policy, blocked=(Block(MIA.user_id, 1, LEAD, ""),)), "A lead has blocked you"),
    (lambda policy: replace(policy, models=("gpt-image-2",)), "is not used on this server"),
    (lambda policy: replace(policy, channels=(77,)), "Pictures are made in <#77> here"),
    (lambda policy: replace(policy, roles=(RoleRule(MIA.server_id, qualities=("high",)),)), "The quality low"),
]


@pytest.mark.parametrize(("alter", "why"), FORBIDDEN)
async def test_what_leads_have_forbidden_meanwhile_is_given_back(
    tmp_path: Path, alter: Callable[[ServerPolicy], ServerPolicy], why: str
) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await decide(house, "a rule", alter)

        told = await ended(house)

        assert why in told
        assert told.endswith("When you asked, it was allowed still. Nothing was charged.")
        assert await house.states("r1") == ["released"]
        assert house.provider.asked == []


async def test_newcomers_who_were_let_in_are_not_asked_again(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        await decide(house, "newcomers", lambda policy: replace(policy, newcomer_days=7))

        assert await ended(house) == ""
        assert await house.states("r1") == ["settled"]


async def test_a_decision_in_the_moment_of_the_dispatch_counts(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house:
        await house.reserved("r1")
        house.ledger.trouble["dispatch"] = deque([StalePolicyError()])

        assert await ended(house) == ""
        assert house.ledger.calls.count("dispatch") == 2


async def test_bounds_of_an_older_policy_are_stale(tmp_path: Path) -> None:
    async with opened(tmp_path / "db") as books:
        await books.ledger.reserve(order())

        with pytest.raises(StalePolicyError):
            await books.ledger.dispatch("1:1", NOON, Bounds(MEMBER.server_id, 3, (), ()))


@settings(max_examples=examples(25))
@given(
    holds=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    spent=st.integers(0, 20),
    maximum=st.integers(0, 40),
)
def test_of_what_waits_goes_as_much_as_fits_and_no_more(holds: list[int], spent: int, maximum: int) -> None:
    asyncio.run(_go(holds, spent, maximum))


async def _go(holds: list[int], spent: int, maximum: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder) / "db") as books:
            await books.ledger.reserve(order("0", hold=spent))
            await books.ledger.dispatch("0:1", order().at)
            await books.ledger.settle("0:1", settlement(spent), order().at)
            for number, hold in enumerate(holds, 1):
                await books.ledger.reserve(order(str(number), hold=hold))
            bounds = Bounds(MEMBER.server_id, 0, (budget(maximum),), order().buckets)

            used = spent
            for number, hold in enumerate(holds, 1):
                try:
                    await books.ledger.dispatch(f"{number}:1", order().at, bounds)
                except OutOfBoundsError:
                    assert used + hold > maximum
                    continue
                used += hold
                assert used <= maximum
