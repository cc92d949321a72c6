"""The threads that decode and encode pictures: few, so that memory and the event loop stay free."""

from __future__ import annotations

import asyncio
import functools
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MOST_AT_ONCE = 2  # pictures in work at the same time; each may take some 300 MB for a moment


class PicturePool:
    """A bounded pool of threads, opened by its first work and again after a close.

    Pillow lets go of the interpreter's lock while it decodes, scales and encodes, so threads keep the loop responsive.
    At the interpreter's exit it is waited for what runs, which takes seconds at most: every input is bounded.
    """

    def __init__(self, threads: int = MOST_AT_ONCE) -> None:
        self._threads = threads
        self._executor: ThreadPoolExecutor | None = None

    async def run(
        self, work: Callable[_Arguments, _Result], *args: _Arguments.args, **kwargs: _Arguments.kwargs
    ) -> _Result:
        """Do the work on one of the threads. Work that still waits when its task is cancelled never starts."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._threads, thread_name_prefix="pictures")
        call = functools.partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._executor, call)

    def close(self) -> None:
        """Cancel what waits and let go of the threads; what runs comes to its end by itself."""
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


pool = PicturePool()
