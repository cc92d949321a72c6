"""Bots that are forked from a process which has loaded everything: each is `python -m bot run`, a second sooner.

Run as a module it is that process: a JSON line tells of a bot to start, one line answers with its process id, the
next, once it has ended, with its exit code.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import re
import signal
import sys
import threading
from collections import Counter
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self

from bot.storage.database.sqlite import sqlite3
from tests.storage.dying import traced

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = Path(__file__).parents[2]
PATIENCE = 300.0  # seconds for the nursery to answer
TOLD = "holds: "  # begins the line in which a bot says what it holds
NUMBERS = re.compile(r"[0-9]+")
MOST_KINDS = 40  # kinds of objects that are named
LOADED = (
    "bot.__main__",
    "bot.cli",
    "bot.client",
    "cogs.imagine",
    "cogs.gallery",
    "openai.resources.images",
    "PIL.PngImagePlugin",
)


class Life:
    """One bot, from its birth to its end."""

    def __init__(self, pid: int, ending: asyncio.Task[int]) -> None:
        self._pid = pid
        self._ending = ending

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._pid

    @property
    def ending(self) -> asyncio.Task[int]:
        """Done once it has ended; the exit code."""
        return self._ending

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing if it has ended."""
        if not self._ending.done():
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)

    async def died(self, within: float | None = None) -> bool:
        """Wait for its end, at most so many seconds; whether it has ended."""
        await asyncio.wait({self._ending}, timeout=within)
        return self._ending.done()

    async def ended(self) -> int:
        """Wait for its end; the exit code, negative for the signal that killed it."""
        return await asyncio.wait_for(asyncio.shield(self._ending), PATIENCE)


class Nursery:
    """Starts bots, one at a time, whose output goes to `log`. Use it as an async context manager."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "bot.log"
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None
        self._life: Life | None = None

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True)
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                __name__,
                env={**kept, "PYTHONPATH": str(PROJECT)},
                cwd=self._folder,  # where there is no .env
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        if self._life is not None:
            self._life.signal(signal.SIGKILL)
            await self._life.ended()
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), PATIENCE)

    async def born(self, environment: Mapping[str, str], statements: int = 0) -> Life:
        """Start a bot with these settings. It kills itself before its SQL statement of that number; 0 lets it live."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps([dict(environment), statements])}\n".encode())
        pid = await asyncio.wait_for(self._answer(), PATIENCE)
        self._life = Life(pid, asyncio.create_task(self._answer()))
        return self._life

    async def _answer(self) -> int:
        assert self._process is not None
        assert self._process.stdout is not None
        return int(await self._process.stdout.readline())


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


def live(environment: Mapping[str, str], statements: int) -> NoReturn:
    """Be a bot until the end of the process."""
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    signal.signal(signal.SIGUSR1, tell_of_itself)
    sys.argv[1:] = ["run"]
    if statements:
        die_before(statements)
    code: object = 1
    try:
        importlib.import_module("bot.__main__").main()
    except SystemExit as end:
        code = end.code
    finally:
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def main() -> None:
    for module in LOADED:
        importlib.import_module(module)
    assert threading.active_count() == 1, "a fork would lose the others"
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        environment, statements = json.loads(line)
        child = os.fork()
        if not child:
            live(environment, statements)
        print(child, flush=True)  # noqa: T201 - its answer
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - the same


if __name__ == "__main__":
    main()
