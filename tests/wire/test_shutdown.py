from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

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
        await alone.discord.bot_ready(20)
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
    assert alone.ledger().settled_nano == alone.images.bill.nano
    assert "Traceback" not in bot.errors
    assert logs == []  # nothing is left to do


async def test_what_waited_at_the_end_is_made_after_the_next_start(alone: House, tmp_path: Path) -> None:
    mia, bob = alone.discord.server.add_member("Mia"), alone.discord.server.add_member("Bob")
    async with _process(alone, tmp_path, ATELIER_CONCURRENCY="1") as first:
        await alone.discord.bot_ready(20)
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
    assert alone.ledger().settled_nano == alone.images.bill.nano
    assert [call.prompt for call in alone.images.calls] == ["a fox", "a hare", "a hare"]


async def test_nothing_that_is_secret_or_private_stands_in_the_log(alone: House, tmp_path: Path) -> None:
    mia = alone.discord.server.add_member("Mia")
    prompt = "a very private fox"
    async with _process(alone, tmp_path, ATELIER_LOG_LEVEL="DEBUG", ATELIER_LOG_FORMAT="text") as bot:
        await alone.discord.bot_ready(20)
        invocation = await mia.slash("imagine", prompt=prompt)
        await alone.result(invocation)
        bot.signal(signal.SIGTERM)
        await bot.ended()

    assert bot.errors
    for secret in (prompt, alone.discord.token, alone.images.api_key, invocation.token):
        assert secret not in bot.errors + bot.output
