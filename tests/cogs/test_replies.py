"""Replies to our pictures, as members write them: what is an edit, of what, and which of several is meant."""

from __future__ import annotations

import asyncio
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING

import discord
import pytest
from simcord.backend.models.message import MessageSticker

from bot.discord_ui import intake
from bot.discord_ui.buttons import CHOSEN
from bot.discord_ui.questions import DEARER
from bot.inputs.gatherer import NOTHING_DRAWN
from bot.services.requests import DRAWN, Change
from cogs.edit.pick_picture import PickButton
from cogs.edit.replies import HOW_TO
from cogs.edit.reply_edits import SAY_WHAT
from tests.cogs.gallery import offer
from tests.cogs.house import rule
from tests.cogs.replying import HAT, agree, answer, hear, labels, picture, reply, reply_silently, said
from tests.examples import drawn_upon, png

if TYPE_CHECKING:
    from tests.conftest import OpenHouse


DEFERRED_UPDATE = 6  # type of a first answer: the press has arrived


# --- of our own pictures


async def test_the_words_of_a_reply_change_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, size="1536x1024", quality="low")
        words = await reply(house, first, f"<@{house.bot.bot_id}> make it snowy", by=house.ben)
        await agree(house, house.ben)

        asked, result = house.painter.asked[-1], house.posted[-1]
        assert (asked.change, asked.prompt, asked.parent) == (Change.EDIT, "make it snowy", 1)
        assert [file.number for file in asked.references] == [1]
        assert asked.story == ("a red fox",)
        assert (asked.model, asked.quality) == (house.painter.asked[0].model, "low")
        assert [each.content for each in house.painter.inputs[-1]] == [house.painter.content]
        assert result.content.startswith(f"**#2** for <@{house.ben.id}>")
        assert result.reference is not None
        assert result.reference.message_id == words.id
        assert said(house) == []


