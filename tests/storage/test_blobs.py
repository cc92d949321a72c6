from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.storage import FileBlobs
from bot.storage import blobs as room


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


async def test_names_are_durable_and_those_of_directories_are_made_so_once(
    blobs: FileBlobs, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(room, "flush_directory", flushed.append)
    folder = directory / DIGEST[:2]

    await blobs.put(CONTENT)
    assert (flushed[0], {*flushed}) == (folder, {folder, directory, directory.parent})

    await blobs.put(CONTENT)
    assert flushed[3:] == [folder]

    shutil.rmtree(directory)
    await blobs.put(CONTENT)
    assert {*flushed[4:]} == {folder, directory, directory.parent}


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


# --- what a sweep sees

OLD, SINCE, NEW = 1_794_000_000, 1_794_003_600, 1_794_007_200  # seconds since 1970


async def kept(blobs: FileBlobs, directory: Path, content: bytes, at: int) -> str:
    """Put something that was put then; its digest."""
    digest = await blobs.put(content)
    os.utime(directory / digest[:2] / f"{digest}.bin", (at, at))
    return digest


async def test_what_was_put_long_ago_is_told_step_by_step_in_order(blobs: FileBlobs, directory: Path) -> None:
    old = sorted([await kept(blobs, directory, bytes([number]), OLD) for number in range(20)])
    await kept(blobs, directory, b"new", NEW)
    told: list[str] = []

    while step := await blobs.untouched(SINCE, told[-1] if told else "", 7):
        assert len(step) <= 7
        told += step

    assert told == old


async def test_what_is_no_file_of_ours_is_not_told(blobs: FileBlobs, directory: Path) -> None:
    assert await blobs.untouched(NEW, "", 9) == []
    digest = await kept(blobs, directory, CONTENT, OLD)
    for name in ("notes.bin", f"{digest}.new", f"{DIGEST[:2]}.txt", f"{DIGEST.upper()}.bin"):
        (directory / DIGEST[:2] / name).write_bytes(b"")
    (directory / "readme.bin").write_bytes(b"")

    assert await blobs.untouched(2**40, "", 9) == [digest]


async def test_what_is_put_again_counts_as_new_and_is_not_swept(blobs: FileBlobs, directory: Path) -> None:
    digest = await kept(blobs, directory, CONTENT, OLD)

    await blobs.put(CONTENT)

    assert await blobs.untouched(NEW, "", 9) == []
    assert not await blobs.delete_untouched(digest, NEW)
    assert await blobs.get(digest) == CONTENT


async def test_what_was_not_put_again_is_deleted_once(blobs: FileBlobs, directory: Path) -> None:
    digest = await kept(blobs, directory, CONTENT, OLD)

    assert [await blobs.delete_untouched(digest, SINCE) for _ in range(2)] == [True, False]
    assert await blobs.get(digest) is None
    with pytest.raises(ValueError, match="not a SHA-256"):
        await blobs.delete_untouched("../../etc/passwd", SINCE)


async def test_rests_of_writes_that_broke_off_are_removed_once_they_are_old(blobs: FileBlobs, directory: Path) -> None:
    assert await blobs.delete_unfinished(SINCE) == 0
    digest = await kept(blobs, directory, CONTENT, OLD)
    for name, at in (("tmpold.new", OLD), ("tmpnew.new", NEW)):
        (directory / digest[:2] / name).write_bytes(b"half")
        os.utime(directory / digest[:2] / name, (at, at))

    assert await blobs.delete_unfinished(SINCE) == 1
    assert set(below(directory)) == {digest[:2], f"{digest}.bin", "tmpnew.new"}


async def test_a_file_that_cannot_be_touched_is_replaced(
    blobs: FileBlobs, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any) -> None:  # noqa: ANN401 - as for a file of another account
        raise PermissionError("Operation not permitted")

    digest = await kept(blobs, directory, CONTENT, OLD)
    monkeypatch.setattr(os, "utime", refused)

    assert await blobs.put(CONTENT) == digest
    assert await blobs.untouched(NEW, "", 9) == []
    assert await blobs.get(digest) == CONTENT


async def test_what_is_put_again_while_it_is_looked_at_is_not_deleted(
    blobs: FileBlobs, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = await kept(blobs, directory, CONTENT, OLD)
    looked, touched = threading.Event(), threading.Event()
    is_untouched, utime = room._is_untouched, os.utime  # pyright: ignore[reportPrivateUsage]  # the step between the look and the deletion

    def look(path: Path, since: float) -> bool:
        found = is_untouched(path, since)
        looked.set()
        touched.wait(0.2)  # it waits in vain, for nothing is touched before the deletion
        return found

    def touch(path: Path) -> None:
        utime(path)
        touched.set()

    monkeypatch.setattr(room, "_is_untouched", look)
    monkeypatch.setattr(os, "utime", touch)
    deleting = asyncio.create_task(blobs.delete_untouched(digest, SINCE))
    await asyncio.to_thread(looked.wait)
    await blobs.put(CONTENT)
    await deleting

    assert await blobs.get(digest) == CONTENT


async def test_a_damaged_file_is_told_laid_aside_and_put_anew(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = await blobs.put(b"a fox")
    path = tmp_path / digest[:2] / f"{digest}.bin"
    path.write_bytes(b"a fix")

    with capture_logs() as lines:
        assert await blobs.get(digest) is None

    assert [line["event"] for line in lines] == ["a picture's file is damaged: it is laid aside and counts as lost"]
    assert path.with_suffix(".damaged").read_bytes() == b"a fix"
    assert await blobs.put(b"a fox") == digest
    assert await blobs.get(digest) == b"a fox"


async def test_a_file_that_is_damaged_is_replaced_by_the_same_put_again(tmp_path: Path) -> None:
    blobs = FileBlobs(tmp_path)
    digest = await blobs.put(b"a fox")
    (tmp_path / digest[:2] / f"{digest}.bin").write_bytes(b"a fix")

    await blobs.put(b"a fox")

    assert await blobs.get(digest) == b"a fox"


async def test_a_disk_that_is_nearly_full_takes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=0)
    monkeypatch.setattr(shutil, "disk_usage", {tmp_path / "images": usage}.__getitem__)

    with pytest.raises(OSError, match="No space left"):
        await FileBlobs(tmp_path / "images").try_out()
