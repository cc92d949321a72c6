from __future__ import annotations

import asyncio
import csv
import io
import json
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import DatabaseError
from bot.presentation.ledger_csv import csv_lines
from bot.services.accounting import Grouping
from bot.services.calendar import Month
from bot.services.ledger import Correction
from bot.services.policy import Decision, Requester, ServerPolicy
from bot.storage import SqlitePolicies
from bot.storage.ledger import report
from bot.storage.ledger.report import SqliteBooks, read_report
from tests.examples import examples

from .examples import BERLIN, MEMBER, NOON, SERVER, order, settlement
from .examples import opened as opened_books
from .invariants import faults

if TYPE_CHECKING:
    import sqlite3

    from bot.services.accounting import ReportedJob
    from bot.storage import Report

    from .examples import Books

DAY = 86_400


async def write(books: Books) -> None:
    """One job in every state, one of them in December and one in another server."""
    for name in ("1", "2", "3", "4"):
        await books.ledger.reserve(order(name, hold=100))
    for name in ("2", "3", "4"):
        await books.ledger.dispatch(f"{name}:1", NOON)
    await books.ledger.mark_unknown("3:1", "lost", "timeout", NOON, NOON + 10**6)
    await books.ledger.settle("4:1", settlement(130), NOON + 61)
    await books.ledger.reserve(order("5", hold=7, requester=Requester(SERVER + 1, 5, 6)))
    await books.ledger.release("5:1", "no", "blocked", NOON + 62)
    await books.ledger.reserve(order("6", hold=1000, at=NOON + 30 * DAY))


async def read(books: Books, month: Month | None = None, server_id: int | None = None, **wanted: Any) -> Report:  # noqa: ANN401 - as `read_report`
    return await asyncio.to_thread(read_report, books.database.path, month, server_id, **wanted)


def correction(job_id: str, nano: int, actor_id: int = 77) -> Correction:
    return Correction(job_id, nano, actor_id, "seen on the bill")


async def test_the_sums_are_told_apart_beside_a_running_bot(books: Books) -> None:
    await write(books)

    found = await read(books)

    assert (found.sums.settled_nano, found.sums.held_nano, found.sums.unknown_nano) == (130, 1200, 100)
    assert {state: (total.jobs, total.nano, total.images) for state, total in found.states.items()} == {
        "reserved": (2, 1100, 2),
        "dispatched": (1, 100, 1),
        "unknown": (1, 100, 1),
        "settled": (1, 130, 1),
        "released": (1, 0, 0),
    }
    assert (found.sums.job_count, found.sums.held_count, found.sums.unknown_count) == (6, 3, 1)
    assert (found.sums.picture_count, found.sums.unmade_count, found.sums.picture_nano) == (1, 1, 130)


async def test_a_job_is_told_with_all_that_an_auditor_asks(books: Books) -> None:
    await write(books)

    found = json.loads(json.dumps((await read(books)).to_dict()))

    assert found["settled_nano"] == 130
    assert found["jobs"][3] == {
        "id": "4:1",
        "state": "settled",
        "hold_nano": 100,
        "actual_nano": 130,
        "adjusted_nano": 0,
        "counted_nano": 130,
        "installation_nano": 130,
        "overshoot_nano": 30,
        "images": 1,
        "server_id": str(SERVER),
        "channel_id": str(MEMBER.channel_id),
        "parent_channel_id": None,
        "user_id": str(MEMBER.user_id),
        "model": "gpt-image-2",
        "size": "1024x768",
        "quality": "low",
        "outcome": "completed",
        "picture": 1,
        "usage_text_input": 10,
        "usage_image_input": 20,
        "usage_image_output": 30,
        "usage_text_output": 40,
        "provider_request_id": "req_1",
        "resolved_by": None,
        "adjusted_by": None,
        "reserved_at": "2026-11-10T12:00:00Z",
        "closed_at": "2026-11-10T12:01:01Z",
        "zone": "UTC",
    }
    assert found["jobs"][0]["closed_at"] is None


@pytest.mark.parametrize(
    ("month", "server_id", "jobs"),
    [
        (None, None, ["1:1", "2:1", "3:1", "4:1", "5:1", "6:1"]),
        (Month(2026, 11), None, ["1:1", "2:1", "3:1", "4:1", "5:1"]),
        (Month(2026, 12), None, ["6:1"]),
        (Month(2027, 1), None, []),
        (None, SERVER + 1, ["5:1"]),
        (Month(2026, 11), SERVER, ["1:1", "2:1", "3:1", "4:1"]),
    ],
)
async def test_month_and_server_narrow_it(
    books: Books, month: Month | None, server_id: int | None, jobs: list[str]
) -> None:
    await write(books)

    found = await read(books, month, server_id)

    assert [job.id for job in found.jobs] == jobs


async def test_a_member_narrows_it_too(books: Books) -> None:
    await books.ledger.reserve(order("1"))
    await books.ledger.reserve(order("2", requester=replace(MEMBER, user_id=5)))

    assert [job.id for job in (await read(books, member_id=5)).jobs] == ["2:1"]


