"""What the log channel is told: of budgets, the account that pays, an outage, a full disk, and a month that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import beginning, joined, listing, phrase, plural
from bot.services.policy import LimitRule, Metric, Scope, amount_text, budget_name
from bot.services.quotas import SHORT, WHOLLY, pace_text
from bot.services.requests import format_usd
from bot.services.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.accounting import MonthlyReport, Sums
    from bot.services.jobs import Downtime
    from bot.services.quotas import Alert

LONGEST_WORDS = 500  # characters of the provider's own words
MOST_NAMED = 5  # members


def alert_text(alert: Alert, now: int) -> str:
    """One line: which budget, how much of it, until when, what can be done.

    `now` is in seconds since 1970 (UTC). Of the budget of all servers no amounts are told: they would
    tell what others spend.
    """
    shared = alert.scope is Scope.INSTALLATION
    resets = phrase("It resets {when}.", when=f"<t:{alert.end_at}:R>")
    more = phrase("`/quota grant` adds to it once, `/quota set` changes it.")
    if shared:
        more = phrase("Whoever runs the bot can raise it.")
    if alert.level >= WHOLLY:
        return joined(" ", [_used_up(alert), resets, more])
    if alert.level == SHORT:
        return joined(" ", [_refused(alert), phrase("Smaller ones still pass."), resets, more])
    edges = (alert.start_at, alert.end_at)
    pace = "" if shared else pace_text(alert.window, alert.used, alert.maximum, edges, now)
    return joined(" ", [_nearly(alert), *([pace] if pace else []), resets])


def _nearly(alert: Alert) -> str:
    name, share = _name(alert), alert.level
    if alert.scope is Scope.INSTALLATION:
        return phrase("🟠 {share} % or more of {budget} is used.", share=share, budget=name)
    used, maximum = amount_text(alert.metric, alert.used), amount_text(alert.metric, alert.maximum)
    return phrase(
        "🟠 {share} % or more of {budget} is used ({used} of {maximum}).",
        share=share,
        budget=name,
        used=used,
        maximum=maximum,
    )


def _used_up(alert: Alert) -> str:
    name = beginning(_name(alert))
    if alert.scope is Scope.INSTALLATION:
        return phrase("🔴 {budget} is used up: requests are refused.", budget=name)
    used, maximum = amount_text(alert.metric, alert.used), amount_text(alert.metric, alert.maximum)
    return phrase(
        "🔴 {budget} is used up ({used} of {maximum}): requests are refused.", budget=name, used=used, maximum=maximum
    )


def _refused(alert: Alert) -> str:
    if alert.scope is Scope.INSTALLATION:
        return phrase("🔴 A request was refused: {budget} has little left.", budget=_name(alert))
    left, maximum = amount_text(alert.metric, alert.maximum - alert.used), amount_text(alert.metric, alert.maximum)
    return phrase(
        "🔴 A request was refused: {budget} has {left} of {maximum} left.",
        budget=_name(alert),
        left=left,
        maximum=maximum,
    )


def _name(alert: Alert) -> str:
    """As it is called; what is kept with an alert is English."""
    if alert.scope is Scope.INSTALLATION:
        return phrase("this bot's monthly budget")
    return budget_name(LimitRule(True, alert.scope, alert.scope_id, alert.metric, alert.window, None))  # noqa: FBT003 - shared


def account_text(words: str | None) -> str:
    """That the provider refuses the account, in its own words, or (None) takes it again."""
    if words is None:
        return phrase("🟢 The image API takes the account that pays for pictures again. Requests are taken as before.")
    return phrase(
        "🔴 The image API refuses the account that pays for pictures: “{words}” Requests are refused, and nothing is "
        "charged, until whoever runs the bot has mended that. It goes on by itself then.",
        words=shown(words, LONGEST_WORDS),
    )


def outage_text(downtime: Downtime) -> str:
    """That the image API is down, or (without a next look) back again."""
    since = f"<t:{downtime.since}:t>"
    if downtime.next_look is None:
        return phrase(
            "🟢 The image API answers again; it did not since {since}. What still waits is made in its order.",
            since=since,
        )
    return phrase(
        "🔴 {reason} (since {since}). Requests wait in line, and nothing is charged for them. I ask again by myself, "
        "by calls that are free, and go on when it is back; what has waited too long is given back.",
        reason=phrase(downtime.reason),
        since=since,
    )


def trouble_text(reason: str) -> str:
    """That nothing can be kept. `reason` is why nothing can be written, as the beginning of a sentence."""
    return phrase(
        "⚠️ {reason}, so no new pictures are begun. Whoever runs me has to see to it; it goes on by itself then. "
        "What is being made is posted all the same.",
        reason=reason,
    )


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
