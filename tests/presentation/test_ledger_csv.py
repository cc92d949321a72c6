"""The ledger as CSV: exact for programs, harmless and unrounded in spreadsheets."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.presentation.ledger_csv import COLUMNS, csv_file, csv_lines, exact_usd, harmless

from .books import entry, waiting

STARTS_A_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")  # noqa: RUF001 - the wide signs are meant
SEPARATORS = re.compile(r"[,;|\t\"\r\n]")
PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
NAUGHTY = st.text(st.sampled_from("=+-@＝＋－＠\t\r\n ,;|\"'a1(\x00\u200b\u202e")) | st.text()  # noqa: RUF001 - the same


def rows(*lines: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(lines))))


def test_each_job_is_a_line_with_all_that_is_known_of_it() -> None:
    job = entry(7, adjusted_nano=-60_000, counted_nano=12_000_000, parent_channel_id="21", adjusted_by="9")

    assert rows(*csv_lines([job])) == [
        {
            "job_id": "1500000000000000007:1",
            "picture": "7",
            "state": "settled",
            "outcome": "completed",
            "reserved_at_utc": "2026-11-20T12:00:00Z",
            "reserved_at_local": "2026-11-20T13:00:00+01:00",
            "closed_at_utc": "2026-11-20T12:00:09Z",
            "closed_at_local": "2026-11-20T13:00:09+01:00",
            "server_id": "server:1400000000000000011",
            "channel_id": "<#22>",
            "parent_channel_id": "<#21>",
            "member_id": "<@33>",
            "model": "gpt-image-2.5-flare",
            "size": "1024x1024",
            "quality": "medium",
            "text_input_tokens": "12",
            "image_input_tokens": "0",
            "image_output_tokens": "400",
            "text_output_tokens": "0",
            "hold_usd": "0.020000000",
            "cost_usd": "0.012060000",
            "adjustment_usd": "-0.000060000",
            "overshoot_usd": "0.000000000",
            "counted_usd": "0.012000000",
            "resolved_by": "",
            "adjusted_by": "<@9>",
            "provider_request_id": "req_1",
        }
    ]


def test_what_is_not_known_is_an_empty_cell() -> None:
    (row,) = rows(*csv_lines([waiting(1, outcome=None, usage_text_input=None, provider_request_id=None)]))

    empty = {name for name, cell in row.items() if cell == ""}
    assert empty >= {"picture", "outcome", "closed_at_utc", "closed_at_local", "cost_usd", "text_input_tokens"}
    assert row["counted_usd"] == row["hold_usd"] == "0.020000000"


def test_without_jobs_there_are_the_headings() -> None:
    assert csv_file([]).decode() == ",".join(f'"{name}"' for name in COLUMNS) + "\n"


def test_no_column_is_about_what_was_asked_for() -> None:
    assert not {name for name in COLUMNS if "prompt" in name or "request" in name} - {"provider_request_id"}


def test_no_id_reads_as_a_number() -> None:
    """A spreadsheet would round it: it keeps 15 digits."""
    (row,) = rows(*csv_lines([entry(user_id="1" * 19, channel_id="2" * 19, server_id="3" * 19, resolved_by="4" * 19)]))

    for cell in row.values():
        assert len(cell) < 16 or not PLAIN_NUMBER.fullmatch(cell)


@pytest.mark.parametrize(
    ("nano", "text"),
    [
        (0, "0.000000000"),
        (1, "0.000000001"),
        (-1, "-0.000000001"),
        (12_060_000, "0.012060000"),
        (-1_500_000_000, "-1.500000000"),
        (10**18 + 1, "1000000000.000000001"),
    ],
)
def test_amounts_are_exact(nano: int, text: str) -> None:
    assert exact_usd(nano) == text


@given(st.integers(-(2**63), 2**63))
def test_no_amount_is_ever_rounded(nano: int) -> None:
    text = exact_usd(nano)

    assert int(text.replace(".", "")) == nano
    assert re.fullmatch(r"-?[0-9]+\.[0-9]{9}", text)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=1+1", "'=1+1"),
        ("  =1+1", "'=1+1"),
        ("\t=1+1", "'=1+1"),
        ("\r@SUM(A1)", "'@SUM(A1)"),
        ("a;=cmd|' /C calc'!A0", "a;'=cmd|' /C calc'!A0"),
        ('a", "-1', 'a", "\'-1'),
        ("＝1+1", "'＝1+1"),  # noqa: RUF001 - the wide sign is meant
        ("gpt-image-2.5-flare", "gpt-image-2.5-flare"),
        ("-x", "'-x"),
        ("a = b", "a = b"),
        ("a\nb", "a b"),
        ("", ""),
        (None, ""),
    ],
)
def test_what_would_begin_a_formula_is_held_back_by_an_apostrophe(typed: str | None, written: str) -> None:
    assert harmless(typed) == written


@given(NAUGHTY, NAUGHTY, NAUGHTY)
def test_no_text_becomes_a_formula_whatever_separates_the_cells(outcome: str, model: str, request_id: str) -> None:
    content = csv_file([entry(outcome=outcome, model=model, provider_request_id=request_id)]).decode()

    lines = content.split("\n")
    assert len(lines) == 3, "one for the headings, one for the job, and the end of the last"
    (row,) = rows(content)
    assert len(row) == len(COLUMNS)
    cells = [part for cell in row.values() for part in (cell, *SEPARATORS.split(cell))]
    assert [cell for cell in cells if STARTS_A_FORMULA.match(cell) and not PLAIN_NUMBER.fullmatch(cell)] == []


@given(st.lists(st.integers(0, 10**13), max_size=30))
def test_the_lines_add_up_to_the_nano_dollar(costs: list[int]) -> None:
    jobs = [entry(number, counted_nano=cost) for number, cost in enumerate(costs, 1)]

    total = sum(Decimal(row["counted_usd"]) for row in rows(*csv_lines(jobs)))
    assert total == Decimal(sum(costs)) / 10**9
