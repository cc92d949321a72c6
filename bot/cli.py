"""The command line: run, demo, report. With config.py it alone reads the environment."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.config import read_data_settings, read_settings
from bot.errors import ConfigurationError
from bot.logs import configure_logging
from bot.presentation.report import report_view
from bot.running import run as run_bot
from bot.storage.report import read_report

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
    asyncio.run(run_bot(settings))


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Where previews, results and the ledger are saved.")] = Path("demo"),
) -> None:
    """Play a conversation with the real bot against the built-in sandbox: no token, no key, no cost."""
    from bot.demo import play  # noqa: PLC0415 - the sandbox is loaded only by who asks for it

    configure_logging("WARNING", "text")
    asyncio.run(play(out, Console()))


@app.command()
def report(
    month: Annotated[str | None, typer.Option(help="Only jobs reserved in this month (UTC): YYYY-MM.")] = None,
    server: Annotated[int | None, typer.Option(help="Only this server's jobs: its id.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with amounts in nano-dollars.")] = False,
) -> None:
    """Print the ledger; it only reads, also beside a running bot."""
    try:
        ledger = read_report(read_data_settings().database_path, month, server)
    except ValueError as error:
        raise ConfigurationError([f"--month: {error}"]) from None
    if as_json:
        print(json.dumps(ledger.to_dict(), indent=2))  # noqa: T201 - what was asked for
    else:
        Console().print(report_view(ledger))
