"""/studio status, pause and resume, as leads use them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.errors import ProviderAccountError

if TYPE_CHECKING:
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


def told(answer: InteractionResult) -> str:
    """What only who asked sees."""
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def lead(house: House, command: str, **options: Any) -> str:  # noqa: ANN401 - the command's options
    return told(await house.lead.slash(house.channel, f"studio {command}", **options))


async def status(house: House) -> str:
    """The words of the panel."""
    answer = await house.lead.slash(house.channel, "studio status")
    assert answer.response is not None
    assert answer.response.ephemeral
    components: Any = answer.response.components
    (text,) = components[0]["components"]
    return str(text["content"])


async def mute(house: House) -> None:
    """Take from the bot that it may write in the channel."""
    channel = house.bot.get_channel(house.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.set_permissions(channel.guild.default_role, send_messages=False)
    await house.env.settle()


async def test_a_pause_refuses_requests_privately_until_it_is_over(opened: OpenHouse) -> None:
    async with opened() as house:
        paused = await lead(house, "pause", reason="we wait for the *new* budget")
        refused = told(await house.imagine())
        assert house.painter.asked == []
        resumed = await lead(house, "resume")
        await house.imagine()

        assert paused.startswith("⏸️ **Picture making is paused on this server.**")
        assert refused.startswith(f"❌ <@{house.lead.id}> has paused picture making here <t:")
        assert r": we wait for the \*new\* budget. Ask again when it goes on. Nothing was charged." in refused
        assert resumed == "▶️ **Picture making on this server goes on.**\nNobody waits."
        assert len(house.posted) == 1


async def test_saying_it_twice_says_so_and_changes_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        not_paused = await lead(house, "resume")
        await lead(house, "pause", reason="first")
        again = await lead(house, "pause", reason="second")

        assert not_paused == "▶️ Picture making is not paused here. Nothing was changed."
        assert again.startswith(f"⏸️ Picture making is paused here already. Paused by <@{house.lead.id}> <t:")
        assert ": first. Nothing was changed" in again
        entries = await house.services.audit.entries(house.server.id)
        assert [(each.decision.action, each.decision.why) for each in entries] == [("studio pause", "first")]


async def test_the_old_buttons_are_paused_too(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        (message,) = house.posted
        await lead(house, "pause")

        answer = await house.ben.click(message, label="Again")

        assert "has paused picture making here" in told(answer)
        assert len(house.painter.asked) == 1


@pytest.mark.parametrize("command", ["status", "pause", "resume"])
async def test_who_is_no_lead_is_refused(opened: OpenHouse, command: str) -> None:
    async with opened() as house:
        house.expected = (discord.app_commands.CheckFailure,)
        (studio,) = [each for each in await house.bot.tree.fetch_commands() if each.name == "studio"]
        house.server.set_command_permissions(studio, {house.server.default_role: True})

        answer = await house.ben.slash(house.channel, f"studio {command}")

        assert "Only leads can do this" in told(answer)
        assert (await house.services.policies.of(house.server.id)).pause is None


async def test_the_panel_tells_how_things_stand(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="5") as house:
        before = await status(house)
        await house.imagine()
        await lead(house, "pause", reason="lunch")
        after = await status(house)

        assert "▶️ Pictures are made.\nHere: 0 running, 0 waiting.\n" in before
        assert "This bot's monthly budget: $0.00 of $5.00 used" in before
        assert f"⏸️ Paused by <@{house.lead.id}> <t:" in after
        assert ":R>: lunch." in after
        assert "This bot's monthly budget: $0.012 of $5.00 used" in after


async def test_where_several_servers_share_the_bot_none_sees_what_the_others_do(opened: OpenHouse) -> None:
    async with opened(ATELIER_MONTHLY_BUDGET="5") as house:
        await house.imagine()
        house.env.create_guild("Elsewhere")
        await house.env.settle()

        words = await status(house)

        assert "Here: 0 running, 0 waiting.\n" in words
        assert "$5.00" not in words
        assert "This bot's monthly budget, set by whoever runs it, leaves enough." in words


async def test_the_panel_tells_that_the_log_channel_does_not_work_any_more(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "log", channel=house.channel)
        fine = await status(house)
        await mute(house)

        words = await status(house)

        assert "⚠️" not in fine
        assert (
            f"⚠️ I may not write in <#{house.channel.id}>: I lack Send Messages and Embed Links there. "
            "Alerts wait, and members cannot ask for more.\n"
        ) in words


async def test_the_panel_names_the_model_that_people_get(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "models", action="allow", model="gpt-image-2")

        assert "Default model: GPT Image 2.\n" in await status(house)


async def test_the_panel_tells_what_may_have_been_billed(opened: OpenHouse) -> None:
    async with opened() as house:
        failure = ProviderAccountError("No picture came.", code="cut")
        failure.charged = "unknown"
        house.painter.failures.append(failure)
        await house.imagine()

        assert "⚠️ Not known whether billed: $0.019 for 1 picture. /quota resolve settles them." in await status(house)


async def test_a_pause_outlasts_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await lead(house, "pause")
        await house.restart()

        refused = told(await house.imagine())

        assert "has paused picture making here" in refused
