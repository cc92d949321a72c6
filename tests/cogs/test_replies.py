"""Replies to pictures, as members write them: what is an edit, of what, and what is said where it is none."""

from __future__ import annotations

import asyncio
from importlib import import_module
from io import BytesIO
from typing import TYPE_CHECKING, Any

import discord
import pytest
from simcord.backend.models.message import AllowedMentions, MessageSticker
from structlog.testing import capture_logs

from bot import intake
from bot.buttons import CHOSEN
from bot.errors import InputPictureError
from bot.inputs.gatherer import NOTHING_DRAWN
from bot.services.changes import DRAWN, Change
from bot.services.deciding import Lead
from cogs.edit import answers
from cogs.edit.answers import SWITCHED_OFF, Passing
from cogs.edit.picking import PickButton
from cogs.edit.replies import HINT_STAYS, HOW_TO, NEVER_READ, NOT_HERE, NOT_SHOWN, PING_OFF
from cogs.edit.taking import SAY_WHAT
from tests.examples import drawn_upon, png

if TYPE_CHECKING:
    from collections.abc import Sequence

    from simcord import MemberActor

    from tests.cogs.house import House
    from tests.conftest import OpenHouse

DEFERRED_UPDATE = 6  # type of a first answer: the press has arrived
HAT = ("hat.png", png(64, 48, "blue"))


async def picture(house: House, **options: Any) -> discord.Message:  # noqa: ANN401 - the command's options
    """A result of Mia's."""
    await house.imagine(**options)
    return house.posted[-1]


async def reply(
    house: House,
    message: discord.Message,
    words: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    by: MemberActor | None = None,
) -> discord.Message:
    """A reply, by Mia unless it is said, with the ping on."""
    return await (by or house.mia).send(house.channel, words, reply_to=message, attachments=files)


async def reply_silently(
    house: House,
    message: discord.Message,
    words: str = "",
    by: MemberActor | None = None,
    **more: Any,  # noqa: ANN401 - what SimCord takes
) -> None:
    """A reply with the ping off."""
    reference = {"channel_id": str(message.channel.id), "message_id": str(message.id)}
    allowed = AllowedMentions(replied_user=False)
    author = by or house.mia
    house.env.backend.create_message(
        house.channel.id, author.id, words, reference=reference, allowed_mentions=allowed, **more
    )
    await house.env.settle()


async def hear(house: House, message: discord.Message) -> None:
    """Discord tells the bot of a message."""
    cog: Any = house.bot.get_cog("Replies")
    await cog.on_message(message)
    await house.env.settle()


def said(house: House) -> list[discord.Message]:
    """What the bot says in the channel beside results, oldest first."""
    shown = house.channel.history(viewer=house.lead)
    return [each for each in shown if each.author.id == house.bot.bot_id and not each.attachments]


def answer(house: House, message: discord.Message) -> str:
    """The one thing that the bot says beside results: below a message, and nobody is pinged."""
    (told,) = said(house)
    assert told.reference is not None
    assert told.reference.message_id == message.id
    assert told.mentions == []
    return told.content


async def switch_off(house: House) -> None:
    await house.services.server_settings.set_replies(Lead(house.server.id, house.lead.id), on=False)


# --- of our own pictures


async def test_the_words_of_a_reply_change_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house, size="1536x1024", quality="low")
        words = await reply(house, first, "make it snowy", by=house.ben)

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
        ("a **bold** <:fox:123456789012345678> 🦊 <@99>", "a **bold** <:fox:123456789012345678> 🦊 <@99>"),
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

        bot_name = "" if house.bot.user is None else house.bot.user.display_name
        assert house.painter.asked[-1].prompt == sent.replace("simcord-bot", bot_name)


async def test_pictures_of_a_reply_come_after_the_one_it_answers_and_other_files_stay_behind(
    opened: OpenHouse,
) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply(house, first, "with this hat", [HAT, ("notes.txt", b"words"), ("coat.png", png(32, 32, "green"))])

        contents = [each.content for each in house.painter.inputs[-1]]
        assert contents == [house.painter.content, HAT[1], png(32, 32, "green")]
        assert "-# “notes.txt” is not a picture: it was left out." in house.posted[-1].content


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
        hers = await house.mia.send(house.channel, f"I like {mention}", attachments=[HAT])
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


