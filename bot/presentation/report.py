"""The ledger as a table for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.console import Group
from rich.table import Table

from bot.services.pricing import format_usd

if TYPE_CHECKING:
    from rich.console import RenderableType

    from bot.storage.report import Report, ReportedJob


def report_view(report: Report) -> RenderableType:
    """Every job with its state, hold and cost, and the sums; ids are in the JSON."""
    table = Table(title="Ledger", title_justify="left", box=SIMPLE, padding=(0, 1, 0, 0))
    for heading in ("picture", "state", "model", "size", "quality"):
        table.add_column(heading)
    for heading in ("held", "charged"):
        table.add_column(heading, justify="right")
    for job in report.jobs:
        table.add_row(*_row(job))
    sums = (
        f"charged {format_usd(report.settled_nano)} · held {format_usd(report.held_nano)} · "
        f"unknown {format_usd(report.unknown_nano)}"
    )
    return Group(table, sums)


def _row(job: ReportedJob) -> tuple[str, ...]:
    picture = "" if job.picture is None else f"#{job.picture}"
    charged = "" if job.actual_nano is None else format_usd(job.actual_nano)
    return (picture, job.state, job.model, job.size, job.quality, format_usd(job.hold_nano), charged)
