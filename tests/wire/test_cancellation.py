"""Cancel over the wire: free before anything is sent, kept or discarded afterwards, and the bill is the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.wire.house import FAST, buttons
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House, OpenHouse

FREE = "Cancelled before the image API had it. Nothing was charged."


async def asked(house: House, member: Member, **options: Any) -> Invocation:  # noqa: ANN401 - options of the command
    """Ask, and wait until the request can be cancelled."""
    invocation = await member.slash("imagine", prompt="a fox", **options)
    await house.until(lambda: invocation.response is not None and buttons(invocation.response) == [["Cancel"]])
    return invocation


async def press(house: House, member: Member, invocation: Invocation) -> Invocation:
    """Press Cancel and wait for what is asked or said of it, which nobody else sees."""
    assert invocation.response is not None
    pressed = await member.click(invocation.response, "Cancel")
    await house.until(lambda: house.words(pressed))
    assert pressed.ephemeral
    return pressed


async def answer(house: House, member: Member, question: Invocation, label: str) -> str:
    """Answer the question, and wait for what it says then."""
    assert question.response is not None
    before = question.response.content
    await member.click(question.response, label)
    await house.until(lambda: house.words(question) != before)
    return house.words(question)


async def test_what_waits_is_cancelled_free_by_who_asked_or_moderates(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=1)
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    house.gate.clear()
    made = await asked(house, bob)
    await house.in_mid_job()
    waiting = await asked(house, mia, count=2)

    refused = await press(house, bob, waiting)
    assert waiting.response is not None
    await mia.click(waiting.response, "Cancel")
    await house.ended(waiting)
    house.gate.set()
    await house.ended(made)

    assert house.words(refused).startswith("❌ Only the member who asked for this picture, or a moderator, can cancel")
    assert house.words(waiting).startswith(f"❌ {FREE}")
    assert buttons(waiting.response) == [["Try again", "Change the words"]]
    assert house.states() == ["settled", "released", "released"]
    assert len(house.images.calls) == 1
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_what_is_sent_is_kept_unless_it_is_discarded(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot()
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    house.gate.clear()
    kept, discarded = await asked(house, mia), await asked(house, bob)
    await house.in_mid_job(2)

    mias, bobs = await press(house, mia, kept), await press(house, bob, discarded)
    question = house.words(mias)
    says_kept = await answer(house, mia, mias, "Keep it")
    says_discarded = await answer(house, bob, bobs, "Discard it")
    await house.until(lambda: house.words(discarded).startswith("⏳ Discarded"))
    house.gate.set()
    await house.ended(kept, discarded)
    await house.until(lambda: len(house.kept_files()) == 1)

    assert question.startswith("The image API has one picture already, and is paid for it: at most $0.0")
    assert question.endswith(". Keep it, or discard it when it comes?")
    assert says_kept == "Kept: it goes on, and is shown when it is there."
    assert says_discarded.startswith("Discarded: it is not shown when it comes")
    assert house.posted(kept) is not None
    assert house.posted(discarded) is None
    assert "made and discarded before it was shown. What it cost stays charged: $0.0" in house.words(discarded)
    assert house.states() == ["settled", "settled"]
    assert house.ledger().sums.settled_nano == house.images.bill.nano


async def test_of_a_picture_that_came_while_the_question_stood_the_answer_says_so(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    made = await asked(house, mia)
    await house.in_mid_job()
    question = await press(house, mia, made)
    house.gate.set()
    await house.ended(made)

    words = await answer(house, mia, question, "Discard it")

    assert words.startswith("Nothing of this is left to cancel")
    assert house.posted(made) is not None


async def test_of_several_pictures_those_that_are_not_sent_cost_nothing(open_house: OpenHouse) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY=1)
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()
    made = await asked(house, mia, count=3)
    await house.in_mid_job()

    question = await press(house, mia, made)
    house.gate.set()
    message = await house.result(made)

    assert house.words(question).startswith("2 pictures were not sent yet: cancelled, and nothing is charged for them.")
    assert f"⚠️ 2 of 3 pictures not made: {FREE}" in message.content
    assert house.states() == ["settled", "released", "released"]


async def test_a_private_request_and_a_reply_have_the_button_too(open_house: OpenHouse) -> None:
    house = await open_house(images=FAST)
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    first = await house.imagine(mia)
    house.gate.clear()
    private = await asked(house, mia, private=True)
    reply = await mia.reply(first, "make it snowy")

    def below() -> list[list[str]]:
        return [row for each in reply.channel.messages if each.id > reply.id for row in buttons(each)]

    await house.until(lambda: below() == [["Cancel"]])
    await house.in_mid_job(3)
    question = await press(house, mia, private)
    await answer(house, mia, question, "Discard it")
    house.gate.set()
    await house.ended(private)
    await house.until(lambda: below() not in ([["Cancel"]], []))

    assert "discarded before it was shown" in house.words(private)


async def test_cancel_and_discard_outlast_a_restart(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    async with BotProcess({**house.environment(), "ATELIER_CONCURRENCY": "1"}, tmp_path / "cwd") as first:
        await house.discord.bot_ready()
        house.gate.clear()
        sent = await asked(house, bob)
        await house.in_mid_job()
        others = [await asked(house, member) for member in (bob, mia)]
        question = await press(house, bob, sent)
        await answer(house, bob, question, "Discard it")
        await first.killed()

    await house.start_bot(ATELIER_CONCURRENCY=1)
    await house.in_mid_job(2)
    await house.until(lambda: any(house.words(each).startswith("🎨") for each in others))
    (made,) = (each for each in others if house.words(each).startswith("🎨"))
    (waiting,) = (each for each in others if each is not made)
    assert waiting.response is not None
    await (mia if waiting is others[1] else bob).click(waiting.response, "Cancel")
    await house.ended(sent, waiting)
    house.gate.set()
    await house.ended(made)
    await house.until(lambda: house.unanswered() == 0)

    assert house.words(waiting).startswith(f"❌ {FREE}")
    assert house.words(sent).startswith("❌ I was restarted while this was made.")
    assert [house.posted(each) is None for each in (sent, waiting, made)] == [True, True, False]
    assert sorted(house.states()) == ["released", "settled", "unknown"]
