from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.accounting import BookedJob, Reason, Share, reconcile
from bot.services.accounting.bills import Bill, BillLine
from bot.services.accounting.reconciling import is_of_pictures
from bot.services.calendar import Month
from bot.services.ledger import ChargeState
from tests.bills import days_between, seconds

NOVEMBER = Month(2026, 11)
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
DECEMBER = seconds(date(2026, 12, 1))
WHOLE = frozenset(days_between(FIRST, LAST))
SETTLED, RELEASED, UNKNOWN = ChargeState.SETTLED, ChargeState.RELEASED, ChargeState.UNKNOWN


def line(nano: int, day: date = FIRST, item: str = "", project: str = "", decimals: int = 9) -> BillLine:
    return BillLine(day, nano, decimals, item, project)


def job(nano: int, at: int = seconds(FIRST) + 60, **changes: Any) -> BookedJob:  # noqa: ANN401 - any field of a job
    """Settled at its true cost a minute after it was sent, having held 100 times as much."""
    settled = BookedJob(
        at=at,
        began_at=at - 60,
        state=SETTLED,
        hold_nano=100 * nano,
        charged_nano=nano,
        adjusted_nano=0,
        disputed_nano=0,
        overshoot_nano=0,
        resolved=False,
        outcome="completed",
    )
    return replace(settled, **changes)


def bill(*lines: BillLine, days: frozenset[date] = WHOLE) -> Bill:
    return Bill(days, lines)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    days = draw(st.sets(st.dates(date(2026, 10, 20), date(2026, 12, 10)), min_size=1))
    days |= {draw(st.dates(FIRST, LAST))}
    of_days = st.builds(
        BillLine,
        st.sampled_from(sorted(days)),
        st.integers(-(10**9), 10**10),
        st.integers(0, 12),
        st.sampled_from(["", "gpt-image-2, image output", "gpt-5, input tokens"]),
        st.sampled_from(["", "proj_a", "proj_b"]),
    )
    return Bill(frozenset(days), tuple(draw(st.lists(of_days, max_size=20))))


jobs = st.lists(
    st.builds(
        BookedJob,
        at=st.integers(seconds(date(2026, 10, 25)), seconds(date(2026, 12, 8))),
        began_at=st.integers(seconds(date(2026, 10, 25)), seconds(date(2026, 12, 8))),
        state=st.sampled_from(ChargeState),
        hold_nano=st.integers(1, 10**9),
        charged_nano=st.integers(0, 10**9),
        adjusted_nano=st.integers(-(10**9), 10**9),
        disputed_nano=st.integers(-(10**9), 10**9),
        overshoot_nano=st.integers(0, 10**6),
        resolved=st.booleans(),
        outcome=st.sampled_from(["", "completed", "moderation_blocked"]),
    ),
    max_size=20,
)


@given(bills(), jobs)
def test_differences_add_up_exactly_and_nothing_of_the_days_is_left_out(found: Bill, booked: list[BookedJob]) -> None:
    outcome = reconcile(found, booked, NOVEMBER, DECEMBER)

    first, last = outcome.days[0].day, outcome.days[-1].day
    edges = seconds(first), seconds(last + timedelta(1))
    assert [each.day for each in outcome.days] == days_between(first, last)
    assert sum(each.difference_nano for each in outcome.days) == outcome.difference_nano
    assert outcome.ledger_nano == sum(each.charged_nano for each in booked if edges[0] <= each.at < edges[1])
    inside = [each for each in found.lines if first <= each.day <= last]
    assert outcome.bill_nano + sum(outcome.other_items.values()) == sum(each.nano for each in inside)


def test_each_day_has_its_bill_and_its_charges() -> None:
    second = FIRST + timedelta(1)
    outcome = reconcile(
        bill(line(7), line(5), line(3, second)), [job(10), job(4, DECEMBER - 1), job(9, DECEMBER)], NOVEMBER, DECEMBER
    )

    told = [(each.day, each.bill_nano, each.ledger_nano) for each in outcome.days if each.bill_nano or each.ledger_nano]
    assert told == [(FIRST, 12, 10), (second, 3, 0), (LAST, 0, 4)]
    assert (outcome.bill_nano, outcome.ledger_nano, outcome.difference_nano) == (15, 14, 1)


@pytest.mark.parametrize(
    ("booked", "reasons"),
    [
        (job(5), {}),
        (job(0, state=UNKNOWN, hold_nano=9), {Reason.UNKNOWN: Share(1, 9, 9)}),
        (job(0, state=ChargeState.DISPATCHED, hold_nano=9), {Reason.RUNNING: Share(1, 9, 9)}),
        (job(9, hold_nano=9), {Reason.AT_HOLD: Share(1, 9, 9)}),
        (job(0, state=RELEASED, hold_nano=9, outcome="moderation_blocked"), {Reason.BLOCKED: Share(1, 9, 9)}),
        (job(0, state=RELEASED, hold_nano=9, outcome="rate_limit_exceeded"), {}),
        (job(4, hold_nano=9, resolved=True), {Reason.RESOLVED: Share(1, 4, 9)}),
        (job(9, hold_nano=9, resolved=True), {Reason.RESOLVED: Share(1, 9, 9)}),
        (job(0, state=RELEASED, hold_nano=9, resolved=True), {Reason.RESOLVED: Share(1, 0, 9)}),
        (job(3, hold_nano=9, adjusted_nano=-2), {Reason.ADJUSTED: Share(1, -2, 9)}),
        (
            job(7, hold_nano=9, adjusted_nano=-2),
            {Reason.AT_HOLD: Share(1, 9, 9), Reason.ADJUSTED: Share(1, -2, 9)},
        ),
        (job(5, hold_nano=9, disputed_nano=-2), {Reason.LEADS_VIEW: Share(1, -2, 9)}),
        (job(11, hold_nano=9, overshoot_nano=2), {Reason.OVERSHOT: Share(1, 2, 9)}),
    ],
)
def test_what_may_explain_a_difference_is_named(booked: BookedJob, reasons: dict[Reason, Share]) -> None:
    assert reconcile(bill(), [booked], NOVEMBER, DECEMBER).reasons == reasons


