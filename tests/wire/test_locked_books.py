"""Another program holds the database: people are answered in time with a sentence, and nothing is lost."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from bot.storage.sqlite import sqlite3

if TYPE_CHECKING:
    from tests.wire.house import OpenHouse


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
