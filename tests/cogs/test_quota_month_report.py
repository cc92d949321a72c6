"""A month of the ledger as leads see it on Discord."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.charts import Bar
from bot.discord_limits import LONGEST_MESSAGE
from bot.errors import UserFacingError
from bot.language import Language
from bot.services.accounting import Grouping
from bot.services.policy import Metric
from cogs.quota.month_report import NO_CHART, Named, chart_of, packed_ledger, report_text, told_keys
from tests.presentation.books import DAY, NOON, entry, november, waiting

if TYPE_CHECKING:
    from bot.services.accounting import ReportedJob


NAMELESS = Named({})


def many(count: int) -> list[str]:
    return [str(1_400_000_000_000_000_000 + number) for number in range(count)]


def test_the_report_says_every_sum_and_then_who_spent_it() -> None:
    unknown = replace(waiting(3, user_id="44"), state="unknown")
    corrected = entry(2, adjusted_nano=-60_000, counted_nano=12_000_000)
    failed = entry(4, state="released", actual_nano=None, counted_nano=0, picture=None)

    text = report_text(november(entry(1), corrected, unknown, waiting(5), failed), NAMELESS, ("No more.",))

    assert text.splitlines() == [
        "**Report of November 2026**",
        "Charged: **$0.024** for 2 pictures, $0.012 each on average",
        "Adjustments, counted in that: >-$0.001",
        "Held: $0.020 for 1 picture in the making",
        "Unknown: $0.020 held for 1 picture that may have been billed; /quota resolve settles them",
        "Jobs that made no picture: 1",
        "",
        "**By member**",
        "1. <@33>: $0.024, 2 pictures, $0.020 held",
        "2. <@44>: $0.000, 0 pictures, $0.020 unknown",
        "-# Month and days are those of the time zone Europe/Berlin. Every job as a file: /quota export",
        "-# No more.",
    ]


@pytest.mark.parametrize(
    ("by", "row"),
    [
        (Grouping.MODEL, "1. GPT Image 2.5 Flare: $0.012, 1 picture"),
        (Grouping.CHANNEL, "1. <#22>: $0.012, 1 picture"),
        (Grouping.DAY, "Nov 20: $0.012, 1 picture"),
    ],
)
def test_a_row_is_named_by_what_it_is(by: Grouping, row: str) -> None:
    named = Named({"gpt-image-2.5-flare": "GPT Image 2.5 Flare", "22": "#studio", "33": "mia"})

    lines = report_text(november(entry(1), by=by), named).splitlines()

    assert lines[lines.index(f"**By {by}**") + 1] == row


def test_what_is_nothing_is_not_told() -> None:
    lines = report_text(november(entry(1)), NAMELESS).splitlines()

    assert lines[1:4] == ["Charged: **$0.012** for 1 picture, $0.012 each on average", "", "**By member**"]


def test_a_row_and_its_bar_have_the_same_number_and_what_is_gone_its_name() -> None:
    jobs = [entry(number, channel_id=str(number), counted_nano=10 - number) for number in (1, 2, 3)]
    named = Named({"1": "deleted channel 1", "2": "\U0001f98a", "3": "deleted channel 3"}, frozenset({"1", "3"}))
    found = november(*jobs, by=Grouping.CHANNEL)

    rows = report_text(found, named).split("**By channel**\n")[1].splitlines()[:3]

    assert [row.split(":")[0] for row in rows] == ["1. deleted channel 1", "2. <#2>", "3. deleted channel 3"]
    assert [bar.label for bar in chart_of(found, named).bars] == [
        "1. deleted channel 1",
        "2. \U0001f98a",
        "3. deleted channel 3",
    ]


def test_a_month_without_jobs_says_so() -> None:
    lines = report_text(november(), NAMELESS).splitlines()

    assert lines[:2] == ["**Report of November 2026**", "Nothing was asked for."]
    assert len(lines) == 3


def test_a_report_without_groups_is_the_sums() -> None:
    assert "By" not in report_text(november(entry(1), by=None), NAMELESS)


def test_the_largest_ten_are_told_and_the_others_are_summed() -> None:
    jobs = [entry(place, user_id=user, counted_nano=10**9 * (20 - place)) for place, user in enumerate(many(14))]
    found = november(*jobs)

    lines = report_text(found, NAMELESS).splitlines()
    start = lines.index("**By member**") + 1
    assert [line.split(".")[0] for line in lines[start : start + 10]] == [str(place) for place in range(1, 11)]
    assert lines[start + 10] == "4 more: $34.00, 4 pictures"
    assert told_keys(found) == tuple(many(14)[:10])
    chart = chart_of(found, Named({many(1)[0]: "mia"}))
    assert (chart.bars[0], chart.bars[1].label) == (Bar("1. mia", 20 * 10**9), f"2. {many(2)[1]}")
    assert Language("ja").translate(chart.bars[0].label) == "1. mia"
    assert chart.bars[-1] == Bar("4 others", 34 * 10**9)
    assert sum(bar.value for bar in chart.bars) == found.report.sums.settled_nano


def test_a_single_one_more_is_told_too() -> None:
    found = november(*(entry(place, user_id=user) for place, user in enumerate(many(11))))

    assert len(told_keys(found)) == 11
    assert "more:" not in report_text(found, NAMELESS)


def busy(place: int, user: str) -> list[ReportedJob]:
    """A million dollars, something held and something unknown, all on the same day of the month."""
    at = NOON + (place % 30 - 19) * DAY
    of_user = {"user_id": user, "channel_id": user, "model": f"gpt-image-2.5-flare-{place}", "reserved_at": at}
    unknown = replace(waiting(place, **of_user), state="unknown")
    return [entry(place, counted_nano=10**15, **of_user), waiting(place, **of_user), unknown]


@pytest.mark.parametrize("by", list(Grouping))
def test_the_longest_report_fits_into_a_message(by: Grouping) -> None:
    jobs = [job for place, user in enumerate(many(300)) for job in busy(place, user)]

    text = report_text(november(*jobs, by=by), NAMELESS, (NO_CHART,))

    assert len(text) <= LONGEST_MESSAGE
    assert (" held" in text.split("**By")[1]) is (by is not Grouping.DAY)


def test_the_chart_by_day_has_every_day_of_the_month() -> None:
    chart = chart_of(november(entry(1), entry(2, reserved_at=NOON + DAY), by=Grouping.DAY), NAMELESS)

    assert [bar.label for bar in chart.bars] == [str(day) for day in range(1, 31)]
    assert [bar.label for bar in chart.bars if bar.value] == ["20", "21"]
    assert (chart.title, chart.metric) == ("Charged in November 2026, by day", Metric.USD)


def test_a_chart_of_nothing_charged_is_empty() -> None:
    assert chart_of(november(waiting(1)), NAMELESS).is_empty


# --- the file


def test_the_file_has_every_job_and_a_sentence_says_what_is_in_it() -> None:
    packed = packed_ledger(november(entry(1), waiting(2)), 10**7)

    assert packed.name == "atelier-2026-11.csv"
    assert [row["picture"] for row in csv.DictReader(io.StringIO(packed.content.decode()))] == ["1", ""]
    assert packed.sentence.startswith("2 jobs in November 2026 (Europe/Berlin). ")
    assert "Prompts are not in it." in packed.sentence
    assert "compressed" not in packed.sentence


def test_a_members_file_says_whose_it_is() -> None:
    assert packed_ledger(november(entry(1), member_id=33), 10**7).sentence.startswith("1 job of <@33> in November 2026")


def test_a_file_that_is_too_large_is_compressed() -> None:
    found = november(*(entry(number) for number in range(1, 200)))
    plain = packed_ledger(found, 10**7).content

    packed = packed_ledger(found, len(plain) - 1)

    assert packed.name == "atelier-2026-11.csv.gz"
    assert gzip.decompress(packed.content) == plain
    assert packed.sentence.endswith("It is compressed, for Discord takes no larger file here.")
    assert packed_ledger(found, len(plain) - 1) == packed


def test_a_file_that_is_too_large_even_so_is_refused_with_what_to_do() -> None:
    with pytest.raises(UserFacingError) as refusal:
        packed_ledger(november(entry(1)), 100)

    assert "`atelier report --server 1400000000000000011 --month 2026-11 --csv`" in refusal.value.sentence


@pytest.mark.parametrize(("member_id", "whose"), [(None, "on this server"), (33, "of <@33>")])
def test_an_empty_file_is_not_sent(member_id: int | None, whose: str) -> None:
    with pytest.raises(UserFacingError) as refusal:
        packed_ledger(november(member_id=member_id), 10**7)

    assert refusal.value.sentence == f"There is nothing to export: November 2026 has no jobs {whose}."
