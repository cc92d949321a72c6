"""A clock in an event loop, whose late ticks tell for how long the loop stood still.

A loop also stands still while the machine is busy with others, or a thread holds the interpreter's lock: the processor
time of the loop's own thread tells these apart from work that the loop does in one go.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import NamedTuple

TICK = 0.005  # seconds
WORTH_TELLING = 0.002  # seconds of lateness; less is the operating system's

TOLD = "told"  # the argument with which a process is told its settings only when it has loaded what it needs


class Stall(NamedTuple):
    """A late tick: when (seconds since 1970), how late, and for how long the loop's thread computed (seconds)."""

    at: float
    late: float
    worked: float


async def watch_stalls(stalls: list[Stall]) -> None:
    """Note every late tick. Runs until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due, worked = loop.time() + TICK, time.thread_time()
        await asyncio.sleep(TICK)
        late = loop.time() - due
        if late > WORTH_TELLING:
            stalls.append(Stall(time.time(), late, time.thread_time() - worked))


def wait_for_settings() -> None:
    """Take settings from the standard input, where they were not there when the process began."""
    if sys.argv[1:] == [TOLD]:
        os.environ.update(json.loads(sys.stdin.readline()))
