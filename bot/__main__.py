"""`python -m bot` and the console command `atelier`."""

from __future__ import annotations

import sys
from importlib import import_module

from bot.errors import OperatorError
from bot.memory import collect_little, loading, without


def main() -> None:
    """Run the command line; what the operator has to mend is said in a sentence, without a traceback."""
    collect_little()
    with loading():
        with without("rich"):
            # It prints tracebacks by rich where it finds it, and loads it for that: 4 MB, and 60 ms. We print plain
            # ones, see `bot.logs`.
            import_module("structlog")  # before all others who import it
        from bot.cli import app  # noqa: PLC0415 - nearly everything comes with it
    try:
        app()
    except OperatorError as error:
        print(f"atelier: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks to people
        sys.exit(1)


if __name__ == "__main__":
    main()
