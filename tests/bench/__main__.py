"""`python -m tests.bench [--quick] [--json FILE] [PART …]`: measure, print a table. Only a broken run makes it fail."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from tests.bench import (
    answers,
    capacity,
    choices,
    history,
    inputs,
    latency,
    newcomer,
    page,
    starting,
    strangers,
    throughput,
    way,
)
from tests.bench.figures import Figure, table
from tests.bench.ledger.measuring import measure as measure_ledger
from tests.bench.machine import load, machine, now, versions
from tests.bench.playing import BrokenRunError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


PARTS: dict[str, Callable[[bool, Callable[[object], None]], list[Figure]]] = {
    "starting": lambda quick, _: starting.measure(quick=quick),
    "throughput": lambda quick, _: throughput.measure(quick=quick),
    "latency": lambda quick, _: latency.measure(quick=quick),
    "answers": lambda quick, _: answers.measure(quick=quick),
    "way": lambda quick, _: way.measure(quick=quick),
    "strangers": lambda quick, _: strangers.measure(quick=quick),
    "page": lambda quick, show: page.measure(quick=quick, show=show),
    "inputs": lambda quick, show: inputs.measure(quick=quick, show=show),
    "choices": lambda quick, _: choices.measure(quick=quick),
    "capacity": lambda quick, _: capacity.measure(quick=quick),
    "ledger": lambda quick, show: measure_ledger(quick=quick, show=show),
    "history": lambda _, __: history.measure(),
    "newcomer": lambda _, show: newcomer.measure(show=show),
}

BY_NAME = {"newcomer"}  # parts that are measured only if they are named: they install us from the package index
UNHURRIED = {"way", "capacity", "choices", "history"}  # left out by `--quick`: long, or the same on every machine


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 1 if a run broke, else 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Atelier beside the bare libraries.")
    parser.add_argument("--quick", action="store_true", help="fewer samples: about half a minute for all")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all if none is named")
    chosen = parser.parse_args(arguments)
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(unknown)}")
    console = Console(width=None if sys.stdout.isatty() else 150)
    told: dict[str, Any] = {"measured_at": now(), "quick": chosen.quick, "machine": machine(), "versions": versions()}
    about, busy = told["machine"] | told["versions"], load()
    console.print(", ".join(f"{name} {value}" for name, value in about.items()))
    began, figures, broken = time.monotonic(), dict[str, list[Figure]](), dict[str, str]()
    for name in chosen.parts or _usual(quick=chosen.quick):
        part_began = time.monotonic()
        try:
            figures[name] = PARTS[name](chosen.quick, console.print)
        except BrokenRunError as error:
            console.print(f"{name} broke: {error}", style="red", markup=False)
            broken[name] = str(error)
        console.print(f"{name}: {time.monotonic() - part_began:.0f} s", style="dim")
    console.print(table(figure for part in figures.values() for figure in part))
    took = time.monotonic() - began
    console.print(f"{took:.0f} s, load {busy:.2f} to {load():.2f}. On a busy machine compare the ratios.")
    if chosen.json is not None:
        told |= {"load": [busy, load()], "seconds": took, "broken": broken}
        told["figures"] = [{"part": name, **each.as_dict()} for name, part in figures.items() for each in part]
        chosen.json.write_text(json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    return bool(broken)


def _usual(*, quick: bool) -> list[str]:
    """The parts that are measured when none is named."""
    return [name for name in PARTS if name not in BY_NAME and not (quick and name in UNHURRIED)]


if __name__ == "__main__":
    sys.exit(main())
