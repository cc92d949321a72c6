"""A picture that was paid for is kept, on the disk or in memory."""

from __future__ import annotations

import errno

import pytest

from bot.errors import StoreTroubleError
from bot.services.jobs import Arrears, BufferedBlobs
from tests.services.fakes import MemoryBlobs

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def safe(disk: MemoryBlobs) -> BufferedBlobs:
    return BufferedBlobs(disk, Arrears("files", disk.try_out, pauses=(0.0,)))


async def test_what_the_disk_takes_is_kept_there(disk: MemoryBlobs, safe: BufferedBlobs) -> None:
    digests = [await safe.put(b"an input"), await safe.keep(b"a fox")]

    assert list(disk.kept) == digests
    assert await safe.get(digests[1]) == b"a fox"
    await safe.delete(digests[1])
    assert await safe.get(digests[1]) is None


async def test_what_a_member_has_still_is_refused_with_a_sentence(disk: MemoryBlobs, safe: BufferedBlobs) -> None:
    disk.trouble.append(FULL)

    with pytest.raises(StoreTroubleError, match="My disk is full, so I cannot keep the pictures that this starts from"):
        await safe.put(b"an input")
    assert disk.kept == {}


async def test_what_nobody_else_has_stays_in_memory_until_the_disk_takes_it(disk: MemoryBlobs) -> None:
    arrears = Arrears("files", disk.try_out, pauses=(0.0,))
    safe = BufferedBlobs(disk, arrears)
    disk.trouble.extend([FULL] * 4)

    digest = await safe.keep(b"a fox")
    meanwhile = await safe.get(digest)
    await arrears.well()

    assert meanwhile == disk.kept[digest] == await safe.get(digest) == b"a fox"


async def test_what_is_deleted_meanwhile_is_not_kept(disk: MemoryBlobs) -> None:
    arrears = Arrears("files", disk.try_out, pauses=(0.0,))
    safe = BufferedBlobs(disk, arrears)
    disk.trouble.extend([FULL] * 4)

    digest = await safe.keep(b"a fox")
    await safe.delete(digest)
    await arrears.well()

    assert disk.kept == {}
    assert await safe.get(digest) is None
