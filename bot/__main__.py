"""`python -m bot` and the console command `atelier`."""

from __future__ import annotations

import sys

from bot.collector import loading
from bot.errors import OperatorError


def main() -> None:
    """Run the command line; what the operator has to mend is said in a sentence, without a traceback."""
    with loading():
        from bot.cli import app  # noqa: PLC0415 - nearly everything comes with it
    try:
        app()
    except OperatorError as error:
        print(f"atelier: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks to people
        sys.exit(1)


if __name__ == "__main__":
    main()
