"""The command line: what it prints, for people and for programs, and how it ends."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot import cli
from bot.errors import ConfigurationError, DatabaseError
from bot.services.calendar import BILLING_ZONE
from bot.services.catalog import Usage
from bot.services.ledger import Reservation, Settlement
from bot.services.policy import Requester, buckets_touched
from bot.storage import Database, SqliteLedger
from tests.examples import DESTINATION, MODEL, REQUEST, REQUESTER, STORED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from bot.config import Settings
    from bot.demo.browser import Choices

NOVEMBER = 1_795_176_000  # 2026-11-20 12:00 UTC
OCTOBER = NOVEMBER - 40 * 86_400
ROOT = Path(__file__).resolve().parents[1]

pytestmark = pytest.mark.usefixtures("bare_environment")


def order(request_id: str, at: int, requester: Requester = REQUESTER) -> Reservation:
    buckets = buckets_touched(requester, at, BILLING_ZONE)
    return Reservation(request_id, REQUEST, requester, DESTINATION, 20_000_000, MODEL.priced(), at, buckets, ())


async def fill(path: Path) -> None:
    """One settled job in October; in November one of unknown outcome, one held in another server, one released."""
    database = await Database.open(path)
    ledger = SqliteLedger(database)
    try:
        await ledger.reserve(order("1", OCTOBER))
        await ledger.dispatch("1:1", OCTOBER)
        await ledger.settle("1:1", Settlement(12_345_678, Usage(1, 0, 2, 0), STORED, 7.0, "req_1"), OCTOBER)
        await ledger.reserve(order("2", NOVEMBER))
        await ledger.dispatch("2:1", NOVEMBER)
        await ledger.mark_unknown("2:1", "No picture came.", "timeout", NOVEMBER, NOVEMBER + 9)
        await ledger.reserve(order("3", NOVEMBER, replace(REQUESTER, server_id=12)))
        await ledger.reserve(order("4", NOVEMBER))
        await ledger.release("4:1", "It was blocked.", "blocked", NOVEMBER)
    finally:
        await database.close()


@pytest.fixture
def books(tmp_path: Path, bare_environment: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a ledger in it, named in an environment that was bare before."""
    assert bare_environment.is_dir()
    asyncio.run(fill(tmp_path / "atelier.sqlite3"))
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))
    return tmp_path


