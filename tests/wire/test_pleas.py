from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault, Permission
from bot.services.policy import Decision
from bot.storage import Database, SqlitePolicies
from tests.wire.house import buttons
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Channel, Message
    from bot.services.policy import ServerPolicy
    from tests.wire.house import House, OpenHouse

ONE_A_DAY = {"ATELIER_MEMBER_DAILY_IMAGES": "1"}


async def a_house_with_a_log(open_house: OpenHouse) -> tuple[House, Channel]:
    """A house whose leads read the channel ``random``; its bot is at work."""
    house, log = await a_house_to_be(open_house)
    await house.start_bot(**ONE_A_DAY)
    return house, log


async def a_house_to_be(open_house: OpenHouse) -> tuple[House, Channel]:
    """The same, before its bot is at work."""
    house = await open_house()
    log = house.discord.server.channel("random")

    def alter(policy: ServerPolicy) -> tuple[ServerPolicy, Decision]:
        return replace(policy, log_channel_id=log.id), Decision(1, 1, "studio log", "", "", "")

    database = await Database.open(house.data_dir / "atelier.sqlite3")
    try:
        await SqlitePolicies(database).change(house.discord.server.id, alter)
    finally:
        await database.close()
    return house, log


def last(channel: Channel) -> Message:
    return channel.messages[-1]


async def test_a_member_asks_and_of_two_leads_at_once_one_grants(open_house: OpenHouse) -> None:
    house, log = await a_house_with_a_log(open_house)
    server = house.discord.server
    mia = server.add_member("Mia")
    lea, max_ = (server.add_member(name, permissions=Permission.MANAGE_GUILD) for name in ("Lea", "Max"))
    await house.imagine(mia)
    refused = await (await mia.slash("imagine", prompt="a fox")).shown()
    await house.restart_bot(**ONE_A_DAY)

    asked = await mia.click(refused, "Ask for more")
    await house.ended(asked)
    increase = last(log)
    offered = buttons(increase)
    await house.restart_bot(**ONE_A_DAY)
    presses = await asyncio.gather(lea.click(increase, "Grant 1 picture"), max_.click(increase, "Grant 1 picture"))
    await house.until(lambda: mia.direct_channel.messages and any(press.followups for press in presses))
    second = await house.imagine(mia)

    assert house.words(asked).startswith("Asked.")
    assert asked.ephemeral
    assert offered == [["Grant 1 picture", "Other amount…", "Decline"]]
    assert buttons(increase) == []
    winner, loser = (lea, max_) if presses[1].followups else (max_, lea)
    assert f"✅ {winner.mention} granted 1 picture" in increase.content
    (late,) = [message for press in presses for message in press.followups]
    assert late.only_for is loser.user
    assert late.content.startswith(f"That was decided already. ✅ {winner.mention} granted 1 picture")
    (told,) = mia.direct_channel.messages
    assert "granted 1 picture" in told.content
    assert second.content.startswith("**#2**")
    assert increase.pings == []


async def test_a_lead_grants_another_amount_and_the_member_looks_what_is_left(open_house: OpenHouse) -> None:
    house, log = await a_house_with_a_log(open_house)
    server = house.discord.server
    mia, lea = server.add_member("Mia"), server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await house.imagine(mia)
    refused = await (await mia.slash("imagine", prompt="a fox")).shown()
    await house.ended(await mia.click(refused, "Ask for more"))
    increase = last(log)

    opened = await lea.click(increase, "Other amount…")
    await house.until(lambda: opened.modal is not None)
    await house.restart_bot(**ONE_A_DAY)
    await lea.submit_modal(opened, {"amount": "3"})
    await house.until(lambda: mia.direct_channel.messages)
    shown = await (await mia.slash("usage")).shown()
    await house.until(lambda: not shown.loading)

    assert "granted 3 pictures" in increase.content
    assert "3 of 4 pictures left, 1 used. 3 pictures of it granted for this once." in shown.content
    assert shown.only_for is mia.user
    (chart,) = shown.attachments
    assert chart.filename.startswith("usage-")


