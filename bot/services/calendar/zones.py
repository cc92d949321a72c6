"""Time zones as people name them. Reading their list opens many files: keep it off the event loop."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import DecisionRefusedError
from bot.language import joined, phrase
from bot.services.text import listed, quoted

WELL_KNOWN = (  # of all continents: what is offered before anything is typed
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Moscow",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Bogota",
    "America/Sao_Paulo",
    "Africa/Lagos",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Nairobi",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Jakarta",
    "Asia/Shanghai",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
NEAREST = 3
ALIKE = 0.8  # of 1; less is another place
SAMPLES = 12  # looks at a year, by which two zones are told apart
NAME_A_PLACE = joined(
    " ",
    [
        phrase("Name a place, such as Europe/Berlin; then summer time is right too."),
        phrase("Nothing was changed."),
    ],
)
# Differences from UTC and letters know no summer time, and in the name Etc/GMT+2 the sign is turned round.
_OFFSET = re.compile(r"[a-z/]*_?[-+\u2212]_?[0-9]{1,2}(?:[:.]?[0-9]{2})?")
_LETTERS = re.compile(r"[a-z]{1,4}")
NOBODYS = {"Factory", "Greenwich", "Universal", "Zulu"}  # written as the names of countries are
NO_PLACES = ("Etc/", "SystemV/")


@cache
def zone_names() -> tuple[str, ...]:
    """Every IANA zone of this machine that a place or a country has, and UTC; in the order of the alphabet."""
    names = (name for name in available_timezones() if name == "UTC" or _is_of_a_place(name))
    return tuple(sorted(names, key=lambda name: ("/" not in name, name)))


def find_zone(text: str) -> str:
    """The zone that somebody means: by its name, or by a place or country that has just one; capitals do not matter.

    Raises:
        DecisionRefusedError: there is none, or more than one; the sentence names the nearest.
    """
    wanted = _plain(text)
    exact = {_plain(name): name for name in zone_names()}
    if wanted in exact:
        return exact[wanted]
    meant = _differing(_of_place(wanted) or _of_country(wanted))
    if len(meant) == 1:
        return meant[0]
    if meant:
        several = phrase("{what} has several time zones.", what=quoted(text))
        raise DecisionRefusedError(_did_you_mean(several, meant))
    if _is_offset(wanted):
        raise DecisionRefusedError(NAME_A_PLACE)
    none = phrase("{what} is not a time zone that I know.", what=quoted(text))
    raise DecisionRefusedError(_did_you_mean(none, _nearest(wanted)))


def zones_like(typed: str, most: int) -> list[str]:
    """Zones to offer for what was typed so far: those whose place begins with it, its country, those that hold it."""
    wanted = _plain(typed)
    if not wanted:
        return [name for name in WELL_KNOWN if name in zone_names()][:most]
    beginning = [name for name in zone_names() if _place(_plain(name)).startswith(wanted)]
    of_country = [zone for country, zones in _countries().items() if any(_begins(country, wanted)) for zone in zones]
    holding = [name for name in zone_names() if wanted in _plain(name)]
    return list(dict.fromkeys([*beginning, *of_country, *holding]))[:most]


def _is_of_a_place(name: str) -> bool:
    if "/" in name:
        return not name.startswith(NO_PLACES)
    return name.istitle() and name.isalpha() and name not in NOBODYS


def _is_offset(wanted: str) -> bool:
    """Whether this is a difference from UTC, or letters that stand for one, such as ``pst``."""
    left_out = (_plain(name) for name in available_timezones() - set(zone_names()))
    return any(form.fullmatch(wanted) for form in (_OFFSET, _LETTERS)) or wanted in left_out


def _did_you_mean(problem: str, names: tuple[str, ...]) -> str:
    question = phrase("Name a city in it, such as Europe/Berlin.")
    if names:
        question = phrase("Did you mean {names}?", names=listed(names[:NEAREST]))
    return joined(" ", [problem, question, phrase("Nothing was changed.")])


def _of_place(wanted: str) -> tuple[str, ...]:
    return tuple(name for name in zone_names() if _place(_plain(name)) == wanted)


def _of_country(wanted: str) -> tuple[str, ...]:
    return _countries().get(wanted, ())


def _nearest(wanted: str) -> tuple[str, ...]:
    by_name: dict[str, str] = {}
    for name in reversed(zone_names()):
        by_name |= {_plain(name): name, _place(_plain(name)): name}
    found = get_close_matches(wanted, by_name, NEAREST, ALIKE)
    return tuple(dict.fromkeys(by_name[each] for each in found))


def _differing(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first of those that have the same time all the year round: which of them is meant does not matter."""
    begin = datetime.now(UTC)
    moments = [begin + timedelta(days=365 / SAMPLES * number) for number in range(SAMPLES)]
    by_time: dict[tuple[object, ...], str] = {}
    for name in names:
        zone = ZoneInfo(name)
        by_time.setdefault(tuple(each.astimezone(zone).utcoffset() for each in moments), name)
    return tuple(by_time.values())


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    """The zones of each country, those with most people first, by the tables that come with the zones."""
    names = dict(line[:2] for line in _table("iso3166.tab"))
    known = set(zone_names())
    zones: dict[str, tuple[str, ...]] = {}
    for code, _, zone, *_ in _table("zone.tab"):
        country = _plain(names[code])
        zones[country] = (*zones.get(country, ()), *({zone} & known))
    return zones


def _table(name: str) -> list[list[str]]:
    text = files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _begins(country: str, wanted: str) -> tuple[bool, ...]:
    """Whether each word of a country's name begins with what was typed: of the ``Britain (UK)`` too."""
    return tuple(word.startswith(wanted) for word in (country, *re.split(r"[_()]+", country)))


def _plain(text: str) -> str:
    return "_".join(text.casefold().split())


def _place(name: str) -> str:
    return name.rsplit("/", 1)[-1]
