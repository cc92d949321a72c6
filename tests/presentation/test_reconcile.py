from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from bot.presentation.reconcile import (
    WORDS,
    notes_on,
    reconciliation_as_dict,
    reconciliation_view,
    usd,
    verdict,
)
from bot.services.accounting import DayCompared, Reason, Reconciliation, Share
from bot.services.calendar import Month
from tests.bills import days_between

FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def compared(bill: int, ledger: int, rounding: int = 0) -> Reconciliation:
    """A whole month with everything on its first day."""
    days = [DayCompared(day, 0, 0) for day in days_between(FIRST, LAST)]
    days[0] = DayCompared(FIRST, bill, ledger)
    return Reconciliation(Month(2026, 11), tuple(days), {}, {}, {}, (0, 0), rounding, unfinished=False)


def printed(found: Reconciliation) -> str:
    console = Console(width=200, record=True, file=None)
    with console.capture() as capture:
        console.print(reconciliation_view(found))
    return capture.get()


@pytest.mark.parametrize(
    ("nano", "words"),
    [
        (0, "$0.00"),
        (12_400_000_000, "$12.40"),
        (-12_345_678, "-$0.012345678"),
        (1, "$0.000000001"),
        (1_234_567_500_000_000, "$1,234,567.50"),
    ],
)
def test_dollars_are_exact(nano: int, words: str) -> None:
    assert usd(nano) == words


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (compared(5 * 10**9, 5 * 10**9), "The bill is $5.00, the ledger $5.00: they are equal."),
        (
            compared(10**10, 9_960_000_000),
            "The bill is $10.00, the ledger $9.96: they differ by $0.04 (0.4 %), within 2 %.",
        ),
        (
            compared(10**10, 12_500_000_000),
            "The bill is $10.00, the ledger $12.50: they differ by $2.50 (25.0 %), more than 2 %.",
        ),
        (
            compared(10**10, 10**10 - 1),
            "The bill is $10.00, the ledger $9.999999999: they differ by $0.000000001 (less than 0.1 %), within 2 %.",
        ),
        (compared(0, 10**9), "The bill is $0.00, the ledger $1.00: they differ by $1.00, more than 2 %."),
        (
            compared(10**7, 12 * 10**6, 5 * 10**6),
            "The bill is $0.01, the ledger $0.012: they differ by $0.002 (20.0 %), within the rounding of the bill.",
        ),
        (
            compared(10**9, 1_019_500_000),
            "The bill is $1.00, the ledger $1.0195: they differ by $0.0195 (2.0 %), within 2 %.",
        ),
    ],
)
def test_the_verdict_is_one_line(found: Reconciliation, words: str) -> None:
    assert verdict(found) == words
    assert printed(found).rstrip().endswith(words)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    found = replace(compared(1, 1), reasons={reason: Share(1, 20_000_000, 30_000_000)})

    (note,) = notes_on(found)

    assert set(WORDS) == set(Reason)
    assert "1 job," in note
    assert "$0.02" in note
    assert "{" not in note
    assert note in printed(found)


def test_many_jobs_are_counted() -> None:
    found = replace(compared(1, 1), reasons={Reason.RESOLVED: Share(1234, 0, 10**9)})

    assert list(notes_on(found)) == [
        "Of unknown outcome, and closed by a lead: 1,234 jobs, $0.00 charged of $1.00 held."
    ]


def test_how_the_bill_was_read_is_told() -> None:
    found = replace(
        compared(10**9, 2 * 10**9, 10**8),
        other_items={"gpt-5, input": 10**9, "search": 2 * 10**9},
        projects={"proj_a": 10**9, "proj_b": 5},
        credits=(1, -25 * 10**7),
        unfinished=True,
    )
    half = replace(found, days=found.days[:2], credits=(2, -5), other_items={}, projects={"proj_a": 1})

    assert list(notes_on(found)) == [
        "2026-11-30 is not over, and the provider books late: compare again in a day or two.",
        "1 line pays back $0.25; that is counted.",
        "The amounts of the bill can be rounded, by $0.10 all together.",
        "Not for pictures, and left out: search $2.00; gpt-5, input $1.00.",
        "Several projects are billed: proj_a $1.00; proj_b $0.000000005. Compare one with --project ID.",
    ]
    assert next(iter(notes_on(half))) == "The export tells of 2026-11-01 to 2026-11-02: only these days are compared."
    assert "2 lines pay back $0.000000005; that is counted." in list(notes_on(half))
    assert list(notes_on(compared(10**9, 10**9, 5))) == []
    assert list(notes_on(compared(10**9, 2 * 10**9, 10**8 - 1))) == []


def test_of_many_line_items_the_largest_are_named() -> None:
    found = replace(compared(1, 1), other_items={f"thing {number:02}": number for number in range(1, 31)})

    (note,) = notes_on(found)

    assert "thing 30 $0.00000003; " in note
    assert note.endswith("thing 11 $0.000000011; 10 others $0.000000055.")


def test_only_days_with_something_on_them_are_in_the_table() -> None:
    text = printed(compared(3 * 10**9, 2 * 10**9))

    assert "November 2026, days of UTC" in text
    assert [line.split() for line in text.splitlines() if line.strip().startswith(("2026-", "all"))] == [
        ["2026-11-01", "$3.00", "$2.00", "$1.00"],
        ["all", "$3.00", "$2.00", "$1.00"],
    ]


def test_as_json_all_is_told_in_nano_dollars() -> None:
    found = replace(
        compared(3, 5, 7), reasons={Reason.UNKNOWN: Share(2, 9, 9)}, other_items={"x": 1}, projects={"p": 3}
    )

    told = reconciliation_as_dict(found)

    assert {name: told[name] for name in ("month", "bill_nano", "ledger_nano", "difference_nano", "rounding_nano")} == {
        "month": "2026-11",
        "bill_nano": 3,
        "ledger_nano": 5,
        "difference_nano": -2,
        "rounding_nano": 7,
    }
    assert told["within_tolerance"] is True
    assert told["reasons"] == {"unknown": {"jobs": 2, "nano": 9, "hold_nano": 9}}
    assert told["days"][0] == {"day": "2026-11-01", "bill_nano": 3, "ledger_nano": 5, "difference_nano": -2}
    assert (told["other_items"], told["projects"]) == ({"x": 1}, {"p": 3})
    assert told["verdict"] == verdict(found)
    assert told["notes"] == list(notes_on(found))
