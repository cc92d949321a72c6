"""/studio audit: who decided what, page by page, for leads alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.language import Language
from bot.services.policy import Decision
from bot.services.presets import Viewer
from cogs.studio.audit_page import audit_page
from tests.cogs.test_studio_rules import lead, told
from tests.examples import NOW

if TYPE_CHECKING:
    from simcord import InteractionResult

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


def page(answer: InteractionResult) -> list[str]:
    """The reasons on the page, by which a test knows the entries."""
    assert answer.response is not None
    assert answer.response.ephemeral
    text = answer.response.embeds[0].description or ""
    return [line.split("Why: ")[1] for line in text.splitlines() if "Why: " in line]


async def decide(house: House, count: int, actor_id: int, beginning: str) -> None:
    for number in range(1, count + 1):
        decision = Decision(actor_id, NOW, "quota set", "<@3>", "a", "b", f"{beginning}{number}")
        await house.services.audit.record(house.server.id, decision)


async def test_what_leads_decided_is_read(opened: OpenHouse) -> None:
    async with opened() as house:
        empty = await house.lead.slash(house.channel, "studio audit")
        await lead(house, "newcomers", days=7)
        one = await house.lead.slash(house.channel, "studio audit")

        assert empty.response is not None
        assert empty.response.embeds[0].description == "Nothing has been decided here yet."
        assert one.response is not None
        assert (one.response.embeds[0].description or "").endswith(
            f" · <@{house.lead.id}> · studio newcomers\nHow long new members wait: from no wait to 7 days."
        )
        assert one.response.components == []


async def test_decisions_are_read_in_the_language_of_who_reads(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.lead.slash(house.channel, "studio pause", reason="spring cleaning")
        await house.lead.slash(house.channel, "preset save", name="Fox", prompt="our fox", scope="server's")
        viewer = Viewer(house.server.id, house.lead.id, leads=True)
        starter = await house.services.presets.find(viewer, "Sticker")
        await house.services.presets.hide(viewer, starter, hidden=True)
        entries = await house.services.audit.entries(house.server.id, most=10)

        german, english = (audit_page(entries, language=Language(each))[0].description for each in ("de", "en-US"))

    assert [line for line in str(german).splitlines() if " · " not in line] == [
        f"Die mitgelieferte Vorlage „{starter.name}“: vorher gezeigt, jetzt ausgeblendet.",
        "Die Vorlage „Fox“: „our fox“.",
        "Die Bilderstellung: vorher aktiv, jetzt angehalten. Grund: spring cleaning",
    ]
    assert f"The starter “{starter.name}”: from shown to hidden." in str(english)


async def test_of_a_member_who_has_decided_nothing_that_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await decide(house, 3, house.lead.id, "n")

        answer = await house.lead.slash(house.channel, "studio audit", member=house.mia)

        assert answer.response is not None
        assert answer.response.embeds[0].description == f"<@{house.mia.id}> has decided nothing here."


async def test_of_long_decisions_fewer_stand_on_a_page_and_none_is_lost(opened: OpenHouse) -> None:
    async with opened() as house:
        for number in range(1, 9):
            decision = Decision(house.lead.id, NOW, "studio channels", "channels", "", "c" * 1000, f"n{number}")
            await house.services.audit.record(house.server.id, decision)

        answer = await house.lead.slash(house.channel, "studio audit")
        read = [page(answer)]
        while answer.response is not None and answer.response.components:
            answer = await house.lead.click(answer.response, label="Older")
            read.append(page(answer))

        assert read == [["n8", "n7", "n6"], ["n5", "n4", "n3"], ["n2", "n1"]]


async def test_older_decisions_come_ten_at_a_time_also_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await decide(house, 21, house.lead.id, "n")
        first = await house.lead.slash(house.channel, "studio audit")
        assert first.response is not None
        await house.restart()

        second = await house.lead.click(first.response, label="Older")
        assert second.response is not None
        assert page(second) == [f"n{number}" for number in range(11, 1, -1)]
        third = await house.lead.click(second.response, label="Older")

        assert page(third) == ["n1"]
        assert third.response is not None
        assert third.response.components == []


async def test_the_decisions_of_one_lead_stay_theirs_on_every_page(opened: OpenHouse) -> None:
    async with opened() as house:
        for number in range(1, 13):
            await decide(house, 1, house.ben.id, f"ben{number}.")
            await decide(house, 1, house.lead.id, f"lea{number}.")

        first = await house.lead.slash(house.channel, "studio audit", member=house.ben)
        assert first.response is not None
        assert page(first) == [f"ben{number}.1" for number in range(12, 2, -1)]
        second = await house.lead.click(first.response, label="Older")

        assert page(second) == ["ben2.1", "ben1.1"]


async def test_who_is_no_lead_any_more_turns_no_page(opened: OpenHouse) -> None:
    async with opened() as house:
        await decide(house, 11, house.lead.id, "n")
        alone = await house.lead.slash(house.channel, "studio audit")
        of_one = await house.lead.slash(house.channel, "studio audit", member=house.lead)
        house.env.backend.get_guild(house.server.id).members[house.lead.id].role_ids.clear()

        for answer in (alone, of_one):
            assert answer.response is not None
            text = told(await house.lead.click(answer.response, label="Older"))
            assert text.startswith("❌ Only leads can do this")


async def test_the_audit_of_another_server_is_not_shown(opened: OpenHouse) -> None:
    async with opened() as house:
        await decide(house, 3, house.lead.id, "ours")
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("studio")
        managing = other.create_role("leads", permissions=discord.Permissions(manage_guild=True, view_channel=True))
        eve = other.add_member(house.env.create_user("eve"), roles=[managing])
        await house.env.settle()

        answer = await eve.slash(channel, "studio audit")

        assert page(answer) == []
