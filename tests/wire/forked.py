"""Processes that are forked from one which has loaded everything: each is `python -m bot …`, a second sooner."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import multiprocessing
import os
import re
import signal
import sys
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import discord.http
from aiohttp import connector

from bot.client import COGS
from bot.storage.database.sqlite import sqlite3
from tests.storage.dying import traced
from tests.wire.hasty import HASTY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from multiprocessing.context import ForkServerProcess

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0  # seconds for a process to end by itself
LOADED = (
    "bot.cli",
    "bot.running",
    *COGS,
    "bot.openai_images.client",
    "openai.resources.images",
    "openai.resources.models",
    "anyio._backends._asyncio",
    "PIL.PngImagePlugin",
    "tests.wire.remembered",
)
TOLD = "holds: "  # begins the line in which a bot says what it holds
NUMBERS = re.compile(r"[0-9]+")
MOST_KINDS = 40  # kinds of objects that are named
KEPT = ("PATH", "HOME")  # of the environment

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

    async def died(self, within: float | None = None) -> bool:
        """Wait for its end, at most so many seconds; whether it has ended."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), within)
        return self._ended.is_set()

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
    statements: int = 0,
    afresh: bool = False,
    hasty: bool = False,
) -> ForkedProcess:
    """Start `python -m bot …` in a folder, which may be new, with these settings and nothing else of ours.

    Args:
        environment: its settings.
        folder: its working directory, where there is no `.env`.
        output: the file to which its standard output is appended.
        errors: as `output`; it may be the same file.
        command: its arguments.
        statements: it kills itself before its SQL statement of that number; 0 lets it live.
        afresh: it loads everything itself, as an operator's does.
        hasty: where Discord has an internal error, discord.py tries again at once instead of after 25 seconds.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    settings = {**kept, **environment}
    arguments = (settings, folder, output, errors, command, statements, afresh, hasty)
    process = _context.Process(target=live, args=arguments, daemon=True)
    await asyncio.to_thread(process.start)
    return ForkedProcess(process)


def tell_of_itself(*_: object) -> None:
    """Say, as a line of JSON, what this process holds: tasks by name, and the objects of Python."""
    gc.collect()
    objects = gc.get_objects()
    kinds = Counter(type(each).__qualname__ for each in objects)
    tasks = Counter(_name_of(task) for task in asyncio.all_tasks())
    told = {"objects": len(objects), "tasks": tasks, "kinds": dict(kinds.most_common(MOST_KINDS))}
    print(f"{TOLD}{json.dumps(told)}", file=sys.stderr, flush=True)  # noqa: T201 - for whoever asked by SIGUSR1


def _name_of(task: asyncio.Task[Any]) -> str:
    """Without numbers; the work's own name where the task has none."""
    name = NUMBERS.sub("#", task.get_name())
    return getattr(task.get_coro(), "__qualname__", name) if name == "Task-#" else name


def die_before(statements: int) -> None:
    """Let this process be killed before its SQL statement of that number."""
    seen = 0

    def count(_sql: str) -> None:
        nonlocal seen
        seen += 1
        if seen == statements:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(sqlite3, "connect", partial(traced, count))  # noqa: B010 - its overloads


def live(
    environment: Mapping[str, str],
    folder: Path,
    output: Path,
    errors: Path,
    command: tuple[str, ...],
    statements: int,
    afresh: bool,  # noqa: FBT001 - handed over as `fork` was told
    hasty: bool,  # noqa: FBT001 - the same
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
    if hasty:
        setattr(discord.http, "asyncio", HASTY)  # noqa: B010 - a module of its own
    if "SSL_CERT_FILE" in environment:  # read when aiohttp was loaded
        connector._SSL_CONTEXT_VERIFIED = connector._make_ssl_context(verified=True)  # pyright: ignore[reportPrivateUsage] - no other way
    signal.signal(signal.SIGUSR1, tell_of_itself)
    sys.argv[1:] = command
    if statements:
        die_before(statements)
    importlib.import_module("bot.__main__").main()
