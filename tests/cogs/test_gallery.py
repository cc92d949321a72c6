"""Details of pictures, their buttons in direct messages, and late private results."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord
import pytest

from bot.delivery.posted_results import ShownResults
from bot.services.admission import Start
from bot.services.calendar import BILLING_ZONE
from bot.services.gallery import Deleter
from bot.services.ledger import ChargeState, Destination, Reservation
from bot.services.policy import Requester, buckets_touched
from bot.services.requests import Change, Wishes
from cogs.edit.buttons import AgainButton
from cogs.gallery.details import DetailsButton
from cogs.gallery.late_results import ShowButton
from tests.cogs.gallery import GONE, delete, embed_of, field, offer, offer_directly, order_of, said_privately
from tests.cogs.house import interaction_of
from tests.examples import DESTINATION, MODEL, NOW, REQUEST

if TYPE_CHECKING:
    from simcord import MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def left_over(house: House, member: MemberActor, state: ChargeState) -> int:
    """A request of this member whose only job stands there; returns the request's id."""
    requester = Requester(house.server.id, house.channel.id, member.id)
    buckets = buckets_touched(requester, NOW, BILLING_ZONE)
    kept = Reservation("777", REQUEST, requester, DESTINATION, 20_000_000, MODEL.priced(), NOW, buckets, ())
    ledger = house.services.accounts.ledger
    await ledger.reserve(kept)
    if state is ChargeState.DISPATCHED:
        await ledger.dispatch("777:1", NOW)
    elif state is ChargeState.RELEASED:
        await ledger.release("777:1", "It was blocked.", "blocked", NOW)
    return 777


async def edit(house: House, number: int, words: str, *, private: bool = False) -> None:
    """Mia has a picture changed, as an earlier process of the bot was asked to."""
    order = await order_of(house, number)
    (picture,) = order.pictures
    services = house.services
    asked = await services.drafting.draft(order.requester, Change.EDIT, Wishes(prompt=words), Start(order, picture))
    file = replace(picture.image, number=number)
    request_id = str(1000 + number)
    destination = Destination(house.bot.application_id or 0, "", 0, None, private=private)
    kept = replace(order, id=request_id, destination=destination)
    request = asked.with_references([file])
    await services.studio.submit(request_id, request, order.requester, house.bot.intake.reopen(kept))
    await house.env.settle()


