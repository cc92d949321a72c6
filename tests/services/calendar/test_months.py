from __future__ import annotations

from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot.services.calendar import BILLING_ZONE, Month, Window, window_edges

BERLIN = ZoneInfo("Europe/Berlin")
NOVEMBER = 1_793_491_200  # 2026-11-01 00:00 UTC


def test_a_month_is_written_as_it_is_read() -> None:
    month = Month.parse(" 2026-11 ")

    assert (month, str(month), month.name, month.days) == (Month(2026, 11), "2026-11", "November 2026", 30)


@pytest.mark.parametrize(
    "text",
    ["2026-13", "2026-00", "26-1", "2026-11-01", "now", "", "0000-01", "1969-12", "9999-01", "٢٠٢٦-11", "'; DROP"],
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="A month is written like 2026-11"):
        Month.parse(text)


@pytest.mark.parametrize("month", [Month(1970, 1), Month(2024, 2), Month(9998, 12)])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_every_month_that_can_be_written_has_edges(month: Month, zone: str) -> None:
    start, end = month.edges(ZoneInfo(zone))

    assert 27 < (end - start) / 86_400 < 32


def test_months_follow_each_other_in_time() -> None:
    assert sorted([Month(2027, 1), Month(2026, 12), Month(2026, 2)]) == [
        Month(2026, 2),
        Month(2026, 12),
        Month(2027, 1),
    ]


def test_a_moment_is_in_the_month_of_its_zone() -> None:
    assert Month.holding(NOVEMBER - 1, BILLING_ZONE) == Month(2026, 10)
    assert Month.holding(NOVEMBER - 1, BERLIN) == Month.holding(NOVEMBER, BILLING_ZONE) == Month(2026, 11)


def test_the_edges_of_a_month_are_those_of_its_budgets_in_every_zone() -> None:
    month = Month(2026, 3)

    for name in available_timezones():
        zone = ZoneInfo(name)
        start, end = month.edges(zone)
        assert (start, end) == window_edges(Window.MONTH, start, zone), name
        assert [Month.holding(at, zone) for at in (start - 1, start, end - 1, end)] == [
            Month(2026, 2),
            month,
            month,
            Month(2026, 4),
        ], name
