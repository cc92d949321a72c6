"""Days as people name them. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.services.calendar.windows import FIRST_YEAR, LAST_YEAR, Month, Window, window_edges

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

# As people write them in the languages that are spoken here.
_TODAY = frozenset({"today", "heute", "aujourd'hui", "hoy", "hoje", "今日"})
_YESTERDAY = frozenset({"yesterday", "gestern", "hier", "ayer", "ontem", "昨日"})
_WRITTEN = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)


def plain_day(text: str) -> str:
    """What somebody writes for a day, however they write its letters and its apostrophe."""
    return text.strip().casefold().replace("\u2019", "'")


def day_edges(text: str, zone: ZoneInfo, now: float) -> tuple[int, int]:
    """The day or month that somebody means, half-open, in seconds since 1970 (UTC).

    Args:
        text: ``today``, ``yesterday``, ``gestern``, ``2026-11-28`` or ``2026-11``.
        zone: whose midnights count.
        now: seconds since 1970 (UTC).

    Raises:
        ValueError: it is no day.
    """
    wanted = plain_day(text)
    today = window_edges(Window.DAY, int(now), zone)
    if wanted in _TODAY:
        return today
    if wanted in _YESTERDAY:
        return window_edges(Window.DAY, today[0] - 1, zone)
    if not _WRITTEN.fullmatch(wanted):
        return Month.parse(wanted).edges(zone)
    year, month, day = map(int, wanted.split("-"))
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"There are no pictures of {year}.")
    return window_edges(Window.DAY, int(datetime(year, month, day, 12, tzinfo=zone).timestamp()), zone)


def recent_days(zone: ZoneInfo, now: float, count: int) -> list[str]:
    """``today``, ``yesterday``, and the days before, as they are written."""
    last = datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    return ["today", "yesterday", *(str(last - timedelta(days=back)) for back in range(2, count))][:count]
