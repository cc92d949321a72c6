"""Programs of ours that run apart from the bot: given one thing, heard to the end, ended when they take too long."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child process ended.

    Attributes:
        code: 0 if all went well; negative, the signal that ended it.
        written: to standard output.
        said: to standard error, where anybody listens.
    """

    code: int
    written: bytes = field(repr=False)  # asyncio words what a task returned, which takes a second for 33 MB
    said: bytes = field(default=b"", repr=False)


async def run(
    command: Sequence[str],
    given: bytes,
    *,
    seconds: float,
    environment: Mapping[str, str],
    folder: Path | None = None,
    is_heard: bool = True,
) -> Ended:
    """Run a program; it has ended when this returns, raises or is cancelled.

    Args:
        command: the program and its arguments.
        given: by standard input.
        seconds: that it may take.
        environment: all of it: nothing of ours is passed on.
        folder: where it runs; None for where we do.
        is_heard: whether its standard error is kept.

    Raises:
        TimeoutError: it took too long.
        OSError: it could not be started; a TimeoutError is one of them too.
    """
    async with asyncio.timeout(seconds):
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE if is_heard else asyncio.subprocess.DEVNULL,
            env=environment,
            cwd=folder,
            start_new_session=True,  # Ctrl+C in a terminal is for the bot, which then ends it without a traceback
        )
        try:
            written, said = await process.communicate(given)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.communicate()
    return Ended(await process.wait(), written, said or b"")


class Places:
    """So many at once in each event loop: a semaphore serves only one loop."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._semaphores: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    def here(self) -> asyncio.Semaphore:
        """Of the running loop."""
        return self._semaphores.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(self._most))
