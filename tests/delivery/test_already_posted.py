"""Whether a message with a picture stands already: found however much was said since, or said that we cannot look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.delivery.already_posted import find_posted
from bot.delivery.uploads import Upload, files_of
from bot.errors import DecisionRefusedError
from tests.examples import png

if TYPE_CHECKING:
    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def post(house: House, *numbers: int) -> int:
    files = files_of([Upload(f"atelier-{number}.png", png()) for number in numbers])
    return (await house.bot.get_partial_messageable(house.channel.id).send("shown", files=files)).id


async def found(house: House, *numbers: int, after: int = 1, channel_id: int | None = None) -> int | None:
    place = channel_id or house.channel.id
    return await find_posted(house.bot, house.server.id, place, after, numbers)


async def test_the_first_message_of_ours_with_one_of_them_is_found_behind_many_others(opened: OpenHouse) -> None:
    async with opened() as house:
        older = await post(house, 7)
        await house.mia.send(house.channel, "mine", attachments=[("atelier-7.png", png())])
        shown = await post(house, 7, 8)
        await post(house, 9)
        for _ in range(60):
            await house.bot.get_partial_messageable(house.channel.id).send("and so on")
        last = await post(house, 5)

        assert await found(house, 8, 10, after=older) == await found(house, 7, after=older) == shown
        assert await found(house, 7) == older
        assert await found(house, 5) == last
        assert await found(house, 4) is None


async def test_where_the_channel_is_gone_nothing_stands(opened: OpenHouse) -> None:
    async with opened() as house:
        await post(house, 7)
        lounge = house.server.create_text_channel("lounge")
        await house.env.settle()
        channel = house.bot.get_channel(lounge.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.delete()
        await house.env.settle()

        assert await found(house, 7, channel_id=lounge.id) is None


async def test_where_we_may_not_read_it_is_said_that_it_is_not_known(opened: OpenHouse) -> None:
    async with opened() as house:
        await post(house, 7)
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.set_permissions(channel.guild.me, read_message_history=False)
        await house.env.settle()

        with pytest.raises(DecisionRefusedError, match=f"in <#{channel.id}> shows it already, for I may not read"):
            await found(house, 7)


@pytest.mark.usefixtures("impatient")
async def test_a_refusal_is_told_and_what_passes_is_raised(opened: OpenHouse) -> None:
    async with opened() as house:
        await post(house, 7)
        house.env.inject_error("GET", "/channels/*/messages", status=403, code=50001)
        with pytest.raises(DecisionRefusedError, match="may not read"):
            await found(house, 7)
        house.env.inject_error("GET", "/channels/*/messages", status=500, times=9)
        with pytest.raises(discord.HTTPException):
            await found(house, 7)


async def test_nothing_is_known_of_a_server_that_is_not_at_hand(opened: OpenHouse) -> None:
    async with opened() as house:
        inside: Any = house.bot
        guild = house.bot.get_guild(house.server.id)
        inside._connection._remove_guild(guild)

        with pytest.raises(LookupError):
            await found(house, 7)
        inside._connection._add_guild(guild)
