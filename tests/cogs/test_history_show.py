"""/show: a picture is brought back with live buttons, to those who may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from bot.discord_ui.shown_pictures import saying_of
from bot.services.requests import Change
from tests.cogs.gallery import delete, said_privately

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simcord import InteractionResult, MemberActor

    from bot.delivery.ladder import ShownResult
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.ledger import Order, Picture
    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def show(house: House, who: MemberActor, typed: str = "1") -> InteractionResult:
    return await who.slash(house.channel, "show", id=typed)


async def offered(house: House, who: MemberActor, typed: str) -> list[str]:
    return [each["value"] for each in await who.autocomplete(house.channel, "show", "id", typed)]


async def test_a_picture_comes_back_whose_message_is_gone(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        await house.moderator.delete(house.posted[0])

        await show(house, house.ben, "#1")
        await house.restart()
        await house.ben.click(house.posted[0], label="Again")

        shown, again = house.posted
        assert shown.content.startswith(f"**#1** for <@{house.mia.id}>\n> a red fox\n")
        assert shown.content.endswith(f"-# Brought here by <@{house.ben.id}>.")
        assert [each.filename for each in shown.attachments] == ["atelier-1.png"]
        assert again.content.startswith("**#2** for")


async def test_what_is_shown_once_more_goes_when_its_picture_is_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await show(house, house.ben, "2")
        assert len(house.posted) == 2

        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        answer = await house.mia.click(asked.response, label="#2")

        (left,) = house.posted
        assert said_privately(answer) == "Deleted #2."
        assert [each.filename for each in left.attachments] == ["atelier-1.png"]


async def test_one_of_several_is_meant_by_the_buttons_under_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=3, quality="low")
        await show(house, house.ben, "2")
        shown = house.posted[-1]

        await house.ben.click(shown, label="Vary")
        details = await house.ben.select(shown, ["details"])
        await house.ben.select(shown, [Change.ZOOM_OUT.value])
        asked = await house.mia.select(shown, ["delete"])

        assert [request.parent for request in house.painter.asked[3:]] == [2, 2]
        assert details.response is not None
        assert details.response.embeds[0].title == "Details of #2"
        assert "Delete which picture" in said_privately(asked)


async def test_a_private_picture_is_shown_to_its_owner_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a secret", private=True)

        own = await show(house, house.mia)
        of_others = await show(house, house.moderator)

        assert said_privately(own).startswith("**#1** for")
        assert "no picture #1 here that you can see" in said_privately(of_others)
        assert await offered(house, house.moderator, "secret") == []
        assert await offered(house, house.mia, "secret") == ["1"]
        assert house.posted == []


@pytest.mark.parametrize("typed", ["a fox", "0", "-1", "9" * 30, "٤"])
async def test_what_is_no_number_is_said(typed: str, opened: OpenHouse) -> None:
    async with opened() as house:
        assert "Write a picture's number" in said_privately(await show(house, house.mia, typed))


@pytest.mark.parametrize("number", ["2", str(2**63 - 1)])
async def test_what_is_not_there_is_said(number: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        assert f"no picture #{number} here" in said_privately(await show(house, house.mia, number))


async def test_pictures_are_offered_by_number_and_words_as_many_as_discord_shows(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=100) as house:
        for prompt in ("an owl", *["a fox " + "of the north " * 20] * 7):
            await house.imagine(prompt=prompt, count=4)

        owls = await house.ben.autocomplete(house.channel, "show", "id", "owl")
        foxes = await house.ben.autocomplete(house.channel, "show", "id", "fox north")

        assert [each["name"] for each in owls] == [f"#{number} · an owl" for number in (4, 3, 2, 1)]
        assert len(foxes) == 25
        assert all(len(each["name"]) <= 100 for each in foxes)
        assert (await offered(house, house.ben, "2"))[:3] == ["2", "29", "28"]


async def test_nothing_of_a_deleted_picture_or_another_server_is_offered(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("studio")
        mia = other.add_member(house.mia.user)
        await house.env.settle()

        elsewhere = await mia.autocomplete(channel, "show", "id", "fox")
        there = await mia.slash(channel, "show", id="1")
        await delete(house, house.mia)

        assert elsewhere == []
        assert "no picture #1 here" in said_privately(there)
        assert await offered(house, house.mia, "fox") == []


async def test_threads_that_are_not_known_by_heart_are_not_offered(opened: OpenHouse) -> None:
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="secret", type=discord.ChannelType.private_thread)
        await thread.add_user(discord.Object(house.mia.id))
        await house.env.settle()
        (inside,) = house.channel.threads
        await house.mia.slash(inside, "imagine", prompt="a secret")

        assert await offered(house, house.ben, "secret") == await offered(house, house.mia, "secret") == []
        assert "no picture #1 here" in said_privately(await show(house, house.ben))


async def test_where_the_bot_may_not_post_it_is_shown_to_who_asked(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")

        answer = await show(house, house.ben)

        assert "This is no message of its own, because I may not post it in" in said_privately(answer)


async def test_what_discord_takes_in_no_way_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
        for _ in range(2):
            house.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=400, code=20009, message="no")

        answer = await show(house, house.ben)

        assert "I cannot show #1 here, because I may not post it in" in said_privately(answer)


async def test_what_is_deleted_while_it_is_brought_is_taken_away_again(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        await house.imagine()

        async def say(client: AtelierClient, order: Order, pictures: Sequence[Picture], *notes: str) -> ShownResult:
            saying = await saying_of(client, order, pictures, *notes)
            await house.services.requests.delete_picture(1, 1)
            return saying

        monkeypatch.setattr("cogs.history.show.saying_of", say)
        answer = await show(house, house.ben)

        assert said_privately(answer).startswith("❌ This picture was deleted.")
        assert house.posted == []


async def test_the_picture_stands_also_if_the_promise_cannot_be_taken_back(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.env.inject_error("DELETE", "/webhooks/*/*/messages/@original", status=403, code=50001, message="no")

        await show(house, house.ben)

        assert len(house.posted) == 2


async def test_what_was_made_for_adults_is_not_brought_to_everybody(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        lounge = house.server.create_text_channel("lounge")
        studio = house.bot.get_channel(house.channel.id)
        assert isinstance(studio, discord.TextChannel)
        studio.nsfw = True  # as SimCord cannot say it

        there = await house.ben.slash(lounge, "show", id="1")
        await show(house, house.ben)

        assert "#1 was made in an age-restricted channel" in said_privately(there)
        assert len(house.posted) == 2
