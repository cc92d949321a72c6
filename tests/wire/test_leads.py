"""Who leads: who may manage the server, and who has the role that one of those chose; and how a first lead begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Permission
from bot.sandbox.discord.people.refusal import CannotDoThatError
from tests.wire.test_rules import lead_of, told

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from bot.sandbox.discord.world.model import Role
    from tests.wire.house import House, OpenHouse

LEADS_ONLY = "❌ Only leads can do this: members who may manage this server or have its lead role. Ask one of them."
FOR_MANAGERS = "❌ Only members who may manage this server choose its lead role. Nothing was changed."


@pytest.fixture
def producers(house: House) -> Role:
    return house.discord.server.add_role("producers")


@pytest.fixture
def ines(house: House, producers: Role) -> Member:
    """Somebody with the role, to whom the server's settings offer the commands."""
    house.discord.server.offer_commands(producers)
    return house.discord.server.add_member("Ines", roles=[producers])


async def answer(house: House, invocation: Invocation) -> str:
    await house.until(lambda: house.words(invocation))
    assert invocation.ephemeral
    return house.words(invocation)


async def test_who_has_the_lead_role_decides_and_who_loses_it_does_not(
    house: House, producers: Role, ines: Member
) -> None:
    lea = lead_of(house)
    before = await answer(house, await ines.slash("studio pause"))
    chosen = await answer(house, await lea.slash("studio leads", role=producers))
    await house.restart_bot()

    paused = await answer(house, await ines.slash("studio pause"))
    resumed = await answer(house, await ines.slash("studio resume"))
    limited = await answer(house, await ines.slash("quota set", kind="budget", amount="$5", window="month"))
    offered = await ines.autocomplete("quota set", focused="amount", value="25", kind="budget")
    audit = await ines.slash("studio audit")
    await house.until(lambda: audit.response is not None and audit.response.embeds)
    nobody = await answer(house, await lea.slash("studio leads", nobody=True))
    after = await answer(house, await ines.slash("studio pause"))
    unoffered = await ines.autocomplete("quota set", focused="amount", value="25", kind="budget")

    assert before == after == LEADS_ONLY
    assert chosen.startswith(f"✅ The lead role: changed from none to <@&{producers.id}>.")
    assert "Server Settings, Integrations" in chosen
    assert "⏸️" in paused
    assert resumed
    assert "changed from not set to $5.00" in limited
    assert offered
    assert unoffered == []
    assert audit.response is not None
    assert f"<@{ines.id}>" in str(audit.response.embeds[0])
    assert nobody.endswith("Leads are members who may manage this server.")


async def test_the_lead_role_alone_does_not_change_the_lead_role(house: House, producers: Role, ines: Member) -> None:
    lea, mia = lead_of(house), house.discord.server.add_role("friends")
    await answer(house, await lea.slash("studio leads", role=producers))

    other = await answer(house, await ines.slash("studio leads", role=mia))
    nobody = await answer(house, await ines.slash("studio leads", nobody=True))
    begun = await answer(house, await ines.slash("studio setup", budget="$5", each="5 pictures", leads=mia))
    shown = await answer(house, await ines.slash("studio leads"))

    assert other == nobody == begun == FOR_MANAGERS
    assert f"and those with <@&{producers.id}>" in shown


async def test_a_role_that_nobody_gives_does_not_lead(house: House) -> None:
    server, lea = house.discord.server, lead_of(house)

    everybody = await answer(house, await lea.slash("studio leads", role=server.guild.everyone))
    ours = await answer(house, await lea.slash("studio leads", role=server.bot_role))
    both = await answer(house, await lea.slash("studio leads", role=server.add_role("a"), nobody=True))
    shown = await answer(house, await lea.slash("studio leads"))

    assert "choose a role that you give to people yourselves" in everybody
    assert ours == everybody
    assert both == "❌ Choose a role or nobody, not both. Nothing was changed."
    assert shown.startswith("Leads are members who may manage this server. Choose a role")


async def test_the_role_of_another_server_leads_nothing_here(house: House, producers: Role, ines: Member) -> None:
    lea = lead_of(house)
    elsewhere = house.discord.add_server("Elsewhere", ("studio",))
    theirs = elsewhere.add_role("producers")
    elsewhere.offer_commands(theirs)
    there = elsewhere.add_member("Ines", roles=[theirs], user=ines.user)
    await answer(house, await lea.slash("studio leads", role=producers))

    assert await answer(house, await there.slash("studio pause", channel=elsewhere.channel("studio"))) == LEADS_ONLY


