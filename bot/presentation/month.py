"""What the log channel is told of a month that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.policy import Metric, amount_text
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from bot.services.accounting import MonthlyReport, Sums

MOST_NAMED = 5  # members


def month_text(told: MonthlyReport) -> str:
    """What it came to, who used most, what is still open, and where there is more."""
    sums, groups = told.report.sums, told.report.groups
    each = "" if sums.picture_nano is None else f", {format_usd(sums.picture_nano)} each on average"
    lines = [f"🗓️ **{told.month.name} on this server:** {_used(sums)}{each}."]
    named = [f"<@{group.key}> {_used(group.sums)}" for group in groups[:MOST_NAMED]]
    if len(groups) > 1:
        rest = len(groups) - len(named)
        more = [f"and {rest} more member{'s' * (rest != 1)}"] if rest else []
        lines.append(f"By member: {', '.join([*named, *more])}.")
    if sums.unknown_count:
        open_ones = amount_text(Metric.IMAGES, sums.unknown_count)
        lines.append(
            f"⚠️ Not known whether billed: {format_usd(sums.unknown_nano)} for {open_ones}; see /quota resolve."
        )
    lines.append(f"-# By the time zone {told.zone.key}. /quota report shows more of it, /quota export every job.")
    return "\n".join(lines)


def _used(sums: Sums) -> str:
    return f"{format_usd(sums.settled_nano)} for {amount_text(Metric.IMAGES, sums.picture_count)}"
