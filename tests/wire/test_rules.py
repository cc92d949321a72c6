"""The leads' rules over the wire: what is refused is refused privately, and the image API is never asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Answer, Permission
from bot.sandbox.discord.people.refusal import CannotDoThatError

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House


def lead_of(house: House) -> Member:
    return house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)


async def told(house: House, invocation: Invocation) -> str:
    """What only who acted sees."""
    words = await house.refusal(invocation)
    assert invocation.ephemeral
    return words


async def refused(house: House, invocation: Invocation) -> str:
    """What is said at once and privately instead of a picture, and leaves nothing behind."""
    words = await told(house, invocation)
    assert invocation.answer is Answer.MESSAGE
    assert words.startswith("❌ ")
    assert house.images.calls == []
    assert house.jobs() == ()
    return words


async def test_who_is_blocked_gets_words_instead_of_a_picture_also_after_a_restart(house: House) -> None:
    lea, mia = lead_of(house), house.discord.server.add_member("Mia")

    done = await told(house, await lea.slash("studio block", member=mia, reason="spam"))
    first = await refused(house, await mia.slash("imagine", prompt="a fox"))
    await house.restart_bot()
    second = await refused(house, await mia.slash("imagine", prompt="a fox"))
    await told(house, await lea.slash("studio unblock", member=mia))
    message = await house.imagine(mia)

    assert "is blocked now." in done
    assert first == second == f"❌ A lead has blocked you from making pictures here. Ask <@{lea.id}>."
    assert message.attachments


async def test_again_passes_the_same_door(house: House) -> None:
    lea, mia = lead_of(house), house.discord.server.add_member("Mia")
    message = await house.imagine(mia)

    await told(house, await lea.slash("studio block", member=mia, reason="spam"))
    words = await told(house, await mia.click(message, "Again"))

    assert "A lead has blocked you" in words
    assert len(house.images.calls) == 1


async def test_pictures_are_made_only_where_leads_allow_it(house: House) -> None:
    lea, bob = lead_of(house), house.discord.server.add_member("Bob")
    random = house.discord.server.channel("random")

    await told(house, await lea.slash("studio channels", action="add", channel_=random))
    words = await refused(house, await bob.slash("imagine", prompt="a fox"))
    hers = await refused(house, await lea.slash("imagine", prompt="a fox"))
    message = await house.result(await bob.slash("imagine", prompt="a fox", channel=random))

    assert words == hers == f"❌ Pictures are made in <#{random.id}> here. Ask there."
    assert message.channel is random


async def test_a_rule_for_a_role_bounds_quality_and_chooses_for_who_chooses_nothing(house: House) -> None:
    lea = lead_of(house)
    guests = house.discord.server.add_role("guests")
    mia = house.discord.server.add_member("Mia", roles=[guests])

    await told(house, await lea.slash("studio roles", role=guests, qualities="low"))
    words = await refused(house, await mia.slash("imagine", prompt="a fox", quality="high"))
    offered = await mia.autocomplete("imagine", focused="quality")
    await house.imagine(mia)

    assert words == f"❌ The quality high is not open to you here: your role <@&{guests.id}> allows low."
    assert [choice["value"] for choice in offered] == ["low"]
    assert [call.fields["quality"] for call in house.images.calls] == ["low"]


async def test_what_leads_decided_is_read_page_by_page(house: House) -> None:
    lea = lead_of(house)
    for days in range(1, 13):
        await told(house, await lea.slash("studio newcomers", days=days))

    first = await lea.slash("studio audit")
    await first.answered()
    assert first.response is not None
    newest = first.response.embeds[0]["description"]
    second = await lea.click(first.response, "Older")
    await second.answered()

    assert newest.count("studio newcomers") == 10
    assert "from 11 days to 12 days" in newest
    assert first.response.embeds[0]["description"].count("studio newcomers") == 2


async def test_the_log_channel_gets_its_first_line(house: House) -> None:
    lea = lead_of(house)
    random = house.discord.server.channel("random")

    words = await told(house, await lea.slash("studio log", channel_=random))

    assert words.startswith(f"✅ The log channel: changed from none to <#{random.id}>.")
    (line,) = random.messages
    assert line.content.startswith("📒 ")


async def test_members_do_not_see_the_commands_of_leads(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    with pytest.raises(CannotDoThatError):
        await mia.slash("studio channels", action="reset")
