"""The gallery channel: what the voter is told of it, and which pictures never come there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.services.policy import GalleryChannel, Lead
from cogs.stars.gallery_writer import ChannelWriter
from tests.cogs.gallery import order_of
from tests.cogs.test_history import hide
from tests.cogs.test_stars import star, told
from tests.cogs.test_studio_rules import lead, policy

if TYPE_CHECKING:
    from simcord.builders import ChannelHandle

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def with_gallery(house: House, stars: int = 1) -> ChannelHandle:
    """A channel that becomes the gallery."""
    wall = house.server.create_text_channel("best-of")
    await house.env.settle()
    await house.services.server_settings.set_gallery(
        Lead(house.server.id, house.lead.id), GalleryChannel(wall.id, stars)
    )
    return wall


def shown(house: House, wall: ChannelHandle) -> list[discord.Message]:
    return [message for message in wall.history(viewer=house.ben) if message.attachments]


async def test_the_star_that_is_enough_brings_the_picture_and_its_post_tells_further_ones(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = await with_gallery(house, 2)
        await house.imagine(prompt="a *red* fox")
        original = house.posted[0]

        first, enough = await star(house, house.ben), await star(house, house.lead)
        await house.env.settle()
        (post,) = shown(house, wall)
        further = await star(house, house.moderator)
        await house.env.settle()

        assert told(first).endswith(f"1 star more brings it into <#{wall.id}>.")
        assert told(enough).endswith(f"Your star brings it into <#{wall.id}>.")
        assert told(further).endswith("Press Star once more to take that back.")
        lines = post.content.splitlines()
        assert lines[:2] == [f"**#1** by <@{house.mia.id}>", "> a \\*red\\* fox"]
        assert "GPT Image" in lines[2]
        assert lines[3].endswith(f"({original.jump_url})")
        assert [each.description for each in post.attachments] == [original.attachments[0].description]
        assert len(shown(house, wall)) == 1


async def test_a_change_without_words_names_what_was_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = await with_gallery(house)
        await house.imagine(prompt="a fox")
        await house.mia.click(house.posted[0], label="Vary")

        await star(house, house.ben, 1)
        await house.env.settle()

        (post,) = shown(house, wall)
        assert post.content.splitlines()[1].startswith("-# Variation of #1 · ")


async def test_where_the_original_message_is_not_known_there_is_no_way_to_it(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = await with_gallery(house)
        await house.imagine(prompt="a fox")
        await house.services.database.transaction(lambda connection: connection.execute("DELETE FROM messages"))

        await star(house, house.ben)
        await house.env.settle()

        assert "original message" not in shown(house, wall)[0].content


async def test_what_was_made_where_not_everybody_looks_is_not_shown(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = await with_gallery(house)
        await house.imagine()
        (picture,) = house.posted
        await hide(house, house.channel)

        answer = await house.moderator.click(picture, label="Star")
        await house.env.settle()

        assert "is not shown there, because not everybody who sees" in told(answer)
        assert shown(house, wall) == []


async def test_what_was_made_for_adults_is_shown_to_adults_only(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = await with_gallery(house)
        await house.imagine()
        studio, gallery = house.bot.get_channel(house.channel.id), house.bot.get_channel(wall.id)
        assert isinstance(studio, discord.TextChannel)
        assert isinstance(gallery, discord.TextChannel)
        studio.nsfw = True  # as SimCord cannot say it

        refused = await star(house, house.ben)
        gallery.nsfw = True
        await star(house, house.lead)
        await house.env.settle()

        assert f"it was made in an age-restricted channel, which <#{wall.id}> is not." in told(refused)
        assert len(shown(house, wall)) == 1


@pytest.mark.parametrize(("status", "why"), [(404, "the place where it was made is gone"), (403, "")])
async def test_of_a_thread_that_is_gone_nothing_is_shown_and_of_one_that_is_closed_it_waits(
    status: int, why: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        await with_gallery(house)
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="ideas", type=discord.ChannelType.public_thread)
        await house.env.settle()
        (inside,) = house.channel.threads
        await house.mia.slash(inside, "imagine", prompt="an idea")
        order = await order_of(house, 1)
        await thread.delete()
        await house.env.settle()
        house.env.inject_error("GET", f"/channels/{thread.id}", status=status, code=0, message="no")

        assert (await house.services.gallery_posts.obstacle(order) or "") == why


async def test_a_gallery_may_be_a_thread_and_what_is_gone_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="best-of", type=discord.ChannelType.public_thread)
        await house.env.settle()
        await house.imagine()
        order, writer = await order_of(house, 1), ChannelWriter(house.bot)

        assert await writer.obstacle(order, thread.id) is None
        inside: Any = house.bot
        inside._connection._remove_guild(thread.guild)
        with pytest.raises(LookupError):
            await writer.obstacle(order, thread.id)
        inside._connection._add_guild(thread.guild)


async def test_leads_choose_the_gallery_and_read_how_it_stands(opened: OpenHouse) -> None:
    async with opened() as house:
        wall = house.server.create_text_channel("best-of")
        await house.env.settle()

        chosen = await lead(house, "gallery", channel=wall, stars=1)
        same = await lead(house, "gallery", channel=wall, stars=1)
        kept = (await policy(house)).gallery
        gallery = house.bot.get_channel(wall.id)
        assert isinstance(gallery, discord.TextChannel)
        await gallery.delete()
        await house.env.settle()
        gone = await lead(house, "gallery")

        assert chosen == f"✅ The gallery: changed from none to <#{wall.id}>, from 1 star."
        assert same == f"Nothing was changed. The gallery: <#{wall.id}>, from 1 star."
        assert kept == GalleryChannel(wall.id, 1)
        assert gone.endswith(f"⚠️ I cannot see <#{wall.id}>. Let me, or choose another. Starred pictures wait.")
