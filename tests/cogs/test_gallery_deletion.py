"""Deleting pictures: by whom, out of which messages, and what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from cogs.edit.buttons import AgainButton
from cogs.gallery.deletion import DeleteButton
from cogs.gallery.details import DetailsButton
from tests.cogs.gallery import GONE, delete, embed_of, field, offer, order_of, said_privately

if TYPE_CHECKING:
    from bot.discord_ui.buttons import AtelierButton
    from tests.conftest import OpenHouse


NOT_YOURS = "❌ Only the member who asked for this picture, or a moderator, can delete it."


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


@pytest.mark.parametrize("count", [1, 2])
async def test_a_message_that_could_not_be_changed_is_changed_after_a_restart(count: int, opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=count)
        for method in ("DELETE", "PATCH"):
            house.env.inject_error(method, "/channels/*/messages/*", status=403, code=50001, message="Missing Access")
        await delete(house, house.mia, "#1" if count > 1 else "Delete for good")
        before = [len(each.attachments) for each in house.posted]

        await house.restart()
        await house.env.settle()

        assert before == [count]
        assert [len(each.attachments) for each in house.posted] == ([1] if count > 1 else [])


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


async def test_it_is_asked_which_with_a_sheet_that_goes_with_the_answer(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(count=2)
        asked = await house.mia.select(house.posted[0], ["delete"])
        assert asked.response is not None
        (sheet,) = asked.response.attachments

        await house.mia.click(asked.response, label="#2")

        assert sheet.description == "Contact sheet of 2 pictures in rows of two: #1; #2."
        assert asked.response.attachments == []


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
