"""The ledger as tables for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.requests import format_usd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.services.accounting import Group, Report, ReportedJob

GROUP_NUMBERS = ("pictures", "charged", "adjusted", "held", "unknown")
JOB_WORDS = ("picture", "state", "model", "size", "quality")


def report_view(report: Report, *, of_all: bool = True) -> str:
    """The sums, then the groups that were asked for, then every job with its state, hold and cost; ids are in the CSV.

    Of all servers (`of_all`) it also says what the installation's budget counts, where leads see that otherwise.

    Lines are as long as they have to be. (A table of rich's takes nine seconds for the 11,000 jobs of a busy month.)
    """
    blocks = [_sums(report, of_all=of_all)]
    if report.by is not None:
        rows = [_group_row(group) for group in report.groups]
        blocks.append([f"By {report.by}", *_aligned((report.by, *GROUP_NUMBERS), rows, words=1)])
    blocks.append(["Ledger", *_ledger(report.jobs)])
    return "\n\n".join("\n".join(block) for block in blocks)


def _sums(report: Report, *, of_all: bool) -> list[str]:
    sums = report.sums
    budgeted = (
        f"charged as the installation's budget counts it {format_usd(sums.installation_nano)} · "
        "without what leads adjusted of costs that the provider reported"
    )
    each = "" if sums.picture_nano is None else f", {format_usd(sums.picture_nano)} each on average"
    words = f" · answered in words {sums.words_count:,}" if sums.words_count else ""
    charged, adjusted, held, unknown = (
        format_usd(nano) for nano in (sums.settled_nano, sums.adjusted_nano, sums.held_nano, sums.unknown_nano)
    )
    return [
        f"charged {charged} · held {held} · unknown {unknown}",
        f"pictures {sums.picture_count:,}{each} · jobs without a picture {sums.unmade_count:,}{words}",
        f"adjustments, counted in what is charged {adjusted} · jobs of unknown outcome {sums.unknown_count:,}",
        *([budgeted] if of_all and sums.installation_nano != sums.settled_nano else []),
    ]


def _group_row(group: Group) -> tuple[str, ...]:
    sums = group.sums
    amounts = (sums.settled_nano, sums.adjusted_nano, sums.held_nano, sums.unknown_nano)
    return (group.key, f"{sums.picture_count:,}", *(format_usd(nano) for nano in amounts))


def _ledger(jobs: Sequence[ReportedJob]) -> Iterator[str]:
    adjusted = any(job.adjusted_nano for job in jobs)  # there is room for that column only where it is needed
    headings = (*JOB_WORDS, "held", "charged", *(("adjusted",) if adjusted else ()))
    rows = [_job_row(job)[: len(headings)] for job in jobs]
    return _aligned(headings, rows, words=len(JOB_WORDS))


def _job_row(job: ReportedJob) -> tuple[str, ...]:
    picture = "" if job.picture is None else f"#{job.picture}"
    charged = "" if job.actual_nano is None else format_usd(job.actual_nano)
    adjusted = format_usd(job.adjusted_nano) if job.adjusted_nano else ""
    return (picture, job.state, job.model, job.size, job.quality, format_usd(job.hold_nano), charged, adjusted)


def _aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], words: int) -> Iterator[str]:
    """Columns two spaces apart: so many of words, aligned at the left, and the others of numbers, at the right."""
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    rule = ["─" * width for width in widths]
    for row in (headings, rule, *rows):
        left = [cell.ljust(width) for cell, width in zip(row[:words], widths[:words], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(row[words:], widths[words:], strict=True)]
        yield f" {'  '.join([*left, *right]).rstrip()}"
