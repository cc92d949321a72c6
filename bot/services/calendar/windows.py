"""Calendar windows: for how long use is counted together, in a time zone and as UTC edges. Pure."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

BILLING_ZONE = ZoneInfo("UTC")  # the provider bills in UTC, and one installation has one month for all its servers
ONE_DAY = timedelta(days=1)
SECONDS_PER_HOUR = 3600
DAYS_PER_WEEK = 7
LAST_MONTH = 12


class Window(StrEnum):
    """For how long use is counted together."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def window_edges(window: Window, at: int, zone: ZoneInfo, week_start: int = 0) -> tuple[int, int]:
    """The calendar window of `zone` that holds `at`, half-open, in seconds since 1970 (UTC).

    Days, weeks and months begin at local midnight: where the clocks leave midnight out, as soon as it would have been
    by the clocks before the change; where they show it twice, at the first. Hours are counted from the day's
    beginning, so that they never overlap and never cross a midnight.

    `at` is in seconds since 1970 (UTC), `week_start` the first day of a week: 0 for Monday to 6 for Sunday.
    """
    if window is Window.HOUR:
        start, end = window_edges(Window.DAY, at, zone)
        start += (at - start) // SECONDS_PER_HOUR * SECONDS_PER_HOUR
        return start, min(start + SECONDS_PER_HOUR, end)
    today = datetime.fromtimestamp(at, zone).date()
    # Clocks that go back over midnight show yesterday's date again for a while, and those that jump over it are in the
    # new day before "midnight": the window is the one whose edges are around `at`, whatever date is shown.
    if at < _midnight(today, zone):
        today -= ONE_DAY
    elif at >= _midnight(today + ONE_DAY, zone):
        today += ONE_DAY
    first, following = _first_days(window, today, week_start)
    return _midnight(first, zone), _midnight(following, zone)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def _first_days(window: Window, today: date, week_start: int) -> tuple[date, date]:
    """The first day of the day, week or month that holds `today`, and of the one after it."""
    if window is Window.DAY:
        return today, today + ONE_DAY
    if window is Window.WEEK:
        first = today - timedelta(days=(today.weekday() - week_start) % DAYS_PER_WEEK)
        return first, first + timedelta(days=DAYS_PER_WEEK)
    first = today.replace(day=1)
    if first.month == LAST_MONTH:
        return first, date(first.year + 1, 1, 1)
    return first, first.replace(month=first.month + 1)
