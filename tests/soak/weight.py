"""What a bot's process holds: memory, threads, files, tasks, objects of Python; whether that grows; how it answers."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import socket
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from tests.wire.forked import TOLD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.wire.forked import ForkedProcess

PATIENCE = 60.0  # seconds until a process tells of itself
MEMORY = 96 * 1024 * 1024  # bytes by which it may grow: pools fill, and the allocator keeps what it had
HANDLES, THREADS, TASKS = 16, 8, 4  # connections to the image API and threads of pools come when they are needed first
OBJECTS = 40_000  # of Python: caches of names, members, policies that are bounded
MOST_NAMED = 12
PASSING = "passing #"  # tasks that wait to take away again in some minutes what was said in passing


@dataclass(frozen=True)
class Weight:
    """Of a process at rest; `memory` in bytes."""

    memory: int
    handles: int
    threads: int
    objects: int
    tasks: Counter[str]
    kinds: Counter[str]

    def __str__(self) -> str:
        return (
            f"{self.memory / 2**20:.1f} MiB, {self.handles} handles, {self.threads} threads, "
            f"{self.tasks.total()} tasks, {self.objects:,} objects"
        )


async def weigh(life: ForkedProcess, log: Path) -> Weight:
    """Let a bot tell what it holds.

    Raises:
        TimeoutError: it does not.
    """
    before = _length(log)
    life.signal(signal.SIGUSR1)
    async with asyncio.timeout(PATIENCE):
        while (line := _told(log, before)) is None:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.1)
    told = json.loads(line)
    process = psutil.Process(life.pid)
    return Weight(
        process.memory_full_info().uss,
        process.num_fds(),
        process.num_threads(),
        told["objects"],
        Counter({name: times for name, times in told["tasks"].items() if name != PASSING}),
        Counter(told["kinds"]),
    )


def free_port() -> int:
    """Of this machine, that nobody uses just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


def stall_of(port: int) -> float:
    """The longest stall of a bot's event loop in its last minute, in seconds; 0 where the bot does not answer."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        asking.request("GET", "/healthz")
        return float(json.load(asking.getresponse())["event_loop_lag_seconds"])
    except (OSError, http.client.HTTPException):
        return 0.0
    finally:
        asking.close()


def _length(log: Path) -> int:
    return log.stat().st_size


def _told(log: Path, since: int) -> str | None:
    with log.open("rb") as file:
        file.seek(since)
        lines = file.read().decode(errors="replace").splitlines(keepends=True)
    return next((line.removeprefix(TOLD) for line in lines if line.startswith(TOLD) and line.endswith("\n")), None)


def growth(before: Weight, after: Weight) -> Iterator[str]:
    """What has grown more than it may."""
    for name, most in (("memory", MEMORY), ("handles", HANDLES), ("threads", THREADS), ("objects", OBJECTS)):
        was, is_now = getattr(before, name), getattr(after, name)
        if is_now > was + most:
            more = (after.kinds - before.kinds).most_common(MOST_NAMED)
            yield f"{name} has grown from {was:,} to {is_now:,}; more of {more}"
    if after.tasks.total() > before.tasks.total() + TASKS:
        yield f"tasks have grown from {before.tasks.total()} to {after.tasks.total()}: {after.tasks - before.tasks}"
