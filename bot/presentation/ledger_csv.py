"""The ledger as a table for spreadsheets and programs: one line of CSV per job."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bot.services.accounting import iso_utc
from bot.services.requests import NANO_PER_USD
from bot.services.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bot.services.accounting import ReportedJob

LONGEST_CELL = 200  # characters
AT_ONCE = 1000  # lines
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{,199}")  # nearly every cell
# What makes a spreadsheet calculate, at the beginning of a cell or of what another separator would make one. The wide
# signs count as the narrow ones there: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"(^|[,;|\"])(\s*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001 - the wide signs are meant


def csv_lines(jobs: Iterable[ReportedJob]) -> Iterator[str]:
    """The header and a line for each job, each with its line break.

    Every cell is quoted. That keeps separators in, but does not make an id text: spreadsheets take a quoted number for
    a number all the same, and round it after 15 digits. So ids are written with the signs that Discord has for them,
    which no program takes for a number: ``<@33>`` is a member and ``<#22>`` a channel, also when pasted into Discord; a
    server, for which Discord has no such sign, is ``server:11``. (A leading apostrophe, or ``="33"``, would be part of
    the id for every program but a spreadsheet.)

    Amounts are dollars with all nine decimals, by integer division, so that no program has to round. Times are ISO
    8601, in UTC and in the time zone of the job's server. Prompts are not among the columns.

    `cost_usd` is what the job was closed at, `adjustment_usd` the sum of what leads corrected afterwards, and
    `counted_usd` both together, or the hold of an open job: so the limits of its server count it. The budget of the
    installation, and the provider's bill, leave out `adjustment_usd` where there are tokens. `resolved_by` is the lead
    who closed a job of unknown outcome, `adjusted_by` the one who corrected it last; empty where nobody did.
    """
    writer = csv.writer(_Line(), quoting=csv.QUOTE_ALL, lineterminator="\n")
    yield writer.writerow(COLUMNS)
    for job in jobs:
        yield writer.writerow([cell_of(job) for cell_of in COLUMNS.values()])


def csv_file(jobs: Iterable[ReportedJob]) -> bytes:
    """The same as a file of ASCII or UTF-8. Blocks for a busy month's jobs: run it in a thread."""
    lines = csv_lines(jobs)
    # A part at a time: to join or encode all of a busy month in one go holds up the other threads too.
    return b"".join(iter(lambda: "".join(islice(lines, AT_ONCE)).encode(), b""))


def exact_usd(nano: int) -> str:
    """Nano-dollars as a decimal number of dollars, exact: ``0.012060000``."""
    whole, part = divmod(abs(nano), NANO_PER_USD)
    return f"{'-' if nano < 0 else ''}{whole}.{part:09d}"


def harmless(text: str | None) -> str:
    """Text in one line that no spreadsheet takes for a formula: an apostrophe stands before what would begin one."""
    if not text or _PLAIN.fullmatch(text):
        return text or ""
    return _FORMULA.sub(r"\1\2'", one_line(text, LONGEST_CELL))


class _Line:
    """A file for `csv` that hands back what is written."""

    def write(self, line: str) -> Any:  # noqa: ANN401 - `writerow` returns it as such
        return line


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _usd(nano: int | None) -> str:
    return "" if nano is None else exact_usd(nano)


def _member(user_id: str | None) -> str:
    return "" if user_id is None else f"<@{user_id}>"


def _channel(channel_id: str | None) -> str:
    return "" if channel_id is None else f"<#{channel_id}>"


def _utc(at: int | None) -> str:
    return "" if at is None else iso_utc(at)


def _local(at: int | None, zone: str) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone)).isoformat()


COLUMNS: dict[str, Callable[[ReportedJob], str]] = {
    "job_id": lambda job: harmless(job.id),
    "picture": lambda job: _number(job.picture),
    "state": lambda job: harmless(job.state),
    "outcome": lambda job: harmless(job.outcome),
    "reserved_at_utc": lambda job: _utc(job.reserved_at),
    "reserved_at_local": lambda job: _local(job.reserved_at, job.zone),
    "closed_at_utc": lambda job: _utc(job.closed_at),
    "closed_at_local": lambda job: _local(job.closed_at, job.zone),
    "server_id": lambda job: f"server:{job.server_id}",
    "channel_id": lambda job: _channel(job.channel_id),
    "parent_channel_id": lambda job: _channel(job.parent_channel_id),
    "member_id": lambda job: _member(job.user_id),
    "model": lambda job: harmless(job.model),
    "size": lambda job: harmless(job.size),
    "quality": lambda job: harmless(job.quality),
    "text_input_tokens": lambda job: _number(job.usage_text_input),
    "image_input_tokens": lambda job: _number(job.usage_image_input),
    "image_output_tokens": lambda job: _number(job.usage_image_output),
    "text_output_tokens": lambda job: _number(job.usage_text_output),
    "hold_usd": lambda job: exact_usd(job.hold_nano),
    "cost_usd": lambda job: _usd(job.actual_nano),
    "adjustment_usd": lambda job: exact_usd(job.adjusted_nano),
    "overshoot_usd": lambda job: exact_usd(job.overshoot_nano),
    "counted_usd": lambda job: exact_usd(job.counted_nano),
    "resolved_by": lambda job: _member(job.resolved_by),
    "adjusted_by": lambda job: _member(job.adjusted_by),
    "provider_request_id": lambda job: harmless(job.provider_request_id),
}
