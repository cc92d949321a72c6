"""What cannot be written now is written later: in order, once, and nothing of it keeps the rest."""

from __future__ import annotations

import asyncio
import errno
from collections import deque

import pytest
from structlog.testing import capture_logs

from bot.errors import DatabaseError, StoreTroubleError
from bot.services.jobs import PendingWrites, Stores
from bot.services.jobs import pending_writes as room
from tests.services.fakes import until

FULL = OSError(errno.ENOSPC, "No space left on device")
DAMAGED = DatabaseError("database disk image is malformed", "My books are damaged", is_damage=True)
LOCKED = DatabaseError("database is locked", "Another program keeps my books locked")


class Disk:
    """Takes steps unless there is trouble; `written` is what it took, in order."""

    def __init__(self) -> None:
        self.trouble: deque[Exception] = deque()
        self.written: list[str] = []

    async def probe(self) -> None:
        if self.trouble:
            raise self.trouble[0]

    async def take(self, what: str) -> str:
        if self.trouble:
            raise self.trouble.popleft()
        self.written.append(what)
        return what


def writes_to(disk: Disk, patience: float = 60.0, pauses: tuple[float, ...] = (0.0,)) -> PendingWrites:
    return PendingWrites("disk", disk.probe, pauses=pauses, patience=patience)


async def test_what_can_be_written_is_written_at_once() -> None:
    disk = Disk()
    pending_writes = writes_to(disk)

    assert await pending_writes.write("r1", lambda: disk.take("a")) == "a"
    assert (pending_writes.trouble, pending_writes.owes("r1")) == ("", False)
    await pending_writes.well()
    await pending_writes.paid("r1")
    await pending_writes.close()


async def test_who_is_patient_does_not_notice_a_fault_that_passes() -> None:
    disk = Disk()
    pending_writes = writes_to(disk)
    disk.trouble.append(LOCKED)
    told: list[str] = []
    pending_writes.changed.append(lambda: told.append(pending_writes.trouble))

    assert await pending_writes.write("r1", lambda: disk.take("a")) == "a"
    await pending_writes.well()
    assert told == ["Another program keeps my books locked", ""]


async def test_what_is_owed_is_written_in_its_order_when_the_disk_takes_it_again() -> None:
    disk, told = Disk(), list[str]()
    pending_writes = writes_to(disk, patience=0.0)
    pending_writes.changed.append(lambda: told.append(pending_writes.trouble))
    disk.trouble.extend([FULL, FULL])

    first = await pending_writes.write("r1", lambda: disk.take("a"))
    second = await pending_writes.write("r2", lambda: disk.take("b"))
    assert (first, second, pending_writes.owes("r1"), pending_writes.owes("r3")) == (None, None, True, False)
    disk.trouble.clear()
    await pending_writes.paid("r2")
    await pending_writes.well()

    assert disk.written == ["a", "b"]
    assert told == ["My disk is full", ""]


async def test_another_fault_is_told_as_such() -> None:
    disk, told = Disk(), list[str]()
    pending_writes = writes_to(disk)
    pending_writes.changed.append(lambda: told.append(pending_writes.trouble))
    disk.trouble.append(OSError(errno.EROFS, "Read-only file system"))
    await pending_writes.look()
    disk.trouble[0] = FULL
    await until(lambda: told[-1] == "My disk is full")
    disk.trouble.clear()
    await pending_writes.well()

    assert told == ["My disk cannot be written", "My disk is full", ""]


@pytest.mark.parametrize("waited_for", [True, False])
async def test_a_step_that_can_never_be_taken_does_not_keep_the_others(
    waited_for: bool,  # noqa: FBT001 - a column of the table
) -> None:
    disk = Disk()
    pending_writes = writes_to(disk, patience=60.0 if waited_for else 0.0)
    disk.trouble.append(FULL)

    async def bug() -> None:
        await disk.take("a")
        raise RuntimeError("a bug")

    with capture_logs() as log:
        if waited_for:
            with pytest.raises(RuntimeError):
                await pending_writes.write("r1", bug)
        else:
            await pending_writes.write("r1", bug)
        pending_writes.owe("r2", lambda: disk.take("b"))
        await pending_writes.well()

    assert disk.written == ["a", "b"]
    assert "not written, and never will be" in [entry["event"] for entry in log]


