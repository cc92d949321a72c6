"""Calendar windows and months: how long use is counted together, in a time zone and as UTC edges. Pure."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Self
from zoneinfo import ZoneInfo

from bot.language import month_name as name_of_month

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


@lru_cache(512)  # every request asks for the edges of the same few days
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


FIRST_YEAR, LAST_YEAR = 1970, 9998  # whose edges are seconds since 1970 in every zone
_WRITTEN = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month, in whichever zone it is looked at; `month` is 1 for January to 12. As text it is ``2026-11``."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The month that is written ``YYYY-MM``.

        Raises:
            ValueError: it is not written so.
        """
        written = _WRITTEN.fullmatch(text.strip())
        if written is None or not FIRST_YEAR <= int(written[1]) <= LAST_YEAR:
            raise ValueError(f"A month is written like 2026-11, not {text!r}.")
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def holding(cls, at: int, zone: ZoneInfo) -> Self:
        """The month of `zone` in whose window `at` (seconds since 1970, UTC) is counted."""
        start, end = window_edges(Window.MONTH, at, zone)
        middle = datetime.fromtimestamp((start + end) // 2, zone)  # far from edges that clocks may have moved
        return cls(middle.year, middle.month)

    def edges(self, zone: ZoneInfo) -> tuple[int, int]:
        """Its first second and that of the next month in `zone`, since 1970 (UTC)."""
        return window_edges(Window.MONTH, int(datetime(self.year, self.month, 15, tzinfo=zone).timestamp()), zone)

    @property
    def days(self) -> int:
        """How many days it has."""
        return monthrange(self.year, self.month)[1]

    @property
    def name(self) -> str:
        """As people say it: ``November 2026``."""
        return name_of_month(self.year, self.month, f"{month_name[self.month]} {self.year}")

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
