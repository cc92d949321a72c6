"""Bad and large input files: what memory and time each takes, in a process of its own.

`python -m tests.bench.inputs NAME` is such a process: it prepares the sample and prints what that took, as JSON.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from rich.table import Table

from bot.errors import InputPictureError
from bot.pictures import close_pools, fit_mask, prepare
from tests.bench.figures import MEBIBYTES, MILLISECONDS, Figure
from tests.bench.peak import peak_memory
from tests.bench.playing import ROOT, BrokenRunError
from tests.pictures.corpus import GOOD, SAMPLES, Sample
from tests.pictures.samples import encoded, quarters

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 60  # seconds that one sample may take
MOST = 400 * 1024**2  # bytes; the aim
IN_QUICK = ("60000.png", "67 million with alpha.png")


async def _treat(sample: Sample) -> dict[str, float | str]:
    content = sample.make()
    await prepare(encoded(quarters(64, 48), "PNG"), "to warm up.png")
    before, began = peak_memory(), time.perf_counter()
    outcome = "a picture"
    try:
        await prepare(content, sample.name)
    except InputPictureError as refusal:
        outcome = refusal.sentence
    taken, peak = time.perf_counter() - began, peak_memory()
    with suppress(InputPictureError):
        await fit_mask(content, sample.name, *sample.size)
    masked = time.perf_counter() - began - taken
    close_pools()
    return {"outcome": outcome, "seconds": taken, "as_mask": masked, "bytes": max(peak, peak_memory()) - before}


def _measured(sample: Sample) -> dict[str, float | str]:
    command = [sys.executable, "-m", "tests.bench.inputs", sample.name]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LONGEST, check=True)  # noqa: S603 - a module of ours
    except subprocess.SubprocessError as error:
        raise BrokenRunError(f"“{sample.name}”: {error}\n{getattr(error, 'stderr', '')}") from None
    told: dict[str, float | str] = json.loads(done.stdout)
    return told


def measure(*, quick: bool, show: Callable[[Table], None]) -> list[Figure]:
    """A table of the samples, and of all of them the worst."""
    table = Table(title="Input files: peak memory above what the process had before, and time")
    for column in ("file", "memory", "as an input", "as a mask", "outcome"):
        table.add_column(column, justify="left" if column in {"file", "outcome"} else "right")
    memory = longest = 0.0
    for sample in SAMPLES:
        if quick and sample.name not in IN_QUICK:
            continue
        told = _measured(sample)
        taken, masked = float(told["seconds"]), float(told["as_mask"])
        memory, longest = max(memory, float(told["bytes"])), max(longest, taken, masked)
        words = (
            str(told["outcome"]) if (told["outcome"] == "a picture") is (sample.fault == GOOD) else "NOT AS EXPECTED"
        )
        shown = MEBIBYTES.say(float(told["bytes"])), MILLISECONDS.say(taken), MILLISECONDS.say(masked)
        table.add_row(sample.name, *shown, words)
    show(table)
    return [
        Figure(
            "inputs.memory", "worst input file, memory", memory, None, MEBIBYTES, at_most=MOST, note="the table has all"
        ),
        Figure("inputs.time", "worst input file, time", longest, None, MILLISECONDS),
    ]


if __name__ == "__main__":
    chosen = next(sample for sample in SAMPLES if sample.name == sys.argv[1])
    sys.stdout.write(json.dumps(asyncio.run(_treat(chosen))))
