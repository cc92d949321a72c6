"""The bot as a process of its own beside the sandbox: started, stopped, killed, and its last words."""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEPT = 300  # lines
GOODBYE = 8.0  # seconds that it may take to stop before it is killed
FULL = 4096  # bytes to which files may still grow while "the disk is full"


class BotProcess:
    """`python -m bot run`, with this environment and in this folder, where there is no `.env`. It ends when we do.

    Attributes:
        lines: what it printed last, over restarts.
        is_disk_full: whether its files may not grow.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self.lines: deque[str] = deque(maxlen=KEPT)
        self.is_disk_full = False
        self._environment = dict(environment)
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its number while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    @property
    def code(self) -> int | None:
        """How it ended; None while it runs, and before."""
        return None if self._process is None else self._process.returncode

    async def start(self) -> None:
        """Start it; nothing if it runs."""
        if self.pid is not None:
            return
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot.demo.browser.child_bot"),
            env=self._environment,
            cwd=self._folder,
            stdin=asyncio.subprocess.PIPE,  # open for as long as we live
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl+C in a terminal is for us, who then stop it
        )
        self._reading = asyncio.create_task(self._read(self._process))
        if self.is_disk_full:
            self.fill_disk(full=True)

    async def ended(self) -> None:
        """Wait until it has ended, and everything that it said was read."""
        if self._reading is not None:
            await asyncio.shield(self._reading)

    async def stop(self) -> None:
        """Stop it as SIGTERM does; kill it if that takes long."""
        if self._process is None or self.pid is None:
            return
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            async with asyncio.timeout(GOODBYE):
                await self.ended()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """Kill it at once, without a word."""
        if self._process is None:
            return
        with suppress(ProcessLookupError):
            self._process.kill()
        await self.ended()

    def fill_disk(self, *, full: bool) -> None:
        """Let its files grow no more, as on a full disk, or let them grow again.

        Raises:
            NotImplementedError: only Linux can do that to another process.
        """
        if sys.platform != "linux":
            raise NotImplementedError("Only Linux can pretend that a disk is full.")
        import resource  # noqa: PLC0415 - Windows has no such module

        self.is_disk_full = full
        if self.pid is not None:
            _, most = resource.prlimit(self.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (FULL if full else most, most))

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is not None:
            while line := await process.stdout.readline():
                self.lines.append(line.decode(errors="replace").rstrip())
        await process.wait()
