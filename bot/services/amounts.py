"""Amounts and spans of time as people say them: ``25 pictures a day``, ``$5.00 a month``."""

from __future__ import annotations

from bot.services.limits import Metric
from bot.services.pricing import format_usd
from bot.services.windows import Window

PER = {Window.HOUR: "an hour", Window.DAY: "a day", Window.WEEK: "a week", Window.MONTH: "a month"}


def amount_text(metric: Metric, amount: int | None) -> str:
    """``25 pictures``, ``1 picture``, ``$5.00``; None is ``unlimited``. `amount` is nano-dollars or pictures."""
    if amount is None:
        return "unlimited"
    if metric is Metric.USD:
        return format_usd(amount)
    return f"{amount:,} picture{'s' * (amount != 1)}"
