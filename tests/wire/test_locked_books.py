"""Another program holds the database: people are answered in time with a sentence, and nothing is lost."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault as DiscordFault
from bot.sandbox.discord import Permission
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import choose
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Member
    from tests.wire.house import House, OpenHouse


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.database.opening.BUSY_SECONDS", 0.02)


async def test_members_are_answered_while_another_program_writes(open_house: OpenHouse) -> None:
    house = await open_house()
    mia, ben = house.discord.server.add_member("Mia"), house.discord.server.add_member("Ben")
    await house.start_bot()
    message = await house.imagine(mia)
    house.gate.clear()
    runs = await mia.slash("imagine", prompt="is being made")
    await house.in_mid_job(2)

    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        asked = [await member.slash("imagine", prompt="another") for member in (mia, ben)]
        looked = await ben.slash("usage")
        pressed = await ben.click(message, "Vary")
        await house.until(lambda: all(each.answer is not None for each in (*asked, looked, pressed)))
        words = [await house.refusal(invocation) for invocation in asked]
        other.execute("ROLLBACK")
    house.gate.set()
    await house.ended(runs)

    for each in words:
        assert "keeps my books locked" in each
    assert house.states() == ["settled", "settled"]
    assert house.posted(runs) is not None


async def test_while_many_wait_nobody_hangs_and_nothing_is_lost(house: House) -> None:
    people = [house.discord.server.add_member(f"Member {number}") for number in range(20)]
    house.gate.clear()
    waiting = [await each.slash("imagine", prompt="a fox") for each in people[:12]]
    await house.in_mid_job(4)

    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        asked = [await each.slash("imagine", prompt="another") for each in people]
        looked = [await each.slash("usage") for each in people]
        await house.until(lambda: all(each.answer is not None for each in (*asked, *looked)))
        house.gate.set()
        refused = [await house.refusal(each) for each in asked]
        other.execute("ROLLBACK")
    for each in waiting:
        await house.ended(each)

    assert all("keeps my books locked" in each for each in refused)
    assert house.states() == ["settled"] * 12
    assert all(house.posted(each) is not None for each in waiting)
    assert len(house.images.calls) == 12


async def test_what_cannot_be_deleted_now_is_said_to_be_there_and_is(house: House, mia: Member) -> None:
    message = await house.imagine(mia)
    asked = await (await choose(mia, message, "delete")).shown()
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # others read still
        await mia.click(asked, "Delete for good")
        await house.until(lambda: asked.content.startswith("❌"))
        words = asked.content
        other.execute("ROLLBACK")
    again = await (await choose(mia, message, "delete")).shown()
    await mia.click(again, "Delete for good")
    await house.until(lambda: again.content.startswith("Deleted"))

    assert words == (
        "❌ Another program keeps my books locked, so I deleted nothing: all is there as before. "
        "Try again in a few minutes; if it stays so, tell whoever runs me."
    )


async def test_a_lead_reads_no_false_word_while_another_program_writes(house: House) -> None:
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        words = await house.refusal(await lead.slash("studio pause"))
        other.execute("ROLLBACK")

    assert words == (
        "❌ Another program keeps my books locked, so I could not finish this. Look first whether it was done. "
        "Try again in a few minutes; if it stays so, tell whoever runs me."
    )


async def test_who_came_while_the_books_were_locked_is_told_after_a_kill(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(DiscordFault(r"^/webhooks/", "PATCH", delay=600, drop=True, times=None))
    async with BotProcess({**house.environment(), "ATELIER_LOG_FORMAT": "json"}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")  # others read still
            invocation = await mia.slash("usage")
            await house.until(lambda: house.discord.traffic.search(r"^/webhooks/", "PATCH"), 60.0)
            await bot.killed()
            other.execute("ROLLBACK")
    house.discord.faults.clear()

    await house.start_bot()
    words = await house.refusal(invocation)

    assert words.startswith("❌ I was restarted before I could answer this.")
