"""Jobs and months of a ledger to begin with, for the tests of what is shown of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.services.accounting import Grouping, MonthlyReport, ReportedJob, reported
from bot.services.calendar import Month

NOVEMBER = Month(2026, 11)
BERLIN = ZoneInfo("Europe/Berlin")
NOON = 1_795_176_000  # 2026-11-20 12:00 UTC
DAY = 86_400


def entry(number: int = 1, **changes: Any) -> ReportedJob:  # noqa: ANN401 - any field of a job
    """A job that made picture `number`; the installation's budget counts it as leads do, unless another is given."""
    made = ReportedJob(
        id=f"{1_500_000_000_000_000_000 + number}:1",
        state="settled",
        hold_nano=20_000_000,
        actual_nano=12_060_000,
        adjusted_nano=0,
        counted_nano=12_060_000,
        installation_nano=12_060_000,
        overshoot_nano=0,
        images=1,
        server_id="1400000000000000011",
        channel_id="22",
        parent_channel_id=None,
        user_id="33",
        model="gpt-image-2.5-flare",
        size="1024x1024",
        quality="medium",
        outcome="completed",
        picture=number,
        usage_text_input=12,
        usage_image_input=0,
        usage_image_output=400,
        usage_text_output=0,
        provider_request_id="req_1",
        resolved_by=None,
        adjusted_by=None,
        reserved_at=NOON,
        closed_at=NOON + 9,
        zone="Europe/Berlin",
    )
    return replace(made, **{"installation_nano": changes.get("counted_nano", made.counted_nano)} | changes)


def waiting(number: int, **changes: Any) -> ReportedJob:  # noqa: ANN401 - any field of a job
    """A job that holds two cents and has not ended."""
    return entry(
        number, state="reserved", actual_nano=None, counted_nano=20_000_000, picture=None, closed_at=None, **changes
    )


def november(*jobs: ReportedJob, by: Grouping | None = Grouping.MEMBER, member_id: int | None = None) -> MonthlyReport:
    """A report of these jobs."""
    return MonthlyReport(NOVEMBER, BERLIN, reported(jobs, by, BERLIN), member_id)
