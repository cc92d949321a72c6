"""A disk that is full, a folder that cannot be written, books that are locked: in mid-job, and before."""

from __future__ import annotations

import re
import resource
import shutil
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.sandbox.discord import Permission, Upload
from bot.storage.blobs import KEPT
from bot.storage.database.sqlite import sqlite3
from tests.wire.house import OFFERED, House, buttons
from tests.wire.process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from bot.sandbox.discord import Member
    from tests.wire.house import OpenHouse

PROVISIONAL = r"\*\*Your picture\*\* for <@\d+>"
NOT_BEGUN = re.compile(r"❌ (My|Another) .* so I begin nothing new\. Nothing was charged; ask again in a few minutes\.")


class Trouble(ABC):
    """What keeps the bot from writing; root is kept too."""

    numbered = False  # whether the books can be written all the same

    def __init__(self, data_dir: Path) -> None:
        self.images = data_dir / "images"
        self.database = data_dir / "atelier.sqlite3"

    @abstractmethod
    def begin(self) -> None: ...

    @abstractmethod
    def end(self) -> None: ...


class NoFolder(Trouble):
    """Where the pictures should be is a file."""

    numbered = True

    @override
    def begin(self) -> None:
        shutil.rmtree(self.images, ignore_errors=True)
        self.images.write_text("in the way")

    @override
    def end(self) -> None:
        self.images.unlink()


class LockedBooks(Trouble):
    """Another program is writing to the database, and does not end."""

    @override
    def begin(self) -> None:
        self.other = sqlite3.connect(self.database, isolation_level=None)
        self.other.execute("BEGIN EXCLUSIVE")

    @override
    def end(self) -> None:
        self.other.close()


