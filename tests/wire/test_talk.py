"""Talk below pictures, over the wire: it costs nothing until somebody says that it is a wish."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.services.requests import format_price
from cogs.edit.pick_picture import offer_text
from cogs.edit.reply_notices import STANDING
from tests.wire.house import labels
from tests.wire.process import BotProcess
from tests.wire.test_replies import below, spoken

if TYPE_CHECKING:
    from pathlib import Path

    from tests.wire.house import House, OpenHouse


@pytest.mark.parametrize("talk", ["why is the sky green?", "Perfekt, danke", "так держать", "とても素敵ですね", "شكرا"])
async def test_talk_is_asked_about_and_costs_nothing_until_its_button_is_pressed(talk: str, house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    words = await mia.reply(await house.imagine(mia), talk)
    question = await spoken(house, words)
    calls, (change,) = len(house.images.calls), labels(question)
    await mia.click(question, change)
    await house.until(lambda: question.deleted and below(house, words))

    assert question.content == offer_text("#1")
    assert calls == 1
    result = await spoken(house, words)
    assert result.content.startswith("**#2**")
    assert house.images.calls[-1].prompt == talk
    assert change == f"Change it · {format_price(house.jobs()[-1].hold_nano)}"


async def test_what_is_asked_about_talk_goes_away_with_the_bot(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    picture = await house.imagine(mia)
    asked = [await spoken(house, await mia.reply(picture, talk)) for talk in ("thanks!", "why is it blue?")]
    await house.stop_bot()

    assert [question.deleted for question in asked] == [True, True]
    assert len(house.images.calls) == 1


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "said but not noted"])
async def test_what_a_killed_bot_has_asked_goes_away_at_the_next_start(
    open_house: OpenHouse,
    tmp_path: Path,
    *,
    is_noted: bool,
) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    async with BotProcess(house.environment(), tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        words = await mia.reply(await house.imagine(mia), "thanks!")
        question = await spoken(house, words)
        await house.until(lambda: month_totals(house) == [[words.channel.id, words.id, question.id]])
        await bot.killed()
    stands = not question.deleted
    if not is_noted:
        note(house, [[words.channel.id, words.id, 0]])
    await house.start_bot()
    await house.until(lambda: question.deleted and month_totals(house) == [])

    assert stands
    assert below(house, words) == []
    assert len(house.images.calls) == 1


def month_totals(house: House) -> list[list[int]]:
    """What is noted of what was said in passing."""
    with closing(sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)) as connection:
        row = connection.execute("SELECT value FROM state WHERE key = ?", (STANDING,)).fetchone()
    return json.loads(row[0]) if row else []


def note(house: House, lines: list[list[int]]) -> None:
    """Let this be noted, while no bot runs."""
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as connection, connection:
        connection.execute("UPDATE state SET value = ? WHERE key = ?", (json.dumps(lines), STANDING))
