"""Calendar months as people name them: `2026-11`, November 2026. Pure."""

from __future__ import annotations

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from bot.services.calendar.windows import Window, window_edges

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

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
        return f"{month_name[self.month]} {self.year}"

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
