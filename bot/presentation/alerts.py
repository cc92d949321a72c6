"""What the log channel is told of budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.alerts import WHOLLY
from bot.services.amounts import amount_text
from bot.services.limits import Scope

if TYPE_CHECKING:
    from bot.services.alerts import Alert


def alert_text(alert: Alert) -> str:
    """One line: which budget, how much of it, until when, what can be done."""
    name = f"{alert.name[0].upper()}{alert.name[1:]}"
    used = f"{amount_text(alert.metric, alert.used)} of {amount_text(alert.metric, alert.maximum)}"
    resets = f"It resets <t:{alert.end_at}:R>."
    if alert.level >= WHOLLY:
        more = (
            "Whoever runs the bot can raise it."
            if alert.scope is Scope.INSTALLATION
            else "`/quota grant` adds to it once, `/quota set` changes it."
        )
        return f"🔴 {name} is used up ({used}): requests are refused. {resets} {more}"
    return f"🟠 {name} is used to {alert.level} % ({used}). {resets}"