async def test_what_leads_corrected_counts_in_every_sum(books: Books) -> None:
    await write(books)
    await books.ledger.correct(SERVER, correction("3:1", 90), NOON + 70)
    await books.ledger.correct(SERVER, correction("4:1", 100), NOON + 80)
    await books.ledger.correct(SERVER, correction("4:1", 110, actor_id=78), NOON + 90)
    await books.ledger.correct(SERVER + 1, correction("5:1", 5), NOON + 90)
    await books.ledger.mark_unknown("2:1", "lost", "timeout", NOON + 90, NOON + 10**6)
    await books.ledger.correct(SERVER, correction("2:1", 0), NOON + 95)

    found = await read(books, Month(2026, 11), by=Grouping.MEMBER)

    assert (found.sums.settled_nano, found.sums.adjusted_nano) == (90 + 110 + 5, -20 + 5)
    assert found.sums.installation_nano == 90 + 130 + 5  # what the provider reported stands for its budget
    assert found.sums.adjusted_nano == sum(group.sums.adjusted_nano for group in found.groups)
    assert [(group.key, group.sums.settled_nano) for group in found.groups] == [(str(SERVER + 2), 200), ("6", 5)]
    assert (found.states["settled"].nano, found.states["released"].nano) == (200, 5)
    jobs = {job.id: job for job in found.jobs}
    assert [who_corrected(jobs[name]) for name in ("2:1", "3:1", "4:1", "5:1")] == [
        (None, 0, 0, "77", None),
        (90, 0, 90, "77", None),
        (130, -20, 110, None, "78"),
        (None, 5, 5, None, "77"),
    ]


def who_corrected(job: ReportedJob) -> tuple[int | None, int, int, str | None, str | None]:
    return job.actual_nano, job.adjusted_nano, job.counted_nano, job.resolved_by, job.adjusted_by


async def test_a_thread_is_counted_with_its_channel(books: Books) -> None:
    in_thread = replace(MEMBER, channel_id=900, parent_id=MEMBER.channel_id)
    await books.ledger.reserve(order("1"))
    await books.ledger.reserve(order("2", requester=in_thread))

    found = await read(books, by=Grouping.CHANNEL)

    assert [(group.key, group.sums.job_count) for group in found.groups] == [(str(MEMBER.channel_id), 2)]
    assert (found.jobs[1].channel_id, found.jobs[1].parent_channel_id) == ("900", str(MEMBER.channel_id))


async def test_a_job_tells_the_zone_of_its_server(books: Books) -> None:
    await write(books)
    decision = Decision(1, NOON, "studio zone", "the time zone", "UTC", "Europe/Berlin")
    await SqlitePolicies(books.database).change(SERVER, lambda _: (ServerPolicy(zone="Europe/Berlin"), decision))

    assert [job.zone for job in (await read(books)).jobs] == ["Europe/Berlin"] * 4 + ["UTC", "Europe/Berlin"]


# --- for leads, on Discord

MIDNIGHT = NOON + 20 * DAY + DAY // 2  # the first second of December 2026 in UTC


async def test_leads_read_their_own_server_in_their_own_zone(books: Books) -> None:
    await books.ledger.reserve(order("1", at=MIDNIGHT - 3601))
    await books.ledger.reserve(order("2", at=MIDNIGHT - 3600))
    await books.ledger.reserve(order("3", at=MIDNIGHT, requester=replace(MEMBER, server_id=SERVER + 1)))
    ledger = SqliteBooks(books.database)

    november = await ledger.report(SERVER, Month(2026, 11), BERLIN, by=Grouping.DAY)
    december = await ledger.report(SERVER, Month(2026, 12), BERLIN, by=Grouping.DAY)

    assert [job.id for job in (await ledger.report(SERVER, Month(2026, 11), BERLIN)).jobs] == ["1:1"]
    assert [job.id for job in (await ledger.report(SERVER, Month(2026, 12), BERLIN)).jobs] == ["2:1"]
    assert november.jobs == december.jobs == ()  # only the sums
    assert november.sums.job_count == december.sums.job_count == 1
    assert [group.key for group in (*november.groups, *december.groups)] == ["2026-11-30", "2026-12-01"]


async def test_the_months_are_those_of_the_server_and_its_zone(books: Books) -> None:
    await books.ledger.reserve(order("1", at=NOON))
    await books.ledger.reserve(order("2", at=MIDNIGHT - 3600))
    await books.ledger.reserve(order("3", at=MIDNIGHT + 40 * DAY, requester=replace(MEMBER, server_id=SERVER + 1)))
    ledger = SqliteBooks(books.database)

    assert await ledger.months(SERVER, BERLIN) == [Month(2026, 11), Month(2026, 12)]
    assert await ledger.months(SERVER + 1, BERLIN) == [Month(2027, 1)]
    assert await ledger.months(SERVER + 2, BERLIN) == []


async def test_a_reader_does_not_wait_for_the_writer_nor_the_writer_for_it(books: Books) -> None:
    await write(books)
    path = books.database.path

    def read_meanwhile(_: object) -> int:
        return read_report(path, None, None).sums.job_count

    assert await books.database.transaction(read_meanwhile) == 6


