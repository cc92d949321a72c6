"""What a first lead sets in one step: all of it or nothing, and audited as one decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.errors import DecisionRefusedError, RequestRefused
from bot.services.calendar import Window
from bot.services.policy import FirstSettings, Metric, parse_amount
from tests.services.council import LEA, SERVER, Council, a_council

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path


@pytest_asyncio.fixture
async def council(tmp_path: Path) -> AsyncGenerator[Council]:
    async with a_council(tmp_path) as found:
        yield found


async def test_all_of_it_is_one_decision(council: Council) -> None:
    first = await FirstSettings.of(
        SERVER,
        parse_amount("$20"),
        parse_amount("10 pictures"),
        zone="europe/berlin",
        log_channel_id=7,
        lead_role_id=8,
    )

    decision = await council.settings.set_up(LEA, first)

    policy = await council.policy()
    assert [(rule.shared, rule.metric, rule.window) for rule in policy.limits] == [
        (True, Metric.USD, Window.MONTH),
        (False, Metric.IMAGES, Window.DAY),
    ]
    assert (policy.zone, policy.log_channel_id, policy.lead_role_id) == ("Europe/Berlin", 7, 8)
    assert await council.decisions() == [decision]
    assert decision.before == (
        "this server's monthly budget not set; everybody's daily allowance not set; zone UTC; log channel none; "
        "lead role none"
    )
    assert decision.after == (
        "this server's monthly budget $20.00; everybody's daily allowance 10 pictures; zone Europe/Berlin; "
        "log channel <#7>; lead role <@&8>"
    )


async def test_what_is_not_given_stays_as_it_is_and_what_is_of_the_kind_is_replaced(council: Council) -> None:
    await council.settings.set_log_channel(LEA, 7)
    await council.settings.set_lead_role(LEA, 8)
    await council.settings.set_calendar(LEA, "Asia/Tokyo", None)
    decisions = [
        await council.settings.set_up(LEA, await FirstSettings.of(SERVER, parse_amount(budget), parse_amount("$1")))
        for budget in ("$20", "$5")
    ]

    policy = await council.policy()
    assert (policy.zone, policy.log_channel_id, policy.lead_role_id) == ("Asia/Tokyo", 7, 8)
    assert len(policy.limits) == 2
    assert decisions[1].before == "this server's monthly budget $20.00; everybody's daily allowance $1.00"
    assert decisions[1].after == "this server's monthly budget $5.00; everybody's daily allowance $1.00"


async def test_where_there_are_limits_one_alone_may_be_changed_and_without_any_both_are_needed(
    council: Council,
) -> None:
    budget = await FirstSettings.of(SERVER, parse_amount("$5"), None)
    with pytest.raises(RequestRefused, match="no safe start"):
        await council.settings.set_up(LEA, budget)
    await council.settings.set_up(LEA, await FirstSettings.of(SERVER, parse_amount("$20"), parse_amount("1 picture")))
    changed = await council.settings.set_up(LEA, budget)
    left = await council.settings.set_up(LEA, await FirstSettings.of(SERVER, None, None))

    assert changed.after == "this server's monthly budget $5.00"
    assert (left.before, left.after) == ("", "")
    assert len((await council.policy()).limits) == 2


@pytest.mark.parametrize(("budget", "each"), [("unlimited", "$1"), ("$5", "unlimited dollars")])
async def test_without_an_amount_it_is_no_safe_start(budget: str, each: str) -> None:
    with pytest.raises(RequestRefused, match="no safe start"):
        await FirstSettings.of(SERVER, parse_amount(budget), parse_amount(each))


async def test_a_zone_that_there_is_not_is_refused() -> None:
    with pytest.raises(DecisionRefusedError):
        await FirstSettings.of(SERVER, parse_amount("$5"), parse_amount("$1"), zone="Narnia")
