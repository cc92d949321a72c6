"""Replies that mention the bot below other people's messages, and replies whose words it may not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.services.requests import DRAWN, Change
from cogs.edit import reply_notices as answers
from cogs.edit.replies import HINT_STAYS, HOW_TO, NEVER_READ, NOT_SHOWN, PING_OFF
from cogs.edit.reply_edits import SAY_WHAT
from cogs.edit.reply_notices import Passing
from tests.cogs.replying import HAT, agree, answer, hear, picture, reply, reply_silently, said
from tests.examples import drawn_upon, png

if TYPE_CHECKING:
    from tests.conftest import OpenHouse

# --- of other people's pictures


async def test_who_mentions_us_below_a_message_changes_its_pictures(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[("a.png", png(320, 200)), HAT])
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it snowy", [("b.png", png(30, 30, "green"))])
        await agree(house)

        asked = house.painter.asked[-1]
        assert (asked.change, asked.prompt, asked.parent) == (Change.EDIT, "make it snowy", None)
        assert asked.width / asked.height == pytest.approx(1.6, abs=0.05)
        contents = [each.content for each in house.painter.inputs[-1]]
        assert contents == [png(320, 200), HAT[1], png(30, 30, "green")]


async def test_a_reply_to_somebodys_picture_that_is_told_again_does_nothing_new(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[HAT])
        words = await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")
        await agree(house)

        await hear(house, words)

        assert len(house.painter.asked) == 1
        assert said(house) == []


async def test_a_forwarded_picture_counts_as_the_message_that_shows_it(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        original = await house.ben.send(house.channel, "look", attachments=[HAT])
        forwarded = await house.ben.forward(original, house.channel)
        await reply(house, forwarded, f"make it red <@{house.bot.bot_id}>")
        await agree(house)

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


async def test_without_the_intent_pictures_of_others_stay_hidden_and_it_is_said_what_helps(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, "look", attachments=[HAT])
        words = await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")

        assert answer(house, words) == f"❌ {NOT_SHOWN}"
        assert house.painter.asked == []


async def test_without_the_intent_pictures_of_the_reply_are_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, "look")
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red", [HAT])
        await agree(house)

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


async def test_without_the_intent_a_message_that_mentions_us_shows_its_pictures(opened: OpenHouse) -> None:
    async with opened() as house:
        theirs = await house.ben.send(house.channel, f"look, <@{house.bot.bot_id}>", attachments=[HAT])
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red")
        await agree(house)

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]


async def test_pictures_of_the_reply_are_changed_where_the_message_has_none(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        theirs = await house.ben.send(house.channel, "who has a hat?")
        await reply(house, theirs, f"<@{house.bot.bot_id}> make it red", [HAT])
        await agree(house)

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
        await agree(house)

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
        once, again = [await house.mia.send(house.channel, words) for words in ("hello", "hello again")]
        written = await reply(house, theirs, f"<@{house.bot.bot_id}>")
        assert written.reference is not None
        written.reference.resolved = None
        written.content = f"<@{house.bot.bot_id}> make it red"
        before = len(said(house))

        written.id = once.id
        await hear(house, written)
        house.env.inject_error("GET", f"/channels/*/messages/{theirs.id}", status=status, code=code)
        written.id = again.id
        await hear(house, written)

        assert said(house)[before].content.startswith("-# Shall I change this picture by your words?")
        assert said(house)[before + 1].content.startswith(f"❌ {sentence}")


async def test_what_is_left_out_or_sent_along_stands_in_the_question(opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        pictures = [("a.gif", png(320, 200)), HAT, ("b.png", png(30, 30))]
        theirs = await house.ben.send(house.channel, "look", attachments=pictures)
        written = await reply(house, theirs, f"<@{house.bot.bot_id}> make it snowy")

        assert answer(house, written).endswith(
            " The first picture is changed; the other 2 are sent along as references."
            " Of an animation, only the first picture is used."
        )


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
        house.env.inject_error("POST", "/channels/*/messages", status=403, code=50013, times=None)
        with capture_logs() as lines:
            await reply_silently(house, first, "make it snowy", house.ben)
            await house.env.advance_time(HINT_STAYS + 1)

        assert [(line["event"], line.get("way")) for line in lines] == [
            ("not shown this way", "channel"),
            ("not shown this way", "direct"),
            ("not said below a message", None),
        ]


async def test_hints_that_stand_at_the_end_go_with_it(opened: OpenHouse) -> None:
    async with opened() as house:
        await reply_silently(house, await picture(house), "make it snowy")
        before = len(said(house))
        await house.restart()

        assert (before, len(said(house))) == (1, 0)


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
        passing = Passing(house.bot, house.services.state, lambda: now)
        first = [passing.is_due(hers, "no"), passing.is_due(hers, "no"), passing.is_due(hers, "oh")]
        now = answers.SAID_EVERY
        later = [passing.is_due(*each) for each in ((hers, "no"), (his, "no"), (hers, "oh"), (hers, "no"))]

        assert answers.SAID_EVERY == 120
        assert first == [True, False, True]
        assert later == [True, True, True, True]