async def test_no_report_scans_a_table_that_grows(books: Books) -> None:
    def look(connection: sqlite3.Connection) -> set[str]:
        wanted = {"start": 0, "end": 9, "server_id": SERVER, "member_id": None}
        return {row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {report.JOBS}", wanted)}

    plan = await books.database.read(look)

    assert {step for step in plan if step.startswith("SCAN")} == {"SCAN policies"}  # one row for each server
    assert "SEARCH adjustments USING INDEX adjustments_of (job_id=?)" in plan


# --- to the nano-dollar

ENDS = st.sampled_from(["wait", "dispatch", "settle", "release", "unknown", "resolve", "resolve to nothing"])
FATES = st.tuples(
    ENDS,
    st.integers(0, 2 * 10**11),
    st.lists(st.integers(0, 2 * 10**11), max_size=2),
    st.integers(0, 3),
    st.integers(0, 60 * DAY),
)


@settings(max_examples=examples(25))
@given(st.lists(FATES, max_size=12))
def test_the_csv_the_sums_and_the_events_agree_to_the_nano_dollar(
    fates: list[tuple[str, int, list[int], int, int]],
) -> None:
    """I16: what is exported, what is reported and what was booked are the same."""
    asyncio.run(_agree(fates))


async def _agree(fates: list[tuple[str, int, list[int], int, int]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        async with opened_books(Path(directory) / "atelier.sqlite3") as books:
            for number, (end, cost, later, member, seconds) in enumerate(fates, 1):
                await _befall(books, str(number), end, cost, later, member, NOON + seconds)

            rows = list(csv.DictReader(io.StringIO("".join(csv_lines((await read(books)).jobs)))))
            found = await read(books, by=Grouping.MEMBER)
            days = await read(books, by=Grouping.DAY)
            ((of_jobs, of_events, corrected, counters, installation),) = await books.rows(
                "SELECT (SELECT coalesce(sum(actual_nano), 0) FROM jobs), "
                "(SELECT coalesce(sum(nano), 0) FROM events WHERE kind = 'settle'), "
                "(SELECT coalesce(sum(nano), 0) FROM adjustments), "
                "(SELECT coalesce(sum(settled_nano), 0) FROM buckets WHERE scope = 'member' AND period = 'month'), "
                "(SELECT coalesce(sum(settled_nano), 0) FROM buckets WHERE scope = 'installation' AND period = 'month')"
            )
            assert await books.database.read(faults) == {}

    in_lines = sum((Decimal(row["cost_usd"] or 0) + Decimal(row["adjustment_usd"]) for row in rows), Decimal(0))
    counted = sum((Decimal(row["counted_usd"]) for row in rows), Decimal(0))
    assert isinstance(of_jobs, int)
    assert isinstance(corrected, int)
    assert in_lines * 10**9 == found.sums.settled_nano == of_jobs + corrected == counters
    assert of_jobs == of_events
    assert found.sums.installation_nano == installation
    assert found.sums.adjusted_nano == corrected
    assert counted * 10**9 == found.sums.settled_nano + found.sums.held_nano + found.sums.unknown_nano
    for grouped in (found, days):
        assert sum(group.sums.settled_nano for group in grouped.groups) == found.sums.settled_nano
        assert sum(group.sums.held_nano for group in grouped.groups) == found.sums.held_nano
        assert sum(group.sums.unknown_nano for group in grouped.groups) == found.sums.unknown_nano


async def _befall(books: Books, name: str, end: str, cost: int, later: list[int], member: int, at: int) -> None:
    """What becomes of one job; `later` is what leads say that it cost."""
    ledger, job_id = books.ledger, f"{name}:1"
    await ledger.reserve(order(name, hold=10**11, at=at, requester=replace(MEMBER, user_id=MEMBER.user_id + member)))
    if end not in {"wait", "release"}:
        await ledger.dispatch(job_id, at)
    if end in {"unknown", "resolve", "resolve to nothing"}:
        await ledger.mark_unknown(job_id, "lost", "timeout", at, at + 10**9)
    if end == "settle":
        await ledger.settle(job_id, settlement(cost), at)
    elif end == "release":
        await ledger.release(job_id, "no", "blocked", at)
    elif end.startswith("resolve"):
        await ledger.correct(SERVER, correction(job_id, min(cost, 10**11) if end == "resolve" else 0), at)
    if end not in {"wait", "dispatch", "unknown"}:
        for nano in later:
            # A lead cannot say that it cost more than was held and reported.
            await ledger.correct(SERVER, correction(job_id, min(nano, max(10**11, cost if end == "settle" else 0))), at)


def test_without_a_database_there_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no database"):
        read_report(tmp_path / "atelier.sqlite3", None, None)


async def test_a_database_that_breaks_while_it_is_read_is_told_with_a_sentence(tmp_path: Path) -> None:
    async with opened_books(tmp_path / "atelier.sqlite3") as books:
        await books.database.transaction(lambda connection: connection.execute("DROP TABLE pictures"))

        with pytest.raises(DatabaseError, match="no such table"):
            await read(books)
