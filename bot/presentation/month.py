"""What the log channel is told of a month that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import joined, listing, phrase, plural
from bot.services.policy import Metric, amount_text
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.accounting import MonthlyReport, Sums

MOST_NAMED = 5  # members


def month_text(told: MonthlyReport) -> str:
    """What it came to, who used most, what is still open, and where there is more."""
    sums, groups = told.report.sums, told.report.groups
    named_sums = [group.sums for group in groups[:MOST_NAMED]]
    alike = [*(each.settled_nano for each in (sums, *named_sums)), sums.unknown_nano, sums.picture_nano or 0]
    lines: list[str] = [phrase("🗓️ **{month} on this server:** {used}.", month=told.month.name, used=_used(sums, alike))]
    if sums.picture_nano is not None:
        lines = [
            phrase(
                "🗓️ **{month} on this server:** {used}, {each} each on average.",
                month=told.month.name,
                used=_used(sums, alike),
                each=format_usd(sums.picture_nano, alike),
            )
        ]
    named: list[str] = [joined(" ", [f"<@{group.key}>", _used(group.sums, alike)]) for group in groups[:MOST_NAMED]]
    if len(groups) > 1:
        rest = len(groups) - len(named)
        more = [plural("{count} more member", "{count} more members", rest)] if rest else []
        lines.append(phrase("By member: {members}.", members=listing([*named, *more], "and")))
    if sums.unknown_count:
        lines.append(
            phrase(
                "⚠️ Not known whether billed: {usd} for {pictures}; see /quota resolve.",
                usd=format_usd(sums.unknown_nano, alike),
                pictures=amount_text(Metric.IMAGES, sums.unknown_count),
            )
        )
    lines.append(
        phrase(
            "-# By the time zone {zone}. /quota report shows more of it, /quota export every job.", zone=told.zone.key
        )
    )
    return joined("\n", lines)


def _used(sums: Sums, beside: Sequence[int]) -> str:
    pictures = amount_text(Metric.IMAGES, sums.picture_count)
    return phrase("{usd} for {pictures}", usd=format_usd(sums.settled_nano, beside), pictures=pictures)
