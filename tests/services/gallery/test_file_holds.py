"""Files go by one way: what somebody holds or needs stays, whoever wants it deleted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs
from typing_extensions import override

from bot.services.gallery import FileHolds
from bot.storage import FileBlobs, SqliteRequests

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOX = b"a fox"


class Asked(SqliteRequests):
    """Needs nothing; answers once the gate is open."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    @override
    async def unused(self, digests: Sequence[str]) -> Sequence[str]:
        self.begun.set()
        await self.gate.wait()
        return digests


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "images")


@pytest.fixture
def requests() -> Asked:
    return Asked()


@pytest.fixture
def file_holds(requests: Asked, blobs: FileBlobs) -> FileHolds:
    return FileHolds(requests, blobs)


async def test_what_nobody_needs_is_deleted(file_holds: FileHolds, blobs: FileBlobs) -> None:
    digest = await blobs.put(FOX)

    await file_holds.forget([digest])

    assert await blobs.get(digest) is None


async def test_what_is_held_twice_goes_when_it_was_let_go_twice(file_holds: FileHolds, blobs: FileBlobs) -> None:
    digest = await file_holds.keep(FOX)
    assert await file_holds.hold(digest) == FOX

    await file_holds.let_go([digest])
    once = await blobs.get(digest)
    await file_holds.let_go([digest])

    assert once == FOX
    assert await blobs.get(digest) is None


async def test_what_is_kept_while_its_deletion_is_being_decided_is_there_afterwards(
    file_holds: FileHolds, requests: Asked, blobs: FileBlobs
) -> None:
    digest = await blobs.put(FOX)
    requests.gate.clear()
    forgetting = asyncio.create_task(file_holds.forget([digest]))
    await requests.begun.wait()
    keeping = asyncio.create_task(file_holds.keep(FOX))  # another member attaches the same
    holding = asyncio.create_task(file_holds.hold(digest))  # and somebody else starts from it
    for _ in range(3):
        await asyncio.to_thread(lambda: None)
    requests.gate.set()
    await asyncio.gather(forgetting, keeping, holding)

    assert await blobs.get(digest) == FOX


async def test_a_file_is_told_to_be_held_only_if_it_stays(
    file_holds: FileHolds, requests: Asked, blobs: FileBlobs
) -> None:
    digest = await blobs.put(FOX)
    requests.gate.clear()
    forgetting = asyncio.create_task(file_holds.forget([digest]))
    await requests.begun.wait()
    holding = asyncio.create_task(file_holds.hold(digest))
    await asyncio.sleep(0)
    requests.gate.set()
    await forgetting

    assert await holding is None
    assert await blobs.get(digest) is None


async def test_what_was_not_there_is_not_held_afterwards(file_holds: FileHolds, blobs: FileBlobs) -> None:
    digest = await blobs.put(FOX)
    await blobs.delete(digest)
    assert await file_holds.hold(digest) is None
    await blobs.put(FOX)

    await file_holds.forget([digest])

    assert await blobs.get(digest) is None


async def test_files_that_cannot_be_deleted_now_are_told_and_left_to_the_sweep(requests: Asked, tmp_path: Path) -> None:
    class Stuck(FileBlobs):
        @override
        async def delete(self, digest: str) -> None:
            raise OSError("the disk is away")

    file_holds = FileHolds(requests, Stuck(tmp_path / "images"))

    with capture_logs() as lines:
        await file_holds.let_go([await file_holds.keep(FOX)])

    assert [line["event"] for line in lines] == ["files not deleted"]


async def test_a_file_that_is_not_kept_is_not_held(file_holds: FileHolds, blobs: FileBlobs) -> None:
    digest = await blobs.put(FOX)
    await blobs.delete(digest)

    found = await file_holds.hold(digest)
    await blobs.put(FOX)
    await file_holds.forget([digest])

    assert found is None
    assert await blobs.get(digest) is None