async def test_whom_discord_offers_the_commands_without_the_role_they_are_refused(
    house: House, producers: Role
) -> None:
    server, lea = house.discord.server, lead_of(house)
    await answer(house, await lea.slash("studio leads", role=producers))
    guests = server.add_role("guests")
    mia = server.add_member("Mia", roles=[guests])
    with pytest.raises(CannotDoThatError):
        await mia.slash("studio pause")
    server.offer_commands(guests)

    assert await answer(house, await mia.slash("studio pause")) == LEADS_ONLY


async def test_who_has_the_lead_role_answers_increases(open_house: OpenHouse) -> None:
    house = await open_house()
    server = house.discord.server
    producers = server.add_role("producers")
    mia, ben, lea = server.add_member("Mia"), server.add_member("Ben"), lead_of(house)
    ines = server.add_member("Ines", roles=[producers])  # Discord offers her no command: the buttons are enough
    log = server.channel("random")
    await house.start_bot()
    await answer(
        house,
        await lea.slash("studio setup", budget="$20", each="1 picture", log=log, leads=producers, zone="Europe/Berlin"),
    )
    await house.imagine(mia)
    refused = await (await mia.slash("imagine", prompt="a fox")).shown()
    await house.ended(await mia.click(refused, "Ask for more"))
    increase = log.messages[-1]

    denied = await answer(house, await ben.click(increase, "Grant 1 picture"))
    await ines.click(increase, "Grant 1 picture")
    await house.until(lambda: mia.direct_channel.messages)

    assert denied == LEADS_ONLY
    assert f"✅ {ines.mention} granted 1 picture" in increase.content


async def test_a_first_lead_begins_with_one_command(house: House) -> None:
    server, lea = house.discord.server, lead_of(house)
    mia = server.add_member("Mia")
    producers, log = server.add_role("producers"), server.channel("random")

    done = await answer(
        house,
        await lea.slash("studio setup", budget="$5", each="1 picture", log=log, zone="berlin", leads=producers),
    )
    again = await answer(
        house,
        await lea.slash("studio setup", budget="$5", each="1 picture", log=log, zone="berlin", leads=producers),
    )
    await house.restart_bot()
    await house.imagine(mia)
    refused = await told(house, await mia.slash("imagine", prompt="a fox"))

    assert done.splitlines()[:6] == [
        "✅ From now on:",
        "- This server's monthly budget $5.00",
        "- Everybody's daily allowance 1 picture",
        "- Zone Europe/Berlin",
        f"- Log channel <#{log.id}>",
        f"- Lead role <@&{producers.id}>",
    ]
    assert again.startswith("This held already.")
    assert "chose so" in log.messages[0].content
    assert len([each for each in log.messages if "chose so" in each.content]) == 1
    assert "your daily allowance" in refused


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"budget": "unlimited", "each": "5 pictures"}, "without limits it is no safe start"),
        ({"budget": "$5", "each": "unlimited pictures"}, "without limits it is no safe start"),
        ({"budget": "5€", "each": "5 pictures"}, "write $5"),
        ({"budget": "$5", "each": "5 pictures", "zone": "Narnia"}, "Narnia"),
    ],
)
async def test_a_start_that_cannot_be_so_changes_nothing(house: House, options: dict[str, Any], words: str) -> None:
    lea, log = lead_of(house), house.discord.server.channel("random")

    refused = await answer(house, await lea.slash("studio setup", log=log, **options))
    audit = await lea.slash("studio audit")
    await house.until(lambda: audit.response is not None and audit.response.embeds)

    assert words in refused
    assert list(log.messages) == []
    assert audit.response is not None
    assert "setup" not in str(audit.response.embeds[0])


async def test_a_start_without_a_log_or_with_one_that_is_closed_says_so(house: House) -> None:
    server, lea = house.discord.server, lead_of(house)
    closed = server.channel("random")
    server.set_permissions(closed, server.bot, deny=Permission.SEND_MESSAGES)

    refused = await answer(house, await lea.slash("studio setup", budget="$50", each="$1", log=closed))
    done = await answer(house, await lea.slash("studio setup", budget="$50", each="$1"))

    assert "I may not write in" in refused
    assert "Nothing was changed" in refused
    assert "Choose with /studio log" in done
    assert "This bot's monthly budget, set by whoever runs it, is smaller and holds too." in done
