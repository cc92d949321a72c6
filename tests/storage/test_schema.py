from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.storage.database import schema
from bot.storage.database.opening import open_database
from bot.storage.database.schema import MIGRATIONS, back_up, migrate, statements, version_of
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


@pytest.fixture
def connection() -> Generator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        yield opened


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "migrations"
    directory.mkdir()
    (directory / "0001_first.sql").write_text("-- Why.\nCREATE TABLE first (x INTEGER) STRICT;\n")
    (directory / "0002_second.sql").write_text("-- Why.\nCREATE TABLE second (x INTEGER) STRICT;\n")
    (directory / "notes.txt").write_text("no migration")
    monkeypatch.setattr(schema, "MIGRATIONS", directory)
    return directory


def tables(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def test_every_table_is_strict(connection: sqlite3.Connection) -> None:
    """I5: no REAL in a column of money."""
    migrate(connection)

    listed = connection.execute(  # an index of words has tables of its own making
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
    ).fetchall()
    assert {name for name, strict in listed if not strict and not name.startswith("sqlite_")} == set()
    assert {"requests", "jobs", "buckets", "job_buckets", "events", "pictures", "messages", "state"} < tables(
        connection
    )


def test_every_migration_says_first_why_it_is_there() -> None:
    for script in MIGRATIONS.iterdir():
        assert script.read_text().startswith("-- "), script.name


@pytest.mark.usefixtures("scripts")
def test_only_what_is_missing_is_applied(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA user_version = 1")

    migrate(connection)

    assert tables(connection) == {"second"}
    assert version_of(connection) == 2
    migrate(connection)


def test_a_migration_that_fails_leaves_the_version_before_it_whole(
    connection: sqlite3.Connection, scripts: Path
) -> None:
    (scripts / "0002_second.sql").write_text("CREATE TABLE second (x INTEGER);\nINSERT INTO nowhere VALUES (1);\n")

    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        migrate(connection)

    assert (tables(connection), version_of(connection)) == ({"first"}, 1)
    assert not connection.in_transaction


def test_a_gap_in_the_numbers_is_noticed(connection: sqlite3.Connection, scripts: Path) -> None:
    (scripts / "0001_first.sql").unlink()

    with pytest.raises(ValueError, match="not numbered"):
        migrate(connection)


def test_triggers_are_one_statement_and_comments_none() -> None:
    script = (
        "-- Why; with a semicolon.\nCREATE TABLE t (x);\n\n"
        "CREATE TRIGGER g BEFORE DELETE ON t\nBEGIN\n    SELECT 1;\n    SELECT 2;\nEND;\n"
    )

    found = list(statements(script))

    assert [text.split("\n")[-1] for text in found] == ["CREATE TABLE t (x);", "END;"]


def test_a_script_that_ends_in_the_middle_is_noticed() -> None:
    with pytest.raises(ValueError, match="in the middle"):
        list(statements("CREATE TABLE t (x);\nCREATE TABLE"))


def test_a_database_is_backed_up_before_it_is_brought_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "data" / "atelier.sqlite3"
    with closing(open_database(path)) as made:
        made.execute("INSERT INTO state (key, value) VALUES ('key', 'kept')")
        version = version_of(made)
    scripts = tmp_path / "migrations"
    scripts.mkdir()
    for script in MIGRATIONS.iterdir():
        (scripts / script.name).write_text(script.read_text())
    (scripts / f"{version + 1:04}_more.sql").write_text("CREATE TABLE more (x INTEGER) STRICT;")
    monkeypatch.setattr(schema, "MIGRATIONS", scripts)

    with closing(open_database(path)) as opened:
        kept = opened.execute("SELECT value FROM state").fetchall(), version_of(opened), "more" in tables(opened)

    copy = path.with_name(f"atelier.schema-{version}.sqlite3")
    assert kept == ([("kept",)], version + 1, True)
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as backup:
        assert backup.execute("SELECT value FROM state").fetchall() == [("kept",)]
        assert version_of(backup) == version


def test_a_backup_holds_what_is_still_in_the_log_and_is_one_file(tmp_path: Path) -> None:
    path, copy = tmp_path / "data" / "atelier.sqlite3", tmp_path / "copy.sqlite3"
    with closing(open_database(path)) as connection:
        connection.execute("INSERT INTO state (key, value) VALUES ('key', 'kept')")
        back_up(connection, copy)

    assert copy.read_bytes()[18:20] == b"\1\1"  # not in WAL mode
    with closing(sqlite3.connect(f"{copy.as_uri()}?mode=ro", uri=True)) as backup:
        assert backup.execute("SELECT value FROM state").fetchall() == [("kept",)]
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["copy.sqlite3"]


def test_a_backup_that_fails_leaves_the_one_before(connection: sqlite3.Connection, tmp_path: Path) -> None:
    copy = tmp_path / "copy.sqlite3"
    copy.write_bytes(b"the one before")
    connection.execute("BEGIN")

    with pytest.raises(sqlite3.OperationalError):
        back_up(connection, copy)

    assert copy.read_bytes() == b"the one before"
    assert [file.name for file in tmp_path.iterdir()] == ["copy.sqlite3"]
