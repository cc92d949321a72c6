"""Conversations over the wire: turns of several people, both models' bill, and what goes wrong on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.discord import Upload
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.images import Fault, FaultKind
from bot.services.requests import format_usd
from cogs.converse.turns import WAITS
from tests.examples import drawn_upon
from tests.pictures.samples import encoded, gradient, opened
from tests.wire.house import PROGRESS, choose
from tests.wire.process import BotProcess
from tests.wire.test_replies import WITH_THE_INTENT

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Channel, Member, Message
    from tests.wire.house import House, OpenHouse

HAT = Upload("hat.png", encoded(gradient(64, 64), "PNG"))
SETTINGS = {"ATELIER_MESSAGE_CONTENT": "true", "ATELIER_CONVERSATIONS": "gpt-6-luna"}
MONTH = 31 * 24 * 3600.0


@pytest.fixture
async def house(open_house: OpenHouse) -> House:
    """A house in which conversations are held, and all messages are read."""
    house = await open_house(WITH_THE_INTENT)
    await house.start_bot(**SETTINGS)
    return house


async def begun(house: House, mia: Member, prompt: str = "a red fox") -> Channel:
    """Mia opens a conversation; its first picture has come."""
    await mia.slash("converse", prompt=prompt)
    await house.until(lambda: threads(house) and answers(house, threads(house)[-1]))
    return threads(house)[-1]


def threads(house: House) -> list[Channel]:
    return list(house.discord.server.guild.threads)


def answers(house: House, thread: Channel) -> list[Message]:
    """What ends a turn: pictures, words and failures, oldest first."""
    told = [each for each in thread.messages if each.author is house.discord.bot and not each.deleted]
    ended = [each for each in told if not each.content.startswith(PROGRESS)]
    return [
        each for each in ended if each.attachments or each.content.startswith("❌") or "-# No picture" in each.content
    ]


async def turn(
    house: House, thread: Channel, member: Member, words: str, *files: Upload, to: Message | None = None
) -> Message:
    """Somebody says it there; what came of it."""
    before = len(answers(house, thread))
    if to is None:
        await member.send(thread, words, files)
    else:
        await member.reply(to, words, files)
    await house.until(lambda: len(answers(house, thread)) > before)
    return answers(house, thread)[-1]


def mask_of(content: bytes) -> bytes:
    """White in the middle of this picture, where it may change."""
    width, height = opened(content).size
    with Image.new("L", (width, height), 0) as mask:
        mask.paste(255, (width // 4, height // 4, width // 2, height // 2))
        return encoded(mask, "PNG")


async def all_is_booked(house: House) -> None:
    """Every answer is written down, and the ledger is the provider's bill, to the nano-dollar."""
    await house.images.idle()
    await house.until(lambda: house.unanswered() == 0)
    sums = house.ledger().sums

    assert (sums.held_nano, sums.settled_nano) == (0, house.images.bill.nano)
    assert house.images.bill.nano > 0


async def test_several_people_talk_with_pictures_drawings_branches_and_words_back(house: House) -> None:
    mia, ben, zoe = (house.discord.server.add_member(name) for name in ("Mia", "Ben", "Zoe"))
    thread = await begun(house, mia)
    first = answers(house, thread)[0]
    await turn(house, thread, ben, "make it snowy")
    asked = await turn(house, thread, zoe, "change something")
    await turn(house, thread, mia, "the light: make it evening", HAT)
    drawn = await turn(
        house,
        thread,
        ben,
        "a boat here",
        Upload("drawn.png", drawn_upon(answers(house, thread)[-1].attachments[0].content)),
    )
    branch = await turn(house, thread, zoe, "make it blue", to=first)
    last = await turn(house, thread, mia, "something unkind")
    blocked = await turn(house, thread, mia, "a forbidden fox")

    assert "What would you like me to change" in asked.content
    assert "-# No picture was made" in asked.content
    assert drawn.attachments
    assert f"for <@{zoe.id}>" in branch.content
    assert last.content.startswith("I would rather not make that")
    assert "safety check blocked this" in blocked.content
    turns = house.images.turns
    assert [each.get("previous_response_id") is not None for each in turns] == [
        False,
        True,
        True,
        True,
        True,
        True,
        True,
    ]
    assert turns[4]["previous_response_id"] == turns[1]["previous_response_id"]  # the branch and the second turn
    assert house.images.calls[-1].endpoint == "edits"
    await all_is_booked(house)


