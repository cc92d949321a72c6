"""What is kept for a request is forgotten with it, but never what somebody else needs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from bot.inputs.shelf import Shelf
from bot.services.requests import StoredImage
from bot.storage.blobs import FileBlobs
from tests.inputs.doubles import KnownRequests

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
def shelf(blobs: FileBlobs, requests: KnownRequests) -> Shelf:
    return Shelf(requests, blobs)


def kept_in(directory: Path) -> list[Path]:
    return list(directory.rglob("*.bin"))


async def keep(shelf: Shelf, *contents: bytes, failure: BaseException | None = None) -> list[StoredImage]:
    """Keep files for a request, which then succeeds or fails."""
    async with shelf.basket() as basket:
        kept = [await basket.keep(content, "image/png", 3, 2, 7) for content in contents]
        if failure is not None:
            raise failure
    return kept


async def test_what_is_kept_can_be_found_and_says_what_it_is(shelf: Shelf, blobs: FileBlobs) -> None:
    (image,) = await keep(shelf, FOX)

    assert await blobs.get(image.digest) == FOX
    assert image == StoredImage(image.digest, "image/png", 3, 2, len(FOX), 7)


@pytest.mark.parametrize("failure", [ValueError(), asyncio.CancelledError()], ids=repr)
async def test_the_files_of_a_request_that_fails_are_forgotten(
    shelf: Shelf, tmp_path: Path, failure: BaseException
) -> None:
    with pytest.raises(type(failure)):
        await keep(shelf, FOX, OWL, FOX, failure=failure)

    assert kept_in(tmp_path) == []


async def test_a_file_that_a_picture_or_a_request_needs_stays(
    shelf: Shelf, blobs: FileBlobs, requests: KnownRequests
) -> None:
    digest = await blobs.put(FOX)
    requests.needed.add(digest)

    with pytest.raises(ValueError, match="no"):
        await keep(shelf, FOX, failure=ValueError("no"))

    assert await blobs.get(digest) == FOX


async def test_a_file_that_another_request_has_just_brought_stays(shelf: Shelf, blobs: FileBlobs) -> None:
    async with shelf.basket() as other:
        image = await other.keep(FOX, "image/png", 3, 2)
        with pytest.raises(ValueError, match="no"):
            await keep(shelf, FOX, failure=ValueError("no"))
        still_there = await blobs.get(image.digest)
    with pytest.raises(ValueError, match="no"):
        await keep(shelf, FOX, failure=ValueError("no"))

    assert still_there == FOX
    assert await blobs.get(image.digest) is None


async def test_a_file_on_its_way_to_the_disk_is_forgotten_too(tmp_path: Path, requests: KnownRequests) -> None:
    blobs = SlowBlobs(tmp_path / "images")
    task = asyncio.create_task(keep(Shelf(requests, blobs), FOX))
    await blobs.begun.wait()
    task.cancel()
    asyncio.get_running_loop().call_soon(blobs.gate.set)
    with pytest.raises(asyncio.CancelledError):
        await task

    assert kept_in(tmp_path) == []


async def test_a_file_that_cannot_be_written_is_said_so(tmp_path: Path, requests: KnownRequests) -> None:
    (tmp_path / "images").write_text("no directory")

    with pytest.raises(FileExistsError):
        await keep(Shelf(requests, FileBlobs(tmp_path / "images")), FOX)
