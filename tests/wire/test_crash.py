from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.wire.house import House, OpenHouse


@pytest.fixture
async def alone(open_house: OpenHouse) -> House:
    """A house in which the bot is a process that dies; the next one runs here."""
    return await open_house()


def _process(house: House, folder: Path, **more: str) -> BotProcess:
    return BotProcess({**house.environment(), **more}, folder / "cwd")


@pytest.mark.parametrize("private", [False, True])
async def test_a_job_that_was_killed_is_held_as_unknown_and_its_member_told(
    alone: House, tmp_path: Path, *, private: bool
) -> None:
    mia = alone.discord.server.add_member("Mia")
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        alone.gate.clear()
        invocation = await mia.slash("imagine", prompt="a fox", private=private)
        await alone.in_mid_job()
        await alone.until(lambda: alone.words(invocation))
        await bot.killed()
    alone.gate.set()
    await alone.images.idle()

    budget = {"ATELIER_MONTHLY_BUDGET": "0.03"}
    await alone.start_bot(**budget)
    words = await alone.refusal(invocation)
    refused = await mia.slash("imagine", prompt="another", channel=alone.discord.server.channel("random"))
    refusal = await alone.refusal(refused)

    assert "restarted" in words
    assert "not known yet" in words
    assert alone.states() == ["unknown"]
    assert len(alone.images.calls) == 1
    assert alone.images.bill.nano <= alone.ledger().sums.unknown_nano
    assert "monthly budget" in refusal
    assert invocation.response is not None
    assert invocation.response.attachments == ()


async def test_a_result_that_was_settled_and_not_posted_is_posted_once_after_the_start(
    alone: House, tmp_path: Path
) -> None:
    """I18."""
    mia = alone.discord.server.add_member("Mia")
    hold_up = alone.discord.faults.add(Fault(r"^/channels/\d+/messages$", "POST", drop=True, delay=60))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("imagine", prompt="a fox")
        await alone.until(lambda: hold_up.times == 0)
        await bot.killed()
    assert alone.posted(invocation) is None
    assert alone.states() == ["settled"]

    await alone.start_bot()
    message = await alone.result(invocation)

    assert message.attachments
    assert len(alone.images.calls) == 1
    assert alone.ledger().sums.settled_nano == alone.images.bill.nano


async def test_a_result_that_was_posted_and_not_booked_as_posted_is_not_posted_again(
    alone: House, tmp_path: Path
) -> None:
    """I18."""
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(Fault(r"^/webhooks/", "DELETE", drop=True, delay=60))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("imagine", prompt="a fox")
        await alone.until(lambda: alone.discord.traffic.search("^/webhooks/", "DELETE"))
        await bot.killed()
    assert alone.posted(invocation) is not None
    assert alone.unanswered() == 1

    await alone.start_bot()
    await alone.until(lambda: alone.unanswered() == 0)

    assert len(alone.discord.server.channel("studio").messages) == 1
    assert len(alone.images.calls) == 1


@pytest.mark.parametrize("private", [False, True])
async def test_a_response_whose_id_the_bot_did_not_live_to_learn_is_not_left_thinking(
    alone: House, tmp_path: Path, *, private: bool
) -> None:
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(Fault("/callback$", "POST", drop=True, after_effect=True))
    alone.discord.faults.add(Fault("/callback$", "POST", drop=True, delay=60))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("imagine", prompt="a fox", private=private)
        await alone.until(lambda: len(alone.discord.traffic.search("/callback$")) == 2)
        await alone.until(lambda: alone.states() == ["reserved"])
        await bot.killed()
    assert invocation.deferred
    assert alone.states() == ["reserved"]

    await alone.start_bot()
    await alone.ended(invocation)

    assert alone.states() == ["settled"]
    shown = invocation.response if private else alone.posted(invocation)
    assert shown is not None
    assert len(shown.attachments) == 1


async def test_an_interaction_that_was_never_acknowledged_is_answered_in_the_channel(
    alone: House, tmp_path: Path
) -> None:
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(Fault("/callback$", "POST", drop=True, delay=60))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("imagine", prompt="a fox")
        await alone.until(lambda: alone.discord.traffic.search("/callback$") and alone.states() == ["reserved"])
        await bot.killed()
    assert invocation.response is None

    await alone.start_bot()
    message = await alone.result(invocation)

    assert len(message.attachments) == 1


async def test_what_waited_when_the_bot_was_killed_is_made_after_the_start(alone: House, tmp_path: Path) -> None:
    mia, bob = alone.discord.server.add_member("Mia"), alone.discord.server.add_member("Bob")
    async with _process(alone, tmp_path, ATELIER_CONCURRENCY="1") as bot:
        await alone.discord.bot_ready()
        alone.gate.clear()
        made = await mia.slash("imagine", prompt="a fox")
        await alone.in_mid_job()
        waiting = await bob.slash("imagine", prompt="a hare")
        await alone.until(lambda: alone.words(waiting).startswith("⏳"))
        await bot.killed()
    alone.gate.set()
    await alone.images.idle()

    await alone.start_bot()
    message = await alone.result(waiting)
    words = await alone.refusal(made)

    assert message.content.startswith(f"**#1** for {bob.mention}")
    assert "not known yet" in words
    assert alone.states() == ["unknown", "settled"]
    ledger = alone.ledger()
    assert alone.images.bill.nano <= ledger.sums.settled_nano + ledger.sums.unknown_nano