async def test_it_ends_with_a_note_of_what_it_cost(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    thread = await begun(house, mia)
    await turn(house, thread, mia, "change something")
    await all_is_booked(house)
    greeting = next(each for each in thread.messages if each.content.startswith("🧵"))
    await mia.click(greeting, "End")
    await house.until(lambda: thread.messages[-1].content.startswith("🏁"))

    cost = format_usd(house.images.bill.nano)
    assert f"This conversation has ended: 2 turns, 1 picture, {cost}." in thread.messages[-1].content


async def test_a_german_servers_thread_reads_german_after_a_restart_too_and_an_english_member_english(
    house: House,
) -> None:
    server = house.discord.server
    server.set_locale("de")
    mia, ben = server.add_member("Mia"), server.add_member("Ben")
    private = await (await mia.slash("converse", prompt="a red fox")).shown()
    await house.until(lambda: threads(house) and answers(house, threads(house)[-1]))
    thread = threads(house)[-1]
    await house.until(lambda: "<#" in private.content)
    await house.restart_bot(**SETTINGS)
    await mia.send(thread, "change something")
    await house.until(lambda: any("wurde kein Bild erstellt" in each.content for each in thread.messages))
    await all_is_booked(house)
    greeting = next(each for each in thread.messages if each.content.startswith("🧵"))
    refused = await house.refusal(await ben.click(greeting, "Beenden"))
    await mia.click(greeting, "Beenden")
    await house.until(lambda: thread.messages[-1].content.startswith("🏁"))

    assert private.content == f"Your conversation is in <#{thread.id}>."
    assert "🧵 Sag, was als Nächstes kommt: Jede Nachricht hier" in greeting.content
    assert "Only who opened this conversation" in refused
    assert "Dieses Gespräch ist beendet: 2 Runden, 1 Bild, 0,0" in thread.messages[-1].content


async def test_a_german_member_is_answered_german_where_the_thread_reads_english(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    mia.user.locale = "de"
    picture = await house.imagine(mia, "a fox", quality="low")
    begun = await (await choose(mia, picture, "converse")).shown()
    await house.until(lambda: "<#" in begun.content)
    again = await (await choose(mia, picture, "converse")).shown()
    await house.until(lambda: "<#" in again.content)
    (thread,) = threads(house)

    assert begun.content == f"Sag in <#{thread.id}>, was sich als Nächstes ändern soll."
    assert again.content == f"Es geht schon weiter, in <#{thread.id}>."
    assert thread.messages[-1].content.startswith("🧵 Say what to do next to #1: each message here")


async def test_it_goes_on_after_the_provider_forgot_it_and_after_a_restart(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    thread = await begun(house, mia)
    await house.restart_bot(**SETTINGS)
    house.images.travel(MONTH)
    came = await turn(house, thread, mia, "make it snowy")

    forgotten, anew = house.images.turns[1:]
    assert came.attachments
    assert ("previous_response_id" in forgotten, "previous_response_id" in anew) == (True, False)
    assert anew["input"][0]["content"][0]["text"].startswith("What was asked for so far, oldest first:\n- a red fox\n")
    await all_is_booked(house)


async def test_a_turn_whose_connection_broke_is_found_and_paid_once(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    thread = await begun(house, mia)
    house.images.faults.add(Fault(FaultKind.CUT))
    came = await turn(house, thread, mia, "make it snowy")

    assert came.attachments
    assert len(house.images.turns) == 2
    await all_is_booked(house)


async def test_a_turn_in_which_the_bot_was_killed_is_found_by_the_next_start(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house(WITH_THE_INTENT)
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    async with BotProcess({**house.environment(), **SETTINGS}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        await mia.slash("converse", prompt="a red fox")
        await house.until(lambda: house.has_note("turn:"))
        await bot.killed()
    await house.start_bot(**SETTINGS)
    (thread,) = threads(house)
    await mia.send(thread, "make it snowy")
    await house.until(lambda: any(WAITS in message.content for message in thread.messages))
    house.gate.set()
    await house.until(lambda: len(answers(house, thread)) == len(("found", "next")))

    assert all(answer.attachments for answer in answers(house, thread))
    assert ["previous_response_id" in each for each in house.images.turns] == [False, True]
    await all_is_booked(house)


async def test_without_conversations_at_the_endpoint_each_message_is_an_edit(open_house: OpenHouse) -> None:
    house = await open_house(WITH_THE_INTENT)
    await house.start_bot(ATELIER_MESSAGE_CONTENT="true")
    mia = house.discord.server.add_member("Mia")
    thread = await begun(house, mia)
    await turn(house, thread, mia, "make it snowy")

    assert [call.endpoint for call in house.images.calls] == ["generations", "edits"]
    assert house.images.turns == []
    await all_is_booked(house)


async def test_a_mask_in_a_thread_is_an_edit_of_just_that_part_and_the_next_turn_begins_anew(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    thread = await begun(house, mia)
    first = answers(house, thread)[-1].attachments[0]
    masked = await turn(house, thread, mia, "a boat here", Upload("mask.png", mask_of(first.content)))
    await turn(house, thread, mia, "make it blue")

    assert masked.attachments
    assert [call.endpoint for call in house.images.calls] == ["edits"]
    assert {file.field for file in house.images.calls[-1].files} == {"image", "mask"}
    assert ["previous_response_id" in each for each in house.images.turns] == [False, False]
    assert "- a boat here" in house.images.turns[-1]["input"][0]["content"][0]["text"]
    await all_is_booked(house)


async def test_whose_budget_ends_in_the_middle_is_told_so_and_the_others_go_on(house: House) -> None:
    server = house.discord.server
    artists = server.add_role("Artists")
    mia, ben = server.add_member("Mia", roles=[artists]), server.add_member("Ben")
    lead = server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await house.ended(await lead.slash("quota set", kind="budget", amount="$0.10", window="month", role=artists))
    thread = await begun(house, mia)
    while (await turn(house, thread, mia, "make it snowy")).attachments:
        await all_is_booked(house)
    refused, used = answers(house, thread)[-1], house.ledger()
    made = len(house.images.turns)
    went_on = await turn(house, thread, ben, "make it blue")

    assert made > 1
    assert refused.content.startswith("❌ ")
    assert f"the monthly budget of <@&{artists.id}>" in refused.content
    assert (used.sums.held_nano, len(used.jobs)) == (0, made)
    assert used.sums.settled_nano < 100_000_000
    assert f"for <@{ben.id}>" in went_on.content
    assert went_on.attachments
    assert house.images.turns[-1]["previous_response_id"]
    await all_is_booked(house)
