"""/quota resolve: what leads choose from, what they are told, what is free again, and who gets nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.discord_ui.interactions import LeadsOnlyError
from bot.errors import OutcomeUnknownError
from bot.services.accounting import NO_CHARGE
from bot.services.accounting.corrections import NONE_UNKNOWN, NOT_FOUND
from bot.services.ledger import Reservation
from bot.services.policy import Requester
from bot.services.requests import format_usd
from cogs.quota.correction_text import NOTHING_UNKNOWN
from tests.examples import DESTINATION, MODEL, REQUEST
from tests.storage.invariants import faults

if TYPE_CHECKING:
    from simcord import MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

LEADS = discord.Permissions(view_channel=True, send_messages=True, use_application_commands=True, manage_guild=True)
LOST = OutcomeUnknownError("No picture came. Its price stays held.", code="timeout")


async def lost(house: House, **options: Any) -> None:  # noqa: ANN401 - the command's options
    """Mia asks for a picture of which nobody knows whether it is billed."""
    house.painter.failures.append(LOST)
    await house.imagine(**options)


async def said(house: House, **options: Any) -> str:  # noqa: ANN401 - the command's options
    answer = await house.lead.slash(house.channel, "quota resolve", **{"reason": "seen on the bill", **options})
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def offered(house: House, typed: str = "", member: MemberActor | None = None) -> list[dict[str, str]]:
    return await (member or house.lead).autocomplete(house.channel, "quota resolve", "charge", typed)


async def audited(house: House) -> list[tuple[int, str, str, str]]:
    entries = await house.services.audit.entries(house.server.id)
    decisions = [entry.decision for entry in entries]
    return [(each.actor_id, each.before, each.after, each.why) for each in decisions if each.action == "quota resolve"]


async def used(house: House) -> tuple[int, int]:
    """What of the budget is charged and held."""
    standing = await house.services.accounts.month_totals()
    return standing.settled_nano, standing.held_nano


async def test_a_lead_gives_an_unknown_charge_back_and_the_member_can_go_on(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        await lost(house, quality="low")
        refused = await house.imagine()
        ((choice),) = await offered(house)

        text = await said(house, charge=choice["value"], outcome="nothing")
        again = await house.imagine()

        assert refused.response is not None
        assert "your daily allowance" in refused.response.content
        assert again.response is None
        assert len(house.posted) == 1
        assert f"Free again: 1 picture in <@{house.mia.id}>'s daily allowance." in text
        assert "this bot's monthly budget" in text
        ((actor, before, after, why),) = await audited(house)
        assert (actor, after, why) == (house.lead.id, "not charged", "seen on the bill")
        assert before.startswith("unknown ($0.0")
        assert await house.services.database.read(faults) == {}


async def test_the_list_tells_what_is_unknown(opened: OpenHouse) -> None:
    async with opened() as house:
        await lost(house, quality="medium")
        _, hold = await used(house)

        (choice,) = await offered(house)

        told = f"{format_usd(hold)} held · 2.5 Flare medium · mia · 0 min ago · charged in "
        assert choice["name"] in {f"{told}3 days", f"{told}2 days"}  # the second that makes 72 hours less may be over
        assert [each["value"] for each in await offered(house, "MIA")] == [choice["value"]]
        assert await offered(house, "ben") == []


async def test_a_closed_charge_is_offered_by_its_pictures_number(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(quality="low")
        await lost(house)

        (choice,) = await offered(house, "#1")

        assert choice["name"].startswith("#1 · charged $0.0")
        assert (await said(house, charge="#1", outcome="nothing")).startswith(f"✅ <@{house.mia.id}>'s picture #1 (")
        assert await house.services.database.read(
            lambda connection: connection.execute(
                "SELECT DISTINCT scope, settled_nano > 0 FROM buckets WHERE scope IN ('installation', 'server')"
            ).fetchall()
        ) == [("installation", 1), ("server", 0)]
        assert await house.services.database.read(faults) == {}


async def test_where_nothing_is_unknown_the_list_says_so_and_explains_itself(opened: OpenHouse) -> None:
    async with opened() as house:
        (choice,) = await offered(house)

        assert choice == {"name": NOTHING_UNKNOWN, "value": NO_CHARGE}
        assert await said(house, charge=choice["value"], outcome="held") == f"❌ {NONE_UNKNOWN}"


async def test_a_charge_is_settled_at_what_the_lead_has_seen(opened: OpenHouse) -> None:
    async with opened() as house:
        await lost(house)
        (choice,) = await offered(house)

        text = await said(house, charge=choice["value"], outcome="amount", amount="0.0123")
        again = await said(house, charge=choice["value"], outcome="amount", amount="$0.0123")

        assert " to charged $0.0123." in text
        assert again.endswith("is charged $0.0123 already. Nothing was changed.")
        assert await used(house) == (12_300_000, 0)
        assert len(await audited(house)) == 1


async def test_a_charge_can_be_settled_at_its_hold(opened: OpenHouse) -> None:
    async with opened() as house:
        await lost(house)
        _, hold = await used(house)
        (choice,) = await offered(house)

        text = await said(house, charge=choice["value"], outcome="held")

        assert "charged instead of held" in text
        assert await used(house) == (hold, 0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"outcome": "amount"}, "❌ Say what was billed"),
        ({"outcome": "nothing", "amount": "$1"}, "❌ An amount goes with"),
        ({"outcome": "amount", "amount": "-1"}, "❌ A charge cannot be less than nothing."),
        ({"outcome": "amount", "amount": "3 pictures"}, "❌ A charge is in dollars"),
        ({"outcome": "amount", "amount": "$900"}, "❌ $900.00 is more than this picture can have cost"),
        ({"outcome": "nothing", "charge": "#77"}, f"❌ {NOT_FOUND}"),
        ({"outcome": "nothing", "reason": "\u200b"}, "❌ Say in a few words how you know."),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_changed(
    opened: OpenHouse, options: dict[str, str], words: str
) -> None:
    async with opened() as house:
        await lost(house)
        before = await used(house)
        (choice,) = await offered(house)

        text = await said(house, **{"charge": choice["value"], **options})

        assert text.startswith(words)
        assert await used(house) == before
        assert await audited(house) == []


async def test_a_picture_that_is_being_made_is_left_alone(opened: OpenHouse) -> None:
    async with opened() as house:
        accounts, ledger = house.services.accounts, house.services.ledger
        requester = Requester(house.server.id, house.channel.id, house.mia.id)
        terms = await accounts.terms(requester)
        order = Reservation(
            "7", REQUEST, requester, DESTINATION, 9, MODEL.priced(), terms.at, terms.buckets, terms.limits
        )
        await ledger.reserve(order)

        waiting = await said(house, charge="7:1", outcome="nothing")
        await ledger.dispatch("7:1", terms.at)
        running = await said(house, charge="7:1", outcome="nothing")

        assert waiting == "❌ This picture still waits for its turn; wait until it was made."
        assert running == "❌ This picture is still being made; wait until it ends."
        assert await used(house) == (0, 9)
        assert await audited(house) == []


async def test_nothing_of_another_server_is_found(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        await lost(house)
        (choice,) = await offered(house)
        before = await used(house)
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("general")
        boss = other.add_member(house.env.create_user("bo"), roles=[other.create_role("boss", permissions=LEADS)])

        choices = await boss.autocomplete(channel, "quota resolve", "charge", "")
        by_number = await boss.autocomplete(channel, "quota resolve", "charge", "#1")
        told = [
            (await boss.slash(channel, "quota resolve", charge=each, outcome="nothing", reason="mine")).response
            for each in (choice["value"], "#1")
        ]

        assert [each["value"] for each in (*choices, *by_number)] == [NO_CHARGE, NO_CHARGE]
        assert [each and each.content for each in told] == [f"❌ {NOT_FOUND}"] * 2
        assert await used(house) == before


async def test_only_leads_see_and_resolve_charges_even_where_others_are_shown_the_command(opened: OpenHouse) -> None:
    async with opened() as house:
        house.expected = (*house.expected, LeadsOnlyError)
        command: Any = house.env.backend.find_command("quota", house.server.id)
        house.server.set_command_permissions(int(command["id"]), {house.ben: True})
        await lost(house)
        before = await used(house)
        (choice,) = await offered(house)

        answer = await house.ben.slash(
            house.channel, "quota resolve", charge=choice["value"], outcome="nothing", reason="please"
        )

        assert answer.response is not None
        assert "Only leads can do this" in answer.response.content
        assert await offered(house, member=house.ben) == []
        assert await used(house) == before
        assert await audited(house) == []
