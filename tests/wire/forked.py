"""Processes that are forked from one which has loaded everything: each is `python -m bot …`, a second sooner."""

from __future__ import annotations

import asyncio
import gc
import importlib
import multiprocessing
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Mapping
    from multiprocessing.context import ForkServerProcess

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0  # seconds for a process to end by itself
LOADED = (
    "bot.cli",
    "cogs.imagine",
    "cogs.edit",
    "cogs.gallery",
    "cogs.usage",
    "cogs.increases",
    "cogs.studio",
    "cogs.quota",
    "openai.resources.images",
    "PIL.PngImagePlugin",
)
COVERED = "COVERAGE_PROCESS_CONFIG"
KEPT = ("PATH", "HOME", COVERED)  # of the environment

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__, *LOADED])


class ForkedProcess:
    """One process, from its birth to its end. Use it as long as the event loop runs in which it was born."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self._ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.add_reader(process.sentinel, self._note_end, loop)

    def _note_end(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.remove_reader(self._process.sentinel)
        self._process.join()
        self._ended.set()

    @property
    def pid(self) -> int:
        """Of the process."""
        assert self._process.pid is not None
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing if it has ended."""
        if not self._ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def ended(self) -> int:
        """Wait for its end; the exit code, negative for the signal that killed it."""
        await asyncio.wait_for(self._ended.wait(), PATIENCE)
        assert self._process.exitcode is not None
        return self._process.exitcode


async def fork(
    environment: Mapping[str, str],
    folder: Path,
    output: Path,
    errors: Path,
    *command: str,
    afresh: bool = False,
) -> ForkedProcess:
    """Start `python -m bot …` in a folder, which may be new, with these settings and nothing else of ours.

    Args:
        environment: its settings.
        folder: its working directory, where there is no `.env`.
        output: the file to which its standard output is appended.
        errors: as `output`; it may be the same file.
        command: its arguments.
        afresh: it loads everything itself, as an operator's does: for what is read from the environment meanwhile.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    settings = {**kept, **environment}
    afresh = afresh or COVERED in os.environ  # only what is started afresh is measured
    arguments = (settings, folder, output, errors, command, afresh)
    process = _context.Process(target=live, args=arguments, daemon=True)
    await asyncio.to_thread(process.start)
    return ForkedProcess(process)


def live(
    environment: Mapping[str, str],
    folder: Path,
    output: Path,
    errors: Path,
    command: tuple[str, ...],
    afresh: bool,  # noqa: FBT001 - handed over as `fork` was told
) -> None:
    """Be `python -m bot …` until the end of the process."""
    gc.freeze()  # a collection would copy what is shared with the others
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in ((1, output), (2, errors)):
        os.dup2(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600), number)
    if afresh:
        os.environ["PYTHONPATH"] = str(PROJECT)
        os.execv(sys.executable, [sys.executable, "-m", "bot", *command])  # noqa: S606 - ourselves
    sys.argv[1:] = command
    importlib.import_module("bot.__main__").main()
