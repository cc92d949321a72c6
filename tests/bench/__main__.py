"""`python -m tests.bench [--quick]`: measure everything, print a table. Only a broken run makes it fail."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Console

from tests.bench import inputs, latency, starting, throughput, way
from tests.bench.figures import Figure, table
from tests.bench.ledger.measuring import measure as measure_ledger
from tests.bench.playing import BrokenRunError

if TYPE_CHECKING:
    from collections.abc import Callable


def main() -> int:
    """Return 1 if a run broke, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Atelier beside the bare libraries.")
    parser.add_argument("--quick", action="store_true", help="fewer samples: at most 50 seconds")
    quick = parser.parse_args().quick
    console = Console(width=None if sys.stdout.isatty() else 150)
    began, figures, broken = time.monotonic(), list[Figure](), 0
    console.print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {_load()}")
    families: dict[str, Callable[..., list[Figure]]] = {
        **{family.__name__: family.measure for family in (starting, throughput, latency, way)},
        "tests.bench.inputs": partial(inputs.measure, show=console.print),
        "tests.bench.ledger": partial(measure_ledger, show=console.print),
    }
    for name, measure in families.items():
        try:
            figures += measure(quick=quick)
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
