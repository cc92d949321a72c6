"""Members' files are worked on by turns, and never in the way of pictures that are made."""

from __future__ import annotations

import asyncio
import os
import sys
import threading

import pytest

from bot.pictures import decode, prepare, preview_of
from bot.pictures.pool import LOWERED, MembersPool, PicturePool, large_picture
from tests.pictures.samples import encoded, gradient

SMALL = encoded(gradient(9, 9), "PNG")
HUGE = b"".join((SMALL[:16], (8192).to_bytes(4, "big") * 2, SMALL[24:]))  # so its header says


class Works:
    """Work on threads that ends when it is told to.

    Attributes:
        began: names, in order.
    """

    def __init__(self) -> None:
        self.pool = MembersPool()
        self.began: list[str] = []
        self._ends: dict[str, threading.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._lock = threading.Condition()

    async def comes(self, name: str, member: str, content: bytes) -> None:
        self._ends[name] = threading.Event()
        self._tasks[name] = asyncio.create_task(self.pool.run(member, [content], self._work, name))
        for _ in range(20):  # its size is looked at on a thread
            await asyncio.sleep(0.005)

    async def goes(self, name: str) -> None:
        self._ends[name].set()
        await self._tasks[name]

    async def have_begun(self, *names: str) -> None:
        await asyncio.to_thread(self._wait, names)

    def _wait(self, names: tuple[str, ...]) -> None:
        with self._lock:
            assert self._lock.wait_for(lambda: set(names) <= set(self.began), timeout=60)

    def _work(self, name: str) -> None:
        with self._lock:
            self.began.append(name)
            self._lock.notify_all()
        self._ends[name].wait(60)


@pytest.fixture
def works() -> Works:
    return Works()


async def test_members_files_have_turns_and_a_small_one_does_not_wait_for_large_ones(works: Works) -> None:
    for number in range(3):
        await works.comes(f"huge {number}", "greedy", HUGE)
    await works.comes("other", "mia", HUGE)
    await works.comes("small", "noor", SMALL)
    await works.have_begun("huge 0", "small")
    before = list(works.began)
    for name in ("huge 0", "small", "huge 1", "other", "huge 2"):
        await works.goes(name)
    works.pool.close()

    assert before == ["huge 0", "small"]
    assert works.began == ["huge 0", "small", "huge 1", "other", "huge 2"]


async def test_a_file_that_ends_before_its_header_says_counts_as_large(works: Works) -> None:
    await works.comes("cut", "mia", SMALL[:-20])
    await works.comes("huge", "noor", HUGE)
    await works.comes("nothing", "noor", b"not a picture")
    await works.have_begun("cut", "nothing")
    before = list(works.began)
    for name in ("cut", "nothing", "huge"):
        await works.goes(name)
    works.pool.close()

    assert before == ["cut", "nothing"]


async def test_members_files_keep_nobodys_picture_waiting(works: Works) -> None:
    for number in range(4):
        await works.comes(str(number), str(number), SMALL)
    ours = PicturePool()

    assert await ours.run(sum, [1, 2]) == 3
    for number in range(4):
        await works.goes(str(number))
    ours.close()
    works.pool.close()


@pytest.mark.skipif(sys.platform != "linux", reason="only there a thread has a niceness of its own")
async def test_members_files_take_processors_after_everybody_else() -> None:
    def niceness() -> int:
        return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    members, others = MembersPool(), PicturePool()
    try:
        of_members, of_others = await members.run("mia", [SMALL], niceness), await others.run(niceness)
    finally:
        members.close()
        others.close()

    assert (of_members, of_others) == (min(19, niceness() + LOWERED), niceness())


async def test_where_no_niceness_may_be_set_files_are_worked_on_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: int) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "nice", forbidden)
    members = MembersPool()
    try:
        assert await members.run("mia", [SMALL], len, SMALL) == len(SMALL)
    finally:
        members.close()


async def test_of_all_large_pictures_one_is_decoded_at_a_time_and_small_ones_wait_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(decode, "LARGE", 100)
    large = encoded(gradient(20, 20), "PNG")
    with large_picture:
        waiting = asyncio.gather(prepare(large, "a member's.png"), preview_of(lambda: [large]))

        assert (await prepare(SMALL, "small.png")).width == 9
        assert await preview_of(lambda: [SMALL])
        assert not waiting.done()
    prepared, shrunk = await waiting

    assert prepared.width == 20
    assert shrunk
