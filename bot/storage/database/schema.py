"""The schema's versions: numbered SQL files, each applied once and whole."""

from __future__ import annotations

import os
from importlib.resources import files
from typing import TYPE_CHECKING

from bot.errors import DatabaseError
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

MIGRATIONS = files("bot.storage") / "migrations"


def newest_version() -> int:
    """The schema's version that this program writes."""
    return len(_numbered())


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version of an open database; 0 before the first migration."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection) -> None:
    """Apply what is missing, each file and its number in one transaction."""
    for version, script in _numbered():
        if version <= version_of(connection):
            continue
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in statements(script.read_text(encoding="utf-8")):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {version:d}")  # a PRAGMA takes no parameter
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one.

    `executescript` would commit before it starts and leave its own transaction open when a statement fails. A
    statement ends with a line; triggers are told apart by SQLite itself.
    """
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    if pending.strip():
        raise ValueError(f"a migration ends in the middle of a statement: {pending.strip()!r}")


def back_up(connection: sqlite3.Connection, path: Path) -> None:
    """Write a consistent copy of an open database to `path`, replacing what is there only once it is whole.

    Raises:
        sqlite3.Error: the copy could not be written, for one because the disk is full.
    """
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # SQLite would create it for all to read
    try:
        connection.execute("VACUUM INTO ?", (str(unfinished),))
        descriptor = os.open(unfinished, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.rename(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that this program cannot know.

    Raises:
        DatabaseError: it was written by a newer program, or not by this program at all.
    """
    found, newest = version_of(connection), newest_version()
    if found > newest:
        raise DatabaseError(
            f"The database {path} was written by a newer Atelier (schema {found}, this one knows {newest}). "
            "Start the newer version, or restore the backup that was made before the update."
        )
    if found == 0:
        raise DatabaseError(
            f"The file {path} holds no Atelier database; it may have been cut off or overwritten. "
            "Restore a backup. If you want to start anew, with all budgets unused, move this file away first."
        )


def _numbered() -> list[tuple[int, Traversable]]:
    scripts = sorted((script for script in MIGRATIONS.iterdir() if script.name.endswith(".sql")), key=lambda s: s.name)
    numbered = [(int(script.name.split("_")[0]), script) for script in scripts]
    if [number for number, _ in numbered] != list(range(1, len(numbered) + 1)):
        raise ValueError(f"the migrations are not numbered 1, 2, 3 …: {[script.name for script in scripts]}")
    return numbered
