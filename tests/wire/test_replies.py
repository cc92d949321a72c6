"""Replies as Discord delivers them: what may be read without the intent, where answers hang, what a restart keeps."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Permission, Upload
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.images import ImageOptions
from bot.storage.database.sqlite import sqlite3
from cogs.edit.replies import NEVER_READ, NOT_SHOWN, PING_OFF
from tests.pictures.samples import encoded, gradient
from tests.wire.house import NO_RATE_LIMITS, buttons, labels

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Member, Message
    from tests.wire.house import House, OpenHouse

PHOTO = encoded(gradient(1200, 800), "JPEG")
HAT = encoded(gradient(64, 64), "PNG")
WITH_THE_INTENT = replace(NO_RATE_LIMITS, privileged_intents=Intent.MESSAGE_CONTENT)
PARENTS = """
SELECT (SELECT picture_number FROM request_parents WHERE request_id = requests.id AND position = 0)
FROM requests ORDER BY rowid
"""
QUARTER = 15 * 60 + 1  # seconds after which an interaction's token is dead


def below(house: House, message: Message) -> list[Message]:
    """What the bot says below a message."""
    return [each for each in message.channel.messages if each.reply_to is message and each.author is house.discord.bot]


async def spoken(house: House, message: Message) -> Message:
    """Wait for the bot to say something below a message, and not to go on with it."""
    await house.until(lambda: [each for each in below(house, message) if not is_progress(each)])
    (told,) = [each for each in below(house, message) if not is_progress(each)]
    return told


async def agreed(house: House, member: Member, words: Message) -> Message:
    """Press the button below what is asked about the words, and wait for the result."""
    question = await spoken(house, words)
    (change,) = labels(question)
    await member.click(question, change)
    await house.until(lambda: question.deleted)
    return await spoken(house, words)


def is_progress(message: Message) -> bool:
    return message.content.startswith(("🎨", "⏳", "⏸️"))


def parents(house: House) -> list[int | None]:
    """Which picture every request changed, oldest first."""
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    try:
        return [parent for (parent,) in connection.execute(PARENTS).fetchall()]
    finally:
        connection.close()


def studio(house: House) -> Channel:
    return house.discord.server.channel("studio")


def hear_again(house: House, message: Message) -> None:
    """The gateway repeats that a message was written, as it may after a resumed session."""
    (session,) = house.discord.gateway.sessions
    for event in session.missed_since(0):
        if event["t"] == "MESSAGE_CREATE" and event["d"]["id"] == str(message.id):
            session.dispatch("MESSAGE_CREATE", event["d"])
            return
    raise AssertionError("the message was never told")


async def test_a_reply_sends_the_original_bytes_and_its_result_hangs_below_the_words(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0.05, canned_bytes=1))
    await house.start_bot()
    mia, ben = house.discord.server.add_member("Mia"), house.discord.server.add_member("Ben")
    first = await house.imagine(mia, "a lighthouse", size="1536x1024", quality="medium")

    words = await ben.reply(first, f"{house.discord.server.bot.mention} make it snowy")
    question = await spoken(house, words)
    await ben.click(question, labels(question)[0])
    await house.until(lambda: question.deleted and below(house, words))
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("**#2**")])

    call = house.images.calls[-1]
    (sent,) = call.named("image")
    assert (call.endpoint, call.prompt) == ("edits", "make it snowy")
    assert (call.fields["size"], call.fields["quality"]) == ("1536x1024", "medium")
    assert sent.content == first.attachments[0].content
    result = await spoken(house, words)
    assert result.content.startswith(f"**#2** for {ben.mention}")
    assert result.origin is None
    assert result.pings == []
    await house.until(lambda: below(house, words) == [result])
    (progress,) = [each for each in studio(house).history if each.reply_to is words and each not in (question, result)]
    assert [version for version in progress.history if version.attachments], "no preview was shown"
    assert parents(house) == [None, 1]
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_three_replies_in_a_row_each_change_the_last_result(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    results = [await house.imagine(mia)]

    for words in ("make it snowy", "at night", "with a moon"):
        results.append(await spoken(house, await mia.reply(results[-1], words)))

    sent = [call.named("image")[0].content for call in house.images.calls[1:]]
    assert sent == [result.attachments[0].content for result in results[:-1]]
    assert [call.prompt for call in house.images.calls[1:]] == ["make it snowy", "at night", "with a moon"]
    assert parents(house) == [None, 1, 2, 3]


async def test_without_the_ping_there_is_a_hint_that_goes_away(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia)
    monkeypatch.setattr(import_module("cogs.edit.replies"), "HINT_STAYS", 0.2)  # as the bot has loaded it

    words = await mia.reply(first, "make it snowy", ping=False)
    hint = await spoken(house, words)
    await house.until(lambda: hint.deleted)

    assert hint.content == PING_OFF
    assert buttons(hint) == [["Edit"]]
    assert len(house.images.calls) == 1


async def test_the_button_of_a_hint_changes_the_picture(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    hint = await spoken(house, await mia.reply(await house.imagine(mia), "make it snowy", ping=False))

    dialog = await mia.click(hint, "Edit")
    await house.until(lambda: dialog.modal is not None)
    await house.result(await mia.submit_modal(dialog, {"prompt": "make it snowy"}))

    assert house.images.calls[-1].prompt == "make it snowy"
    assert parents(house) == [None, 1]


async def test_with_the_intent_words_without_the_ping_are_left_alone_unless_they_mention_the_bot(
    open_house: OpenHouse,
) -> None:
    house = await open_house(WITH_THE_INTENT)
    await house.start_bot(ATELIER_MESSAGE_CONTENT=True)
    mia = house.discord.server.add_member("Mia")

    first = await house.imagine(mia)

    left = await mia.reply(first, "lovely snow", [Upload("hat.png", HAT)], ping=False)
    mention = house.discord.server.bot.mention
    words = await mia.reply(first, f"{mention} make it snowy", [Upload("hat.png", HAT)], ping=False)
    await spoken(house, words)

    assert below(house, left) == []
    assert [call.prompt for call in house.images.calls[1:]] == ["make it snowy"]
    assert house.images.calls[-1].named("image")[1].content == HAT


async def test_a_reply_to_a_response_is_read_only_if_it_mentions_the_bot(house: House) -> None:
    mia, bot = house.discord.server.add_member("Mia"), house.discord.server.bot
    house.discord.server.set_permissions(studio(house), bot, deny=Permission.SEND_MESSAGES)
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: "**#1**" in house.words(invocation))
    house.discord.server.set_permissions(studio(house), bot)
    response = invocation.response
    assert response is not None

    hint = await spoken(house, await mia.reply(response, "make it snowy"))
    await spoken(house, await mia.reply(response, f"{bot.mention} make it snowy"))

    assert hint.content == NEVER_READ
    assert house.images.calls[-1].prompt == "make it snowy"
    assert parents(house) == [None, 1]


async def test_it_is_asked_which_of_several_and_the_words_are_read_again(house: House) -> None:
    mia, ben = house.discord.server.add_member("Mia"), house.discord.server.add_member("Ben")
    first = await house.imagine(mia, count=3)
    words = await mia.reply(first, "make it snowy", [Upload("hat.png", HAT)])
    question = await spoken(house, words)
    await house.restart_bot()

    second = labels(question)[1]
    refused = await (await ben.click(question, second)).shown()
    await mia.click(question, second)
    await house.until(lambda: question.deleted)
    result = await spoken(house, words)

    assert [label.rpartition(" · $")[0] for label in labels(question)] == [
        "#1 · 1st of 3",
        "#2 · 2nd of 3",
        "#3 · 3rd of 3",
    ]
    assert refused.only_for is ben.user
    assert refused.content.startswith("❌ Only the member who wrote the reply")
    assert result.content.startswith("**#4**")
    sent = [file.content for file in house.images.calls[-1].named("image")]
    assert sent == [first.attachments[1].content, HAT]
    assert parents(house) == [None, 2]


async def test_a_choice_for_words_that_were_deleted_says_so(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    words = await mia.reply(await house.imagine(mia, count=2), "make it snowy")
    question = await spoken(house, words)

    await mia.delete(words)
    answer = await (await mia.click(question, labels(question)[0])).shown()

    assert answer.only_for is mia.user
    assert answer.content.startswith("❌ The words that belong here were deleted.")
    await house.until(lambda: question.deleted)


async def test_a_reply_that_is_told_twice_is_answered_once(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    first = await mia.slash("imagine", prompt="a fox")
    house.gate.set()
    picture = await house.result(first)
    house.gate.clear()
    words = await mia.reply(picture, "make it snowy")
    await house.in_mid_job(2)

    hear_again(house, words)
    house.gate.set()
    await spoken(house, words)
    hear_again(house, words)
    nothing = await mia.reply(picture, house.discord.server.bot.mention)
    await spoken(house, nothing)
    hear_again(house, nothing)
    await spoken(house, await mia.reply(picture, "at night"))

    assert [call.prompt for call in house.images.calls] == ["a fox", "make it snowy", "at night"]
    assert [len(below(house, each)) for each in (words, nothing)] == [1, 1]


async def test_a_reply_that_waits_in_line_is_answered_below_the_words_after_a_restart(house: House) -> None:
    await house.restart_bot(ATELIER_CONCURRENCY=1)
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia)
    house.gate.clear()
    busy = await mia.slash("imagine", prompt="a hare")
    await house.in_mid_job(2)
    words = await mia.reply(first, "make it snowy")
    await house.until(lambda: [each for each in below(house, words) if each.content.startswith("⏳")])

    house.begin_to_stop()
    house.gate.set()
    await house.result(busy)
    await house.restart_bot()
    result = await spoken(house, words)

    assert result.content.startswith("**#3**")
    await house.until(lambda: below(house, words) == [result])
    assert house.images.calls[-1].prompt == "make it snowy"
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_a_reply_that_cannot_be_answered_is_not_made(house: House) -> None:
    mia, bot = house.discord.server.add_member("Mia"), house.discord.server.bot
    first = await house.imagine(mia)
    house.discord.server.set_permissions(studio(house), bot, deny=Permission.SEND_MESSAGES)

    words = await mia.reply(first, "make it snowy")
    await house.until(lambda: mia.direct_channel.messages)  # that is told there
    house.discord.server.set_permissions(studio(house), bot)
    await spoken(house, await mia.reply(first, "at night"))

    assert [call.prompt for call in house.images.calls] == ["a fox", "at night"]
    assert house.states() == ["settled", "released", "settled"]
    assert below(house, words) == []


async def test_without_the_history_the_result_stands_below_no_words(house: House) -> None:
    mia, bot = house.discord.server.add_member("Mia"), house.discord.server.bot
    first = await house.imagine(mia)
    house.discord.server.set_permissions(studio(house), bot, deny=Permission.READ_MESSAGE_HISTORY)

    words = await mia.reply(first, "make it snowy")
    await house.until(lambda: studio(house).messages[-1].content.startswith("**#2**"))

    assert below(house, words) == []


async def test_a_refusal_is_said_below_the_words(house: House) -> None:
    await house.restart_bot(ATELIER_MEMBER_DAILY_IMAGES=1)
    mia = house.discord.server.add_member("Mia")

    words = await mia.reply(await house.imagine(mia), "make it snowy")
    refusal = await spoken(house, words)

    assert refusal.content.startswith("❌ ")
    assert "your daily allowance" in refusal.content
    assert refusal.pings == []
    assert house.kept_files()
    assert len(house.images.calls) == 1


# --- other people's pictures


async def test_with_the_intent_a_mention_below_a_photo_changes_it(open_house: OpenHouse) -> None:
    house = await open_house(WITH_THE_INTENT)
    await house.start_bot(ATELIER_MESSAGE_CONTENT=True)
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    photo = await ben.send(studio(house), "look", [Upload("photo.jpg", PHOTO)])

    words = await mia.reply(photo, f"{server.bot.mention} with this hat", [Upload("hat.png", HAT)])
    result = await agreed(house, mia, words)

    call = house.images.calls[-1]
    across, down = (int(edge) for edge in str(call.fields["size"]).split("x"))
    assert [file.content for file in call.named("image")] == [PHOTO, HAT]
    assert call.prompt == "with this hat"
    assert across / down == pytest.approx(1.5, abs=0.05)
    assert result.content.startswith(f"**#1** for {mia.mention}")
    assert parents(house) == [None]


async def test_without_the_intent_a_mention_below_a_photo_is_answered_with_the_menu(house: House) -> None:
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    photo = await ben.send(studio(house), "look", [Upload("photo.jpg", PHOTO)])

    told = await spoken(house, await mia.reply(photo, f"{server.bot.mention} make it snowy"))

    assert told.content == f"❌ {NOT_SHOWN}"
    assert house.images.calls == []


async def test_without_the_intent_a_photo_that_mentions_the_bot_can_be_changed(house: House) -> None:
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    photo = await ben.send(studio(house), f"look, {server.bot.mention}", [Upload("photo.jpg", PHOTO)])

    await agreed(house, mia, await mia.reply(photo, f"{server.bot.mention} make it snowy"))

    assert [file.content for file in house.images.calls[-1].named("image")] == [PHOTO]


async def test_what_people_say_to_each_other_costs_not_even_a_look(house: House) -> None:
    server = house.discord.server
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    photo = await ben.send(studio(house), "look", [Upload("photo.jpg", PHOTO)])
    asked = len(house.discord.traffic.search(".*"))

    await mia.reply(photo, "how lovely")
    await mia.send(studio(house), f"I like {server.bot.mention}")
    told = await spoken(house, await mia.reply(photo, f"{server.bot.mention} make it snowy"))

    assert studio(house).messages[-1] is told
    assert len(house.discord.traffic.search(".*")) == asked + 1


# --- in direct messages


async def test_a_picture_in_direct_messages_is_changed_there(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    await mia.slash("imagine", prompt="a fox", private=True)
    await house.in_mid_job()
    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)
    (first,) = mia.direct_channel.messages

    second = await spoken(house, await mia.reply(first, "make it snowy"))
    third = await spoken(house, await mia.reply(second, "at night"))

    assert [each.content[:6] for each in (second, third)] == ["**#2**", "**#3**"]
    assert studio(house).messages == []
    assert parents(house) == [None, 1, 2]
    assert {job.user_id for job in house.jobs()} == {str(mia.id)}
    assert {job.server_id for job in house.jobs()} == {str(house.discord.server.id)}