def printed(*words: str) -> str:
    outcome = CliRunner().invoke(cli.app, list(words), catch_exceptions=False, env={"COLUMNS": "160"})
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def as_process(words: Sequence[str], directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m bot`, with nothing of ours in the environment but what is given."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "COVERAGE_FILE") if name in os.environ}
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "bot", *words],
        cwd=directory,
        env=kept | {"PYTHONPATH": str(ROOT), "COLUMNS": "160"} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )


@pytest.mark.parametrize(
    ("words", "sums", "ids"),
    [
        ((), (12_345_678, 20_000_000, 20_000_000), ["1:1", "2:1", "3:1", "4:1"]),
        (("--month", "2026-10"), (12_345_678, 0, 0), ["1:1"]),
        (("--month", "2026-11"), (0, 20_000_000, 20_000_000), ["2:1", "3:1", "4:1"]),
        (("--server", "12"), (0, 20_000_000, 0), ["3:1"]),
        (("--server", "11", "--month", "2026-11"), (0, 0, 20_000_000), ["2:1", "4:1"]),
        (("--month", "2025-01"), (0, 0, 0), []),
    ],
)
@pytest.mark.usefixtures("books")
def test_the_report_as_json_counts_in_nano_dollars(
    words: Sequence[str], sums: tuple[int, int, int], ids: list[str]
) -> None:
    report: dict[str, Any] = json.loads(printed("report", "--json", *words))

    assert (report["settled_nano"], report["held_nano"], report["unknown_nano"]) == sums
    assert [job["id"] for job in report["jobs"]] == ids


@pytest.mark.usefixtures("books")
def test_each_job_in_the_report_tells_its_state_hold_and_cost() -> None:
    jobs = {job["id"]: job for job in json.loads(printed("report", "--json"))["jobs"]}

    assert [jobs[f"{number}:1"]["state"] for number in (1, 2, 3, 4)] == ["settled", "unknown", "reserved", "released"]
    assert (jobs["1:1"]["hold_nano"], jobs["1:1"]["actual_nano"]) == (20_000_000, 12_345_678)
    assert jobs["2:1"]["actual_nano"] is None


@pytest.mark.usefixtures("books")
def test_the_report_for_people_is_a_table_with_its_sums() -> None:
    text = printed("report")

    assert "charged $0.012 · held $0.020 · unknown $0.020" in text
    assert "#1" in text
    assert all(state in text for state in ("settled", "unknown", "reserved", "released"))


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-1", "0000-01", "2026-11-20"])
@pytest.mark.usefixtures("books")
def test_a_month_that_is_none_is_refused_by_an_example(month: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        printed("report", "--month", month)

    assert refusal.value.faults == (f"--month: A month is written like 2026-11, not {month!r}.",)


@pytest.mark.usefixtures("books")
def test_the_report_as_csv_has_a_line_for_each_job() -> None:
    rows = list(csv.DictReader(io.StringIO(printed("report", "--csv", "--month", "2026-10"))))

    assert [(row["job_id"], row["cost_usd"], row["member_id"]) for row in rows] == [("1:1", "0.012345678", "<@33>")]


@pytest.mark.parametrize(
    ("by", "rows"),
    [
        ("member", ["33 1 $0.012 $0.00 $0.020 $0.020"]),
        ("model", ["gpt-image-2.5-flare 1 $0.012 $0.00 $0.020 $0.020"]),
        ("day", ["2026-10-11 1 $0.012 $0.00 $0.00 $0.00", "2026-11-20 0 $0.00 $0.00 $0.020 $0.020"]),
        ("channel", ["22 1 $0.012 $0.00 $0.020 $0.020"]),
    ],
)
@pytest.mark.usefixtures("books")
def test_the_report_for_people_is_summed_as_they_wish(by: str, rows: list[str]) -> None:
    lines = [" ".join(line.split()) for line in printed("report", "--by", by).splitlines()]

    start = lines.index(f"By {by}")
    assert lines[start + 3 : lines.index("", start)] == rows


@pytest.mark.usefixtures("books")
def test_the_report_as_json_is_summed_as_programs_wish() -> None:
    report: dict[str, Any] = json.loads(printed("report", "--json", "--by", "day"))

    assert report["by"] == "day"
    assert [(group["key"], group["settled_nano"], group["held_nano"]) for group in report["groups"]] == [
        ("2026-10-11", 12_345_678, 0),
        ("2026-11-20", 0, 20_000_000),
    ]


@pytest.mark.parametrize("other", [("--json",), ("--by", "day")])
@pytest.mark.usefixtures("books")
def test_csv_goes_with_nothing_that_it_cannot_show(other: Sequence[str]) -> None:
    with pytest.raises(ConfigurationError, match=f"Leave out --csv or {other[0]}"):
        printed("report", "--csv", *other)


@pytest.mark.usefixtures("books")
def test_a_server_that_no_database_can_hold_is_an_error_of_use() -> None:
    outcome = CliRunner().invoke(cli.app, ["report", "--server", str(2**64)])

    assert outcome.exit_code == 2


def test_without_a_database_the_report_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATELIER_DATA_DIR", str(tmp_path))

    with pytest.raises(DatabaseError, match="There is no database"):
        printed("report")

    assert not (tmp_path / "atelier.sqlite3").exists()


def test_running_reads_the_settings_and_hands_them_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[Settings] = []
    styles: list[tuple[str, str]] = []

    def configure(level: str, style: str) -> None:
        styles.append((level, style))

    async def run_bot(settings: Settings) -> None:
        ran.append(settings)

    monkeypatch.setattr("bot.running.run", run_bot)
    monkeypatch.setattr(cli, "configure_logging", configure)
    for name, value in {"DISCORD_TOKEN": "t", "OPENAI_API_KEY": "k", "ATELIER_LOG_FORMAT": "json"}.items():
        monkeypatch.setenv(name, value)

    printed("run")

    assert [settings.discord_token.get_secret_value() for settings in ran] == ["t"]
    assert styles == [("INFO", "json")]


def test_the_sandbox_is_opened_as_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Choices] = []

    async def show(choices: Choices, console: Console) -> None:
        asked.append(choices)
        console.print("shown")

    def configure(level: str, style: str) -> None:
        assert (level, style) == ("WARNING", "text")

    monkeypatch.setattr("bot.demo.browser.show", show)
    monkeypatch.setattr(cli, "configure_logging", configure)
    monkeypatch.setenv("ATELIER_MODEL", "gpt-image-2")
    monkeypatch.setenv("DISCORD_TOKEN", "a real one")
    monkeypatch.setenv("SOMETHING_ELSE", "kept")

    printed("sandbox", "--port", "0", "--open", "--data", "kept")

    (choices,) = asked
    assert (choices.port, choices.opens, choices.folder) == (0, True, Path("kept").resolve())
    assert choices.environment["SOMETHING_ELSE"] == "kept"
    assert not {"ATELIER_MODEL", "DISCORD_TOKEN"} & choices.environment.keys()


def test_the_demo_plays_where_it_is_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[Path] = []
    commands: list[str] = []

    def configure(level: str, style: str) -> None:
        assert (level, style) == ("WARNING", "text")

    async def play(out: Path, _console: object, command: str) -> None:
        played.append(out)
        commands.append(command)

    monkeypatch.setattr("bot.demo.play", play)
    monkeypatch.setattr(cli, "configure_logging", configure)

    monkeypatch.setattr(sys, "argv", [".venv/bin/atelier"])
    printed("demo", "--out", str(tmp_path / "shown"))
    monkeypatch.setattr(sys, "argv", ["/src/bot/__main__.py"])
    printed("demo")

    assert played == [tmp_path / "shown", Path("demo")]
    assert commands == [".venv/bin/atelier", f"{sys.executable} -m bot"]


# --- as a process of its own


def test_without_settings_running_says_each_fault_once_and_no_traceback(tmp_path: Path) -> None:
    ended = as_process(["run"], tmp_path, ATELIER_CONCURRENCY="none")

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    first, *faults = ended.stderr.splitlines()
    assert first == "atelier: The settings need a change:"
    assert [fault.split()[1].rstrip(":") for fault in faults] == [
        "DISCORD_TOKEN",
        "OPENAI_API_KEY",
        "ATELIER_CONCURRENCY",
    ]


def test_the_report_can_be_piped_into_a_program(books: Path, tmp_path: Path) -> None:
    ended = as_process(["report", "--json"], tmp_path, ATELIER_DATA_DIR=str(books))

    assert (ended.returncode, ended.stderr) == (0, "")
    assert len(json.loads(ended.stdout)["jobs"]) == 4


@pytest.mark.parametrize("words", [["report", "--month", "soon"], ["report"]])
def test_what_cannot_be_reported_ends_in_a_sentence(words: list[str], tmp_path: Path) -> None:
    ended = as_process(words, tmp_path, ATELIER_DATA_DIR=str(tmp_path / "nowhere"))

    assert ended.returncode == 1
    assert ended.stderr.startswith("atelier: ")
    assert "Traceback" not in ended.stderr


def test_help_names_every_command(tmp_path: Path) -> None:
    ended = as_process(["--help"], tmp_path)

    assert ended.returncode == 0
    assert all(command in ended.stdout for command in ("run", "demo", "sandbox", "report", "reconcile"))


def test_a_word_that_is_no_command_is_an_error_of_use(tmp_path: Path) -> None:
    ended = as_process(["draw"], tmp_path)

    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