async def test_a_chain_of_replies_changes_each_time_what_is_replied_to(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        for words in ("make it snowy", "at night", "with a moon"):
            await reply(house, house.posted[-1], words)
        await reply(house, first, "in autumn")

        assert [each.parent for each in house.painter.asked] == [None, 1, 2, 3, 1]
        assert house.painter.asked[3].story == ("a red fox", "make it snowy", "at night")
        assert house.painter.asked[4].story == ("a red fox",)


async def test_a_reply_counts_for_who_writes_it(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply(house, first, "make it snowy", by=house.moderator)
        await agree(house, house.moderator)

        order = await house.services.requests.of_picture(2, house.server.id)
        assert order is not None
        assert order.requester.user_id == house.moderator.id
        assert len(order.requester.role_ids) == 1


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("<@{bot}> make it snowy", "make it snowy"),
        ("<@!{bot}>, make it snowy <@{bot}>", "make it snowy"),
        ("like <@{bot}> would", "like @simcord-bot would"),
        ("a hat for <@{ben}> of <@&{leads}> in <#{channel}>", "a hat for @ben of @leads in #studio"),
        ("a **bold** <:fox:123456789012345678> 🦊 <@99>", "a **bold** :fox: 🦊 someone"),
        ("#1 make it snowy", "make it snowy"),
        ("#1: make it snowy", "make it snowy"),
        ("#100 on its shirt", "#100 on its shirt"),
        ("#1st place", "#1st place"),
    ],
)
async def test_words_are_sent_as_typed_without_the_mention_of_us(typed: str, sent: str, opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        leads = house.server.roles["leads"].id
        ids = {"bot": house.bot.bot_id, "ben": house.ben.id, "leads": leads, "channel": house.channel.id}
        for name, number in ids.items():
            typed = typed.replace(f"{{{name}}}", str(number))
        await reply(house, first, typed)
        if said(house):  # they call others
            await agree(house)

        bot_name = "" if house.bot.user is None else house.bot.user.display_name
        assert house.painter.asked[-1].prompt == sent.replace("simcord-bot", bot_name)


async def test_pictures_of_a_reply_come_after_the_one_it_answers_whatever_their_names(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        coat, dog, cat = png(32, 32, "green"), png(31, 32, "blue"), png(30, 32, "grey")
        files = [HAT, ("coat", coat), ("dog.x.jpg_large", dog), ("cat.txt", cat)]
        await reply(house, first, "with all this", files)

        contents = [each.content for each in house.painter.inputs[-1]]
        assert contents == [house.painter.content, HAT[1], coat, dog, cat]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.txt", b"words", "“notes.txt” is a text file."),
        ("image", bytes(40), "“image” is no picture that I know."),
        ("dance.mp4", b"\0\0\0\x18ftypmp42", "“dance.mp4” is no picture, so I changed nothing."),
        ("song.ogg", b"OggS", "“song.ogg” is no picture, so I changed nothing."),
    ],
)
async def test_what_cannot_be_sent_is_told_and_nothing_is_paid(
    name: str, content: bytes, sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        first = await picture(house)
        asked = len(house.painter.asked)
        words = await reply(house, first, "with this hat", [HAT, (name, content)])

        assert answer(house, words).startswith(f"❌ {sentence}")
        assert len(house.painter.asked) == asked


async def test_a_film_below_a_picture_is_no_wish(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply(house, first, "haha", [("dance.mp4", b"\0\0\0\x18ftypmp42")])

        assert said(house) == []


async def test_a_drawing_needs_no_words(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply(house, first, files=[("drawn.png", drawn_upon(house.painter.content))])

        assert (house.painter.asked[-1].prompt, house.painter.asked[-1].sent_prompt) == ("", DRAWN)


async def test_a_model_that_sees_only_where_somebody_drew_needs_words(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, model="gpt-image-2")
        written = await reply(house, first, files=[("drawn.png", drawn_upon(house.painter.content))])

        assert answer(house, written).startswith("❌ GPT Image 2 sees where you drew, not what.")
        assert len(house.painter.asked) == 1


async def test_a_picture_without_words_and_without_a_drawing_is_asked_about(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        written = await reply(house, first, files=[HAT])

        assert answer(house, written) == f"❌ {NOTHING_DRAWN}"
        assert len(house.painter.asked) == 1


async def test_who_only_mentions_us_is_asked_for_words(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house), f"<@{house.bot.bot_id}>")

        assert answer(house, words) == f"❌ {SAY_WHAT}"


async def test_a_deleted_picture_is_said_to_be_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, count=2)
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        await house.services.requests.delete_pictures(order.id, 1)
        words = await reply(house, first, "make it snowy")

        assert answer(house, words) == "❌ #1, #2 were deleted. Reply to another one."


async def test_pictures_of_another_server_are_unknown(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened() as house:
        first = await picture(house)
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        object.__setattr__(order.requester, "server_id", 12345)

        async def found(_: int) -> object:
            return order

        monkeypatch.setattr(house.services.requests, "of_message", found)
        await reply(house, first, "make it snowy")

        assert len(house.painter.asked) == 1
        assert said(house) == []


async def test_the_same_reply_again_does_nothing_new(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house), "make it snowy")

        await hear(house, words)

        assert len(house.painter.asked) == 2
        assert len(house.posted) == 2
        assert said(house) == []


async def test_a_reply_to_a_result_that_is_not_noted_yet_waits_for_that(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        first = await picture(house)
        find = house.services.requests.of_message
        looks = 0

        async def find_late(message_id: int) -> object:
            nonlocal looks
            looks += 1
            return None if looks < 3 else await find(message_id)

        monkeypatch.setattr(house.services.requests, "of_message", find_late)
        await reply(house, first, "make it snowy")

        assert house.painter.asked[-1].parent == 1


async def test_a_file_of_ours_that_is_no_result_is_looked_for_in_vain(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        monkeypatch.setattr(import_module("cogs.edit.replies"), "SOON", (0.0, 0.0))
        file = discord.File(BytesIO(HAT[1]), "chart.png")
        await house.bot.get_partial_messageable(house.channel.id).send("a chart", file=file)
        await reply(house, house.posted[-1], "make it snowy")

        assert house.painter.asked == []
        assert said(house) == []


async def test_a_reply_after_a_restart_finds_its_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await house.restart()
        await reply(house, first, "make it snowy")

        assert house.painter.asked[-1].parent == 1


# --- what is no edit


async def test_what_people_say_to_each_other_is_not_for_us(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        mention = f"<@{house.bot.bot_id}>"
        hers = await house.mia.send(house.channel, f"I like {mention}")
        await reply(house, hers, "so do I", by=house.ben)
        edited = await house.mia.send(house.channel, "hello")
        await house.mia.edit(edited, f"{mention} make it snowy")
        robot = house.server.add_member(house.env.create_user("robot", bot=True))
        await reply(house, first, "beep", by=robot)
        await house.mia.forward(first, house.channel)

        assert len(house.painter.asked) == 1
        assert said(house) == []


async def test_a_sticker_and_a_file_that_is_no_picture_are_no_edits(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply_silently(house, first, stickers=[MessageSticker(123, "wave", 1, house.server.id)])
        await reply(house, first, files=[("notes.txt", b"words")])

        assert len(house.painter.asked) == 1
        assert said(house) == []


@pytest.mark.parametrize("wish", ["ok, make it blue", "no hat", "lovely stars above", "雪"])
async def test_wishes_may_begin_with_thanks(wish: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), wish)

        assert house.painter.asked[-1].prompt == wish


async def test_a_reply_to_a_refusal_is_an_edit_of_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), f"<@{house.bot.bot_id}>")
        (refusal,) = said(house)
        await reply(house, refusal, "oh, I see")

        assert said(house) == [refusal]

        await reply(house, refusal, f"<@{house.bot.bot_id}> make it snowy")

        assert said(house)[-1].content == f"❌ {HOW_TO}"
        assert len(house.painter.asked) == 1


# --- which of several


async def test_words_may_begin_with_the_number_of_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house, count=3), "#2, make it snowy")

        asked = house.painter.asked[-1]
        assert (asked.parent, asked.prompt) == (2, "make it snowy")


async def test_a_number_alone_is_no_words(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "#2")

        assert answer(house, words) == f"❌ {SAY_WHAT}"


async def test_it_is_asked_which_of_several_is_meant(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "make it snowy")
        question = said(house)[0]
        told = answer(house, words)
        (sheet,) = question.attachments
        await house.restart()
        await house.mia.click(question, label="#2")

        assert told == "Which picture shall I change? You can also begin your words with its number, like #2."
        assert sheet.description == "Contact sheet of 2 pictures in rows of two: #1; #2."
        asked, result = house.painter.asked[-1], house.posted[-1]
        assert (asked.parent, asked.prompt) == (2, "make it snowy")
        assert result.reference is not None
        assert result.reference.message_id == words.id
        assert said(house) == []


async def test_a_message_that_shows_one_of_several_is_about_that_one(opened: OpenHouse) -> None:
    async with opened() as house:
        await picture(house, count=3)
        await house.mia.slash(house.channel, "show", id="2")
        await reply(house, house.posted[-1], "make it snowy")

        assert said(house) == []
        assert house.painter.asked[-1].parent == 2


async def test_where_the_sheet_is_refused_it_is_asked_without(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, count=2)
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, message="Missing Permissions")
        words = await reply(house, first, "make it snowy")

        assert answer(house, words).startswith("Which picture shall I change?")
        assert said(house)[0].attachments == []