@pytest.mark.parametrize(
    "remark",
    [
        "https://tenor.com/view/fox-gif-123",
        "😂 🔥",
        "<a:party:123456789012345678>",
        "!?",
        "lovely!",
        "Thank  you",
        "Wow, thanks! 😍",
        "haha 2",
        "+1",
        "10/10",
        "SCHO\u0308N",
        "#1 lovely",
    ],
)
async def test_who_reacts_to_a_picture_does_not_change_it(remark: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), remark)

        assert len(house.painter.asked) == 1
        assert said(house) == []


@pytest.mark.parametrize("wish", ["ok, make it blue", "no hat", "lovely stars above", "雪"])
async def test_wishes_may_begin_with_thanks(wish: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), wish)

        assert house.painter.asked[-1].prompt == wish


async def test_thanks_that_bring_a_picture_or_mention_us_are_wishes(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply(house, first, "same", [HAT])
        await reply(house, first, f"<@{house.bot.bot_id}> beautiful")

        assert [each.prompt for each in house.painter.asked[1:]] == ["same", "beautiful"]


async def test_who_mentions_us_means_even_an_emoji(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply(house, await picture(house), f"<@{house.bot.bot_id}> 🎄")

        assert house.painter.asked[-1].prompt == "🎄"


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
        await house.restart()
        await house.mia.click(question, label="#2")

        assert told == "Which picture shall I change? You can also begin your words with its number, like #2."
        asked, result = house.painter.asked[-1], house.posted[-1]
        assert (asked.parent, asked.prompt) == (2, "make it snowy")
        assert result.reference is not None
        assert result.reference.message_id == words.id
        assert said(house) == []


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

        assert pressed.response is None or "❌" not in pressed.response.content
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


def test_the_id_of_a_choice_never_changes() -> None:
    assert PickButton(1234567890123456789, 4821).item.custom_id == "pick:1234567890123456789:4821"
    assert not "pick:1:2".endswith(CHOSEN)


# --- of other people's pictures


async def test_who_mentions_us_below_a_message_changes_its_pictures(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[("a.png", png(320, 200)), HAT])
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it snowy", [("b.png", png(30, 30, "green"))])

        asked = house.painter.asked[-1]
        assert (asked.change, asked.prompt, asked.parent) == (Change.EDIT, "make it snowy", None)
        assert asked.width / asked.height == pytest.approx(1.6, abs=0.05)
        contents = [each.content for each in house.painter.inputs[-1]]
        assert contents == [png(320, 200), HAT[1], png(30, 30, "green")]


async def test_a_reply_to_somebodys_picture_that_is_told_again_does_nothing_new(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[HAT])
        words = await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")

        await hear(house, words)

        assert len(house.painter.asked) == 1
        assert said(house) == []


async def test_a_forwarded_picture_counts_as_the_message_that_shows_it(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        original = await house.ben.send(house.channel, "look", attachments=[HAT])
        forwarded = await house.ben.forward(original, house.channel)
        await reply(house, forwarded, f"make it red <@{house.bot.bot_id}>")

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


async def test_without_the_intent_pictures_of_others_stay_hidden_and_it_is_said_what_helps(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[HAT])
        words = await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")

        assert answer(house, words) == f"❌ {NOT_SHOWN}"
        assert house.painter.asked == []


async def test_without_the_intent_pictures_of_the_reply_are_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[("a.png", png(320, 200))])
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red", [HAT, ("notes.txt", b"words")])

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]
        assert "“notes.txt” is not a picture" in house.posted[-1].content


async def test_without_the_intent_a_message_that_mentions_us_shows_its_pictures(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, f"look, <@{house.bot.bot_id}>", attachments=[HAT])
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


async def test_pictures_of_the_reply_are_changed_where_the_message_has_none(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "who has a hat?")
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red", [HAT])

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


@pytest.mark.parametrize(
    ("shown", "words", "files", "sentence"),
    [
        ([], "make it red", [], HOW_TO),
        ([HAT], "", [], SAY_WHAT),
        ([], "", [HAT], SAY_WHAT),
    ],
)
async def test_what_cannot_be_done_is_answered_with_how_it_can(
    shown: list[tuple[str, bytes]], words: str, files: list[tuple[str, bytes]], sentence: str, opened: OpenHouse
) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=shown)
        written = await reply(house, theirs, f"<@{house.bot.bot_id}> {words}", files)

        assert answer(house, written) == f"❌ {sentence}"
        assert house.painter.asked == []


async def test_a_drawing_upon_somebodys_picture_needs_no_words(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[HAT])
        await reply(house, theirs, f"<@{house.bot.bot_id}>", [("drawn.png", drawn_upon(HAT[1]))])

        assert (house.painter.asked[-1].prompt, house.painter.asked[-1].sent_prompt) == ("", DRAWN)


