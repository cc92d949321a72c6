from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault as DiscordFault
from bot.sandbox.discord import Upload
from bot.sandbox.images import Fault, FaultKind
from tests.examples import png
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Message
    from tests.wire.house import House, OpenHouse


@pytest.fixture
async def alone(open_house: OpenHouse) -> House:
    """A house without a bot in this process."""
    return await open_house()


def _process(house: House, folder: Path, **more: str) -> BotProcess:
    return BotProcess({**house.environment(), "ATELIER_LOG_FORMAT": "json", **more}, folder / "cwd")


@pytest.mark.parametrize("signals", [[signal.SIGTERM], [signal.SIGINT], [signal.SIGTERM, signal.SIGTERM]], ids=str)
async def test_a_job_is_finished_and_delivered_before_the_end(
    alone: House, tmp_path: Path, signals: list[signal.Signals]
) -> None:
    mia = alone.discord.server.add_member("Mia")
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        alone.gate.clear()
        invocation = await mia.slash("imagine", prompt="a fox")
        await alone.in_mid_job()

        for number in signals:
            bot.signal(number)
        refused = await mia.slash("imagine", prompt="another", channel=alone.discord.server.channel("random"))
        words = await alone.refusal(refused)
        alone.gate.set()
        message = await alone.result(invocation)
        code = await bot.ended()
        logs = [path for path in alone.data_dir.glob("*.sqlite3-*") if path.stat().st_size]  # readers make them too

    assert code == 0, bot.errors
    assert "about to restart" in words
    assert message.attachments
    assert alone.discord.gateway.close_codes == [1000]
    assert alone.states() in (["settled"], ["settled", "released"])  # the second may have come in just before
    assert alone.unanswered() == 0
    assert alone.ledger().sums.settled_nano == alone.images.bill.nano
    assert "Traceback" not in bot.errors, bot.errors
    assert logs == []  # nothing is left to do


async def test_a_goodbye_is_heard_whatever_discord_tells_meanwhile(alone: House, tmp_path: Path) -> None:
    mia, studio = alone.discord.server.add_member("Mia"), alone.discord.server.channel("studio")

    async def chat() -> None:
        while True:
            await asyncio.gather(*(mia.send(studio, "so it goes " * 150) for _ in range(20)))
            await asyncio.sleep(0.002)

    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        chatting = asyncio.create_task(chat())
        await asyncio.sleep(0.2)  # what is told stands in line by then
        bot.signal(signal.SIGTERM)
        code = await bot.ended()
        chatting.cancel()
        with suppress(asyncio.CancelledError):
            await chatting

    assert code == 0, bot.errors
    assert alone.discord.gateway.close_codes == [1000]
    assert "Traceback" not in bot.errors, bot.errors


async def test_what_the_provider_holds_back_keeps_its_place_when_the_bot_stops(alone: House, tmp_path: Path) -> None:
    mia, bob = alone.discord.server.add_member("Mia"), alone.discord.server.add_member("Bob")
    alone.images.faults.add(Fault(FaultKind.RATE_LIMIT, retry_after=400))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        held_back = await mia.slash("imagine", prompt="a fox")
        await alone.in_mid_job()
        waiting = await bob.slash("imagine", prompt="a hare")
        await alone.until(lambda: alone.words(waiting).startswith("⏳"))
        before = alone.states()

        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0, bot.errors

    assert (before, alone.states()) == (["dispatched", "reserved"], ["reserved", "reserved"])
    assert len(alone.images.calls) == 1

    async with _process(alone, tmp_path) as bot:
        assert (await alone.result(held_back)).attachments
        assert (await alone.result(waiting)).attachments
        bot.signal(signal.SIGTERM)
        assert await bot.ended() == 0, bot.errors