async def test_only_who_wrote_the_words_chooses(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house, count=2), "make it snowy")
        pressed = await house.ben.click(said(house)[0], label="#2")

        assert pressed.response is not None
        assert pressed.response.ephemeral
        assert pressed.response.content.startswith("❌ Only the member who wrote the reply above can choose.")
        assert len(said(house)) == 1
        assert len(house.painter.asked) == 2


async def test_words_that_were_deleted_are_said_to_be_and_the_question_goes(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "make it snowy")
        await house.mia.delete(words)
        pressed = await house.mia.click(said(house)[0], label="#2")

        assert pressed.response is not None
        assert pressed.response.content.startswith("❌ The words that belong here were deleted.")
        assert said(house) == []


async def test_a_choice_that_is_refused_can_be_made_again(opened: OpenHouse) -> None:
    async with opened(ATELIER_MEMBER_DAILY_IMAGES=2) as house:
        await reply(house, await picture(house, count=2), "make it snowy")
        pressed = await house.mia.click(said(house)[0], label="#1")

        assert pressed.response is not None
        assert pressed.response.ephemeral
        assert "your daily allowance" in pressed.response.content
        assert len(said(house)) == 1


async def test_a_choice_that_was_made_before_makes_nothing_new(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "make it snowy")
        question = said(house)[0]
        house.env.inject_error("DELETE", "/channels/*", status=403)
        await house.mia.click(question, label="#1")
        pressed = await house.mia.click(question, label="#2")

        assert pressed.response is not None
        assert pressed.response.content.startswith("❌ This can be used once, and it was: it made [#3](")
        assert [each.parent for each in house.painter.asked] == [None, None, 1]
        assert words.reference is not None