async def test_the_details_are_for_everybody_but_shown_to_who_asks(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox", quality="low")

        answer = await house.ben.select(house.posted[0], ["details"])

        assert said_privately(answer) == ""
        assert answer.response is not None
        (embed,) = answer.response.embeds
        assert embed.description == "a red fox"
        assert {field.name: field.value for field in embed.fields}["Asked by"] == f"<@{house.mia.id}>"


@pytest.mark.parametrize("number", [9_999, 1, 2**63 - 1])
async def test_a_number_that_is_not_known_is_answered(number: int, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await offer(house, DetailsButton(number))

        assert said_privately(await house.mia.click(message, label="Details")) == GONE


async def test_the_pictures_of_another_server_are_not_known(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        other = house.env.create_guild("Elsewhere")
        channel = other.create_text_channel("studio")
        eve = other.add_member(house.env.create_user("eve"))
        await house.env.settle()
        view = discord.ui.View(timeout=None)
        view.add_item(DetailsButton(1))
        await house.bot.get_partial_messageable(channel.id).send("forged", view=view)
        assert channel.last_message is not None

        assert said_privately(await eve.click(channel.last_message, label="Details")) == GONE


async def test_of_several_pictures_the_details_are_of_the_chosen_one(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)

        asked = await house.ben.select(house.posted[0], ["details"])
        assert asked.response is not None
        answer = await house.ben.click(asked.response, label="#2")

        assert embed_of(answer).title == "Details of #2"
        assert field(answer, "Pictures").startswith("#2 · ")


async def test_the_menu_of_a_message_tells_all_that_it_shows(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await house.restart()

        answer = await house.ben.context_menu(house.channel, "Image details", house.posted[0])

        assert said_privately(answer) == ""
        assert [line[:2] for line in field(answer, "Pictures").splitlines()] == ["#1", "#2"]


async def test_the_menu_knows_nothing_of_other_messages(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.ben.send(house.channel, "look at this")
        message = house.channel.last_message
        assert message is not None

        answer = await house.mia.context_menu(house.channel, "Image details", message)

        assert said_privately(answer).startswith("❌ That is not a picture of mine")


async def test_the_menu_of_a_result_that_was_deleted_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        house.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access")
        await delete(house, house.mia)

        answer = await house.mia.context_menu(house.channel, "Image details", house.posted[0])

        assert said_privately(answer) == GONE


async def test_the_details_lead_to_what_it_was_made_from_and_what_was_made_of_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        first = house.posted[0]
        await edit(house, 1, "make it blue")
        await edit(house, 2, "a secret", private=True)
        second = house.posted[1]

        of_first = await house.ben.select(first, ["details"])
        of_second = await house.ben.select(second, ["details"])

        at = f"https://discord.com/channels/{house.server.id}/{house.channel.id}"
        assert field(of_first, "Used for") == f"[#2]({at}/{second.id}) · edit by <@{house.mia.id}>"
        assert field(of_second, "Made from") == f"[#1]({at}/{first.id}): a red fox"
        assert field(of_second, "Used for") == "#3, private"
        assert embed_of(of_second).description == "make it blue"
        assert "Words before" not in {each.name for each in embed_of(of_second).fields}


async def test_a_parent_that_was_deleted_is_said_to_be(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox")
        await edit(house, 1, "make it blue")
        await house.services.deletions.delete(
            await order_of(house, 1),
            None,
            Deleter(house.mia.id, house.server.id, moderates=False),
            ShownResults(house.bot),
        )

        answer = await house.ben.select(house.posted[0], ["details"])

        assert field(answer, "Made from") == "#1, deleted"
        assert "a red fox" not in str(embed_of(answer).to_dict())


async def test_the_buttons_of_a_result_work_in_direct_messages(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox", private=True)
        message = await offer_directly(house, house.mia, DetailsButton(1))

        answer = await house.mia.user.click(message, label="Details")

        assert answer.response is not None
        assert [embed.description for embed in answer.response.embeds] == ["a red fox"]


async def test_in_direct_messages_only_ones_own_pictures_are_known(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer_directly(house, house.ben, DetailsButton(1))

        assert said_privately(await house.ben.user.click(message, label="Details")) == GONE


async def test_again_in_direct_messages_counts_where_it_was_asked_for(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord_ui.intake.DOUBLE", timedelta(0))  # two presses on purpose, however fast
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=2) as house:
        await house.imagine(private=True)
        message = await offer_directly(house, house.mia, AgainButton(1))

        await house.mia.user.click(message, label="Again")
        refused = await house.mia.user.click(message, label="Again")

        assert len(house.painter.asked) == 2
        again = await house.services.requests.of_picture(2, house.server.id)
        assert again is not None
        assert again.requester == Requester(house.server.id, house.channel.id, house.mia.id)
        assert "your daily allowance" in said_privately(refused)


async def test_again_in_direct_messages_is_for_members_of_that_server(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer_directly(house, house.mia, AgainButton(1))
        house.server.remove_member(house.mia)

        answer = await house.mia.user.click(message, label="Again")

        assert "You are not a member of the server" in said_privately(answer)
        assert len(house.painter.asked) == 1


async def test_a_late_private_result_is_shown_to_who_asked_for_it(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await house.imagine(prompt="a red fox", private=True)
        message = await offer(house, ShowButton(interaction_of(made).id))
        await house.restart()

        answer = await house.mia.click(message, label="Show")

        assert "> a red fox" in said_privately(answer)
        assert answer.response is not None
        assert [each.filename for each in answer.response.attachments] == ["atelier-1.png"]
        assert answer.response.components


async def test_nobody_sees_the_private_result_of_another(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await house.imagine(private=True)
        message = await offer(house, ShowButton(interaction_of(made).id))

        answer = await house.moderator.click(message, label="Show")

        assert said_privately(answer) == "❌ Only the member who asked for this picture can see it."


async def test_a_request_that_is_not_known_is_nobodys(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await offer(house, ShowButton(12345))

        assert said_privately(await house.mia.click(message, label="Show")).startswith("❌ Only the member")


@pytest.mark.parametrize("state", [ChargeState.RESERVED, ChargeState.DISPATCHED])
async def test_what_is_not_done_yet_is_said(state: ChargeState, opened: OpenHouse) -> None:
    async with opened() as house:
        message = await offer(house, ShowButton(await left_over(house, house.mia, state)))

        answer = await house.mia.click(message, label="Show")

        assert said_privately(answer) == "❌ It is not done yet. Press Show again in a minute."


async def test_a_request_that_made_nothing_says_why(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await offer(house, ShowButton(await left_over(house, house.mia, ChargeState.RELEASED)))

        assert said_privately(await house.mia.click(message, label="Show")) == "❌ It was blocked."


async def test_a_private_result_that_was_deleted_is_gone(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await house.imagine(private=True)
        message = await offer(house, ShowButton(interaction_of(made).id))
        await house.services.requests.delete_pictures(str(interaction_of(made).id), NOW)

        assert said_privately(await house.mia.click(message, label="Show")) == "❌ This picture was deleted."
