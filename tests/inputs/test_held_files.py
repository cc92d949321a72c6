"""What a request brings is held for it, and forgotten with it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.inputs.held_files import a_basket
from bot.services.gallery import FileHolds
from bot.services.requests import StoredImage
from bot.storage.blobs import FileBlobs
from tests.inputs.doubles import MEMBER, KnownRequests

if TYPE_CHECKING:
    from pathlib import Path

FOX, OWL = b"a fox", b"an owl"


class SlowBlobs(FileBlobs):
    """Keeps files once the gate is open."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.begun = asyncio.Event()
        self.gate = asyncio.Event()

    @override
    async def put(self, content: bytes) -> str:
        self.begun.set()
        await self.gate.wait()
        return await super().put(content)


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "images")


@pytest.fixture
def requests() -> KnownRequests:
    return KnownRequests()


@pytest.fixture
def file_holds(blobs: FileBlobs, requests: KnownRequests) -> FileHolds:
    return FileHolds(requests, blobs)


def kept_in(directory: Path) -> list[Path]:
    return list(directory.rglob("*.bin"))


async def keep(file_holds: FileHolds, *contents: bytes, failure: BaseException | None = None) -> list[StoredImage]:
    """Keep files for a request, which then succeeds or fails."""
    async with a_basket(file_holds, MEMBER) as basket:
        kept = [await basket.keep(content, "image/png", 3, 2, 7) for content in contents]
        if failure is not None:
            raise failure
    return kept


async def test_what_is_kept_can_be_found_and_says_what_it_is(file_holds: FileHolds, blobs: FileBlobs) -> None:
    async with a_basket(file_holds, MEMBER) as basket:
        image = await basket.keep(FOX, "image/png", 3, 2, 7)
        found = await blobs.get(image.digest)

    assert found == FOX
    assert image == StoredImage(image.digest, "image/png", 3, 2, len(FOX), 7)


@pytest.mark.parametrize("failure", [ValueError(), asyncio.CancelledError()], ids=repr)
async def test_the_files_of_a_request_that_fails_are_forgotten(
    file_holds: FileHolds, tmp_path: Path, failure: BaseException
) -> None:
    with pytest.raises(type(failure)):
        await keep(file_holds, FOX, OWL, FOX, failure=failure)

    assert kept_in(tmp_path) == []


async def test_of_a_request_that_was_reserved_only_what_it_needs_stays(
    file_holds: FileHolds, blobs: FileBlobs, requests: KnownRequests
) -> None:
    async with a_basket(file_holds, MEMBER) as basket:
        needed = await basket.keep(FOX, "image/png", 3, 2)
        between = await basket.keep(OWL, "image/png", 3, 2)
        requests.needed.add(needed.digest)

    assert await blobs.get(needed.digest) == FOX
    assert await blobs.get(between.digest) is None


async def test_a_file_that_a_picture_or_a_request_needs_stays(
    file_holds: FileHolds, blobs: FileBlobs, requests: KnownRequests
) -> None:
    digest = await blobs.put(FOX)
    requests.needed.add(digest)

    with pytest.raises(ValueError, match="no"):
        await keep(file_holds, FOX, failure=ValueError("no"))

    assert await blobs.get(digest) == FOX


async def test_a_file_that_another_request_has_just_brought_stays(file_holds: FileHolds, blobs: FileBlobs) -> None:
    async with a_basket(file_holds, MEMBER) as other:
        image = await other.keep(FOX, "image/png", 3, 2)
        with pytest.raises(ValueError, match="no"):
            await keep(file_holds, FOX, failure=ValueError("no"))
        still_there = await blobs.get(image.digest)

    assert still_there == FOX
    assert await blobs.get(image.digest) is None


async def test_a_file_of_the_store_that_is_held_stays_until_it_is_let_go(
    file_holds: FileHolds, blobs: FileBlobs
) -> None:
    digest = await blobs.put(FOX)

    async with a_basket(file_holds, MEMBER) as basket:
        held = await basket.hold(digest)
        await file_holds.forget([digest])
        meanwhile = await blobs.get(digest)

    assert held == meanwhile == FOX
    assert await blobs.get(digest) is None


async def test_what_the_store_does_not_have_is_not_held(file_holds: FileHolds) -> None:
    async with a_basket(file_holds, MEMBER) as basket:
        assert await basket.hold("0" * 64) is None
        assert basket.digests == []


async def test_a_file_on_its_way_to_the_disk_is_forgotten_too(tmp_path: Path, requests: KnownRequests) -> None:
    blobs = SlowBlobs(tmp_path / "images")
    task = asyncio.create_task(keep(FileHolds(requests, blobs), FOX))
    await blobs.begun.wait()
    task.cancel()
    asyncio.get_running_loop().call_later(0.01, blobs.gate.set)  # long after who was cancelled could have gone
    with pytest.raises(asyncio.CancelledError):
        await task

    assert kept_in(tmp_path) == []


async def test_who_is_cancelled_before_the_keeping_has_begun_leaves_no_file(
    tmp_path: Path, blobs: FileBlobs, requests: KnownRequests
) -> None:
    file_holds = FileHolds(requests, blobs)
    task = asyncio.create_task(keep(file_holds, FOX))
    await asyncio.sleep(0)  # it has asked for the keeping, which begins in the next turn of the loop
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await file_holds.forget([])
    for _ in range(3):
        await asyncio.to_thread(lambda: None)  # whatever is still on its way to a thread

    assert kept_in(tmp_path) == []


async def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path, requests: KnownRequests) -> None:
    (tmp_path / "images").write_text("no directory")

    with pytest.raises(FileExistsError):
        await keep(FileHolds(requests, FileBlobs(tmp_path / "images")), FOX)