async def test_a_press_is_acknowledged_before_slow_files_are_there(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "with this hat", [HAT])
        monkeypatch.setattr(intake, "GRACE", 0.01)

        async def read(_: discord.Attachment) -> bytes:
            while house.callbacks[-1] != DEFERRED_UPDATE:  # noqa: ASYNC110 - SimCord has no event for it
                await asyncio.sleep(0.01)
            return HAT[1]

        monkeypatch.setattr(discord.Attachment, "read", read)
        await house.mia.click(said(house)[0], label="#2")

        assert words.attachments
        assert house.painter.asked[-1].parent == 2
        assert said(house) == []


async def test_a_press_whose_receipt_is_lost_still_makes_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house, count=2), "make it snowy")
        house.env.inject_error("POST", "*/callback", status=404, code=10062)
        await house.mia.click(said(house)[0], label="#1")

        assert house.painter.asked[-1].parent == 1
        assert len(house.posted) == 2


async def test_a_choice_never_changes_a_picture_for_more_than_it_says(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house, count=2, quality="low"), "make it snowy")
        (question,) = said(house)
        told = labels(question)
        await rule(house, models=("gpt-image-2.6-sunburst",))

        await house.mia.click(question, label="#2")
        question = said(house)[-1]
        assert question.content == f"-# {DEARER}"
        assert [label[:10] for label in labels(question)] == [label[:10] for label in told]
        assert not {*labels(question)} & {*told}
        assert len(house.painter.asked) == 2

        await house.mia.click(question, label="#2")
        assert (house.painter.asked[-1].parent, house.painter.asked[-1].model) == (2, "gpt-image-2.6-sunburst")
        assert said(house) == []


async def test_a_choice_of_an_earlier_version_knows_no_price(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await reply(house, await picture(house, count=2), "make it snowy")
        question = await offer(house, PickButton(words.id, 1))
        await rule(house, models=("gpt-image-2.6-sunburst",))
        await house.mia.click(question, label="Change it")

        assert house.painter.asked[-1].parent == 1


def test_the_id_of_a_choice_never_changes() -> None:
    assert PickButton(1234567890123456789, 4821, nano=17).item.custom_id == "pick:1234567890123456789:4821:17"
    assert PickButton(1234567890123456789, 4821).item.custom_id == "pick:1234567890123456789:4821"
    assert not "pick:1:2".endswith(CHOSEN)
