"""/history: what is found, what is not to be found, and pages that outlast the bot."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import discord
import pytest
from PIL import Image

from cogs.history.page_text import NO_MORE, NOTHING_YET
from cogs.history.pages import NOT_YOURS, TOO_OLD, TurnButton
from tests.cogs.gallery import delete, offer, said_privately
from tests.cogs.house import interaction_of

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor
    from simcord.builders import ChannelHandle

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

NOTHING = "Nothing was found that you can see here."


async def look(house: House, who: MemberActor, /, **options: object) -> InteractionResult:
    return await who.slash(house.channel, "history", **options)


def numbers(answer: InteractionResult) -> list[int]:
    """Of the pictures that a page offers to open."""
    assert answer.response is not None
    menus = [item for row in answer.response.components for item in row["components"]]
    offered = [int(option["value"]) for menu in menus for option in menu.get("options", [])]
    assert all(f"**#{number}**" in answer.response.content for number in offered)
    return offered


async def hide(house: House, channel: ChannelHandle) -> None:
    """Nobody but moderators, the bot and leads sees the channel any more."""
    made = house.bot.get_channel(channel.id)
    assert isinstance(made, discord.TextChannel)
    moderators = next(role for role in made.guild.roles if role.name == "moderators")
    await made.set_permissions(made.guild.me, view_channel=True)
    await made.set_permissions(moderators, view_channel=True)
    await made.set_permissions(made.guild.default_role, view_channel=False)
    await house.env.settle()


async def test_a_page_shows_what_was_made_with_a_sheet_that_names_the_numbers(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox", count=2)
        await house.ben.slash(house.channel, "imagine", prompt="a blue owl")

        answer = await look(house, house.mia)

        text = said_privately(answer)
        assert answer.response is not None
        (sheet,) = answer.response.attachments
        assert numbers(answer) == [2, 1]
        assert text.startswith("**Your pictures**\n**#2** a red fox · <t:")
        assert sheet.description == ("Contact sheet of 2 pictures in rows of two: #2, a red fox; #1, a red fox.")
        assert Image.open(io.BytesIO(await sheet.read())).size == (732, 363)


async def test_words_member_scope_and_the_rest_narrow_it_down(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        await house.imagine(prompt="東京の夜", model="gpt-image-2")
        await house.ben.slash(house.channel, "imagine", prompt="an owl *and* a fox")

        everybody = await look(house, house.mia, scope="everybody's")
        foxes = await look(house, house.mia, scope="everybody's", search="fox")
        of_ben = await look(house, house.mia, member=house.ben)
        tokyo = await look(house, house.mia, search="東京", model="gpt-image-2", day="today", channel=house.channel)
        since = await look(house, house.mia, since="yesterday", search='"OR')

        assert numbers(everybody) == [3, 2, 1]
        assert f" · <@{house.ben.id}>" in said_privately(everybody)
        assert numbers(foxes) == [3, 1]
        assert "**Everybody's pictures** · “fox”" in said_privately(foxes)
        assert numbers(of_ben) == [3]
        assert f"**Pictures of <@{house.ben.id}>**\n**#3** an owl \\*and\\* a fox" in said_privately(of_ben)
        assert numbers(tokyo) == [2]
        assert f"**Your pictures** · “東京” · GPT Image 2 · <#{house.channel.id}> · from <t:" in said_privately(tokyo)
        assert said_privately(since).endswith(f"\n{NOTHING}")


@pytest.mark.parametrize("options", [{"day": "soon"}, {"since": "2026-99-99"}, {"model": "gpt-1"}])
async def test_what_is_no_day_and_no_model_is_said(options: dict[str, str], opened: OpenHouse) -> None:
    async with opened() as house:
        said = said_privately(await look(house, house.mia, **options))

        assert "that I know" in said


async def test_days_and_models_are_offered(opened: OpenHouse) -> None:
    async with opened() as house:
        days = await house.mia.autocomplete(house.channel, "history", "day", "")
        other = await house.mia.autocomplete(house.channel, "history", "since", "2020-01-02")
        models = await house.mia.autocomplete(house.channel, "history", "model", "gpt image 2")

        assert [each["value"] for each in days[:2]] == ["today", "yesterday"]
        assert [each["value"] for each in other] == ["2020-01-02"]
        assert "gpt-image-2" in {each["value"] for each in models}


async def test_a_picture_is_opened_with_live_buttons_for_who_chose_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        await house.moderator.delete(house.posted[0])
        page = await look(house, house.ben, scope="everybody's")
        assert page.response is not None

        shown = await house.ben.select(page.response, ["1"])
        assert shown.response is not None
        await house.ben.click(shown.response, label="Again")
        await house.ben.select(page.response, [])

        assert said_privately(shown).startswith(f"**#1** for <@{house.mia.id}>\n> a red fox")
        assert [each.filename for each in shown.response.attachments] == ["atelier-1.png"]
        assert len(house.painter.asked) == 2
        assert house.callbacks[-1] == 6


async def test_pages_are_turned_also_after_a_restart(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=100) as house:
        for _ in range(5):
            await house.imagine(count=4)
        page = await look(house, house.mia)
        assert page.response is not None
        assert numbers(page) == list(range(20, 11, -1))

        await house.restart()
        message = page.response
        turned = [numbers(await house.mia.click(message, label=way)) for way in ("Older", "Older", "Newer")]
        shown = await house.mia.select(message, ["5"])

        assert turned == [list(range(11, 2, -1)), [2, 1], list(range(11, 2, -1))]
        assert said_privately(shown).startswith("**#5** for")


async def test_where_what_followed_is_deleted_meanwhile_that_is_said(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=100) as house:
        for _ in range(2):
            await house.imagine(count=4)
        await house.imagine(count=2)
        page = await look(house, house.mia)
        assert page.response is not None
        await house.services.requests.delete_picture(1, 5)

        answer = await house.mia.click(page.response, label="Older")

        assert answer.response is not None
        assert answer.response.content == NO_MORE
        assert answer.response.attachments == []


async def test_a_search_that_is_not_kept_or_not_theirs_is_said(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=100) as house:
        for _ in range(3):
            await house.imagine(count=4)
        page = await look(house, house.mia)
        number = interaction_of(page).id
        lost = await offer(house, TurnButton(5, "older", 3))
        forged = await offer(house, TurnButton(number, "older", 3))

        assert said_privately(await house.mia.click(lost, label="Older")) == f"❌ {TOO_OLD}"
        assert said_privately(await house.ben.click(forged, label="Older")) == f"❌ {NOT_YOURS}"


async def test_private_pictures_are_shown_to_their_member_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a secret", private=True)
        await house.imagine(prompt="in the open")

        own = await look(house, house.mia)
        of_ben = await look(house, house.ben, member=house.mia)
        assert own.response is not None
        shown = await house.mia.select(own.response, ["1"])

        assert numbers(own) == [2, 1]
        assert "a secret · <t:" in said_privately(own)
        assert said_privately(own).count("🔒 private") == 1
        assert numbers(of_ben) == [2]
        assert "a secret" in said_privately(shown)


async def test_what_was_made_in_a_hidden_channel_is_neither_shown_nor_opened(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        open_channel = house.server.create_text_channel("lounge")
        await house.env.settle()
        before = await house.ben.slash(open_channel, "history", scope="everybody's")
        assert before.response is not None
        await hide(house, house.channel)

        after = await house.ben.slash(open_channel, "history", scope="everybody's", search="fox")
        shown = await house.ben.select(before.response, ["1"])
        moderated = await house.moderator.slash(open_channel, "history", scope="everybody's")

        assert said_privately(after).endswith(NOTHING)
        assert "no picture #1 here that you can see" in said_privately(shown)
        assert numbers(moderated) == [1]


async def test_nothing_leads_to_another_server(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("studio")
        mia = other.add_member(house.mia.user)
        await house.env.settle()

        answer = await mia.slash(channel, "history", scope="everybody's")

        assert said_privately(answer).endswith(NOTHING)


async def test_pictures_of_who_has_left_stay_to_be_found(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        house.server.remove_member(house.mia)

        answer = await look(house, house.ben, member=house.mia.user)

        assert numbers(answer) == [1]


async def test_what_was_deleted_is_not_found_and_not_opened(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        page = await look(house, house.mia)
        assert page.response is not None
        await delete(house, house.mia, "All")

        shown = await house.mia.select(page.response, ["1"])
        after = await look(house, house.mia)

        assert "no picture #1 here" in said_privately(shown)
        assert said_privately(after).endswith(NOTHING)


async def test_a_picture_whose_file_is_lost_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        page = await look(house, house.mia)
        assert page.response is not None
        for path in (house.directory / "images").rglob("*"):
            if path.is_file():
                path.unlink()

        shown = await house.mia.select(page.response, ["1"])

        assert "I have lost the original of #1" in said_privately(shown)


@pytest.mark.parametrize("is_member", [False, True])
async def test_a_private_thread_is_seen_by_whoever_was_added(opened: OpenHouse, is_member: bool) -> None:  # noqa: FBT001 - a case
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="secret", type=discord.ChannelType.private_thread)
        await thread.add_user(discord.Object(house.mia.id))
        if is_member:
            await thread.add_user(discord.Object(house.ben.id))
        await house.env.settle()
        (inside,) = house.channel.threads
        await house.mia.slash(inside, "imagine", prompt="a secret")

        of_mia = await look(house, house.mia)
        of_ben = await look(house, house.ben, scope="everybody's")
        of_moderator = await look(house, house.lead, scope="everybody's")

        assert numbers(of_mia) == [1]
        assert said_privately(of_ben).endswith(NOTHING) is not is_member
        assert said_privately(of_moderator).endswith(NOTHING)


async def test_where_time_was_up_before_anything_was_found_it_goes_on_by_a_button(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        await house.imagine(prompt="an open fox")
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        for number in range(10):
            thread = await channel.create_thread(name=f"{number}", type=discord.ChannelType.private_thread)
            await thread.add_user(discord.Object(house.mia.id))
            await house.env.settle()
            await house.mia.slash(house.channel.threads[-1], "imagine", prompt="a secret")
        history = replace(house.services.history, patience=0.0)
        monkeypatch.setattr(house.bot, "services", replace(house.services, history=history))
        cog: Any = house.bot.get_cog("LookBack")
        monkeypatch.setattr(cog, "_services", house.bot.services)

        first = await look(house, house.ben, scope="everybody's")
        assert first.response is not None
        said = said_privately(first)
        await house.ben.click(first.response, label="Older")

        assert said == NOTHING_YET
        assert "**#1** an open fox" in first.response.content


@pytest.mark.parametrize(("status", "of_mia"), [(404, [1]), (403, [])])
async def test_of_a_thread_that_is_gone_only_ones_own_pictures_are_left_and_of_a_closed_one_none(
    status: int, of_mia: list[int], opened: OpenHouse
) -> None:
    async with opened() as house:
        channel = house.bot.get_channel(house.channel.id)
        assert isinstance(channel, discord.TextChannel)
        thread = await channel.create_thread(name="ideas", type=discord.ChannelType.public_thread)
        await house.env.settle()
        (inside,) = house.channel.threads
        await house.mia.slash(inside, "imagine", prompt="an idea")
        seen = numbers(await look(house, house.ben, scope="everybody's", channel=inside))
        await thread.delete()
        await house.env.settle()
        for _ in range(2):
            house.env.inject_error("GET", f"/channels/{thread.id}", status=status, code=0, message="no")

        typed = await house.mia.autocomplete(house.channel, "show", "id", "idea")
        own = await look(house, house.mia)
        others = await look(house, house.ben, scope="everybody's")

        assert seen == [1]
        assert typed == []
        assert numbers(own) == of_mia
        assert said_privately(others).endswith(NOTHING)


async def test_a_picture_that_discord_does_not_take_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        page = await look(house, house.mia)
        assert page.response is not None
        for _ in range(2):
            house.env.inject_error("PATCH", "/webhooks/*/*/messages/@original", status=400, code=20009, message="no")

        shown = await house.mia.select(page.response, ["1"])

        assert "I cannot show #1 here, because Discord's filter" in said_privately(shown)
