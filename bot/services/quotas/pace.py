"""How long a budget lasts, used on as it was in its window so far. Pure."""

from __future__ import annotations

from bot.language import phrase
from bot.services.calendar import Window

LONG = frozenset({Window.WEEK, Window.MONTH})  # of a day or an hour nobody plans the rest
SOON = 10  # per cent of a window that have to pass before what was used in them says anything


def pace_text(window: Window, spent: int, maximum: int, edges: tuple[int, int], now: int) -> str:
    """Until when a budget lasts at this pace, as a sentence; empty where that cannot be said, or it is used up.

    Args:
        window: of the budget.
        spent: of it, without what is only held, in the unit of `maximum`.
        maximum: the budget.
        edges: of its window, in seconds since 1970 (UTC), as is `now`.
        now: this moment.
    """
    start, end = edges
    passed = now - start
    if window not in LONG or not 0 < spent < maximum or passed * 100 < SOON * (end - start):
        return ""
    until = now + (maximum - spent) * passed // spent
    if until >= end:
        return phrase("At this pace it lasts until it resets.")
    return phrase("At this pace it lasts until {day}.", day=f"<t:{until}:D>")