def test_reasons_are_counted_together() -> None:
    booked = [job(0, state=UNKNOWN, hold_nano=9), job(0, state=UNKNOWN, hold_nano=4), job(5)]

    assert reconcile(bill(), booked, NOVEMBER, DECEMBER).reasons == {Reason.UNKNOWN: Share(2, 13, 13)}


@pytest.mark.parametrize("edge", [seconds(FIRST), DECEMBER])
@pytest.mark.parametrize(
    ("began", "ended", "across"), [(-1, 0, True), (-60, 60, True), (-60, -1, False), (0, 9, False)]
)
def test_jobs_under_way_at_an_edge_may_be_booked_on_the_other_side(
    edge: int, began: int, ended: int, *, across: bool
) -> None:
    booked = [job(5, edge + ended, began_at=edge + began)]

    reasons = reconcile(bill(), booked, NOVEMBER, DECEMBER).reasons

    assert reasons == ({Reason.AT_EDGES: Share(1, 5, 500)} if across else {})


def test_what_began_with_the_next_month_is_none_of_this_one() -> None:
    booked = [job(0, DECEMBER, began_at=DECEMBER, state=UNKNOWN), job(0, seconds(FIRST) - 1, state=UNKNOWN)]

    assert reconcile(bill(), booked, NOVEMBER, DECEMBER).reasons == {}


def test_days_that_the_export_does_not_tell_of_are_left_out_and_told() -> None:
    days = frozenset({date(2026, 11, 3), date(2026, 11, 6)})
    booked = [job(5, seconds(date(2026, 11, number)) + 60) for number in range(1, 10)]

    outcome = reconcile(bill(line(20, date(2026, 11, 3)), days=days), booked, NOVEMBER, DECEMBER)

    assert [each.day.day for each in outcome.days] == [3, 4, 5, 6]
    assert (outcome.bill_nano, outcome.ledger_nano) == (20, 20)
    assert outcome.reasons == {Reason.NOT_TOLD: Share(5, 25, 2500)}


@pytest.mark.parametrize(("now", "unfinished"), [(DECEMBER - 1, True), (DECEMBER, False)])
def test_a_day_that_is_not_over_is_told(now: int, *, unfinished: bool) -> None:
    assert reconcile(bill(), [], NOVEMBER, now).unfinished is unfinished


@pytest.mark.parametrize(
    ("item", "is_one"),
    [
        ("", True),
        ("gpt-image-2, image output", True),
        ("gpt-image-2.5-flare-2026-09-01, text input", True),
        ("chatgpt-image-latest", True),
        ("DALL-E 3", True),
        ("Image models", True),
        ("gpt-5, image input", False),
        ("text-embedding-3-small, input", False),
        ("web search tool call", False),
    ],
)
def test_what_is_not_for_pictures_is_told_by_its_model(item: str, *, is_one: bool) -> None:
    outcome = reconcile(bill(line(7, item=item, project="proj_a")), [], NOVEMBER, DECEMBER)

    assert is_of_pictures(item) is is_one
    assert outcome.bill_nano == (7 if is_one else 0)
    assert outcome.other_items == ({} if is_one else {item: 7})
    assert outcome.projects == ({"proj_a": 7} if is_one else {})


def test_credits_are_counted_and_told() -> None:
    outcome = reconcile(bill(line(50), line(-20), line(-5), line(-9, item="gpt-5")), [], NOVEMBER, DECEMBER)

    assert outcome.bill_nano == 25
    assert outcome.credits == (2, -25)


@pytest.mark.parametrize(
    ("billed", "charged", "agrees"),
    [
        (10**12, 98 * 10**10, True),
        (10**12, 98 * 10**10 - 1, False),
        (10**12, 102 * 10**10, True),
        (10**12, 102 * 10**10 + 1, False),
        (0, 0, True),
        (0, 1, True),  # one line of nine decimals may be off by half of the last one
        (0, 2, False),
        (2, 0, False),
        (-(10**12), -(10**12), True),
    ],
)
def test_two_percent_of_the_bill_are_tolerated(billed: int, charged: int, *, agrees: bool) -> None:
    outcome = reconcile(bill(line(billed)), [job(charged)], NOVEMBER, DECEMBER)

    assert outcome.is_within_tolerance is agrees


@pytest.mark.parametrize(
    ("decimals", "rounding"),
    [
        ((2, 2, 2), 15_000_000),
        ((0, 1), 10_000_000),
        ((1, 6, 2), 1_500),
        ((2, 9), 1),
        ((17, 2), 1),
        ((), 0),
    ],
)
def test_each_line_may_be_rounded_by_half_of_the_exports_finest_decimal(
    decimals: tuple[int, ...], rounding: int
) -> None:
    outcome = reconcile(bill(*(line(10**7, decimals=each) for each in decimals)), [], NOVEMBER, DECEMBER)

    assert outcome.rounding_nano == rounding


def test_a_bill_in_cents_agrees_with_a_ledger_in_nano_dollars() -> None:
    booked = [job(12_345_678), job(14_999_999)]

    outcome = reconcile(bill(line(10_000_000, decimals=2), line(10_000_000, decimals=2)), booked, NOVEMBER, DECEMBER)

    assert outcome.difference_nano == -7_345_677
    assert outcome.is_within_tolerance
