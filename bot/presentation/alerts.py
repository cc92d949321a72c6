"""What the log channel is told of budgets, of the account that pays, and of an image API that is down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.language import beginning
from bot.services.policy import Scope, amount_text
from bot.services.quotas import SHORT, WHOLLY, pace_text
from bot.services.text import shown

if TYPE_CHECKING:
    from bot.services.jobs import Downtime
    from bot.services.quotas import Alert

LONGEST_WORDS = 500  # characters of the provider's own words


def alert_text(alert: Alert, now: int) -> str:
    """One line: which budget, how much of it, until when, what can be done.

    `now` is in seconds since 1970 (UTC). Of the budget of all servers no amounts are told: they would
    tell what others spend.
    """
    name = beginning(alert.name)
    shared = alert.scope is Scope.INSTALLATION
    amounts = "" if shared else f" ({amount_text(alert.metric, alert.used)} of {_maximum(alert)})"
    resets = f"It resets <t:{alert.end_at}:R>."
    more = (
        "Whoever runs the bot can raise it." if shared else "`/quota grant` adds to it once, `/quota set` changes it."
    )
    if alert.level >= WHOLLY:
        return f"🔴 {name} is used up{amounts}: requests are refused. {resets} {more}"
    if alert.level == SHORT:
        left = "little" if shared else f"{amount_text(alert.metric, alert.maximum - alert.used)} of {_maximum(alert)}"
        return f"🔴 A request was refused: {alert.name} has {left} left. Smaller ones still pass. {resets} {more}"
    edges = (alert.start_at, alert.end_at)
    pace = "" if shared else pace_text(alert.window, alert.used, alert.maximum, edges, now)
    told = [f"🟠 {alert.level} % or more of {alert.name} is used{amounts}.", *([pace] if pace else []), resets]
    return " ".join(told)


def account_text(words: str | None) -> str:
    """That the provider refuses the account, in its own words, or (None) takes it again."""
    if words is None:
        return "🟢 The image API takes the account that pays for pictures again. Requests are taken as before."
    return (
        f"🔴 The image API refuses the account that pays for pictures: “{shown(words, LONGEST_WORDS)}” Requests are "
        "refused, and nothing is charged, until whoever runs the bot has mended that. It goes on by itself then."
    )


def outage_text(downtime: Downtime) -> str:
    """That the image API is down, or (without a next look) back again."""
    since = f"<t:{downtime.since}:t>"
    if downtime.next_look is None:
        return f"🟢 The image API answers again; it did not since {since}. What still waits is made in its order."
    return (
        f"🔴 {downtime.reason} (since {since}). Requests wait in line, and nothing is charged for them. I ask again by "
        "myself, by calls that are free, and go on when it is back; what has waited too long is given back."
    )


def _maximum(alert: Alert) -> str:
    return amount_text(alert.metric, alert.maximum)
