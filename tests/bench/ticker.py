"""A clock in an event loop, whose late ticks tell for how long the loop stood still."""

from __future__ import annotations

import asyncio
import time

TICK = 0.005  # seconds
WORTH_TELLING = 0.002  # seconds of lateness; less is the operating system's


async def watch_stalls(stalls: list[tuple[float, float]]) -> None:
    """Note every late tick: the time since 1970, and the seconds by which it was late. Runs until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + TICK
        await asyncio.sleep(TICK)
        late = loop.time() - due
        if late > WORTH_TELLING:
            stalls.append((time.time(), late))
