"""Details, Delete and Show: what can be done with a result, by whom, and for how long."""

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
from cogs.gallery.deletion import DeleteButton
from cogs.gallery.details import DetailsButton
from cogs.gallery.late import ShowButton
from tests.cogs.house import interaction_of
from tests.examples import DESTINATION, MODEL, NOW, REQUEST

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from bot.discord_ui.buttons import AtelierButton
    from bot.services.ledger import Order
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

GONE = "❌ This picture was deleted. Ask for a new one with /imagine."
NOT_YOURS = "❌ Only the member who asked for this picture, or a moderator, can delete it."


def said_privately(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def delete(house: House, member: MemberActor, label: str = "Delete for good") -> InteractionResult:
    """Choose Delete under the newest result, and confirm by the button with this label."""
    asked = await member.select(house.posted[-1], ["delete"])
    assert asked.response is not None
    assert "cannot be brought back" in said_privately(asked)
    return await member.click(asked.response, label=label)


async def offer(house: House, *buttons: AtelierButton) -> discord.Message:
    """A message of the bot with these buttons."""
    view = discord.ui.View(timeout=None)
    for button in buttons:
        view.add_item(button)
    await house.bot.get_partial_messageable(house.channel.id).send("old buttons", view=view)
    message = house.channel.last_message
    assert message is not None
    return message


async def offer_directly(house: House, member: MemberActor, button: AtelierButton) -> discord.Message:
    """A direct message of the bot with this button."""
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    channel = await house.bot.create_dm(discord.Object(member.id))
    await channel.send("your result", view=view)
    message = member.user.dm_channel.last_message
    assert message is not None
    return message


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


def embed_of(answer: InteractionResult) -> discord.Embed:
    assert answer.response is not None
    (embed,) = answer.response.embeds
    return embed


def field(answer: InteractionResult, name: str) -> str:
    (value,) = [each.value for each in embed_of(answer).fields if each.name == name]
    assert value is not None
    return value


async def order_of(house: House, number: int) -> Order:
    order = await house.services.requests.of_picture(number, house.server.id)
    assert order is not None
    return order


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


# --- Details


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


# --- in direct messages, where a late private result ends up


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


# --- Delete


async def test_a_member_deletes_what_was_made_for_them(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        answer = await delete(house, house.mia)

        assert said_privately(answer) == "Deleted."
        assert house.posted == []
        assert [path for path in (house.directory / "images").rglob("*") if path.is_file()] == []


async def test_a_moderator_deletes_anybodys(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        answer = await delete(house, house.moderator)

        assert said_privately(answer) == "Deleted."
        assert house.posted == []


async def test_the_audit_of_a_deletion_has_the_time_of_the_books_not_of_the_machine(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        later = house.services.clock() + 1000
        house.services.clock.told(later)

        await delete(house, house.moderator)

        (entry,) = await house.services.audit.entries(house.server.id)
        assert later <= entry.decision.at <= later + 300


async def test_what_a_moderator_deletes_of_others_is_in_the_audit(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await delete(house, house.moderator, "All")
        await house.moderator.slash(house.channel, "imagine", prompt="mine")
        await delete(house, house.moderator)

        (entry,) = await house.services.audit.entries(house.server.id)
        decision = entry.decision
        assert (decision.actor_id, decision.action) == (house.moderator.id, "picture delete")
        assert (decision.subject, decision.before, decision.after) == (
            f"#1 and #2 of <@{house.mia.id}>",
            "kept",
            "deleted",
        )


async def test_nobody_else_deletes(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()

        answer = await house.ben.select(house.posted[0], ["delete"])

        assert said_privately(answer) == NOT_YOURS
        assert len(house.posted) == 1


async def test_who_is_no_moderator_any_more_cannot_confirm(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.moderator.select(house.posted[0], ["delete"])
        assert asked.response is not None
        house.env.backend.get_guild(house.server.id).members[house.moderator.id].role_ids.clear()

        answer = await house.moderator.click(asked.response, label="Delete for good")

        assert said_privately(answer) == NOT_YOURS
        assert len(house.posted) == 1


async def test_what_is_deleted_already_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        first = await house.mia.select(house.posted[0], ["delete"])
        second = await house.moderator.select(house.posted[0], ["delete"])
        assert first.response is not None
        assert second.response is not None
        await house.mia.click(first.response, label="Delete for good")

        answer = await house.moderator.click(second.response, label="Delete for good")

        assert said_privately(answer) == GONE


async def test_a_picture_whose_message_is_gone_can_still_be_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        await house.moderator.delete(house.posted[0])

        answer = await house.mia.click(asked.response, label="Delete for good")

        assert said_privately(answer) == "Deleted."


async def test_a_message_that_cannot_be_removed_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        house.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access")

        answer = await house.mia.click(asked.response, label="Delete for good")

        assert said_privately(answer).startswith("Deleted. I cannot remove its message")
        assert await house.services.requests.of_picture(1, house.server.id) is not None


async def test_an_input_picture_is_kept_while_another_result_needs_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("red.png", house.painter.content))
        await house.ben.click(house.posted[0], label="Again")
        await house.moderator.select(house.posted[1], ["details"])

        await delete(house, house.ben)
        await house.mia.click(house.posted[0], label="Again")

        assert len(house.painter.asked) == 3
        assert len(house.posted) == 2


async def test_the_buttons_work_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        await house.restart()

        details = await house.ben.select(house.posted[0], ["details"])
        deleted = await house.mia.click(asked.response, label="Delete for good")

        assert details.response is not None
        assert details.response.embeds
        assert said_privately(deleted) == "Deleted."


# --- Show


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


# --- Delete, of several


async def test_one_of_several_is_deleted_and_its_message_shows_the_others(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=3)
        rows = house.posted[0].components

        answer = await delete(house, house.mia, "#2")

        (message,) = house.posted
        assert said_privately(answer) == "Deleted #2."
        assert [each.filename for each in message.attachments] == ["atelier-1.png", "atelier-3.png"]
        assert message.content.startswith(f"**#1, #3** for <@{house.mia.id}>\n> a red fox\n")
        assert str(message.components) == str(rows)
        assert [picture.number for picture in (await order_of(house, 1)).pictures] == [1, 3]


async def test_the_first_of_several_can_go_and_the_rows_go_on_working(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await delete(house, house.mia, "#1")
        await house.restart()

        details = await house.ben.select(house.posted[0], ["details"])
        await house.ben.click(house.posted[0], label="Again")
        last = await house.mia.select(house.posted[0], ["delete"])

        assert [line[:2] for line in field(details, "Pictures").splitlines()] == ["#1", "#2"]
        assert len(house.posted) == 2
        assert "Delete this result" in said_privately(last)


async def test_all_of_several_are_deleted_with_their_message(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)

        answer = await delete(house, house.mia, "All")

        assert said_privately(answer) == "Deleted."
        assert house.posted == []


async def test_one_that_was_deleted_meanwhile_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        await delete(house, house.moderator, "#1")

        answer = await house.mia.click(asked.response, label="#1")

        assert said_privately(answer) == GONE


@pytest.mark.parametrize("method", ["GET", "PATCH"])
async def test_one_that_cannot_be_taken_out_of_its_message_is_said(method: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        house.env.inject_error(method, "/channels/*/messages/*", status=403, code=50001, message="Missing Access")

        answer = await house.mia.click(asked.response, label="#1")

        assert said_privately(answer).startswith("Deleted #1. I cannot take it out of its message")
        assert [picture.number for picture in (await order_of(house, 2)).pictures] == [2]


async def test_one_whose_message_is_gone_is_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        await house.moderator.delete(house.posted[0])

        assert said_privately(await house.mia.click(asked.response, label="#1")) == "Deleted #1."


async def test_a_private_result_is_deleted_and_its_message_left_to_its_member(opened: OpenHouse) -> None:
    async with opened() as house:
        made = await house.imagine(private=True)
        assert made.response is not None
        asked = await house.mia.select(made.response, ["delete"])
        assert asked.response is not None

        answer = await house.mia.click(asked.response, label="Delete for good")

        assert said_privately(answer).startswith("Deleted. I cannot remove its message")
        assert (await order_of(house, 1)).pictures == ()


async def test_the_buttons_of_old_messages_go_on_working(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        message = await offer(house, DetailsButton(1), DeleteButton(1), AgainButton(1))

        details = await house.ben.click(message, label="Details")
        again = await house.ben.click(message, label="Again")
        asked = await house.mia.click(message, label="Delete")
        assert asked.response is not None
        deleted = await house.mia.click(asked.response, custom_id="really-delete:1")

        assert embed_of(details).description == "a red fox"
        assert again.response is None
        assert said_privately(deleted) == "Deleted."


@pytest.mark.parametrize("button", [DetailsButton, AgainButton])
async def test_a_private_result_is_there_for_nobody_else_by_a_made_up_id(
    opened: OpenHouse, button: type[AtelierButton]
) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer(house, button(1))
        answer = await house.ben.click(message, label=button.label)

        assert said_privately(answer) == GONE
        assert len(house.painter.asked) == 1


async def test_a_number_that_no_database_holds_is_a_picture_that_is_gone(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await offer(house, DetailsButton(10**20 - 1))
        answer = await house.ben.click(message, label="Details")

        assert said_privately(answer) == GONE