@pytest.mark.parametrize(
    ("status", "code", "sentence"),
    [(404, 10008, "That message was deleted."), (403, 50001, "I may not read older messages here")],
)
async def test_a_message_that_discord_does_not_show_is_asked_for(
    status: int, code: int, sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, f"look, <@{house.bot.bot_id}>", attachments=[HAT])
        words = await house.mia.send(house.channel, "hello")
        written = await reply(house, theirs, f"<@{house.bot.bot_id}>")
        assert written.reference is not None
        written.reference.resolved = None
        written.content = f"<@{house.bot.bot_id}> make it red"
        before = len(said(house))

        await hear(house, written)
        made = len(house.painter.asked)
        house.env.inject_error("GET", f"/channels/*/messages/{theirs.id}", status=status, code=code)
        written.id = words.id
        await hear(house, written)

        assert made == 1
        assert said(house)[before].content.startswith(f"❌ {sentence}")


# --- replies that we may not read


async def test_a_reply_without_a_ping_gets_a_hint_that_goes_away(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply_silently(house, first, "make it snowy")
        (hint,) = said(house)
        await house.env.advance_time(HINT_STAYS + 1)

        assert hint.content == PING_OFF
        assert said(house) == []
        assert len(house.painter.asked) == 1


async def test_the_button_of_a_hint_opens_the_dialog(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply_silently(house, await picture(house), "make it snowy")
        pressed = await house.mia.click(said(house)[0], label="Edit")

        assert pressed.modal is not None


async def test_a_hint_is_given_once_in_a_while_to_each_member(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        for member in (house.mia, house.mia, house.ben):
            await reply_silently(house, first, "make it snowy", member)

        assert len(said(house)) == 2


async def test_a_reply_to_a_response_can_be_read_only_if_it_mentions_us(opened: OpenHouse) -> None:
    async with opened() as house:
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50001)
        response = await picture(house)
        await reply(house, response, "make it snowy")
        (hint,) = said(house)
        await reply(house, response, f"<@{house.bot.bot_id}> make it snowy")

        assert response.interaction_metadata is not None
        assert hint.content == NEVER_READ
        assert house.painter.asked[-1].prompt == "make it snowy"


async def test_who_switches_the_ping_off_does_not_speak_to_us_unless_they_mention_us(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        first = await picture(house)
        await reply_silently(house, first, "make it snowy")
        made = len(house.painter.asked)
        await reply_silently(house, first, f"<@{house.bot.bot_id}> at night")

        assert made == 1
        assert house.painter.asked[-1].prompt == "at night"
        assert said(house) == []


async def test_a_hint_that_cannot_be_given_is_only_logged_and_one_that_is_gone_needs_nothing(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        await reply_silently(house, first, "make it snowy")
        await house.moderator.delete(said(house)[0])
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
        with capture_logs() as lines:
            await reply_silently(house, first, "make it snowy", house.ben)
            await house.env.advance_time(HINT_STAYS + 1)

        assert [line["event"] for line in lines] == ["not said below a reply"]


async def test_hints_that_stand_at_the_end_do_not_hold_it_up(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply_silently(house, await picture(house), "make it snowy")
        await house.restart()

        assert len(said(house)) == 1


async def test_no_hint_is_given_for_a_picture_that_was_deleted(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        await house.services.requests.delete_pictures(order.id, 1)
        await reply_silently(house, first, "make it snowy")

        assert said(house) == []


async def test_what_was_said_is_forgotten_in_time_and_never_too_much(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened() as house:
        hers, his = await house.mia.send(house.channel, "a"), await house.ben.send(house.channel, "b")
        now = 0.0
        monkeypatch.setattr(answers, "MOST_REMEMBERED", 2)
        passing = Passing(lambda: now)
        first = [passing.is_due(hers, "no"), passing.is_due(hers, "no"), passing.is_due(hers, "oh")]
        now = answers.SAID_EVERY
        later = [passing.is_due(*each) for each in ((hers, "no"), (his, "no"), (hers, "oh"), (hers, "no"))]

        assert answers.SAID_EVERY == 120
        assert first == [True, False, True]
        assert later == [True, True, True, True]


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


async def test_where_we_may_not_write_the_log_alone_knows(opened: OpenHouse) -> None:
    async with opened() as house:
        first = await picture(house)
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=9)
        with capture_logs() as lines:
            await reply(house, first, "make it snowy")

        assert said(house) == []
        assert "reply not answered" in [line["event"] for line in lines]
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
