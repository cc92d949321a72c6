"""Windows, months, time zones, and what time it is."""

from bot.services.calendar.clock import STEP_BACK, TOLERANCE, TrueClock, unjumped
from bot.services.calendar.days import day_edges, plain_day, recent_days
from bot.services.calendar.windows import BILLING_ZONE, FIRST_YEAR, LAST_YEAR, Month, Window, window_edges
from bot.services.calendar.zones import find_zone, zones_like

__all__ = [
    "BILLING_ZONE",
    "FIRST_YEAR",
    "LAST_YEAR",
    "STEP_BACK",
    "TOLERANCE",
    "Month",
    "TrueClock",
    "Window",
    "day_edges",
    "find_zone",
    "plain_day",
    "recent_days",
    "unjumped",
    "window_edges",
    "zones_like",
]
