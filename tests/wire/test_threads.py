"""Threads, posts in forums and the chat of voice channels as places where people ask, reply and press."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import ChannelKind
from tests.wire.house import OFFERED, buttons

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Member
    from tests.wire.house import House

PLACES = ["thread", "private thread", "post", "voice", "announcement thread"]


async def place(house: House, mia: Member, kind: str) -> Channel:
    """Such a place; the bot takes part where it must, to see it."""
    server = house.discord.server
    match kind:
        case "thread":
            return mia.start_thread(server.channel("studio"), "Foxes")
        case "private thread":
            thread = mia.start_thread(server.channel("studio"), "Foxes", private=True)
            server.add_to_thread(thread, server.bot)
            return thread
        case "post":
            return (await mia.post_in_forum(server.add_forum("ideas"), "Foxes", "Let us see")).channel
        case "voice":
            return server.add_voice("Lounge")
        case _:
            return mia.start_thread(server.add_channel("news", ChannelKind.ANNOUNCEMENT), "Foxes")


@pytest.mark.parametrize("kind", PLACES)
async def test_people_ask_reply_and_press_there(house: House, mia: Member, kind: str) -> None:
    where = await place(house, mia, kind)

    picture = await house.imagine(mia, "a fox", channel=where)
    again = await house.result(await mia.click(picture, "Again"))
    reply = await mia.reply(picture, "make it red")
    await house.until(lambda: where.messages[-1].reply_to is reply and buttons(where.messages[-1]) == OFFERED)

    assert picture.channel is again.channel is where
    assert where.messages[-1].attachments
    assert house.states() == ["settled"] * 3


async def test_a_thread_archived_in_mid_job_opens_again_for_the_result(house: House, mia: Member) -> None:
    thread = await place(house, mia, "thread")
    house.gate.clear()
    invocation = await mia.slash("imagine", prompt="a fox", channel=thread)
    await house.in_mid_job()
    house.discord.server.archive(thread)
    house.gate.set()

    message = await house.result(invocation)

    assert message.attachments
    assert thread.thread
    assert not thread.thread.archived


async def test_what_discord_itself_says_of_a_thread_is_nobodys_wish(house: House, mia: Member) -> None:
    studio = house.discord.server.channel("studio")
    picture = await house.imagine(mia, "a fox")
    thread = mia.start_thread(studio, f"make it red {house.discord.server.bot.mention}", message=picture)
    mia.start_thread(studio, f"make it blue {house.discord.server.bot.mention}")
    reply = await mia.reply(picture, "make it green")
    await house.until(lambda: any(one.reply_to is reply and buttons(one) == OFFERED for one in studio.messages))

    assert [one.author for one in thread.messages] == [mia.user]
    assert {one.reply_to for one in studio.history if one.author is house.discord.bot and one.id > reply.id} == {reply}
    assert house.states() == ["settled"] * 2
