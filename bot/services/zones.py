"""Time zones as people name them. Reading their list opens many files: keep it off the event loop."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from zoneinfo import available_timezones

from bot.errors import DecisionRefusedError
from bot.services.wording import listed, quoted

NOT_ZONES = {"Factory", "localtime"}  # files beside the zones: no place has them
NEAREST = 3
ALIKE = 0.5  # of 1; less is no help any more


@cache
def zone_names() -> tuple[str, ...]:
    """Every IANA zone of this machine, those named by a place first, in the order of the alphabet."""
    return tuple(sorted(available_timezones() - NOT_ZONES, key=lambda name: ("/" not in name, name)))


def find_zone(text: str) -> str:
    """The zone that somebody means, whatever its capitals and with spaces for underscores.

    Raises:
        DecisionRefusedError: there is none; the sentence names the nearest.
    """
    wanted = _plain(text)
    by_plain_name = {_plain(name): name for name in zone_names()}
    if wanted in by_plain_name:
        return by_plain_name[wanted]
    by_place = {_place(plain): name for plain, name in reversed(by_plain_name.items())}
    if wanted in by_place:
        near = [by_place[wanted]]
    else:
        by_any_name = by_place | by_plain_name
        found = get_close_matches(wanted, by_any_name, NEAREST, ALIKE)
        near = list(dict.fromkeys(by_any_name[name] for name in found)) or ["UTC", "Europe/Berlin", "America/New_York"]
    raise DecisionRefusedError(
        f"{quoted(text)} is not a time zone that I know. Did you mean {listed(tuple(near))}? Nothing was changed."
    )


def zones_like(typed: str, most: int) -> list[str]:
    """Zones to offer for what was typed so far: those whose place begins with it first."""
    wanted = _plain(typed)
    found = [name for name in zone_names() if wanted in _plain(name)]
    return sorted(found, key=lambda name: not _place(_plain(name)).startswith(wanted))[:most]


def _plain(text: str) -> str:
    return "_".join(text.casefold().split())


def _place(name: str) -> str:
    return name.rsplit("/", 1)[-1]
