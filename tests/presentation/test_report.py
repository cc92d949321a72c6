"""The ledger on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.presentation.report import report_view
from bot.services.accounting import Grouping, reported
from bot.services.calendar import BILLING_ZONE

from .books import entry, waiting

if TYPE_CHECKING:
    from bot.services.accounting import Report


def printed(report: Report) -> list[str]:
    return report_view(report).splitlines()


def test_the_sums_come_first_then_the_groups_then_every_job() -> None:
    unknown = waiting(2)
    report = reported([entry(4821), unknown], Grouping.MODEL, BILLING_ZONE)

    assert printed(report) == [
        "charged $0.012 · held $0.020 · unknown $0.00",
        "pictures 1, $0.012 each on average · jobs without a picture 0",
        "adjustments, counted in what is charged $0.00 · jobs of unknown outcome 0",
        "",
        "By model",
        " model                pictures  charged  adjusted    held  unknown",
        " ───────────────────  ────────  ───────  ────────  ──────  ───────",
        " gpt-image-2.5-flare         1   $0.012     $0.00  $0.020    $0.00",
        "",
        "Ledger",
        " picture  state     model                size       quality    held  charged",
        " ───────  ────────  ───────────────────  ─────────  ───────  ──────  ───────",
        " #4821    settled   gpt-image-2.5-flare  1024x1024  medium   $0.020   $0.012",
        "          reserved  gpt-image-2.5-flare  1024x1024  medium   $0.020",
    ]


def test_adjustments_are_a_column_where_there_are_any() -> None:
    corrected = entry(2, adjusted_nano=-2_060_000, counted_nano=10_000_000)

    lines = printed(reported([entry(1), corrected], None, BILLING_ZONE))

    assert lines[0].startswith("charged $0.022 ")
    assert lines[2].startswith("adjustments, counted in what is charged -$0.002 ")
    assert lines[5].endswith("charged  adjusted")
    assert lines[7].endswith("$0.012")
    assert lines[8].endswith("$0.012   -$0.002")


def test_of_all_servers_it_is_said_what_the_installations_budget_counts_where_leads_differ() -> None:
    disputed = entry(2, adjusted_nano=-2_060_000, counted_nano=10_000_000, installation_nano=12_060_000)
    report = reported([entry(1), disputed], None, BILLING_ZONE)
    agreed = reported([entry(1)], None, BILLING_ZONE)

    assert report_view(report).splitlines()[3].startswith("charged as the installation's budget counts it $0.024 ")
    assert "installation" not in report_view(report, of_all=False)
    assert "installation" not in report_view(agreed)


def test_an_empty_ledger_is_told_by_its_headings() -> None:
    lines = printed(reported([], Grouping.DAY, BILLING_ZONE))

    assert lines[0] == "charged $0.00 · held $0.00 · unknown $0.00"
    assert lines[1] == "pictures 0 · jobs without a picture 0"
    assert " day  pictures  charged  adjusted  held  unknown" in lines