async def test_a_grant_that_its_bot_did_not_live_to_tell_is_told_after_the_start(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house, log = await a_house_to_be(open_house)
    server = house.discord.server
    mia, lea = server.add_member("Mia"), server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    async with BotProcess({**house.environment(), **ONE_A_DAY}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        await house.imagine(mia)
        refused = await (await mia.slash("imagine", prompt="a fox")).shown()
        await house.ended(await mia.click(refused, "Ask for more"))
        house.discord.faults.add(Fault("^/users/@me/channels$", "POST", drop=True, delay=60))
        await lea.click(last(log), "Grant 1 picture")
        await house.until(lambda: house.discord.traffic.search("^/users/@me/channels$"))
        await bot.killed()
    assert list(mia.direct_channel.messages) == []

    await house.start_bot(**ONE_A_DAY)
    await house.until(lambda: mia.direct_channel.messages)
    again = await house.imagine(mia)
    await house.restart_bot(**ONE_A_DAY)
    await house.stop_bot()

    (told,) = mia.direct_channel.messages
    assert f"✅ {lea.mention} granted 1 picture" in told.content
    assert told.content.endswith("Ask for your picture again.")
    assert again.content.startswith("**#2**")


async def test_an_increase_whose_bot_did_not_live_to_know_that_it_was_posted_is_posted_once(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house, log = await a_house_to_be(open_house)
    server = house.discord.server
    mia, lea = server.add_member("Mia"), server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    async with BotProcess({**house.environment(), **ONE_A_DAY}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        await house.imagine(mia)
        refused = await (await mia.slash("imagine", prompt="a fox")).shown()
        posting = rf"^/channels/{log.id}/messages$"
        house.discord.faults.add(Fault(posting, "POST", drop=True, after_effect=True))
        house.discord.faults.add(Fault(posting, "POST", drop=True, delay=60))
        await mia.click(refused, "Ask for more")
        await house.until(lambda: len(house.discord.traffic.search(posting, "POST")) == 2)
        await bot.killed()
    increase = last(log)

    await house.start_bot(**ONE_A_DAY)
    asked = await mia.click(refused, "Ask for more")
    await house.ended(asked)
    await lea.click(increase, "Grant 1 picture")
    await house.until(lambda: mia.direct_channel.messages)

    assert house.words(asked).startswith("Asked.")
    assert list(log.messages) == [increase]
    assert f"✅ {lea.mention} granted 1 picture" in increase.content


@pytest.mark.parametrize("second", ["Decline", "Other amount…"])
async def test_of_two_leads_who_answer_differently_at_once_one_decides_and_the_other_reads_who(
    open_house: OpenHouse, second: str
) -> None:
    house, log = await a_house_with_a_log(open_house)
    server = house.discord.server
    mia = server.add_member("Mia")
    lea, max_ = (server.add_member(name, permissions=Permission.MANAGE_GUILD) for name in ("Lea", "Max"))
    await house.imagine(mia)
    refused = await (await mia.slash("imagine", prompt="a fox")).shown()
    await house.ended(await mia.click(refused, "Ask for more"))
    increase = last(log)
    if second == "Decline":
        presses = await asyncio.gather(lea.click(increase, "Grant 1 picture"), max_.click(increase, second))
    else:
        opened = await max_.click(increase, second)
        await house.until(lambda: opened.modal is not None)
        presses = await asyncio.gather(
            lea.click(increase, "Grant 1 picture"), max_.submit_modal(opened, {"amount": "5"})
        )
    await house.until(lambda: mia.direct_channel.messages and any(press.followups for press in presses))
    audit = await lea.slash("studio audit")
    await house.until(lambda: audit.response is not None and audit.response.embeds)

    winner, loser = (lea, max_) if presses[1].followups else (max_, lea)
    (late,) = [message for press in presses for message in press.followups]
    assert late.only_for is loser.user
    assert late.content.startswith("That was decided already.")
    assert winner.mention in late.content
    assert winner.mention in increase.content
    assert loser.mention not in increase.content
    assert buttons(increase) == []
    assert len(mia.direct_channel.messages) == 1
    assert audit.response is not None
    told = str(audit.response.embeds[0])
    assert winner.mention in told
    assert loser.mention not in told
