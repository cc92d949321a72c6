from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from bot.storage import FileBlobs


def below(directory: Path) -> dict[str, int]:
    """Every file and folder below a directory, with its permissions."""
    return {path.name: path.stat().st_mode & 0o777 for path in directory.rglob("*")}


CONTENT = b"\x89PNG" * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "images"


@pytest.fixture
def blobs(directory: Path) -> FileBlobs:
    return FileBlobs(directory)


async def test_what_was_put_is_returned_unchanged_by_its_digest(blobs: FileBlobs, directory: Path) -> None:
    digest = await blobs.put(CONTENT)

    assert digest == DIGEST
    assert await blobs.get(digest) == CONTENT
    assert (directory / DIGEST[:2] / f"{DIGEST}.bin").read_bytes() == CONTENT


async def test_files_and_directories_are_private(blobs: FileBlobs, directory: Path) -> None:
    old = os.umask(0)
    try:
        await blobs.put(CONTENT)
    finally:
        os.umask(old)

    assert below(directory.parent) == {"images": 0o700, DIGEST[:2]: 0o700, f"{DIGEST}.bin": 0o600}


async def test_the_same_bytes_are_kept_once_also_when_put_at_once(blobs: FileBlobs, directory: Path) -> None:
    digests = await asyncio.gather(*(blobs.put(CONTENT) for _ in range(8)))
    await blobs.put(CONTENT)

    assert set(digests) == {DIGEST}
    assert set(below(directory)) == {DIGEST[:2], f"{DIGEST}.bin"}


async def test_what_is_not_kept_is_none_and_can_be_forgotten(blobs: FileBlobs) -> None:
    await blobs.delete(DIGEST)

    assert await blobs.get(DIGEST) is None


async def test_what_was_deleted_is_gone_and_can_be_put_again(blobs: FileBlobs) -> None:
    await blobs.put(CONTENT)

    await blobs.delete(DIGEST)

    assert await blobs.get(DIGEST) is None
    await blobs.put(CONTENT)
    assert await blobs.get(DIGEST) == CONTENT


@pytest.mark.parametrize("name", ["", "../../etc/passwd", DIGEST.upper(), DIGEST[:-1], f"{DIGEST}\n", f"{DIGEST}0"])
async def test_a_name_that_is_no_digest_reaches_no_file(blobs: FileBlobs, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        await blobs.get(name)
    with pytest.raises(ValueError, match="not a SHA-256"):
        await blobs.delete(name)


async def test_a_file_that_cannot_be_finished_leaves_nothing(
    blobs: FileBlobs, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: Path, _target: Path) -> Path:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "rename", full)

    with pytest.raises(OSError, match="No space"):
        await blobs.put(CONTENT)

    assert set(below(directory)) == {DIGEST[:2]}
    assert await blobs.get(DIGEST) is None
