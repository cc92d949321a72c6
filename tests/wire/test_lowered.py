"""A limit that is lowered, and a rule that forbids, stop what waits; what was sent goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord import Permission
from tests.wire.house import PATIENCE, PROGRESS
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House, OpenHouse


async def _one_runs_and_three_wait(house: House, members: list[Member]) -> list[Invocation]:
    house.gate.clear()
    asked = [await members[0].slash("imagine", prompt="runs")]
    await house.in_mid_job()
    for member in members[1:]:
        asked.append(await member.slash("imagine", prompt="waits"))
        await house.until(lambda: house.words(asked[-1]).startswith(PROGRESS))
    return asked


async def test_a_lower_monthly_budget_stops_what_waited_over_a_restart(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    members = [house.discord.server.add_member(name) for name in ("Mia", "Ben", "Eve", "Noor")]
    async with BotProcess({**house.environment(), "ATELIER_CONCURRENCY": "1"}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        asked = await _one_runs_and_three_wait(house, members)
        await bot.killed()
    house.gate.set()
    await house.images.idle()

    await house.start_bot(ATELIER_MONTHLY_BUDGET="0.01")
    await house.ended(*asked)

    assert house.states() == ["unknown", "released", "released", "released"]
    assert len(house.images.calls) == 1
    for invocation in asked[1:]:
        assert "This bot's monthly budget leaves too little for this picture by now." in house.words(invocation)
        assert "Nothing was charged." in house.words(invocation)


async def test_a_leads_lower_allowance_and_block_stop_what_waits(open_house: OpenHouse) -> None:
    house = await open_house()
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    members = [house.discord.server.add_member(name) for name in ("Mia", "Ben", "Eve", "Noor")]
    await house.start_bot(ATELIER_CONCURRENCY="1")
    asked = await _one_runs_and_three_wait(house, members)

    _, ben, eve, _ = members
    await house.ended(
        await lead.slash("quota set", kind="allowance", amount="0 pictures", window="day", member=ben),
        await lead.slash("studio block", member=eve, reason="spam"),
    )
    house.gate.set()
    await house.ended(*asked)

    assert house.states() == ["settled", "released", "released", "settled"]
    assert f"<@{lead.user.id}> changed a limit" in house.words(asked[1])
    assert "A lead has blocked you" in house.words(asked[2])
