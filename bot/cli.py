"""The command line: run, demo, sandbox, report, reconcile. With config.py it alone reads the environment."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import structlog
import typer

from bot.config import inherited_environment, read_data_settings, read_settings, unknown_settings
from bot.errors import BillError, ConfigurationError, OperatorError
from bot.logs import configure_logging
from bot.memory import loading
from bot.presentation.ledger_csv import csv_lines
from bot.presentation.report import report_view
from bot.services.accounting import MOST_BYTES, Grouping, Reconciliation, choose_month, of_project, read_bill, reconcile
from bot.services.calendar import BILLING_ZONE, Month
from bot.services.text import LARGEST
from bot.storage.ledger.daily import read_booked
from bot.storage.ledger.report import read_report

if TYPE_CHECKING:
    from rich.console import Console

_log = structlog.stdlib.get_logger(__name__)
app = typer.Typer(
    help="Atelier: a Discord bot with which a team makes pictures together, inside a budget that holds.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def run() -> None:
    """Run the bot, as the settings in the environment and `.env` say."""
    settings = read_settings()
    configure_logging(settings.log_level, settings.log_format)
    for name in unknown_settings():
        _log.warning("this is no setting of this version, and is ignored", name=name)
    with loading():
        from bot.running import run as run_bot  # noqa: PLC0415 - Discord is loaded only by who goes there
    asyncio.run(run_bot(settings))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where previews, results and the ledger are saved.")] = Path("demo"),
) -> None:
    """Play a conversation with the real bot against the built-in sandbox: no token, no key, no cost."""
    with loading():
        from bot.demo import play  # noqa: PLC0415 - the sandbox is loaded only by who asks for it

    configure_logging("WARNING", "text")
    asyncio.run(play(out, _console(), _called_as()))


def _called_as() -> str:
    """What the reader typed to call us, to be typed again."""
    typed = Path(sys.argv[0])
    return f"{shlex.quote(sys.executable)} -m bot" if typed.name == "__main__.py" else shlex.quote(str(typed))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Of the page, on 127.0.0.1; 0 takes a free one.")] = 8155,
    data: Annotated[
        Path | None,
        typer.Option(
            resolve_path=True,  # the bot's process stands in another folder
            help="A folder in which all of it is kept, so that another start goes on from there.",
        ),
    ] = None,
    *,
    opens: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Try the real bot in a browser, against the built-in sandbox: no token, no key, no cost."""
    with loading():
        from bot.demo.browser import Choices, show  # noqa: PLC0415 - the sandbox is loaded only by who asks for it

    configure_logging("WARNING", "text")
    asyncio.run(show(Choices(port, opens, inherited_environment(), folder=data), _console()))


@app.command()
def report(
    month: Annotated[str | None, typer.Option(help="Only jobs reserved in this month (UTC): YYYY-MM.")] = None,
    server: Annotated[int | None, typer.Option(min=1, max=LARGEST, help="Only this server's jobs: its id.")] = None,
    by: Annotated[Grouping | None, typer.Option(help="Sum them by this too; days are those of UTC.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts in nano-dollars.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print a line of CSV for each job, with exact dollars.")
    ] = False,
) -> None:
    """Print the ledger; it only reads, also beside a running bot."""
    if as_csv and (as_json or by is not None):
        other = "--json" if as_json else "--by"
        raise ConfigurationError([f"--csv: it lists the jobs one by one. Leave out --csv or {other}."])
    try:
        wanted = None if month is None else Month.parse(month)
    except ValueError as error:
        raise ConfigurationError([f"--month: {error}"]) from None
    ledger = read_report(read_data_settings().database_path, wanted, server, by=by)
    if as_csv:
        sys.stdout.writelines(csv_lines(ledger.jobs))
    elif as_json:
        print(json.dumps(ledger.to_dict(), indent=2))  # noqa: T201 - what was asked for
    else:
        _console().out(report_view(ledger, of_all=server is None), highlight=False)


@app.command(name="reconcile")
def reconcile_bill(
    file: Annotated[Path, typer.Argument(help="The provider's export of costs: CSV, or JSON of its Costs API.")],
    month: Annotated[
        str | None, typer.Option(help="The month (UTC), YYYY-MM; the file's only one if left out.")
    ] = None,
    project: Annotated[str | None, typer.Option(help="Only what was billed to this project: its id.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts in nano-dollars.")] = False,
) -> None:
    """Compare a month of the whole ledger with the provider's bill, and name what may explain a difference.

    It only reads, also beside a running bot. It ends with 0 if they agree within 2 % or the bill's own rounding, with 1
    if they do not, and with 2 if they cannot be compared. What leads adjusted of a cost that the provider itself
    reported is told, not counted.
    """
    try:
        found = _reconciled(file, month, project)
    except OperatorError as error:
        print(f"atelier: {error}", file=sys.stderr)  # noqa: T201 - the command line speaks to people
        raise typer.Exit(2) from None
    except Exception as error:  # whatever it is: 1 would mean that they do not agree
        fault = f"{type(error).__name__}: {error}"
        print(f"atelier: {file} cannot be compared, for a fault of mine ({fault}).", file=sys.stderr)  # noqa: T201 - as above
        raise typer.Exit(2) from error
    from bot.presentation.reconcile import reconciliation_as_dict, reconciliation_view  # noqa: PLC0415 - as `_console`

    if as_json:
        print(json.dumps(reconciliation_as_dict(found), indent=2))  # noqa: T201 - what was asked for
    else:
        _console().print(reconciliation_view(found))
    raise typer.Exit(0 if found.is_within_tolerance else 1)


def _console() -> Console:
    from rich.console import Console  # noqa: PLC0415 - not for the bot, which has no tables and no colours

    return Console()


def _reconciled(file: Path, month: str | None, project: str | None) -> Reconciliation:
    try:
        with file.open("rb") as opened:
            bill = read_bill(opened.read(MOST_BYTES + 1))
        wanted = None if month is None else Month.parse(month)
    except OSError as error:
        raise BillError(f"{file} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise BillError(f"--month: {error}") from None
    compared = bill if project is None else of_project(bill, project)
    chosen = choose_month(compared, wanted)
    jobs = read_booked(read_data_settings().database_path, chosen.edges(BILLING_ZONE))
    return reconcile(compared, jobs, chosen, int(time.time()))
