"""Replies that come to nothing: switched off, refused, failed; and replies in direct messages."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from structlog.testing import capture_logs

from bot.discord_ui import intake
from bot.errors import InputPictureError
from bot.services.policy import Lead
from cogs.edit import reply_notices as answers
from cogs.edit.replies import NOT_HERE
from cogs.edit.reply_notices import SWITCHED_OFF
from tests.cogs.replying import HAT, answer, picture, reply, reply_silently, said, switch_off

if TYPE_CHECKING:
    import pytest
    from simcord import MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

# --- switched off by leads


async def test_an_open_question_is_switched_off_too(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, count=2)
        await reply(house, first, "make it snowy")
        await switch_off(house)
        pressed = await house.mia.click(said(house)[0], label="#1")

        assert pressed.response is not None
        assert pressed.response.content == f"❌ {SWITCHED_OFF}"
        assert len(house.painter.asked) == 2


async def test_leads_can_switch_it_off(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await switch_off(house)
        await reply(house, first, "make it snowy")
        await reply_silently(house, first, "make it snowy")
        before = said(house)
        words = await reply(house, first, f"<@{house.bot.bot_id}> make it snowy")

        assert before == []
        assert answer(house, words) == f"❌ {SWITCHED_OFF}"
        assert len(house.painter.asked) == 1


# --- failures


async def test_a_refusal_is_said_once_and_goes_away(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        first = await picture(house)
        with capture_logs() as lines:
            for words in ("make it snowy", "at night", "with a moon"):
                await reply(house, first, words)
        before = said(house)
        await house.env.advance_time(answers.REFUSAL_STAYS + 1)

        assert len(before) == 1
        assert said(house) == []
        assert [line["event"] for line in lines].count("refusal not repeated") == 2


async def test_a_refusal_with_something_to_press_stays(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        log = house.server.create_text_channel("log")
        await house.services.server_settings.set_log_channel(Lead(house.server.id, house.lead.id), log.id)
        await reply(house, await picture(house), "make it snowy")
        await house.env.advance_time(answers.REFUSAL_STAYS + 1)

        assert len(said(house)) == 1


async def test_a_refusal_is_said_below_the_words_with_the_way_out(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=1) as house:
        log = house.server.create_text_channel("log")
        await house.services.server_settings.set_log_channel(Lead(house.server.id, house.lead.id), log.id)
        words = await reply(house, await picture(house), "make it snowy")

        assert "your daily allowance" in answer(house, words)
        assert len(said(house)[0].components) == 1


async def test_any_other_failure_gets_a_reference_and_the_log_its_traceback(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        first = await picture(house)

        async def fail(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr(house.bot.intake, "take_by", fail)
        with capture_logs() as lines:
            words = await reply(house, first, "make it snowy")

        (line,) = [each for each in lines if each["log_level"] == "error"]
        assert line["reference"] in answer(house, words)
        assert line["message"] == words.id


async def test_where_we_may_not_write_it_is_said_directly(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        house.env.inject_error("POST", f"/channels/{house.channel.id}/messages", status=403, code=50013, times=9)
        with capture_logs() as lines:
            await reply(house, first, "make it snowy")

        assert said(house) == []
        (told,) = house.mia.user.dm_channel.history()
        assert told.content.startswith(
            f"❌ I could not answer you there, because I may not post it in <#{house.channel.id}>."
        )
        assert "Nothing was made, and nothing was charged." in told.content
        assert [line for line in lines if line["log_level"] == "error"] == []


async def test_where_nothing_can_be_said_the_log_alone_knows(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=9)
        with capture_logs() as lines:
            await reply(house, first, "make it snowy")

        assert said(house) == []
        assert "not said below a message" in [line["event"] for line in lines]
        assert [line for line in lines if line["log_level"] == "error"] == []


async def test_a_refusal_that_comes_late_is_all_that_is_said(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        first = await picture(house)
        monkeypatch.setattr(intake, "GRACE", 0.01)

        async def read(_: discord.Attachment) -> bytes:
            await asyncio.sleep(20 * intake.GRACE)
            raise InputPictureError("That is no picture.")

        monkeypatch.setattr(discord.Attachment, "read", read)
        words = await reply(house, first, "with this hat", [HAT])

        assert answer(house, words) == "❌ That is no picture."


# --- in direct messages


async def direct_result(house: House, *, member: MemberActor | None = None) -> discord.Message:
    """A result of Mia's that came as a direct message to a member."""
    await picture(house)
    receiver = member or house.mia
    channel = await house.bot.create_dm(discord.Object(receiver.id))
    message = await channel.send("**#1**")
    order = await house.services.requests.of_picture(1, house.server.id)
    assert order is not None
    await house.services.requests.delivered(order.id, 1, channel.id, [message.id])
    return message


async def write_directly(house: House, member: MemberActor, message: discord.Message, words: str) -> None:
    reference = {"channel_id": str(message.channel.id), "message_id": str(message.id)}
    await member.send_dm(words, reference=reference)
    await house.env.settle()


def direct_messages(member: MemberActor) -> list[discord.Message]:
    """What came after the result and the reply to it."""
    return list(member.user.dm_channel.history(viewer=member))[2:]


async def test_a_reply_in_direct_messages_counts_on_the_server_and_is_answered_there(opened: OpenHouse) -> None:
    async with opened() as house:
        await write_directly(house, house.mia, await direct_result(house), "make it snowy")

        asked, (result,) = house.painter.asked[-1], direct_messages(house.mia)
        assert (asked.parent, asked.prompt) == (1, "make it snowy")
        assert result.content.startswith("**#2**")
        order = await house.services.requests.of_picture(2, house.server.id)
        assert order is not None
        assert order.requester.user_id == house.mia.id
        assert len(house.posted) == 1


async def test_in_direct_messages_only_ones_own_pictures_count(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await direct_result(house, member=house.ben)
        await write_directly(house, house.ben, theirs, "make it snowy")

        assert len(house.painter.asked) == 1
        assert direct_messages(house.ben) == []


async def test_other_pictures_in_direct_messages_belong_to_no_server(opened: OpenHouse) -> None:
    async with opened() as house:
        await direct_result(house)
        own = await house.mia.send_dm("look")
        await write_directly(house, house.mia, own, f"<@{house.bot.bot_id}> make it red")

        assert direct_messages(house.mia)[-1].content == f"❌ {NOT_HERE}"


async def test_it_is_said_in_direct_messages_too_that_it_is_switched_off(opened: OpenHouse) -> None:
    async with opened() as house:
        message = await direct_result(house)
        await switch_off(house)
        await write_directly(house, house.mia, message, "make it snowy")

        assert direct_messages(house.mia)[-1].content == f"❌ {SWITCHED_OFF}"
