"""Many members at once: pictures a minute, how long the event loop stands still, and what memory a job takes."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.bench.figures import FINE_MILLISECONDS, MEBIBYTES, MILLISECONDS, PER_MINUTE, Figure
from tests.bench.playing import CONCURRENCY, perform

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.sandbox.discord import Member
    from tests.bench.playing import Performed
    from tests.bench.stage import Stage
    from tests.bench.ticker import Stall

MEMBERS = 24
AT_ONCE = 12  # requests that wait or are made: a few more than there are slots
PICTURE = 1_500_000  # bytes
MOST_RATIO = 0.77  # 1.3 times as many jobs as the floor


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
        jobs = 40 if quick else 100 if partials else 200
        spec = {"picture_bytes": PICTURE, "partials": partials, "jobs": jobs, "settle": 0.2}
        # By turns, and the best of each: what else the machine does makes them only worse.
        runs = [
            tuple(perform("throughput", spec, ours=whose) for whose in (True, False)) for _ in range(1 if quick else 2)
        ]
        ours, floor = zip(*runs, strict=True)
        figures += _figures(ours, floor, partials)
    return figures


def _figures(ours: Sequence[Performed], floor: Sequence[Performed], partials: int) -> list[Figure]:
    kind, aim = f"{CONCURRENCY} at once, {partials} previews", None if partials else 500
    speeds = max(map(_speed, ours)), max(map(_speed, floor))

    def best(reading: Callable[[Performed], float]) -> tuple[float, float]:
        return min(map(reading, ours)), min(map(reading, floor))

    return [
        Figure(
            "throughput.jobs",
            f"jobs a minute, {kind}",
            *speeds,
            PER_MINUTE,
            at_least=aim,
            most_ratio=MOST_RATIO,
            more_is_better=True,
        ),
        Figure("throughput.processor", f"processor time of a job, {kind}", *best(_computed), FINE_MILLISECONDS),
        Figure("throughput.stall", f"worst stall of the loop, {kind}", *best(_late), MILLISECONDS, at_most=0.05),
        Figure("throughput.work", f"… most work in one go, {kind}", *best(_worked), MILLISECONDS, at_most=0.05),
        Figure("throughput.memory", f"memory per job, {kind}", *best(_memory), MEBIBYTES),
    ]


def _speed(run: Performed) -> float:
    """Jobs a minute."""
    return 60 * int(run.seen["jobs"]) / (float(run.seen["ended"]) - float(run.seen["began"]))


def _computed(run: Performed) -> float:
    """Seconds of processor time of the bot's process for each job."""
    return run.computed / (int(run.seen["jobs"]) + CONCURRENCY)


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
