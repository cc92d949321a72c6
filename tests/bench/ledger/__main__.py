"""`python -m tests.bench.ledger [--quick]`: the ledger alone."""

from __future__ import annotations

import argparse
import sys

from rich.console import Console

from tests.bench.figures import table
from tests.bench.ledger.measuring import measure


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.ledger", description="The ledger beside bare SQLite.")
    parser.add_argument("--quick", action="store_true", help="a short past and few samples: some seconds")
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(table(measure(quick=parser.parse_args().quick, show=console.print)))


if __name__ == "__main__":
    main()
