from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot import health
from tests.soak.plan import DEATHS, STORM, Kind, plan
from tests.soak.soak import Soak
from tests.soak.weight import MEMORY, Weight, growth, stall_of
from tests.test_health import Bot

if TYPE_CHECKING:
    from pathlib import Path

AT_REST = Weight(80 * 2**20, 20, 10, 5000, Counter({"gateway": 1, "turns": 1}), Counter({"list": 400}))


def test_the_same_seed_plays_the_same_again_and_another_one_something_else() -> None:
    first, again, other = plan(7, 600), plan(7, 600), plan(8, 600)

    assert first == again != other
    assert [step.dice.random() for step in first] == [step.dice.random() for step in again]


def test_everything_happens_and_the_last_bot_lives_long() -> None:
    steps = plan(1, 600)

    assert {step.kind for step in steps} == set(Kind)
    assert all(step.at < 600 * STORM for step in steps if step.kind in DEATHS)
    assert steps[-1].kind is Kind.WEIGH


def test_what_a_process_may_not_hold_more_of_is_named() -> None:
    heavier = replace(AT_REST, memory=AT_REST.memory + 2 * MEMORY, kinds=Counter({"list": 400, "Order": 90}))
    busier = replace(AT_REST, tasks=AT_REST.tasks + Counter({"answer #": 9}))

    assert list(growth(AT_REST, AT_REST)) == []
    assert [told.split()[0] for told in growth(AT_REST, heavier)] == ["memory"]
    assert "('Order', 90)" in next(growth(AT_REST, heavier))
    assert "answer #" in next(growth(AT_REST, busier))


async def test_how_long_a_loop_was_blocked_is_told_by_who_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_BEAT", 0.001)
    bot = Bot().health
    port = await bot.start()
    await asyncio.sleep(0)

    time.sleep(0.2)  # noqa: ASYNC251 - blocking is what the test is about
    await asyncio.sleep(0.01)

    assert await asyncio.to_thread(stall_of, port) > 0.1
    await bot.close()
    assert await asyncio.to_thread(stall_of, port) == 0


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
async def test_all_holds_for_half_a_minute(tmp_path: Path) -> None:
    async with Soak(tmp_path, 3, 0.5, print) as soak:
        await soak.play()

    assert soak.counts["settled jobs"]
