"""A month of a server's ledger as leads see it: numbers in words, a chart of them, and the file with every job."""

from __future__ import annotations

import gzip
from calendar import month_abbr
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from bot.charts import Bar, Chart, others_text
from bot.discord_limits import LONGEST_MESSAGE
from bot.errors import UserFacingError
from bot.language import ENGLISH, composed, day_of_month, joined, phrase, plural
from bot.presentation.ledger_csv import csv_file
from bot.services.accounting import Grouping, sums_in
from bot.services.policy import Metric, amount_text
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.language import Language
    from bot.services.accounting import Group, MonthlyReport, Sums

MOST_ROWS = 10  # of members, models or channels; days are all shown
SIGNS = {Grouping.MEMBER: "@", Grouping.CHANNEL: "#"}  # of mentions
NO_CHART = phrase("There is no chart this time; the numbers are complete without it.")
BY = {
    Grouping.MEMBER: phrase("**By member**"),
    Grouping.MODEL: phrase("**By model**"),
    Grouping.DAY: phrase("**By day**"),
    Grouping.CHANNEL: phrase("**By channel**"),
}


@dataclass(frozen=True, slots=True)
class Named:
    """What those are called that a report tells one by one.

    Attributes:
        names: by their keys; a key that is not in it is its own name.
        gone: keys of what Discord would not draw a mention of.
    """

    names: Mapping[str, str]
    gone: frozenset[str] = frozenset()


def report_text(found: MonthlyReport, named: Named, notes: Sequence[str] = ()) -> str:
    """The sums of the month, then the groups of the report, then notes.

    What is held and unknown in each group is left out where there would be no room for it in a message.
    """
    alike = _amounts(found)
    ways = [_report_text(found, named, notes, partial(tell, beside=alike)) for tell in (_in_words, _in_short)]
    return composed(lambda told: told[0] if len(told[0]) <= LONGEST_MESSAGE else told[1], ways)


def told_keys(found: MonthlyReport) -> tuple[str, ...]:
    """The keys of the groups that have a row and a bar of their own, and so need names."""
    shown, _ = _shown(found)
    return tuple(group.key for group in shown)


def chart_of(found: MonthlyReport, named: Named, language: Language = ENGLISH) -> Chart:
    """What was charged, as bars: every day of the month, or the largest groups and the sum of the others.

    The groups have the numbers of their rows in the text before their names. So they can be found there also where two
    have the same name, or one that cannot be drawn.
    """
    by = found.report.by or Grouping.MEMBER
    if by is Grouping.DAY:
        charged = {group.key: group.sums.settled_nano for group in found.report.groups}
        days = range(1, found.month.days + 1)
        bars = [Bar(str(day), charged.get(f"{found.month}-{day:02d}", 0)) for day in days]
    else:
        shown, others = _shown(found)
        bars = [
            Bar(joined("", [f"{place}. ", named.names.get(group.key, group.key)]), group.sums.settled_nano)
            for place, group in enumerate(shown, 1)
        ]
        bars += [Bar(others_text(len(others)), sums_in(others).settled_nano)] if others else []
    return Chart(_chart_title(found.month.name, by), Metric.USD, tuple(bars), language=language)


def _chart_title(month: str, by: Grouping) -> str:
    return {
        Grouping.MEMBER: phrase("Charged in {month}, by member", month=month),
        Grouping.MODEL: phrase("Charged in {month}, by model", month=month),
        Grouping.DAY: phrase("Charged in {month}, by day", month=month),
        Grouping.CHANNEL: phrase("Charged in {month}, by channel", month=month),
    }[by]


@dataclass(frozen=True, slots=True)
class PackedLedger:
    """The file of an export: its name, its bytes, and the sentence that says what it is."""

    name: str
    content: bytes
    sentence: str


def packed_ledger(exported: MonthlyReport, limit: int) -> PackedLedger:
    """The jobs of a month as CSV in at most `limit` bytes, if need be compressed. Blocks: run it in a thread.

    Raises:
        UserFacingError: there are no jobs, or it is too large even so; the sentence says what to do.
    """
    month, jobs = exported.month, exported.report.jobs
    if not jobs:
        raise UserFacingError(_nothing_to_export(exported))
    name, content = f"atelier-{month}.csv", csv_file(jobs)
    if len(content) > limit:
        name, content = f"{name}.gz", gzip.compress(content, mtime=0)
    if len(content) > limit:
        raise UserFacingError(
            phrase(
                "This file would be larger than Discord takes here. Export one member at a time, or ask whoever runs "
                "me for {command}.",
                command=f"`atelier report --server {jobs[0].server_id} --month {month} --csv`",
            )
        )
    told = [
        _exported(exported),
        phrase(
            "Who asked, where, with which model, and what was held, charged and corrected, to the nano-dollar. "
            "Prompts are not in it."
        ),
    ]
    if name.endswith("gz"):
        told.append(phrase("It is compressed, for Discord takes no larger file here."))
    return PackedLedger(name, content, joined(" ", told))


def _nothing_to_export(exported: MonthlyReport) -> str:
    month, member_id = exported.month.name, exported.member_id
    if member_id is None:
        return phrase("There is nothing to export: {month} has no jobs on this server.", month=month)
    return phrase("There is nothing to export: {month} has no jobs of {who}.", month=month, who=f"<@{member_id}>")


