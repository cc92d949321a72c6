"""A database that is older, or younger, than the messages around it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.errors import DatabaseError
from bot.sandbox.discord import Permission
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import PATIENCE
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House, OpenHouse

UNKNOWN = "I do not know the picture of this message any more"


def _copy(house: House, to: Path) -> Path:
    """What a careful operator copies of a bot that is stopped."""
    to.mkdir()
    shutil.copy(house.data_dir / "atelier.sqlite3", to / "atelier.sqlite3")
    return to


def _restore(house: House, backup: Path, *, whole: bool) -> None:
    if whole:
        shutil.rmtree(house.data_dir)
        shutil.copytree(backup, house.data_dir)
    else:
        for path in house.data_dir.glob("atelier.sqlite3*"):
            path.unlink()
        connection = sqlite3.connect(backup / "atelier.sqlite3")  # with its log, where it was killed
        connection.execute("VACUUM INTO ?", (str(house.data_dir / "atelier.sqlite3"),))
        connection.close()


def _id_of(message: Message, label: str) -> str:
    rows: list[dict[str, list[dict[str, str]]]] = list(message.components)
    return next(
        item["custom_id"] for row in rows for item in row["components"] if item.get("label", "").startswith(label)
    )


async def _pressed(house: House, member: Member, message: Message, label: str) -> str:
    return await house.refusal(await member.click(message, _id_of(message, label)))


@pytest.mark.parametrize("whole", [False, True])
async def test_numbers_of_a_former_life_act_on_nothing(open_house: OpenHouse, tmp_path: Path, *, whole: bool) -> None:
    house = await open_house()
    mia, ben = house.discord.server.add_member("Mia"), house.discord.server.add_member("Ben")
    await house.start_bot()
    first = await house.imagine(mia, "the first")
    await house.stop_bot()
    backup = tmp_path / "backup"
    shutil.copytree(house.data_dir, backup)
    await house.start_bot()
    lost = await house.imagine(mia, "of a former life")
    await house.stop_bot()

    _restore(house, backup, whole=whole)
    await house.start_bot()
    await house.imagine(ben, "another's, of today")
    calls = len(house.images.calls)
    words = [await _pressed(house, mia, lost, label) for label in ("Vary", "Again", "Edit")]
    varied = await house.result(await mia.click(first, _id_of(first, "Vary")))

    assert all(UNKNOWN in each or "deleted" in each for each in words), words
    assert len(house.images.calls) == calls + 1
    assert varied.attachments
    numbers = house.numbers()
    assert numbers == sorted(set(numbers))
    assert numbers[:2] == [1, 3]


@pytest.mark.parametrize("whole", [False, True])
async def test_what_waited_in_a_backup_is_not_made_again_and_leads_are_told(
    open_house: OpenHouse, tmp_path: Path, *, whole: bool
) -> None:
    house = await open_house()
    server = house.discord.server
    lead, mia = server.add_member("Lea", permissions=Permission.MANAGE_GUILD), server.add_member("Mia")
    async with BotProcess({**house.environment(), "ATELIER_CONCURRENCY": "1"}, tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        await house.ended(await lead.slash("studio log", channel_=server.channel("random")))
        house.gate.clear()
        runs = await mia.slash("imagine", prompt="runs")
        await house.in_mid_job()
        waits = await mia.slash("imagine", prompt="waits")
        await house.until(lambda: house.words(waits))
        await bot.killed()
    house.gate.set()
    await house.images.idle()
    backup = tmp_path / "backup"
    shutil.copytree(house.data_dir, backup)
    await house.start_bot()
    await house.ended(runs, waits)
    await house.stop_bot()
    calls = len(house.images.calls)

    _restore(house, backup, whole=whole)
    await house.start_bot()
    await house.until(lambda: house.unanswered() == 0)
    await house.until(lambda: server.channel("random").messages)
    told = server.channel("random").messages[-1].content
    await house.restart_bot()

    assert len(house.images.calls) == calls
    assert house.states() == ["unknown", "released"]
    assert "My database was restored from an older state." in told
    assert sum("restored" in message.content for message in server.channel("random").messages) == 1


async def test_a_lost_write_ahead_log_is_noticed(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    await house.start_bot()
    await house.imagine(mia)
    await house.stop_bot()
    async with BotProcess(house.environment(), tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        lost = await house.imagine(mia, "lost")
        await bot.killed()
    log = house.data_dir / "atelier.sqlite3-wal"
    if not log.exists():
        pytest.skip("this SQLite keeps no write-ahead log")
    log.unlink()
    (house.data_dir / "atelier.sqlite3-shm").unlink(missing_ok=True)

    with capture_logs() as lines:
        await house.start_bot()
    words = await _pressed(house, mia, lost, "Vary")
    again = await house.imagine(mia, "after")

    (noticed,) = [line for line in lines if "older than it was" in line["event"]]
    assert noticed["missing_commits"] > 0
    assert "deleted" in words or UNKNOWN in words
    assert house.numbers() == [1, 3]
    assert "#3" in again.content


async def test_a_database_that_is_gone_is_not_begun_anew_in_silence(open_house: OpenHouse) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    await house.start_bot()
    old = await house.imagine(mia)
    await house.stop_bot()
    (house.data_dir / "atelier.sqlite3").unlink()

    with pytest.raises(DatabaseError, match=r"is missing, but atelier\.mark beside it says that there was one"):
        await house.start_bot()
    (house.data_dir / "atelier.mark").unlink()
    await house.start_bot()
    await house.imagine(mia, "of the new life")
    words = await _pressed(house, mia, old, "Vary")

    assert UNKNOWN in words


async def test_files_of_pictures_that_only_the_newer_database_knew_are_kept(
    open_house: OpenHouse, tmp_path: Path
) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    await house.start_bot()
    await house.stop_bot()
    backup = _copy(house, tmp_path / "backup")
    await house.start_bot()
    await house.imagine(mia)
    files = house.kept_files()
    await house.stop_bot()

    _restore(house, backup, whole=False)
    await house.start_bot()
    await house.until(lambda: len(house.discord.gateway.identifies) == 3)
    await house.stop_bot()

    assert house.kept_files() == files


async def test_an_ordinary_restart_or_kill_is_no_restoration(open_house: OpenHouse, tmp_path: Path) -> None:
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    async with BotProcess(house.environment(), tmp_path / "cwd") as bot:
        await house.discord.bot_ready(PATIENCE)
        await house.imagine(mia)
        await bot.killed()

    with capture_logs() as lines:
        await house.start_bot()
        await house.restart_bot()

    assert [line["event"] for line in lines if "older" in line["event"] or "mark" in line["event"]] == []
    connection = sqlite3.connect(f"file:{house.data_dir / 'atelier.sqlite3'}?mode=ro", uri=True)
    assert connection.execute("SELECT 1 FROM state WHERE key LIKE 'gone_back%'").fetchall() == []
    connection.close()
