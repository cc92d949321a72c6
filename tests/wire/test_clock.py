from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot import wiring
from bot.services.calendar import TrueClock
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import PATIENCE
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Invocation
    from tests.wire.house import House, OpenHouse

YEARS = 10 * 365 * 86_400


@dataclass
class Machine:
    """The time of day of the machine that the bot runs on; Discord's is right."""

    off: float = 0.0

    def __call__(self) -> float:
        return time.time() + self.off


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(wiring, "TrueClock", lambda: TrueClock(machine))
    return machine


def _windows_away_from_now(house: House) -> list[tuple[str, int]]:
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    try:
        return connection.execute(
            "SELECT period, start_at FROM buckets WHERE ? NOT BETWEEN start_at - 60 AND end_at + 60", (time.time(),)
        ).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("off", [YEARS, -YEARS, 14 * 60])
async def test_a_start_with_a_wrong_clock_opens_no_budget_and_closes_no_charge(
    open_house: OpenHouse, machine: Machine, tmp_path: Path, off: float
) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    async with BotProcess(house.environment(), tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        house.gate.clear()
        cut = await mia.slash("imagine", prompt="cut")
        await house.in_mid_job()
        await bot.killed()
    house.gate.set()
    await house.images.idle()

    machine.off = off
    await house.start_bot(ATELIER_MEMBER_DAILY_IMAGES="2")
    await house.ended(cut)
    await house.imagine(mia, "while the clock is wrong")
    refused = await house.refusal(await mia.slash("imagine", prompt="too many"))
    await house.stop_bot()
    machine.off = 0
    await house.start_bot(ATELIER_MEMBER_DAILY_IMAGES="2")
    after = await house.refusal(await mia.slash("imagine", prompt="too many still"))

    assert house.states() == ["unknown", "settled"]
    assert "left is 0 of 2" in refused
    assert "left is 0 of 2" in after
    assert _windows_away_from_now(house) == []


async def test_what_waited_is_made_although_the_clock_is_ahead(
    open_house: OpenHouse, machine: Machine, tmp_path: Path
) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    async with BotProcess({**house.environment(), "ATELIER_CONCURRENCY": "1"}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        house.gate.clear()
        first = await mia.slash("imagine", prompt="first")
        await house.in_mid_job()
        waiting = await mia.slash("imagine", prompt="waiting")
        await house.until(lambda: house.words(waiting))
        await bot.killed()
    house.gate.set()
    await house.images.idle()

    machine.off = YEARS
    await house.start_bot()
    await house.ended(first, waiting)

    assert house.states() == ["unknown", "settled"]


async def test_clocks_that_jump_while_many_wait_keep_nobody_waiting(open_house: OpenHouse, machine: Machine) -> None:
    house = await open_house()
    people = [house.discord.server.add_member(f"Member {number}") for number in range(8)]
    await house.start_bot(ATELIER_CONCURRENCY="2")
    asked: list[Invocation] = []
    for off, member in zip((0, YEARS, -YEARS, 3600, -3600, 14 * 60, -14 * 60, 0), people, strict=True):
        machine.off = off
        asked.append(await member.slash("imagine", prompt="a fox"))
    for each in asked:
        machine.off = -machine.off or YEARS
        await house.ended(each)

    assert all(house.posted(each) is not None for each in asked)
    assert house.states() == ["settled"] * 8
    assert _windows_away_from_now(house) == []


async def test_a_clock_that_jumps_in_mid_run_moves_no_window(open_house: OpenHouse, machine: Machine) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    await house.start_bot(ATELIER_MEMBER_DAILY_IMAGES="3")
    for off in (YEARS, -2 * YEARS, 0):
        machine.off = off
        await house.imagine(mia)

    refused = await house.refusal(await mia.slash("imagine", prompt="one more"))

    assert "left is 0 of 3" in refused
    assert _windows_away_from_now(house) == []