def _exported(exported: MonthlyReport) -> str:
    count, zone, month = len(exported.report.jobs), exported.zone.key, exported.month.name
    if exported.member_id is None:
        return plural(
            "{count} job in {month} ({zone}).", "{count} jobs in {month} ({zone}).", count, month=month, zone=zone
        )
    who = f"<@{exported.member_id}>"
    return plural(
        "{count} job of {who} in {month} ({zone}).",
        "{count} jobs of {who} in {month} ({zone}).",
        count,
        who=who,
        month=month,
        zone=zone,
    )


def _report_text(found: MonthlyReport, named: Named, notes: Sequence[str], in_words: Callable[[Sums], str]) -> str:
    report = found.report
    lines: list[str] = [phrase("**Report of {month}**", month=found.month.name)]
    if report.sums.job_count:
        lines += _sums(report.sums, _amounts(found))
        lines += ["", BY[report.by], *_rows(found, named, in_words)] if report.by else []
    else:
        lines.append(phrase("Nothing was asked for."))
    zone = phrase(
        "-# Month and days are those of the time zone {zone}. Every job as a file: /quota export", zone=found.zone.key
    )
    return joined("\n", [*lines, zone, *(joined(" ", ["-#", note]) for note in notes)])


def _sums(sums: Sums, beside: Sequence[int]) -> list[str]:
    """What was charged, and whatever else there is."""
    charged, pictures = format_usd(sums.settled_nano, beside), _pictures(sums.picture_count)
    lines: list[str] = [phrase("Charged: **{usd}** for {pictures}", usd=charged, pictures=pictures)]
    if sums.picture_nano is not None:
        each = phrase("{usd} each on average", usd=format_usd(sums.picture_nano, beside))
        lines = [joined(", ", [*lines, each])]
    if sums.adjusted_nano:
        lines.append(phrase("Adjustments, counted in that: {usd}", usd=format_usd(sums.adjusted_nano, beside)))
    if sums.held_count:
        held, pictures = format_usd(sums.held_nano, beside), _pictures(sums.held_count)
        lines.append(phrase("Held: {usd} for {pictures} in the making", usd=held, pictures=pictures))
    if sums.unknown_count:
        unknown, pictures = format_usd(sums.unknown_nano, beside), _pictures(sums.unknown_count)
        lines.append(
            phrase(
                "Unknown: {usd} held for {pictures} that may have been billed; /quota resolve settles them",
                usd=unknown,
                pictures=pictures,
            )
        )
    if sums.words_count:
        lines.append(phrase("Answered in words alone: {count}", count=sums.words_count))
    if sums.unmade_count:
        lines.append(phrase("Jobs that made no picture: {count}", count=sums.unmade_count))
    return lines


def _rows(found: MonthlyReport, named: Named, in_words: Callable[[Sums], str]) -> list[str]:
    shown, others = _shown(found)
    if found.report.by is Grouping.DAY:
        return [joined(": ", [_day(group.key), in_words(group.sums)]) for group in shown]
    rows: list[str] = [
        joined(": ", [joined("", [f"{place}. ", _mention(found, named, group.key)]), in_words(group.sums)])
        for place, group in enumerate(shown, 1)
    ]
    if not others:
        return rows
    return [*rows, joined(": ", [phrase("{number} more", number=len(others)), in_words(sums_in(others))])]


def _amounts(found: MonthlyReport) -> tuple[int, ...]:
    """All the dollars of a report, which have as many digits as each other."""
    shown, others = _shown(found)
    sums = found.report.sums
    told = [sums, *(group.sums for group in shown), *([sums_in(others)] if others else [])]
    each = (nano for part in told for nano in (part.settled_nano, part.held_nano, part.unknown_nano))
    return (*each, sums.adjusted_nano, sums.picture_nano or 0)


def _shown(found: MonthlyReport) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """The groups that are told one by one, and the others."""
    groups = found.report.groups
    # A single one more takes no more room than to say that there is one.
    most = len(groups) if found.report.by is Grouping.DAY or len(groups) == MOST_ROWS + 1 else MOST_ROWS
    return groups[:most], groups[most:]


def _mention(found: MonthlyReport, named: Named, key: str) -> str:
    sign = SIGNS.get(found.report.by or Grouping.MODEL)
    return f"<{sign}{key}>" if sign and key not in named.gone else named.names.get(key, key)


def _pictures(count: int) -> str:
    return amount_text(Metric.IMAGES, count)


def _day(key: str) -> str:
    """``Nov 20`` of ``2026-11-20``."""
    day = date.fromisoformat(key)
    return day_of_month(day, f"{month_abbr[day.month]} {day.day}")


def _in_words(sums: Sums, beside: Sequence[int]) -> str:
    """``$1.20, 12 pictures``; with what is held and unknown, if there is any."""
    told = [_in_short(sums, beside)]
    if sums.held_nano:
        told.append(phrase("{usd} held", usd=format_usd(sums.held_nano, beside)))
    if sums.unknown_nano:
        told.append(phrase("{usd} unknown", usd=format_usd(sums.unknown_nano, beside)))
    return joined(", ", told)


def _in_short(sums: Sums, beside: Sequence[int]) -> str:
    return joined(", ", [format_usd(sums.settled_nano, beside), _pictures(sums.picture_count)])
