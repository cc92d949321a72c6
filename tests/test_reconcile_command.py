"""`atelier reconcile`: exit codes, sentences and JSON, over a ledger on disk."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.services.calendar import BILLING_ZONE
from bot.services.catalog import Usage
from bot.services.ledger import Correction, Reservation, Settlement
from bot.services.policy import buckets_touched
from bot.storage import Database, SqliteLedger
from tests.bills import Cost, as_csv, as_json, days_between
from tests.examples import DESTINATION, MODEL, REQUEST, REQUESTER, STORED

if TYPE_CHECKING:
    from typer.testing import Result

FIRST, SEVENTH, LAST = date(2026, 10, 1), date(2026, 10, 7), date(2026, 10, 31)
NOON = int(datetime(2026, 10, 7, 12, tzinfo=UTC).timestamp())
CHARGED = Cost(SEVENTH, "0.012345678")

pytestmark = pytest.mark.usefixtures("bare_environment")


async def fill(path: Path) -> None:
    """On 2026-10-07 one job that cost $0.012345678, and one of unknown outcome that holds $0.02."""
    database = await Database.open(path)
    ledger = SqliteLedger(database)
    try:
        for name in ("1", "2"):
            buckets = buckets_touched(REQUESTER, NOON, BILLING_ZONE)
            prices = MODEL.priced()
            order = Reservation(name, REQUEST, REQUESTER, DESTINATION, 20_000_000, prices, NOON, buckets, ())
            await ledger.reserve(order)
            await ledger.dispatch(f"{name}:1", NOON)
        await ledger.settle("1:1", Settlement(12_345_678, Usage(1, 0, 2, 0), STORED, 7.0, "req_1"), NOON + 9)
        await ledger.mark_unknown("2:1", "No picture came.", "timeout", NOON + 9, NOON + 999)
    finally:
        await database.close()


@pytest.fixture
def books(tmp_path: Path, bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert bare_environment.is_dir()
    asyncio.run(fill(tmp_path / "atelier.sqlite3"))
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))
    return tmp_path


def reconciled(file: Path, *words: str) -> Result:
    return CliRunner().invoke(cli.app, ["reconcile", str(file), *words], catch_exceptions=False, env={"COLUMNS": "200"})


def export(directory: Path, *costs: Cost, last: date = LAST) -> Path:
    file = directory / "costs.csv"
    file.write_bytes(as_csv(costs, days_between(FIRST, last)))
    return file


def test_a_bill_that_agrees_ends_with_0(books: Path) -> None:
    outcome = reconciled(export(books, CHARGED))

    assert outcome.exit_code == 0
    assert "The bill is $0.012345678, the ledger $0.012345678: they are equal." in outcome.stdout
    assert "2026-10-07" in outcome.stdout


def test_a_bill_beyond_two_percent_ends_with_1_and_names_the_unknown(books: Path) -> None:
    outcome = reconciled(export(books, CHARGED, Cost(SEVENTH, "0.02")))

    assert outcome.exit_code == 1
    assert "they differ by $0.02 (61.8 %), more than 2 %." in outcome.stdout
    assert "Of unknown outcome: 1 job, $0.02 held and not charged yet." in outcome.stdout


def test_as_json_it_can_be_piped_into_a_program(books: Path) -> None:
    file = books / "costs.json"
    file.write_bytes(as_json([CHARGED, Cost(SEVENTH, "0.02")], days_between(FIRST, LAST)))

    outcome = reconciled(file, "--json")
    told: dict[str, Any] = json.loads(outcome.stdout)

    assert outcome.exit_code == 1
    assert (told["bill_nano"], told["ledger_nano"], told["difference_nano"]) == (32_345_678, 12_345_678, 20_000_000)
    assert told["reasons"] == {"unknown": {"jobs": 1, "nano": 20_000_000, "hold_nano": 20_000_000}}


def test_a_month_and_a_project_can_be_chosen(books: Path) -> None:
    spare = [Cost(date(2026, 11, 2), "5"), Cost(SEVENTH, "3", project="proj_b")]
    file = export(books, CHARGED, *spare, last=date(2026, 11, 30))

    chosen = reconciled(file, "--month", "2026-10", "--project", "proj_a")
    whole = reconciled(file, "--month", "2026-10")

    assert (chosen.exit_code, whole.exit_code) == (0, 1)
    assert "Several projects are billed: proj_b $3.00; proj_a $0.012345678." in whole.stdout
    assert reconciled(file).stderr.startswith("atelier: This export tells of 2026-10-01 to 2026-11-30. Say which month")


@pytest.mark.parametrize(
    ("content", "words", "sentence"),
    [
        (b"", (), "This file is empty."),
        (b"\x00\x01", (), "This file is no text."),
        (b"a,b\n1,2\n", (), "The columns of this file are a, b."),
        (b'{"data": [', (), "This is no whole JSON (line 1)."),
        (b'[{"start_time": 1e9999999999999999999999}]', (), "This is no whole JSON."),
        (
            as_csv([CHARGED], [SEVENTH]),
            ("--month", "october"),
            "--month: A month is written like 2026-11, not 'october'.",
        ),
        (as_csv([CHARGED], [SEVENTH]), ("--month", "2026-09"), "nothing of 2026-09"),
        (as_csv([CHARGED], [SEVENTH]), ("--project", "proj_x"), "Nothing in this export was billed to that project."),
    ],
)
def test_what_cannot_be_compared_ends_with_2_and_a_sentence(
    books: Path, content: bytes, words: tuple[str, ...], sentence: str
) -> None:
    file = books / "costs"
    file.write_bytes(content)

    outcome = reconciled(file, *words)

    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("atelier: ")
    assert sentence in outcome.stderr


def test_a_fault_of_ours_is_not_taken_for_a_difference(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_bill(_content: bytes) -> None:
        raise ArithmeticError("too much")

    monkeypatch.setattr(cli, "read_bill", read_bill)

    outcome = reconciled(export(books, CHARGED))

    assert outcome.exit_code == 2
    assert "costs.csv cannot be compared, for a fault of mine (ArithmeticError: too much)." in outcome.stderr


async def adjust(path: Path, nano: int) -> None:
    """A lead says of the job whose tokens the provider reported that it cost something else."""
    database = await Database.open(path)
    try:
        correction = Correction("1:1", nano, 5, "it looked cheaper")
        await SqliteLedger(database).correct(REQUESTER.server_id, correction, NOON + 20)
    finally:
        await database.close()


def test_what_a_lead_says_of_a_reported_cost_is_told_and_does_not_move_the_ledger(books: Path) -> None:
    asyncio.run(adjust(books / "atelier.sqlite3", 345_678))

    outcome = reconciled(export(books, CHARGED))

    assert outcome.exit_code == 0
    assert "they are equal" in outcome.stdout
    told = "Adjusted by a lead although the provider reported the cost: 1 job, -$0.012 in all; not counted here."
    assert told in outcome.stdout


def test_the_report_of_all_servers_says_both_sums(books: Path) -> None:
    asyncio.run(adjust(books / "atelier.sqlite3", 345_678))
    runner = CliRunner()

    whole = runner.invoke(cli.app, ["report"], catch_exceptions=False).stdout
    leads = runner.invoke(cli.app, ["report", "--server", str(REQUESTER.server_id)], catch_exceptions=False).stdout
    told = json.loads(runner.invoke(cli.app, ["report", "--json"], catch_exceptions=False).stdout)

    assert whole.startswith("charged <$0.001 ")
    assert "charged as the installation's budget counts it $0.012 " in whole
    assert "installation" not in leads
    assert (told["settled_nano"], told["installation_nano"]) == (345_678, 12_345_678)


def test_a_file_that_cannot_be_read_is_told(books: Path) -> None:
    missing, directory = reconciled(books / "missing.csv"), reconciled(books)

    assert (missing.exit_code, directory.exit_code) == (2, 2)
    assert "missing.csv cannot be read: No such file or directory." in missing.stderr
    assert "cannot be read: Is a directory." in directory.stderr


def test_without_a_database_it_cannot_be_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))

    outcome = reconciled(export(tmp_path, CHARGED))

    assert outcome.exit_code == 2
    assert "There is no database" in outcome.stderr


def test_what_another_program_writes_can_be_read_as_it_comes(books: Path) -> None:
    """As a shell's ``<(curl ...)`` hands it over: a pipe has no size."""
    assert books.is_dir()
    reading, writing = os.pipe()
    os.write(writing, as_csv([CHARGED], [SEVENTH]))
    os.close(writing)
    try:
        outcome = reconciled(Path(f"/dev/fd/{reading}"))
    finally:
        os.close(reading)

    assert outcome.exit_code == 0
