from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.accounting import Grouping, Sums, reported, sums_in
from bot.services.accounting.sums import grouped, sums_of
from bot.services.calendar import BILLING_ZONE
from tests.presentation.books import BERLIN, DAY, NOON, entry, waiting

if TYPE_CHECKING:
    from bot.services.accounting import ReportedJob


@st.composite
def entries(draw: st.DrawFn) -> ReportedJob:
    number, member = draw(st.integers(1, 99)), draw(st.integers(1, 4))
    state = draw(st.sampled_from(["settled", "reserved", "unknown", "released"]))
    if state == "settled":
        return entry(number, user_id=str(member), counted_nano=draw(st.integers(0, 10**12)))
    return waiting(number, user_id=str(member)) if state == "reserved" else unmade(number, state, member)


def unmade(number: int, state: str, member: int = 33) -> ReportedJob:
    counted = 20_000_000 if state == "unknown" else 0
    return entry(number, state=state, user_id=str(member), actual_nano=None, counted_nano=counted, picture=None)


def test_every_sum_is_told_apart() -> None:
    corrected = entry(2, adjusted_nano=-1, counted_nano=12_059_999, installation_nano=12_060_000)
    jobs = [entry(1), corrected, waiting(3), unmade(4, "dispatched"), unmade(5, "unknown"), unmade(6, "released")]

    assert sums_of(jobs) == Sums(
        settled_nano=24_119_999,
        installation_nano=24_120_000,
        adjusted_nano=-1,
        held_nano=20_000_000,
        unknown_nano=20_000_000,
        job_count=6,
        held_count=2,
        unknown_count=1,
        picture_count=2,
        unmade_count=1,
    )


def test_what_was_answered_in_words_is_no_picture_that_was_not_made() -> None:
    spoken = entry(1, outcome="words", picture=None, images=0)
    sums = sums_of([spoken, unmade(2, "released")])

    assert (sums.picture_count, sums.unmade_count, sums.words_count) == (0, 1, 1)
    assert sums.settled_nano == spoken.counted_nano


@pytest.mark.parametrize(("costs", "each"), [((), None), ((3,), 3), ((1, 2), 2), ((1, 1, 2), 1), ((0,), 0)])
def test_the_average_of_a_picture_is_rounded_half_up(costs: tuple[int, ...], each: int | None) -> None:
    jobs = [entry(number, counted_nano=cost) for number, cost in enumerate(costs, 1)]

    assert sums_of(jobs).picture_nano == each


def test_what_a_job_without_a_picture_cost_is_shared_by_the_pictures() -> None:
    charged_for_nothing = entry(2, picture=None, counted_nano=8_000_000)

    assert sums_of([entry(1, counted_nano=2_000_000), charged_for_nothing]).picture_nano == 10_000_000


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        (Grouping.MEMBER, ["7", "33"]),
        (Grouping.MODEL, ["gpt-image-2.5-flare", "gpt-image-2"]),
        (Grouping.CHANNEL, ["22", "5"]),
        (Grouping.DAY, ["2026-11-20", "2026-11-21"]),
    ],
)
def test_days_are_in_their_order_and_the_rest_by_what_was_charged(by: Grouping, keys: list[str]) -> None:
    jobs = [
        entry(1, user_id="33", model="gpt-image-2", channel_id="5", counted_nano=5),
        entry(2, user_id="7", parent_channel_id="22", channel_id="900", counted_nano=9, reserved_at=NOON + DAY),
    ]

    assert [group.key for group in grouped(jobs, by, BERLIN)] == keys


def test_who_has_only_something_held_comes_after_those_who_were_charged() -> None:
    jobs = [waiting(1, user_id="1"), unmade(2, "released", 2), entry(3, user_id="3")]

    assert [group.key for group in grouped(jobs, Grouping.MEMBER, BERLIN)] == ["3", "1", "2"]


def test_days_are_those_of_the_zone() -> None:
    late = entry(1, reserved_at=NOON + DAY // 2 - 3600)  # 23:00 UTC is midnight in Berlin

    assert [grouped([late], Grouping.DAY, zone)[0].key for zone in (BILLING_ZONE, BERLIN)] == [
        "2026-11-20",
        "2026-11-21",
    ]


@given(st.lists(entries()), st.sampled_from(Grouping))
def test_groups_come_to_the_sums_of_all(jobs: list[ReportedJob], by: Grouping) -> None:
    report = reported(jobs, by, BERLIN)

    assert astuple(sums_in(report.groups)) == astuple(report.sums)
    assert sum(total.nano for total in report.states.values()) == (
        report.sums.settled_nano + report.sums.held_nano + report.sums.unknown_nano
    )


def test_a_report_is_json_with_times_that_people_can_read() -> None:
    report = reported([entry(1), waiting(2)], Grouping.MODEL, BERLIN)

    told = json.loads(json.dumps(report.to_dict()))
    assert (told["settled_nano"], told["held_nano"], told["unknown_nano"]) == (12_060_000, 20_000_000, 0)
    assert (told["adjusted_nano"], told["picture_count"], told["by"]) == (0, 1, "model")
    assert told["states"]["settled"] == {"jobs": 1, "nano": 12_060_000, "images": 1}
    assert [group["key"] for group in told["groups"]] == ["gpt-image-2.5-flare"]
    assert [(job["reserved_at"], job["closed_at"]) for job in told["jobs"]] == [
        ("2026-11-20T12:00:00Z", "2026-11-20T12:00:09Z"),
        ("2026-11-20T12:00:00Z", None),
    ]


def test_groups_that_were_not_asked_for_are_not_in_the_json() -> None:
    assert not {"by", "groups"} & set(reported([entry(1)], None, BERLIN).to_dict())
