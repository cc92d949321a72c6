"""Many members at once: pictures a minute, how long the event loop stands still, and what memory a job takes."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.bench.figures import Figure, mebibytes, milliseconds, per_minute
from tests.bench.playing import CONCURRENCY, perform

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.bench.playing import Performed
    from tests.bench.stage import Stage
    from tests.bench.ticker import Stall

MEMBERS = 24
AT_ONCE = 12  # requests that wait or are made: a few more than there are slots
PICTURE = 1_500_000  # bytes


async def play(stage: Stage) -> dict[str, Any]:
    """So many pictures as fast as they come; when that began and ended, in seconds since 1970."""
    members = [stage.discord.server.add_member(f"Member {number}") for number in range(MEMBERS)]
    await asyncio.gather(*(stage.imagine(member, "to warm up") for member in members[:CONCURRENCY]))
    numbers = count()

    async def ask(mine: list[Member]) -> None:
        while (number := next(numbers)) < stage.spec["jobs"]:
            await stage.imagine(mine[number % len(mine)], f"picture {number}")

    began = time.time()
    await asyncio.gather(*(ask(members[one::AT_ONCE]) for one in range(AT_ONCE)))
    return {"jobs": stage.spec["jobs"], "began": began, "ended": time.time()}


def measure(*, quick: bool) -> list[Figure]:
    """With previews and without: those of a real API are seconds apart, here everything comes at once."""
    figures: list[Figure] = []
    for partials in (0,) if quick else (0, 3):
        jobs = (40 if quick else 200) if not partials else 100
        spec = {"picture_bytes": PICTURE, "partials": partials, "jobs": jobs, "settle": 0.5}
        ours, floor = (perform("throughput", spec, ours=whose) for whose in (True, False))
        kind = f"{CONCURRENCY} at once, {partials} previews"
        aim = None if partials else 500
        figures += [
            Figure(
                f"jobs a minute, {kind}",
                _speed(ours),
                _speed(floor),
                per_minute,
                at_least=aim,
                most_ratio=round(1 / 1.3, 2),
                more_is_better=True,
            ),
            Figure(f"worst stall of the loop, {kind}", _late(ours), _late(floor), milliseconds, at_most=0.05),
            Figure(f"… most work in one go, {kind}", _worked(ours), _worked(floor), milliseconds, at_most=0.05),
            Figure(f"memory per job, {kind}", _memory(ours), _memory(floor), mebibytes),
        ]
    return figures


def _speed(run: Performed) -> float:
    """Jobs a minute."""
    return 60 * int(run.seen["jobs"]) / (float(run.seen["ended"]) - float(run.seen["began"]))


def _stalls(run: Performed) -> list[Stall]:
    """While it was measured."""
    return [stall for stall in run.stalls if run.seen["began"] <= stall.at <= run.seen["ended"]]


def _late(run: Performed) -> float:
    return max((stall.late for stall in _stalls(run)), default=0.0)


def _worked(run: Performed) -> float:
    return max((stall.worked for stall in _stalls(run)), default=0.0)


def _memory(run: Performed) -> float:
    """Bytes above what the process had before its first picture, for each job that runs at once."""
    return (run.peak - run.idle) / CONCURRENCY
