"""The first moments: from exec to READY, memory at rest, and the first picture against later ones."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any

from tests.bench.figures import MEBIBYTES, SECONDS, Figure
from tests.bench.playing import perform

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.playing import Performed
    from tests.bench.stage import Stage

LATER = 5  # pictures after the first
PICTURE = 1_500_000  # bytes


async def play(stage: Stage) -> dict[str, Any]:
    """Some pictures one after the other; seconds that each took."""
    member = stage.discord.server.add_member("Mia")
    took: list[float] = []
    for number in range(1 + LATER):
        began = time.time()
        _, arrived = await stage.imagine(member, f"picture {number}")
        took.append(arrived - began)
    return {"connected": stage.connected_at, "took": took}


def measure(*, quick: bool) -> list[Figure]:
    """The median of some starts."""
    spec = {"picture_bytes": PICTURE, "partials": 0, "settle": 0.3 if quick else 1.0}
    starts = 1 if quick else 3
    ours, floor = ([perform("starting", spec, ours=whose, bare=True) for _ in range(starts)] for whose in (True, False))

    def both(reading: Callable[[Performed], float]) -> tuple[float, float]:
        return median(map(reading, ours)), median(map(reading, floor))

    return [
        Figure("starting.ready", "start to READY", *both(_to_ready), SECONDS, most_ratio=1.2),
        Figure("starting.memory", "memory at rest", *both(_idle), MEBIBYTES, at_most=90 * 1024**2),
        Figure("starting.first", "first picture after a start", *both(_first), SECONDS),
        Figure("starting.later", "median of later pictures", *both(_later), SECONDS),
    ]


def _to_ready(run: Performed) -> float:
    return float(run.seen["connected"]) - run.executed_at


def _idle(run: Performed) -> float:
    return run.idle


def _first(run: Performed) -> float:
    return float(run.seen["took"][0])


def _later(run: Performed) -> float:
    return float(median(run.seen["took"][1:]))
