"""A picture that was paid for is kept, on the disk or in memory."""

from __future__ import annotations

import errno

import pytest

from bot.errors import StoreTroubleError
from bot.services.jobs import BufferedBlobs, PendingWrites, files
from tests.services.fakes import MemoryBlobs

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk() -> MemoryBlobs:
    return MemoryBlobs()


@pytest.fixture
def safe(disk: MemoryBlobs) -> BufferedBlobs:
    return BufferedBlobs(disk, PendingWrites("files", disk.try_out, pauses=(0.0,)))


async def test_what_the_disk_takes_is_kept_there(disk: MemoryBlobs, safe: BufferedBlobs) -> None:
    digests = [await safe.put(b"an input"), await safe.keep(b"a fox")]

    assert list(disk.kept) == digests
    assert await safe.get(digests[1]) == b"a fox"
    await safe.delete(digests[1])
    assert await safe.get(digests[1]) is None


async def test_a_picture_that_was_kept_just_now_is_read_from_the_disk_the_second_time(
    disk: MemoryBlobs, safe: BufferedBlobs
) -> None:
    digest = await safe.keep(b"a fox")
    disk.kept[digest] = b"as it is on the disk"

    assert await safe.get(digest) == b"a fox"
    assert await safe.get(digest) == b"as it is on the disk"


async def test_few_pictures_wait_in_memory_to_be_shown(
    disk: MemoryBlobs, safe: BufferedBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_FRESH", 10)
    digests = [await safe.keep(content) for content in (b"a fox", b"a hare", b"too large to wait")]
    disk.kept = dict.fromkeys(digests, b"as it is on the disk")

    assert [await safe.get(digest) for digest in digests] == [b"as it is on the disk"] * 3
    digest = await safe.keep(b"a hare")
    assert await safe.get(digest) == b"a hare"


async def test_what_a_member_has_still_is_refused_with_a_sentence(disk: MemoryBlobs, safe: BufferedBlobs) -> None:
    disk.trouble.append(FULL)

    with pytest.raises(StoreTroubleError, match="My disk is full, so I cannot keep the pictures that this starts from"):
        await safe.put(b"an input")
    assert disk.kept == {}


async def test_what_nobody_else_has_stays_in_memory_until_the_disk_takes_it(disk: MemoryBlobs) -> None:
    pending_writes = PendingWrites("files", disk.try_out, pauses=(0.0,))
    safe = BufferedBlobs(disk, pending_writes)
    disk.trouble.extend([FULL] * 4)

    digest = await safe.keep(b"a fox")
    meanwhile = await safe.get(digest)
    await pending_writes.well()

    assert meanwhile == disk.kept[digest] == await safe.get(digest) == b"a fox"


async def test_what_is_deleted_meanwhile_is_not_kept(disk: MemoryBlobs) -> None:
    pending_writes = PendingWrites("files", disk.try_out, pauses=(0.0,))
    safe = BufferedBlobs(disk, pending_writes)
    disk.trouble.extend([FULL] * 4)

    digest = await safe.keep(b"a fox")
    await safe.delete(digest)
    await pending_writes.well()

    assert disk.kept == {}
    assert await safe.get(digest) is None
