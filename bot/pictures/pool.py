"""The threads that decode and encode pictures: few, and strangers' files apart from what we have made ourselves."""

from __future__ import annotations

import asyncio
import functools
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bot.pictures.files.container_format import dissect
from bot.pictures.files.file_faults import CutOffError
from bot.services.jobs import UnreadablePictureError
from bot.services.turns import FairShare

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MOST_AT_ONCE = 2  # pictures in work at the same time; each may take some 300 MB for a moment
LOWERED = 5  # by what a thread for members' files is nicer than others
LARGE = 1 << 24  # pixels; of pictures above that, one is in work at a time

large_picture = threading.Lock()  # held while a picture of more than `LARGE` pixels is decoded, in whatever pool


class PicturePool:
    """A bounded pool of threads, opened by its first work and again after a close.

    Pillow lets go of the interpreter's lock while it decodes, scales and encodes, so threads keep the loop responsive.
    At the interpreter's exit it is waited for what runs, which takes seconds at most: every input is bounded.
    """

    def __init__(
        self, threads: int = MOST_AT_ONCE, name: str = "pictures", prepare: Callable[[], None] | None = None
    ) -> None:
        self._threads = threads
        self._name = name
        self._prepare = prepare  # called by each thread, first
        self._executor: ThreadPoolExecutor | None = None

    async def run(
        self, work: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """Do the work on one of the threads. Work that still waits when its task is cancelled never starts."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._threads, self._name, self._prepare)
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Cancel what waits and let go of the threads; what runs comes to its end by itself."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


class MembersPool:
    """The same for files that members bring: by turns over members, and what is small not behind what is large.

    `MOST_AT_ONCE` files are in work, and no more than one that is large. How large it is, its own header tells: a
    thread more looks at those.
    """

    def __init__(self) -> None:
        self._pool = PicturePool(MOST_AT_ONCE + 1, "members' files", _step_back)
        self._share = FairShare(MOST_AT_ONCE, for_small=1)

    async def run(
        self,
        member: Hashable,
        files: Sequence[bytes],
        work: Callable[_Arguments, _Result],
        *args: _Arguments.args,
        **kwargs: _Arguments.kwargs,
    ) -> _Result:
        """Do work that decodes these files when it is the member's turn."""
        is_large = await self._pool.run(lambda: any(map(_is_large, files)))
        async with self._share.taken(1, member, is_large=is_large):
            return await self._pool.run(work, *args, **kwargs)

    def close(self) -> None:
        """As of `PicturePool`."""
        self._pool.close()


def _step_back() -> None:
    """Let this thread, and the processes that it begins, take processors after those of everybody else.

    Of Linux, where a thread has a niceness of its own: https://man7.org/linux/man-pages/man2/nice.2.html
    """
    with suppress(OSError, AttributeError):  # forbidden in here, or unknown on Windows: then it goes on as it is
        os.nice(LOWERED if sys.platform == "linux" else 0)


def _is_large(content: bytes) -> bool:
    try:
        anatomy = dissect(content)
    except CutOffError:
        return True  # as far as anybody knows
    except UnreadablePictureError:
        return False  # it will be refused at once
    return anatomy.width * anatomy.height > LARGE


pool = PicturePool()
members_pool = MembersPool()


def close_pools() -> None:
    """Let go of all threads; they come again when they are needed."""
    pool.close()
    members_pool.close()