async def test_what_waited_at_the_end_is_made_after_the_next_start(alone: House, tmp_path: Path) -> None:
    mia, bob = alone.discord.server.add_member("Mia"), alone.discord.server.add_member("Bob")
    async with _process(alone, tmp_path, ATELIER_CONCURRENCY="1") as first:
        await alone.discord.bot_ready()
        alone.gate.clear()
        made = await mia.slash("imagine", prompt="a fox")
        await alone.in_mid_job()
        waiting = await bob.slash("imagine", prompt="a hare", count=2)
        await alone.until(lambda: alone.words(waiting).startswith("⏳"))

        first.signal(signal.SIGTERM)
        alone.gate.set()
        assert await first.ended() == 0, first.errors
    assert alone.posted(made) is not None
    assert alone.posted(waiting) is None
    assert alone.states() == ["settled", "reserved", "reserved"]

    async with _process(alone, tmp_path) as second:
        message = await alone.result(waiting)
        second.signal(signal.SIGTERM)
        assert await second.ended() == 0, second.errors

    assert len(message.attachments) == 2
    assert alone.states() == ["settled"] * 3
    assert alone.ledger().sums.settled_nano == alone.images.bill.nano
    assert [call.prompt for call in alone.images.calls] == ["a fox", "a hare", "a hare"]