async def test_a_step_that_fails_at_once_for_another_reason_is_whose_who_takes_it() -> None:
    disk = Disk()
    pending_writes = writes_to(disk)
    disk.trouble.append(RuntimeError("a bug"))

    with pytest.raises(RuntimeError):
        await pending_writes.write("r1", lambda: disk.take("a"))
    assert pending_writes.trouble == ""


async def test_damage_is_whose_who_meets_it_and_keeps_nobody_else() -> None:
    disk = Disk()
    pending_writes = writes_to(disk)
    told: list[str] = []
    pending_writes.changed.append(lambda: told.append(pending_writes.trouble))
    disk.trouble.append(DAMAGED)

    with pytest.raises(DatabaseError):
        await pending_writes.write("r1", lambda: disk.take("a"))
    pending_writes.note(DAMAGED)
    await pending_writes.well()

    assert (told, pending_writes.owes("r1")) == ([], False)
    assert await pending_writes.write("r2", lambda: disk.take("b")) == "b"


async def test_what_is_owed_and_meets_damage_keeps_nothing_that_is_owed_behind_it() -> None:
    disk = Disk()
    pending_writes = writes_to(disk, patience=0.0)
    disk.trouble.append(FULL)

    async def damaged() -> None:
        await disk.take("a")
        raise DAMAGED

    await pending_writes.write("r1", damaged)
    await pending_writes.write("r2", lambda: disk.take("b"))
    disk.trouble.clear()
    await pending_writes.well()

    assert (disk.written, pending_writes.trouble) == (["a", "b"], "")


async def test_a_fault_that_lasts_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LASTING", 0.0)
    disk, told = Disk(), list[str]()
    pending_writes = writes_to(disk)
    pending_writes.lasts = told.append
    disk.trouble.append(FULL)
    pending_writes.note(FULL)
    await until(lambda: told != [])
    await asyncio.sleep(0.01)
    disk.trouble.clear()
    await pending_writes.well()

    assert told == ["My disk is full"]


async def test_a_fault_that_several_meet_is_told_once() -> None:
    disk, told = Disk(), list[str]()
    pending_writes = writes_to(disk, pauses=(3600.0,))
    pending_writes.changed.append(lambda: told.append(pending_writes.trouble))

    with capture_logs() as log:
        pending_writes.note(FULL)
        pending_writes.note(FULL)

    assert told == ["My disk is full"]
    assert len(log) == 1
    await pending_writes.close()


@pytest.mark.parametrize("freed", [True, False])
async def test_at_the_end_it_is_tried_once_more(freed: bool) -> None:  # noqa: FBT001 - a column of the table
    disk = Disk()
    pending_writes = writes_to(disk, patience=0.0, pauses=(3600.0,))
    disk.trouble.append(FULL)
    disk.trouble.append(FULL)
    await pending_writes.write("r1", lambda: disk.take("a"))
    if freed:
        disk.trouble.clear()

    with capture_logs() as log:
        await pending_writes.close()

    assert disk.written == ["a"] * freed
    assert [entry["subject"] for entry in log if entry["event"] == "never written"] == ["r1"] * (not freed)


async def test_nothing_begins_while_either_place_is_in_trouble() -> None:
    files, books = Disk(), Disk()
    stores = Stores(writes_to(files), writes_to(books))
    await stores.ready()
    await stores.well()
    files.trouble.append(FULL)

    with pytest.raises(StoreTroubleError, match=r"^My disk is full, so I begin nothing new\. Nothing was charged"):
        await stores.ready()
    with pytest.raises(StoreTroubleError):
        stores.check()
    stores.books.note(LOCKED)
    assert stores.trouble == "Another program keeps my books locked"
    files.trouble.clear()
    await stores.well()
    stores.check()
    await stores.close()
