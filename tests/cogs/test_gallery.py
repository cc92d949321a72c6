"""Details, Delete and Show: what can be done with a result, by whom, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
import pytest

from bot.services.ledger import ChargeState, Order
from bot.services.limits import Requester, buckets_touched
from bot.services.windows import BILLING_ZONE
from cogs.gallery.buttons import DetailsButton, ShowButton
from cogs.imagine.buttons import AgainButton
from tests.cogs.house import interaction_of
from tests.examples import DESTINATION, MODEL, NOW, REQUEST

if TYPE_CHECKING:
    from simcord import InteractionResult, MemberActor

    from bot.interactions import AtelierButton
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

GONE = "❌ This picture was deleted. Ask for a new one with /imagine."
NOT_YOURS = "❌ Only the member who asked for this picture, or a moderator, can delete it."


def said_privately(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


async def delete(house: House, member: MemberActor) -> InteractionResult:
    """Press Delete under the newest result, and confirm."""
    asked = await member.click(house.posted[-1], label="Delete")
    assert asked.response is not None
    assert "cannot be brought back" in said_privately(asked)
    return await member.click(asked.response, label="Delete for good")


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
    kept = Order("777", REQUEST, requester, DESTINATION, 20_000_000, MODEL.priced(), NOW, buckets, ())
    ledger = house.services.accounts.ledger
    await ledger.reserve(kept)
    if state is ChargeState.DISPATCHED:
        await ledger.dispatch("777:1", NOW)
    elif state is ChargeState.RELEASED:
        await ledger.release("777:1", "It was blocked.", "blocked", NOW)
    return 777


# --- Details


async def test_the_details_are_for_everybody_but_shown_to_who_asks(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(prompt="a red fox", quality="low")

        answer = await house.ben.click(house.posted[0], label="Details")

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


async def test_again_in_direct_messages_counts_where_it_was_asked_for(opened: OpenHouse) -> None:
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


async def test_the_audit_of_a_deletion_has_the_time_of_the_books_which_never_goes_back(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        clock: Any = house.services.accounts.clock
        clock._latest = later = clock() + 1000

        await delete(house, house.moderator)

        (entry,) = await house.services.audit.entries(house.server.id)
        assert entry.decision.at == later


async def test_what_a_moderator_deletes_of_others_is_in_the_audit(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        await delete(house, house.moderator)
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

        answer = await house.ben.click(house.posted[0], label="Delete")

        assert said_privately(answer) == NOT_YOURS
        assert len(house.posted) == 1


async def test_who_is_no_moderator_any_more_cannot_confirm(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.moderator.click(house.posted[0], label="Delete")
        assert asked.response is not None
        house.env.backend.get_guild(house.server.id).members[house.moderator.id].role_ids.clear()

        answer = await house.moderator.click(asked.response, label="Delete for good")

        assert said_privately(answer) == NOT_YOURS
        assert len(house.posted) == 1


async def test_what_is_deleted_already_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        first = await house.mia.click(house.posted[0], label="Delete")
        second = await house.moderator.click(house.posted[0], label="Delete")
        assert first.response is not None
        assert second.response is not None
        await house.mia.click(first.response, label="Delete for good")

        answer = await house.moderator.click(second.response, label="Delete for good")

        assert said_privately(answer) == GONE


async def test_a_picture_whose_message_is_gone_can_still_be_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.click(house.posted[0], label="Delete")
        assert asked.response is not None
        await house.moderator.delete(house.posted[0])

        answer = await house.mia.click(asked.response, label="Delete for good")

        assert said_privately(answer) == "Deleted."


async def test_a_message_that_cannot_be_removed_is_said(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.click(house.posted[0], label="Delete")
        assert asked.response is not None
        house.env.inject_error("DELETE", "/channels/*/messages/*", status=403, code=50001, message="Missing Access")

        answer = await house.mia.click(asked.response, label="Delete for good")

        assert said_privately(answer).startswith("Deleted. I cannot remove its message")
        assert await house.services.requests.of_picture(1, house.server.id) is not None


async def test_an_input_picture_is_kept_while_another_result_needs_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(image1=("red.png", house.painter.content))
        await house.ben.click(house.posted[0], label="Again")
        await house.moderator.click(house.posted[1], label="Details")

        await delete(house, house.ben)
        await house.mia.click(house.posted[0], label="Again")

        assert len(house.painter.asked) == 3
        assert len(house.posted) == 2


async def test_the_buttons_work_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine()
        asked = await house.mia.click(house.posted[0], label="Delete")
        assert asked.response is not None
        await house.restart()

        details = await house.ben.click(house.posted[0], label="Details")
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