async def test_nothing_that_is_secret_or_private_stands_in_the_log(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    prompt = "a very private fox"
    async with _process(alone, tmp_path, ATELIER_LOG_LEVEL="DEBUG", ATELIER_LOG_FORMAT="text") as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("imagine", prompt=prompt)
        await alone.result(invocation)
        bot.signal(signal.SIGTERM)
        await bot.ended()

    assert bot.errors
    for secret in (prompt, alone.discord.token, alone.images.api_key, invocation.token):
        assert secret not in bot.errors + bot.output


FOX = Upload("fox.png", png(64, 64))
SLOW_FILES = DiscordFault(r"fox\.png", "GET", delay=600, drop=True, times=None)


async def test_who_is_still_gathering_when_the_bot_stops_is_told_at_once(alone: House, tmp_path: Path) -> None:
    members = [alone.discord.server.add_member(f"Mia {number}") for number in range(8)]
    alone.discord.faults.add(SLOW_FILES)
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        asked = [await each.slash("edit", prompt=f"make it snowy, {each.name}", image=FOX) for each in members]
        await alone.until(lambda: all(each.deferred for each in asked))

        bot.signal(signal.SIGTERM)
        words = [await alone.refusal(each) for each in asked]
        code = await bot.ended()

    assert code == 0, bot.errors
    for member, each in zip(members, words, strict=True):
        assert each == (
            "❌ I am about to restart, so this was not begun. Nothing was charged. Ask again in a minute:\n"
            f"> make it snowy, {member.name}"
        )
    assert alone.images.calls == []
    assert alone.jobs() == ()
    assert alone.discord.gateway.close_codes == [1000]


@pytest.mark.parametrize("private", [False, True])
async def test_who_was_still_gathering_when_the_bot_was_killed_is_told_after_the_start(
    alone: House, tmp_path: Path, *, private: bool
) -> None:
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(SLOW_FILES)
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("edit", prompt="make it *snowy*", image=FOX, private=private)
        await alone.until(lambda: invocation.deferred)
        await bot.killed()
    alone.discord.faults.clear()
    assert invocation.response is not None
    assert invocation.response.loading

    await alone.start_bot()
    words = await alone.refusal(invocation)
    await alone.restart_bot()

    assert words == (
        "❌ I was restarted before I had begun with this. Nothing was charged. Ask again:\n> make it \\*snowy\\*"
    )
    assert alone.words(invocation) == words
    assert alone.jobs() == ()


@pytest.mark.parametrize("waits", [False, True], ids=["at once", "after another stop"])
async def test_who_was_left_waiting_is_told_once_discord_takes_it(
    alone: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(SLOW_FILES)
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("edit", prompt="make it snowy", image=FOX)
        await alone.until(lambda: invocation.deferred)
        await bot.killed()
    alone.discord.faults.clear()
    monkeypatch.setattr("bot.discord_ui.front_desk.AGAIN", 60.0 if waits else 0.05)

    alone.discord.faults.add(DiscordFault(r"^/webhooks/", status=503, times=None if waits else 2))
    await alone.start_bot()
    await alone.until(lambda: alone.discord.traffic.search(r"^/webhooks/", "GET"), 60.0)
    if waits:
        await alone.stop_bot()
        alone.discord.faults.clear()
        await alone.start_bot()

    assert (await alone.refusal(invocation)).startswith("❌ I was restarted before I had begun with this.")


async def test_a_reply_that_was_still_gathering_is_answered_after_the_start(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        picture = await alone.imagine(mia)
        alone.discord.faults.add(SLOW_FILES)
        reply = await mia.reply(picture, "make it like this one", [FOX])
        await alone.until(lambda: alone.discord.traffic.search(r"fox\.png", "GET"))
        await bot.killed()
    alone.discord.faults.clear()
    studio = alone.discord.server.channel("studio")

    await alone.start_bot()
    await alone.until(lambda: studio.messages[-1].author is alone.discord.bot and studio.messages[-1] is not picture)

    said = studio.messages[-1]
    assert said.content.startswith("❌ I was restarted before I had begun with this. Nothing was charged. Ask again:")
    assert "> make it like this one" in said.content
    assert said.reply_to is reply
    assert len(alone.images.calls) == 1


async def test_who_waits_for_others_files_reads_so_and_is_told_after_a_kill(alone: House, tmp_path: Path) -> None:
    mia, noor = alone.discord.server.add_member("Mia"), alone.discord.server.add_member("Noor")
    large = Upload("fox.png", FOX.content + bytes(9_000_000))
    sentence = "📥 Your files are {} in line. Nothing is charged for that."
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        picture = await alone.imagine(noor)
        alone.discord.faults.add(SLOW_FILES)
        for _ in range(6):
            await mia.slash("edit", prompt="make it snowy", image=large, image2=large)
        await alone.until(lambda: len(alone.discord.traffic.search(r"fox\.png", "GET")) >= 6)
        command = await noor.slash("edit", prompt="make it night", image=large, image2=large)
        await alone.until(
            lambda: alone.words(command) == "📥 Your files are next in line. Nothing is charged for that."
        )
        reply = await noor.reply(picture, "make it like this one", [Upload("fox.png", FOX.content + bytes(10_400_000))])
        await alone.until(lambda: _below(alone, reply) == [sentence.format("number 2")])
        await bot.killed()
    alone.discord.faults.clear()

    await alone.start_bot()
    await alone.until(lambda: [each[:17] for each in _below(alone, reply)] == ["❌ I was restarted"])
    words = await alone.refusal(command)

    assert words.startswith("❌ I was restarted before I had begun with this.")
    assert len(alone.images.calls) == 1


def _below(house: House, message: Message) -> list[str]:
    """What is said in answer to a message."""
    said = house.discord.server.channel("studio").messages
    return [each.content for each in said if each.reply_to is message and not each.deleted]


async def test_no_command_is_left_thinking_by_a_kill(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    alone.discord.faults.add(DiscordFault(r"^/webhooks/", "PATCH", delay=600, drop=True, times=None))
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("usage")
        await alone.until(lambda: alone.discord.traffic.search(r"^/webhooks/", "PATCH"))
        await bot.killed()
    alone.discord.faults.clear()

    await alone.start_bot()
    words = await alone.refusal(invocation)

    assert words == (
        "❌ I was restarted before I could answer this. Nothing was charged. If it is not done by now, do it again."
    )


async def test_what_was_answered_is_not_touched_by_a_start(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    async with _process(alone, tmp_path) as bot:
        await alone.discord.bot_ready()
        invocation = await mia.slash("usage")
        await alone.ended(invocation)
        await bot.killed()
    words = alone.words(invocation)

    await alone.start_bot()
    later = await mia.slash("usage", channel=alone.discord.server.channel("random"))
    await alone.ended(later)
    await alone.stop_bot()

    assert alone.words(invocation) == words
