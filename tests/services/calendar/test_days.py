from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.services.calendar import day_edges, recent_days

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 10, 23, 30, tzinfo=UTC).timestamp()  # the 11th in Berlin


def local(*at: int) -> int:
    return int(datetime(*at, tzinfo=BERLIN).timestamp())  # type: ignore[arg-type, misc]  # year, month, day


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("today", local(2026, 11, 11), local(2026, 11, 12)),
        (" Yesterday ", local(2026, 11, 10), local(2026, 11, 11)),
        ("Heute", local(2026, 11, 11), local(2026, 11, 12)),
        ("gestern", local(2026, 11, 10), local(2026, 11, 11)),
        ("aujourd\u2019hui", local(2026, 11, 11), local(2026, 11, 12)),
        ("昨日", local(2026, 11, 10), local(2026, 11, 11)),
        ("2026-10-25", local(2026, 10, 25), local(2026, 10, 26)),  # has 25 hours
        ("2026-1-2", local(2026, 1, 2), local(2026, 1, 3)),
        ("2026-10", local(2026, 10, 1), local(2026, 11, 1)),
    ],
)
def test_a_day_is_as_long_as_it_is_where_the_server_is(text: str, begin: int, end: int) -> None:
    assert day_edges(text, BERLIN, NOW) == (begin, end)


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "0001-01-01", "9999-12-31", "2026-13", "2026-1"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the cog says what a day is
        day_edges(text, BERLIN, NOW)


def test_the_last_days_are_named() -> None:
    assert recent_days(BERLIN, NOW, 4) == ["today", "yesterday", "2026-11-09", "2026-11-08"]
