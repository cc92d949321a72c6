"""Messages that mention the bot and reply to nothing, and messages that are written to it directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.discord_ui.questions import DEARER
from bot.services.policy import DefaultChoices
from bot.services.requests import Change
from cogs.edit.calls import DIRECTLY, HOW
from cogs.edit.pick_picture import DRAW
from cogs.edit.reply_edits import SAY_WHAT
from tests.cogs.house import set_server
from tests.cogs.replying import HAT, agree, answer, hear, labels, said, switch_off

if TYPE_CHECKING:
    import discord

    from tests.cogs.house import House
    from tests.conftest import OpenHouse


async def call(house: House, words: str, *files: tuple[str, bytes]) -> discord.Message:
    """Mia says something to the bot."""
    return await house.mia.send(house.channel, f"<@{house.bot.bot_id}> {words}", attachments=files)


async def press(house: House, label: str) -> None:
    """The first button below what the bot has asked, by Mia."""
    await house.mia.click(said(house)[-1], label=label)


async def test_who_calls_and_says_what_to_draw_is_offered_it_at_its_price(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await call(house, "a lighthouse at dusk")
        assert answer(house, words) == DRAW
        assert house.painter.asked == []

        (label,) = labels(said(house)[-1])
        assert label.startswith("Draw it · $0.")
        await press(house, label)

        asked = house.painter.asked[-1]
        assert (asked.change, asked.prompt) == (Change.NEW, "a lighthouse at dusk")
        assert said(house) == []


@pytest.mark.parametrize(("files", "begins"), [((), "Draw it · $0."), ((HAT,), "Change it · $0.")])
async def test_the_button_makes_nothing_for_more_than_it_says(
    files: tuple[tuple[str, bytes], ...], begins: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        await call(house, "a lighthouse at dusk", *files)
        (told,) = labels(said(house)[-1])
        await set_server(house, DefaultChoices(quality="high"))

        await press(house, told)
        question = said(house)[-1]
        (dearer,) = labels(question)
        assert question.content == f"-# {DEARER}"
        assert dearer.startswith(begins)
        assert dearer != told
        assert house.painter.asked == []

        await press(house, dearer)
        assert house.painter.asked[-1].quality == "high"
        assert said(house) == []


async def test_only_who_called_can_press_and_once(opened: OpenHouse) -> None:
    async with opened() as house:
        await call(house, "a lighthouse at dusk")
        question = said(house)[-1]
        (label,) = labels(question)
        await house.ben.click(question, label=label)
        assert house.painter.asked == []

        await house.mia.click(question, label=label)
        assert len(house.painter.asked) == 1


async def test_a_picture_that_comes_along_is_changed(opened: OpenHouse) -> None:
    async with opened() as house:
        await call(house, "make it red", HAT)
        await agree(house)

        assert [each.content for each in house.painter.inputs[-1]] == [HAT[1]]
        assert house.painter.asked[-1].prompt == "make it red"


@pytest.mark.parametrize("words", ["", "what can you do?", "help, how does this work?"])
async def test_who_only_asks_reads_how_it_is_done(words: str, opened: OpenHouse) -> None:
    async with opened() as house:
        written = await call(house, words)

        assert answer(house, written) == HOW


async def test_the_same_is_not_said_again_and_again(opened: OpenHouse) -> None:
    async with opened() as house:
        await call(house, "")
        await call(house, "what can you do?")

        assert [each.content for each in said(house)] == [HOW]


@pytest.mark.parametrize("words", ["thanks!", "ask <@1> too: a cat in a hat", "😀"])
async def test_talk_is_left_alone(words: str, opened: OpenHouse) -> None:
    async with opened() as house:
        await call(house, words)

        assert said(house) == []


@pytest.mark.parametrize("words", ["a lighthouse", "<@1> a lighthouse", "@everyone a lighthouse"])
async def test_who_does_not_call_is_left_alone(words: str, opened: OpenHouse) -> None:
    async with opened(ATELIER_MESSAGE_CONTENT=True) as house:
        await house.mia.send(house.channel, words)

        assert said(house) == []


async def test_a_picture_without_words_or_with_other_files_gets_a_sentence(opened: OpenHouse) -> None:
    async with opened() as house:
        await call(house, "", HAT)
        await call(house, "make it red", HAT, ("song.ogg", b"OggS"))

        told = [each.content for each in said(house)]
        assert told[0] == f"❌ {SAY_WHAT}"
        assert told[1] == "❌ “song.ogg” is no picture, so I changed nothing. Say it once more, with pictures only."


async def test_where_replies_change_nothing_calls_are_told_how_only(opened: OpenHouse) -> None:
    async with opened() as house:
        await switch_off(house)
        await call(house, "a lighthouse")
        assert said(house) == []

        await call(house, "")
        assert [each.content for each in said(house)] == [HOW]


async def test_a_call_that_is_told_again_asks_nothing_new(opened: OpenHouse) -> None:
    async with opened() as house:
        words = await call(house, "a lighthouse at dusk")
        await press(house, labels(said(house)[-1])[0])
        await hear(house, words)

        assert said(house) == []


async def test_in_direct_messages_it_is_said_where_pictures_are_made(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.mia.send_dm("a lighthouse at dusk")

        message = house.mia.user.dm_channel.last_message
        assert message is not None
        assert message.content == DIRECTLY