class Both(Trouble):
    """Nothing can be written anywhere."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.parts = NoFolder(data_dir), LockedBooks(data_dir)

    @override
    def begin(self) -> None:
        for part in self.parts:
            part.begin()

    @override
    def end(self) -> None:
        for part in self.parts:
            part.end()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.storage.database.opening.BUSY_SECONDS", 0.02)
    monkeypatch.setattr("bot.services.jobs.pending_writes.PATIENCE", 0.05)
    monkeypatch.setattr("bot.services.jobs.pending_writes.PAUSES", (0.05,))


def settled_at_cost(house: House) -> None:
    """What was paid is in the books, to the nano-dollar."""
    assert house.states() == ["settled"]
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0
    assert house.ledger().sums.held_nano == 0


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("kind", [NoFolder, LockedBooks, Both])
async def test_a_picture_that_comes_while_nothing_can_be_kept_is_shown_and_made_good_later(
    house: House, mia: Member, kind: type[Trouble], *, private: bool
) -> None:
    trouble = kind(house.data_dir)
    house.gate.clear()
    invocation = await mia.slash("imagine", prompt="a fox", private=private)
    await house.in_mid_job()
    trouble.begin()
    house.gate.set()

    await house.ended(invocation)
    shown = invocation.response if private else house.posted(invocation)
    assert shown is not None
    before, file = shown.content, shown.attachments[0].content
    refused = await mia.slash("imagine", prompt="another", channel=house.discord.server.channel("random"))
    words = await house.refusal(refused)
    trouble.end()
    await house.until(lambda: house.unanswered() == 0)
    await house.until(lambda: buttons(shown) == OFFERED)
    await house.until(lambda: [path.suffix for path in house.kept_files()] == [KEPT])

    assert len(shown.attachments) == 1
    assert "not known" not in before
    assert re.match(r"\*\*#1\*\*" if kind.numbered else PROVISIONAL, before)
    assert re.search(r"\$0\.\d+", before)
    assert NOT_BEGUN.fullmatch(words)
    assert refused.ephemeral
    assert shown.content.startswith("**#1**")
    assert house.kept_files()[0].read_bytes() == shown.attachments[0].content == file
    assert len(house.images.calls) == 1
    settled_at_cost(house)


@pytest.mark.parametrize("kind", [LockedBooks, Both])
async def test_a_stop_numbers_what_was_shown_from_memory_if_it_can_be_written_by_then(
    open_house: OpenHouse, monkeypatch: pytest.MonkeyPatch, kind: type[Trouble]
) -> None:
    monkeypatch.setattr("bot.services.jobs.pending_writes.PAUSES", (3600.0,))  # nobody notices that it has passed
    house = await open_house()
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    trouble = kind(house.data_dir)
    house.gate.clear()
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    trouble.begin()
    house.gate.set()
    await house.ended(invocation)
    shown = house.posted(invocation)
    assert shown is not None
    before = shown.content
    trouble.end()

    await house.stop_bot()

    assert re.match(PROVISIONAL, before)
    assert shown.content.startswith("**#1**")
    assert buttons(shown) == OFFERED
    assert len(house.kept_files()) == 1
    settled_at_cost(house)


@pytest.mark.parametrize("kind", [NoFolder, LockedBooks])
async def test_what_waits_meanwhile_is_told_why_and_made_afterwards(open_house: OpenHouse, kind: type[Trouble]) -> None:
    house = await open_house()
    await house.start_bot(ATELIER_CONCURRENCY="1")
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    trouble = kind(house.data_dir)
    house.gate.clear()
    first = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    second = await bob.slash("imagine", prompt="a hare")
    await house.until(lambda: house.words(second).startswith("⏳"))
    trouble.begin()
    house.gate.set()
    await house.ended(first)

    await house.until(lambda: "so nothing is begun just now" in house.words(second))
    assert len(house.images.calls) == 1
    trouble.end()
    message = await house.result(second)

    assert message.attachments
    assert house.states() == ["settled"] * 2
    assert house.ledger().sums.settled_nano == house.images.bill.nano


@pytest.mark.parametrize("kind", [NoFolder, LockedBooks, Both])
async def test_what_is_asked_meanwhile_is_refused_before_anything_is_reserved(
    house: House, mia: Member, kind: type[Trouble]
) -> None:
    trouble = kind(house.data_dir)
    trouble.begin()

    refused = await mia.slash("imagine", prompt="a fox")
    words = await house.refusal(refused)
    trouble.end()

    assert NOT_BEGUN.fullmatch(words), words
    assert refused.ephemeral
    assert house.images.calls == []
    assert house.jobs() == ()
    await until_well(house, mia)


async def test_what_costs_nothing_is_answered_meanwhile(house: House, mia: Member) -> None:
    trouble = LockedBooks(house.data_dir)
    trouble.begin()

    used = await mia.slash("usage")
    await house.ended(used)
    trouble.end()

    assert "pictures" in house.words(used)


async def test_leads_are_told_once_when_it_lasts(house: House, mia: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.services.jobs.pending_writes.LASTING", 0.0)
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    log = house.discord.server.channel("random")
    await house.ended(await lead.slash("studio log", channel_=log))
    trouble = NoFolder(house.data_dir)
    trouble.begin()

    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    await house.until(lambda: [each for each in log.messages if each.content.startswith("⚠️")])
    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    trouble.end()
    await until_well(house, mia)

    told = [each.content for each in log.messages if each.content.startswith("⚠️")]
    assert told == [
        (
            "⚠️ My disk cannot be written, so no new pictures are begun. Whoever runs me has to see to it; "
            "it goes on by itself then. What is being made is posted all the same."
        )
    ]


async def until_well(house: House, mia: Member) -> None:
    """Ask until it is begun again, without a restart."""
    for _ in range(200):
        invocation = await mia.slash("imagine", prompt="a fox")
        await house.ended(invocation)
        if house.posted(invocation) is not None:
            return
    raise AssertionError("never begun again")


async def test_inputs_that_cannot_be_kept_are_refused_with_a_sentence(house: House, mia: Member) -> None:
    picture = (await house.imagine(mia)).attachments[0].content
    trouble = NoFolder(house.data_dir)
    trouble.begin()

    refused = await mia.slash("edit", prompt="make it snowy", image=Upload("fox.png", picture))
    words = await house.refusal(refused)

    assert words.startswith("❌ My disk cannot be written, so I ")
    assert "Nothing was charged" in words
    assert len(house.images.calls) == 1


@pytest.mark.parametrize("told", [True, False])
async def test_a_disk_that_fills_up_in_mid_job_costs_nobody_the_picture(
    open_house: OpenHouse,
    tmp_path: Path,
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """With the limit that the kernel sets to the size of files: it binds the database and the pictures alike."""
    house = await open_house()
    mia = house.discord.server.add_member("Mia")
    async with BotProcess(house.environment(), tmp_path / "cwd") as bot:
        await house.discord.bot_ready()
        house.gate.clear()
        invocation = await mia.slash("imagine", prompt="a fox")
        await house.in_mid_job()
        before = resource.prlimit(bot.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, (10, before[1]))
        house.gate.set()
        await house.until(lambda: house.posted(invocation))
        shown = house.posted(invocation)
        assert shown is not None
        assert re.match(PROVISIONAL, shown.content)
        assert len(shown.attachments) == 1
        if told:
            resource.prlimit(bot.pid, resource.RLIMIT_FSIZE, before)
            await house.until(lambda: buttons(shown) == OFFERED)
        await bot.killed()

    await house.start_bot()
    await house.until(lambda: house.unanswered() == 0)

    if told:
        settled_at_cost(house)
    else:  # nothing could be written: it is held, and that is said
        assert house.states() == ["unknown"]
        said = " ".join(message.content for message in house.discord.server.channel("studio").messages)
        assert "Unless its picture stands here already, none will come" in said
    assert len(house.images.calls) == 1


async def test_the_database_is_whole_after_all_that(house: House, mia: Member) -> None:
    trouble = Both(house.data_dir)
    trouble.begin()
    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    trouble.end()
    await until_well(house, mia)
    await house.stop_bot()

    with closing(sqlite3.connect(house.data_dir / "atelier.sqlite3")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
