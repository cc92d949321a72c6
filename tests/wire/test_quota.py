"""Limits that leads set: what they are told over the wire, and what members are then refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Answer
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.world.permissions import Permission

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House

RESETS = re.compile(r"resets <t:[0-9]{10}:R>")


@pytest.fixture
def lead(house: House) -> Member:
    return house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)


async def told(house: House, invocation: Invocation) -> str:
    """What a lead is told in the end: they alone see it."""
    await house.ended(invocation)
    assert invocation.ephemeral
    assert invocation.channel.messages == [] or invocation.response not in invocation.channel.messages
    return house.words(invocation)


async def test_a_role_is_bounded_granted_more_and_set_free(house: House, lead: Member) -> None:
    artists = house.discord.server.add_role("Artists")
    mia = house.discord.server.add_member("Mia", roles=[artists])

    was_set = await told(
        house, await lead.slash("quota set", kind="allowance", amount="1 picture", window="day", role=artists)
    )
    await house.imagine(mia)
    refused = await mia.slash("imagine", prompt="a fox")
    refusal = await house.refusal(refused)
    granted = await told(house, await lead.slash("quota grant", amount="1 picture", reason="a deadline", member=mia))
    await house.imagine(mia, "a second fox")
    used_up = await house.refusal(await mia.slash("imagine", prompt="a third fox"))
    (choice,) = await lead.autocomplete("quota clear", focused="limit", value="artists")
    cleared = await told(house, await lead.slash("quota clear", limit=choice["value"]))
    await house.imagine(mia, "a fourth fox")

    assert was_set.startswith(
        f"The daily allowance of each member with <@&{artists.id}>: changed from not set to 1 picture."
    )
    assert refused.answer is Answer.MESSAGE
    assert refused.ephemeral
    assert "your daily allowance: it needs 1 picture, and what is left is 0 of 1" in refusal
    assert RESETS.search(refusal)
    assert granted.startswith(f"<@{mia.user.id}>'s daily allowance: changed from 1 picture to 2 pictures until <t:")
    assert "1 of 2 pictures used, 1 left" in granted
    assert "what is left is 0 of 2" in used_up
    assert choice["name"] == "The daily allowance of each member with @Artists: 1 picture"
    assert "changed from 1 picture to not set" in cleared
    assert len(house.images.calls) == 3


async def test_a_budget_of_a_channel_bounds_that_channel_alone(house: House, lead: Member) -> None:
    server = house.discord.server
    studio, random = server.channels[0], server.channel("random")
    mia = server.add_member("Mia")

    was_set = await told(
        house, await lead.slash("quota set", kind="budget", amount="$0", window="month", channel_=studio)
    )
    refusal = await house.refusal(await mia.slash("imagine", prompt="a fox", channel=studio))
    await house.imagine(mia, channel=random)

    assert was_set.startswith(f"The monthly budget of <#{studio.id}>: changed from not set to $0.00.")
    assert f"the monthly budget of <#{studio.id}>" in refusal


async def test_the_overview_survives_a_restart_and_turns_its_pages(house: House, lead: Member) -> None:
    members = [house.discord.server.add_member(f"Member {number}") for number in range(20)]
    for member in members:
        await told(
            house, await lead.slash("quota set", kind="allowance", amount="3 pictures", window="week", member=member)
        )
    await house.restart_bot()

    shown = await lead.slash("quota show")
    await house.ended(shown)
    first = shown.response
    assert first is not None
    (button,) = first.components[0]["components"]
    turned = await lead.click(first, button["custom_id"])
    await house.until(lambda: "Page 2 of 2" in str(first.embeds))

    assert turned.answer is Answer.DEFERRED_UPDATE
    assert shown.ephemeral
    assert str(members[-1].user.id) in str(first.embeds)


async def test_who_does_not_manage_the_server_is_not_even_offered_it(house: House) -> None:
    mia = house.discord.server.add_member("Mia")

    with pytest.raises(CannotDoThatError):
        await mia.slash("quota show")
    assert await mia.autocomplete("quota clear", focused="limit") == []
