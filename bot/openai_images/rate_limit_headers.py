"""How the provider's rate limits stand, as the headers of its answers tell."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from bot.services.turns import RATE_LIMITS, Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

Tell: TypeAlias = Callable[[str, list[Standing]], None]  # how they stand of this model

MOST_PER_MINUTE = 1_000_000
LONGEST = 30  # characters of a number or a time
_SPAN = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?) ?(ms|[hms])", re.IGNORECASE)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def nobody(model: str, standings: list[Standing]) -> None:
    """Is told."""


def seconds_in(text: str) -> float | None:
    """What a time like "1m3.5s" or "240ms" is in seconds; None if it is none."""
    spans = _SPAN.findall(text)
    return sum(float(number) * _UNITS[unit.lower()] for number, unit in spans) if spans else None


def standings_of(headers: Mapping[str, str]) -> list[Standing]:
    """Of the limits of pictures a minute, those that these headers tell in full."""
    return [standing for limit in RATE_LIMITS if (standing := _standing(limit, headers)) is not None]


def _standing(limit: str, headers: Mapping[str, str]) -> Standing | None:
    most, left, reset = (
        headers.get(f"x-ratelimit-{part}-{limit}", "")[:LONGEST] for part in ("limit", "remaining", "reset")
    )
    seconds = seconds_in(reset)
    if not (most.isdecimal() and left.isdecimal()) or seconds is None:
        return None
    per_minute, remaining = int(most), int(left)
    return Standing(limit, per_minute, remaining, seconds) if 0 < per_minute < MOST_PER_MINUTE else None
