from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import Shortfall
from bot.services.calendar import Window, window_edges
from bot.services.policy import (
    Balance,
    BucketKey,
    Limit,
    Metric,
    Requester,
    Scope,
    bucket_of,
    buckets_touched,
    check,
    refusal,
    used_of,
)

HOUR, DAY = 3600, 86_400
UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
MEMBER = Requester(1, 2, 3, (5, 4, 5))


def utc(text: str) -> int:
    """Seconds since 1970 of a time in UTC, written like `2026-11-10 12:00`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("window", "zone", "at", "start", "end"),
    [
        (Window.HOUR, "UTC", "2026-11-10 12:34:56", "2026-11-10 12:00", "2026-11-10 13:00"),
        (Window.DAY, "UTC", "2026-11-10 12:34:56", "2026-11-10 00:00", "2026-11-11 00:00"),
        (Window.WEEK, "UTC", "2026-11-10 12:34:56", "2026-11-09 00:00", "2026-11-16 00:00"),
        (Window.MONTH, "UTC", "2026-11-10 12:34:56", "2026-11-01 00:00", "2026-12-01 00:00"),
        (Window.MONTH, "UTC", "2026-12-31 23:59:59", "2026-12-01 00:00", "2027-01-01 00:00"),
        (Window.DAY, "UTC", "2026-11-10 00:00", "2026-11-10 00:00", "2026-11-11 00:00"),
        (Window.DAY, "UTC", "2026-11-09 23:59:59", "2026-11-09 00:00", "2026-11-10 00:00"),
        (Window.DAY, "Asia/Tokyo", "2026-11-10 15:00", "2026-11-10 15:00", "2026-11-11 15:00"),
        (Window.MONTH, "America/Los_Angeles", "2026-12-01 07:59", "2026-11-01 07:00", "2026-12-01 08:00"),
        (Window.HOUR, "Asia/Kathmandu", "2026-11-10 12:34", "2026-11-10 12:15", "2026-11-10 13:15"),
    ],
)
def test_a_window_is_that_of_the_calendar_on_the_wall(window: Window, zone: str, at: str, start: str, end: str) -> None:
    assert window_edges(window, utc(at), ZoneInfo(zone)) == (utc(start), utc(end))


@pytest.mark.parametrize(
    ("week_start", "first"), [(0, "2026-11-09"), (1, "2026-11-10"), (2, "2026-11-04"), (6, "2026-11-08")]
)
def test_a_week_begins_on_the_day_that_is_wanted(week_start: int, first: str) -> None:
    start, end = window_edges(Window.WEEK, utc("2026-11-10 12:00"), UTC_ZONE, week_start)

    assert (start, end) == (utc(f"{first} 00:00"), utc(f"{first} 00:00") + 7 * DAY)


@pytest.mark.parametrize(
    ("what", "zone", "at", "start", "end"),
    [
        ("a day of 23 hours", "Europe/Berlin", "2026-03-29 12:00", "2026-03-28 23:00", "2026-03-29 22:00"),
        ("a day of 25 hours", "Europe/Berlin", "2026-10-25 12:00", "2026-10-24 22:00", "2026-10-25 23:00"),
        ("no midnight: it begins at one", "Africa/Cairo", "2023-04-28 00:00", "2023-04-27 22:00", "2023-04-28 21:00"),
        ("the day before has its 24 hours", "Africa/Cairo", "2023-04-27 12:00", "2023-04-26 22:00", "2023-04-27 22:00"),
        ("half an hour more", "Australia/Lord_Howe", "2026-04-05 00:00", "2026-04-04 13:00", "2026-04-05 13:30"),
        ("a day left out, before", "Pacific/Apia", "2011-12-30 09:59:59", "2011-12-29 10:00", "2011-12-30 10:00"),
        ("a day left out, after", "Pacific/Apia", "2011-12-30 10:00", "2011-12-30 10:00", "2011-12-31 10:00"),
        ("midnight twice, in between", "America/St_Johns", "2010-11-07 03:00", "2010-11-07 02:30", "2010-11-08 03:30"),
        ("midnight twice, before", "America/St_Johns", "2010-11-07 02:29", "2010-11-06 02:30", "2010-11-07 02:30"),
        ("midnight jumped over", "America/Toronto", "1919-03-31 04:45", "1919-03-30 05:00", "1919-03-31 05:00"),
    ],
)
def test_a_day_holds_over_every_change_of_the_clocks(what: str, zone: str, at: str, start: str, end: str) -> None:
    assert window_edges(Window.DAY, utc(at), ZoneInfo(zone)) == (utc(start), utc(end)), what


def test_hours_neither_overlap_nor_leave_a_gap_when_the_clocks_move_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    start, end = window_edges(Window.DAY, utc("2026-04-05 00:00"), zone)

    hours = sorted({window_edges(Window.HOUR, at, zone) for at in range(start, end, 600)})

    assert hours[0][0] == start
    assert hours[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(hours))
    assert {stop - begin for begin, stop in hours} == {HOUR, HOUR // 2}


HARD_YEARS = (2010, 2011, 2023, 2026)
HARD_DAYS = [
    int(datetime(year, month, day, 9, 17, tzinfo=UTC).timestamp())
    for year in HARD_YEARS
    for month, day in ((1, 1), (3, 13), (3, 29), (4, 5), (4, 28), (10, 25), (11, 7), (12, 30))
]


def test_days_weeks_and_months_partition_time_in_every_zone() -> None:
    """I11."""
    zones = sorted(available_timezones())
    assert len(zones) > 400

    wrong: list[tuple[str, Window, int]] = []
    for name in zones:
        zone = ZoneInfo(name)
        for window in (Window.DAY, Window.WEEK, Window.MONTH):
            for at in HARD_DAYS:
                start, end = window_edges(window, at, zone)
                inside = start <= at < end
                same = window_edges(window, start, zone) == window_edges(window, end - 1, zone) == (start, end)
                adjacent = window_edges(window, end, zone)[0] == end
                if not (inside and same and adjacent):
                    wrong.append((name, window, at))

    assert wrong == []


@given(
    at=st.integers(min_value=utc("1950-01-01 00:00"), max_value=utc("2100-01-01 00:00")),
    zone=st.sampled_from(["America/St_Johns", "Africa/Cairo", "Pacific/Apia", "Europe/Berlin", "Asia/Kathmandu"]),
    window=st.sampled_from(list(Window)),
    week_start=st.integers(0, 6),
)
def test_every_second_is_in_its_window_and_the_windows_meet(
    at: int, zone: str, window: Window, week_start: int
) -> None:
    place = ZoneInfo(zone)

    start, end = window_edges(window, at, place, week_start)

    assert start <= at < end
    assert window_edges(window, end - 1, place, week_start) == (start, end)
    assert window_edges(window, end, place, week_start)[0] == end


def test_a_request_is_counted_in_each_scope_and_window_once() -> None:
    at = utc("2026-11-10 12:00")

    buckets = buckets_touched(MEMBER, at, BERLIN)

    assert len(set(buckets)) == len(buckets) == 4 * 6
    assert {(key.scope, key.server_id, key.scope_id) for key in buckets} == {
        (Scope.INSTALLATION, 0, 0),
        (Scope.SERVER, 1, 1),
        (Scope.CHANNEL, 1, 2),
        (Scope.ROLE, 1, 4),
        (Scope.ROLE, 1, 5),
        (Scope.MEMBER, 1, 3),
    }
    assert all(key.start_at <= at < key.end_at for key in buckets)


def test_the_installation_is_counted_in_utc_wherever_the_server_is() -> None:
    at = utc("2026-11-30 23:30")
    here, there = buckets_touched(MEMBER, at, BERLIN), buckets_touched(MEMBER, at, ZoneInfo("America/New_York"))

    def of(scope: Scope, buckets: tuple[BucketKey, ...]) -> set[BucketKey]:
        return {key for key in buckets if key.scope is scope}

    assert of(Scope.INSTALLATION, here) == of(Scope.INSTALLATION, there)
    assert of(Scope.MEMBER, here) != of(Scope.MEMBER, there)


def test_the_week_of_the_server_begins_on_its_own_day() -> None:
    at = utc("2026-11-10 12:00")

    starts = {
        key.scope: key.start_at
        for key in buckets_touched(MEMBER, at, UTC_ZONE, week_start=6)
        if key.window is Window.WEEK
    }

    assert starts[Scope.SERVER] == utc("2026-11-08 00:00")
    assert starts[Scope.INSTALLATION] == utc("2026-11-09 00:00")


def test_each_limit_has_its_counter() -> None:
    buckets = buckets_touched(MEMBER, utc("2026-11-10 12:00"), BERLIN)

    found = [bucket_of(limit, buckets) for limit in (USD, IMAGES)]

    assert [(key.scope, key.window) for key in found] == [(Scope.SERVER, Window.MONTH), (Scope.MEMBER, Window.DAY)]


def test_a_limit_without_a_counter_is_a_fault() -> None:
    with pytest.raises(ValueError, match="no counter"):
        bucket_of(USD, ())


def test_a_thread_draws_on_the_budget_of_its_channel() -> None:
    in_thread = Requester(1, 77, 3, parent_id=2)

    touched = buckets_touched(in_thread, utc("2026-11-10 12:00"), BERLIN)

    assert {key.scope_id for key in touched if key.scope is Scope.CHANNEL} == {2}


USD = Limit(Scope.SERVER, 1, 1, Metric.USD, Window.MONTH, 100, "this server's monthly budget")
IMAGES = Limit(Scope.MEMBER, 1, 3, Metric.IMAGES, Window.DAY, 10, "your daily allowance")
BALANCE = Balance(settled_nano=50, held_nano=20, settled_images=5, held_images=2)


@pytest.mark.parametrize(
    ("limit", "need_nano", "need_images", "left"),
    [(USD, 30, 99, None), (USD, 31, 0, 30), (IMAGES, 999, 3, None), (IMAGES, 0, 4, 3)],
)
def test_what_fits_passes_to_the_last_unit_and_one_more_does_not(
    limit: Limit, need_nano: int, need_images: int, left: int | None
) -> None:
    shortfall = check(limit, BALANCE, need_nano, need_images, 77)

    if left is None:
        assert shortfall is None
    else:
        needed = need_nano if limit is USD else need_images
        where = (limit.scope, limit.scope_id, limit.window)
        assert shortfall == Shortfall(limit.name, limit.metric, limit.maximum, left, needed, 77, *where, need_images)


def test_what_is_left_of_a_limit_that_was_passed_is_nothing() -> None:
    shortfall = check(USD, Balance(120, 0, 1, 0), 1, 1, 77)

    assert shortfall is not None
    assert shortfall.left == 0


@pytest.mark.parametrize(("metric", "used"), [(Metric.USD, 70), (Metric.IMAGES, 7)])
def test_settled_and_held_are_used_together(metric: Metric, used: int) -> None:
    assert used_of(metric, BALANCE) == used


@pytest.mark.parametrize(
    ("metric", "maximum", "left", "needed", "pictures", "rest"),
    [
        ("usd", 500, 12, 40, 1, "up to $0.40, and what is left is $0.12 of $5.00. Try a lower quality, or wait: it"),
        (
            "usd",
            500,
            12,
            40,
            2,
            "up to $0.40, and what is left is $0.12 of $5.00. Try a lower quality or fewer pictures, or wait: it",
        ),
        ("usd", 500, 0, 40, 2, "up to $0.40, and what is left is $0.00 of $5.00. Wait, or ask a lead: it"),
        (
            "usd",
            30,
            12,
            40,
            1,
            "up to $0.40, and what is left is $0.12 of $0.30. Try a lower quality, or ask a lead. It",
        ),
        ("usd", 0, 0, 40, 1, "up to $0.40, and what is left is $0.00 of $0.00. Ask a lead. It"),
        ("images", 10, 1, 2, 2, "2 pictures, and what is left is 1 of 10. Ask for fewer, or wait: it"),
        ("images", 3, 3, 4, 4, "4 pictures, and what is left is 3 of 3. Ask for fewer, or ask a lead. It"),
        ("images", 10, 0, 1, 1, "1 picture, and what is left is 0 of 10. Wait, or ask a lead: it"),
        ("images", 0, 0, 1, 1, "1 picture, and what is left is 0 of 0. Ask a lead. It"),
    ],
)
def test_a_refusal_names_the_limit_what_is_left_what_can_help_and_when_it_resets(
    metric: str, maximum: int, left: int, needed: int, pictures: int, rest: str
) -> None:
    unit = 10**7 if metric == "usd" else 1  # cents
    shortfall = Shortfall(
        "your daily allowance", metric, maximum * unit, left * unit, needed * unit, 77, "member", 3, "day", pictures
    )

    error = refusal(shortfall)

    assert error.sentence == f"This would pass your daily allowance: it needs {rest} resets <t:77:R>."
    assert error.shortfall is shortfall


@pytest.mark.parametrize(
    ("maximum", "left", "advice"),
    [
        (500, 12, "Try a lower quality, or wait: it"),
        (500, 0, "Wait: it"),
        (30, 12, "Try a lower quality. It"),
        (30, 0, "It"),
    ],
)
def test_of_the_installations_budget_a_refusal_tells_nothing_that_others_spent(
    maximum: int, left: int, advice: str
) -> None:
    cent = 10**7
    shortfall = Shortfall(
        "this bot's monthly budget", "usd", maximum * cent, left * cent, 40 * cent, 77, "installation", 0, "month"
    )

    assert refusal(shortfall).sentence == (
        "This would pass this bot's monthly budget: it needs up to $0.40, and less is left. "
        f"{advice} resets <t:77:R>. Whoever runs this bot decides about it."
    )


def test_a_year_of_days_has_no_day_twice() -> None:
    starts = [window_edges(Window.DAY, utc("2026-01-01 12:00") + number * DAY, BERLIN)[0] for number in range(365)]

    assert starts == sorted(set(starts))
    assert datetime.fromtimestamp(starts[-1], BERLIN).date() == datetime(2026, 1, 1, tzinfo=UTC).date() + timedelta(364)


def test_what_needs_no_picture_passes_no_limit_in_pictures_and_still_the_one_in_dollars() -> None:
    pictures = Limit(Scope.MEMBER, 1, 3, Metric.IMAGES, Window.DAY, 5, "your daily allowance")
    dollars = replace(pictures, metric=Metric.USD)
    used = Balance(9, 0, 9, 0)  # more than there is by now

    assert check(pictures, used, 1, 0, 100) is None
    assert check(dollars, used, 1, 0, 100) is not None
