"""`python -m tests.bench [--quick] [PART …]`: measure, print a table. Only a broken run makes it fail."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console

from tests.bench import answers, inputs, latency, starting, strangers, throughput, way
from tests.bench.figures import Figure, table
from tests.bench.ledger.measuring import measure as measure_ledger
from tests.bench.playing import BrokenRunError

if TYPE_CHECKING:
    from collections.abc import Callable


PARTS: dict[str, Callable[[bool, Callable[[object], None]], list[Figure]]] = {
    "starting": lambda quick, _: starting.measure(quick=quick),
    "throughput": lambda quick, _: throughput.measure(quick=quick),
    "latency": lambda quick, _: latency.measure(quick=quick),
    "answers": lambda quick, _: answers.measure(quick=quick),
    "way": lambda quick, _: way.measure(quick=quick),
    "strangers": lambda quick, _: strangers.measure(quick=quick),
    "inputs": lambda quick, show: inputs.measure(quick=quick, show=show),
    "ledger": lambda quick, show: measure_ledger(quick=quick, show=show),
}


def main() -> int:
    """Return 1 if a run broke, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Atelier beside the bare libraries.")
    parser.add_argument("--quick", action="store_true", help="fewer samples: about a minute for all")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 150)
    began, figures, broken = time.monotonic(), list[Figure](), 0
    console.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {_load()}")
    for name in chosen.parts or PARTS:
        try:
            figures += PARTS[name](chosen.quick, console.print)
        except BrokenRunError as error:
            console.print(f"{name} broke: {error}", style="red", markup=False)
            broken = 1
    console.print(table(figures))
    console.print(f"{time.monotonic() - began:.0f} s, load {_load()}. On a busy machine compare the ratios.")
    return broken


def _load() -> str:
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main())
