"""What was begun to be published and nobody knows what came of it: found, taken back, or decided anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.errors import NotPermittedError
from bot.services.gallery import Publication
from bot.services.policy import Lead, Requester
from cogs.gallery.channel_poster import ChannelPoster
from cogs.gallery.publishing import PublishButton, UnpublishButton
from tests.cogs.gallery import delete, offer, order_of, said_privately
from tests.cogs.test_publishing import private

if TYPE_CHECKING:
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def begun(house: House, channel_id: int | None = None, *, stands: bool = False) -> Publication:
    """A private picture #1 of which it is written down that it is being published."""
    made = await private(house)
    owner = Requester(house.server.id, channel_id or house.channel.id, house.mia.id)
    publication = Publication(str(made.id), (await order_of(house, 1)).id, (1,), owner, int(house.services.clock()))
    await house.services.publications.records.begin(publication)
    if stands:
        await ChannelPoster(house.bot).post(await order_of(house, 1), publication)
    return publication


def said(answer: InteractionResult) -> str:
    """In place of the buttons that were pressed."""
    assert answer.response is not None
    return answer.response.content


async def go_on(house: House) -> list[Publication]:
    """As after a start; what is left of it."""
    await house.services.publications.go_on(ChannelPoster(house.bot))
    return list(await house.services.publications.records.pending())


@pytest.mark.parametrize("stands", [False, True])
async def test_it_stands_once_after_a_start(opened: OpenHouse, *, stands: bool) -> None:
    async with opened() as house:
        await begun(house, stands=stands)

        assert await go_on(house) == []
        assert [each.filename for message in house.posted for each in message.attachments] == ["atelier-1.png"]
        assert (await order_of(house, 1)).pictures[0].published


async def test_taking_back_what_does_not_stand_posts_nothing_ever(opened: OpenHouse) -> None:
    async with opened() as house:
        await begun(house)
        old = await offer(house, UnpublishButton(1))
        before = len(house.env.http_requests)

        told = said(await house.mia.click(old, label="Unpublish"))
        assert await go_on(house) == []

        asked = house.env.http_requests[before:]
        assert told == "Only you see #1 now."
        assert house.posted == []
        assert [each.path for each in asked if each.method == "POST" and each.path.endswith("/messages")] == []


async def test_what_stands_goes_when_it_is_taken_back(opened: OpenHouse) -> None:
    async with opened() as house:
        await begun(house, stands=True)
        (shown,) = house.posted
        asked = await house.mia.select(shown, ["unpublish"])
        assert asked.response is not None
        await house.mia.click(asked.response, label="Unpublish #1")

        assert house.posted == []
        assert await go_on(house) == []


async def test_what_stands_goes_when_its_picture_is_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        await begun(house, stands=True)

        told = said_privately(await delete(house, house.mia))

        assert told == "Deleted."
        assert house.posted == []
        assert await go_on(house) == []


async def test_a_press_elsewhere_gives_up_what_does_not_stand(opened: OpenHouse) -> None:
    async with opened() as house:
        lounge = house.server.create_text_channel("lounge")
        await begun(house, lounge.id)
        old = await offer(house, PublishButton(1))

        told = said(await house.mia.click(old, label="Publish"))
        assert await go_on(house) == []

        assert told == f"Published #1 in <#{house.channel.id}>."
        assert lounge.history(viewer=house.mia) == []
        assert len(house.posted) == 1


async def test_while_the_bot_may_not_read_there_nothing_is_said_to_be_private(opened: OpenHouse) -> None:
    async with opened() as house:
        await begun(house, stands=True)
        (shown,) = house.posted
        old = [await offer(house, button) for button in (PublishButton(1), UnpublishButton(1), UnpublishButton(1))]
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        await channel.set_permissions(channel.guild.me, read_message_history=False, send_messages=True)
        await house.env.settle()

        told = [
            said(await house.mia.click(old[0], label="Publish")),
            said(await house.mia.click(old[1], label="Unpublish")),
        ]
        left = await go_on(house)
        await channel.set_permissions(channel.guild.me, overwrite=None)
        await house.env.settle()
        told.append(said(await house.mia.click(old[2], label="Unpublish")))

        assert all("I cannot see whether a message of mine" in each for each in told[:2])
        assert len(left) == 1
        assert told[2] == "Only you see #1 now."
        assert shown.id not in [message.id for message in house.posted]


@pytest.mark.parametrize("why", ["adults", "may not write", "left", "channel gone", "blocked"])
async def test_what_a_press_would_be_refused_now_is_not_posted_after_a_start(why: str, opened: OpenHouse) -> None:
    async with opened() as house:
        lounge = house.server.create_text_channel("lounge")
        await begun(house, lounge.id)
        await house.env.settle()
        studio, channel = house.bot.get_channel(house.channel.id), house.bot.get_channel(lounge.id)
        assert isinstance(studio, discord.TextChannel)
        assert isinstance(channel, discord.TextChannel)
        if why == "adults":
            studio.nsfw = True  # as SimCord cannot say it
        elif why == "may not write":
            await channel.set_permissions(channel.guild.me, send_messages=True)
            await channel.set_permissions(channel.guild.default_role, send_messages=False)
        elif why == "left":
            house.env.inject_error("GET", f"/guilds/*/members/{house.mia.id}", status=404, code=10007)
        elif why == "channel gone":
            await channel.delete()
        else:
            lead = Lead(house.server.id, house.lead.id)
            await house.services.server_settings.block(lead, house.mia.id, house.bot.bot_id, "")
        await house.env.settle()

        assert await go_on(house) == []
        assert why == "channel gone" or lounge.history(viewer=house.mia) == []
        assert not (await order_of(house, 1)).pictures[0].published


async def test_what_cannot_be_checked_now_is_kept_for_the_next_start(opened: OpenHouse) -> None:
    async with opened() as house:
        publication = await begun(house)
        inside: Any = house.bot
        guild = house.bot.get_guild(house.server.id)
        inside._connection._remove_guild(guild)

        with pytest.raises(LookupError):
            await ChannelPoster(house.bot).check(await order_of(house, 1), publication)
        left = await go_on(house)
        inside._connection._add_guild(guild)

        assert left == [publication]
        assert await go_on(house) == []


async def test_a_thread_takes_what_may_be_written_in_threads(opened: OpenHouse) -> None:
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="ideas", type=discord.ChannelType.public_thread)
        await house.env.settle()
        publication = await begun(house, thread.id)
        order, poster = await order_of(house, 1), ChannelPoster(house.bot)
        await poster.check(order, publication)
        await channel.set_permissions(channel.guild.default_role, send_messages_in_threads=False)
        await house.env.settle()

        with pytest.raises(NotPermittedError, match="You may not write in"):
            await poster.check(order, publication)
