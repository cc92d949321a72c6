"""Files that nobody needs are deleted, and no other: on real files and a real database."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections import deque
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest_asyncio
from structlog.testing import capture_logs
from typing_extensions import override

from bot.services.gallery import FileHolds, Sweeping, file_holds
from bot.services.gallery.file_holds import AGE, Swept
from bot.services.requests import StoredImage
from bot.storage import FileBlobs, SqliteRequests
from tests.storage.examples import NOON, Books, opened, order, settlement

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    import pytest
    from structlog.typing import EventDict

    from bot.services.ledger import Requests

LONG_AGO = NOON - AGE - 1


async def nothing_kept() -> bool:
    return False


@dataclass
class Store:
    """Books with the files that they speak of."""

    books: Books
    blobs: FileBlobs
    directory: Path

    def sweeping(self, requests: Requests | None = None) -> Sweeping:
        return Sweeping(
            FileHolds(requests or self.books.requests, self.blobs), self.blobs, nothing_kept, lambda: NOON, pause=0
        )

    async def put(self, content: bytes, at: float = LONG_AGO) -> StoredImage:
        """A file that was put then."""
        digest = await self.blobs.put(content)
        path = self.directory / digest[:2] / f"{digest}.bin"
        os.utime(path, (at, at))
        return StoredImage(digest, "image/png", 1024, 768, len(content))

    async def make(self, name: str, result: StoredImage, *references: StoredImage) -> None:
        """A request that was answered with this picture."""
        await self.books.ledger.reserve(order(name, references=references))
        await self.books.ledger.dispatch(f"{name}:1", NOON)
        await self.books.ledger.settle(f"{name}:1", replace(settlement(), image=result), NOON)
        await self.books.requests.delivered(name, NOON, None, ())

    async def left(self, *files: StoredImage) -> list[bool]:
        """Which of them are still there."""
        return [await self.blobs.get(file.digest) is not None for file in files]


async def log_of_two_sweeps(store: Store, *failures: Exception) -> list[EventDict]:
    """What a process writes that sweeps until the third sweep begins; the first ones fail."""
    begun, third, failing = itertools.count(1), asyncio.Event(), deque(failures)

    def clock() -> float:
        if next(begun) == 3:
            third.set()
        if failing:
            raise failing.popleft()
        return NOON

    sweeper = Sweeping(
        FileHolds(store.books.requests, store.blobs), store.blobs, nothing_kept, clock, interval=0, pause=0
    )
    with capture_logs() as lines:
        sweeper.begin()
        await third.wait()
        await sweeper.close()
    return list(lines)


@asynccontextmanager
async def a_store(folder: Path) -> AsyncGenerator[Store]:
    async with opened(folder / "atelier.sqlite3") as books:
        yield Store(books, FileBlobs(folder / "images"), folder / "images")


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncGenerator[Store]:
    async with a_store(tmp_path) as found:
        yield found


async def test_nothing_is_swept_while_all_is_to_be_kept(store: Store) -> None:
    async def all_kept() -> bool:
        return True

    unused = await store.put(b"an unused file")

    swept = await replace(store.sweeping(), keeps_all=all_kept).sweep()

    assert (swept.looked_at, swept.deleted, swept.unfinished) == (0, 0, 0)
    assert await store.left(unused) == [True]


async def test_pictures_and_what_they_were_made_from_stay(store: Store) -> None:
    source, result = await store.put(b"source"), await store.put(b"result")
    await store.make("1", result, source)

    swept = await store.sweeping().sweep()

    assert swept == Swept(looked_at=2, deleted=0, unfinished=0)
    assert await store.left(source, result) == [True, True]


async def test_inputs_of_a_request_that_made_no_picture_go_and_those_of_one_at_work_stay(store: Store) -> None:
    vain, waiting = await store.put(b"vain"), await store.put(b"waiting")
    await store.books.ledger.reserve(order("1", references=(vain,)))
    await store.books.ledger.release("1:1", "no", "blocked", NOON)
    await store.books.requests.delivered("1", NOON, None, ())
    await store.books.ledger.reserve(order("2", references=(waiting,)))

    swept = await store.sweeping().sweep()

    assert (swept.looked_at, swept.deleted) == (2, 1)
    assert await store.left(vain, waiting) == [False, True]


async def test_files_of_deleted_pictures_that_a_dead_process_left_go(store: Store) -> None:
    source, result = await store.put(b"source"), await store.put(b"result")
    await store.make("1", result, source)
    await store.books.requests.delete_pictures("1", NOON)  # it died before it removed them

    await store.sweeping().sweep()

    assert await store.left(source, result) == [False, False]


async def test_what_was_put_down_lately_stays_whoever_uses_it(store: Store) -> None:
    crashed = await store.put(b"before a reservation that never came")
    accepting = await store.put(b"about to be reserved", NOON - AGE + 1)

    await store.sweeping().sweep()

    assert await store.left(crashed, accepting) == [False, True]


async def test_a_file_that_is_put_again_while_it_is_asked_about_stays(store: Store) -> None:
    class Meanwhile(SqliteRequests):
        @override
        async def unused(self, digests: Sequence[str]) -> Sequence[str]:
            found = await super().unused(digests)
            await store.blobs.put(b"input")  # another member attaches the same
            return found

    file = await store.put(b"input")

    swept = await store.sweeping(Meanwhile(store.books.database)).sweep()

    assert swept.deleted == 0
    assert await store.left(file) == [True]


async def test_many_files_are_swept_in_steps_and_none_is_left_out(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    class Counted(SqliteRequests):
        @override
        async def unused(self, digests: Sequence[str]) -> Sequence[str]:
            asked.append(len(digests))
            return await super().unused(digests)

    monkeypatch.setattr(file_holds, "STEP", 4)
    files = [await store.put(bytes([number])) for number in range(10)]
    await store.make("1", files[0])

    swept = await store.sweeping(Counted(store.books.database)).sweep()

    assert asked == [4, 4, 2]
    assert swept == Swept(looked_at=10, deleted=9, unfinished=0)
    assert await store.left(*files) == [True] + [False] * 9


async def test_what_was_found_is_written_to_the_log_again_and_again_until_the_end(store: Store) -> None:
    file = await store.put(b"nobody's")
    (store.directory / file.digest[:2] / "tmp.new").write_bytes(b"half")
    os.utime(store.directory / file.digest[:2] / "tmp.new", (LONG_AGO, LONG_AGO))
    stays = await store.put(b"a picture")
    await store.make("1", stays)

    lines = await log_of_two_sweeps(store)

    told = [(line["event"], line["files"], line["deleted"], line["unfinished"]) for line in lines]
    assert told == [("files swept", 2, 1, 1), ("files swept", 1, 0, 0)]


async def test_an_empty_store_is_swept_in_silence(store: Store) -> None:
    assert await log_of_two_sweeps(store) == []


async def test_a_sweep_that_fails_is_told_and_tried_again(store: Store) -> None:
    file = await store.put(b"nobody's")

    lines = await log_of_two_sweeps(store, OSError("the disk is away"))

    assert [line["event"] for line in lines] == ["files not swept", "files swept"]
    assert await store.left(file) == [False]
