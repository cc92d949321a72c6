"""The file behind a kept Discord: rows of JSON in SQLite, whole after every transaction, however the process ends."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from bot.errors import OperatorError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping
    from pathlib import Path

NAME = "discord.sqlite3"
APPLICATION_ID = 0x41746C53  # "AtlS"
FORMAT = 1
SCHEMA = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {FORMAT};
CREATE TABLE structure (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE messages (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE invocations (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
"""
READ = {
    "structure": "SELECT id, body FROM structure ORDER BY id",
    "messages": "SELECT id, body FROM messages ORDER BY id",
    "invocations": "SELECT id, body FROM invocations ORDER BY id",
}
PUT = {
    "structure": "INSERT INTO structure VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
    "messages": "INSERT INTO messages VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
    "invocations": "INSERT INTO invocations VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
}
Place: TypeAlias = tuple[str, int | str]  # a table, and the number or name of a row in it


class Database:
    """The rows, by table and number or name. One process has it at a time.

    Args:
        folder: where it is, or is made.

    Raises:
        OperatorError: the folder holds something else, or the file is damaged, newer, or in use.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        if not self._path.exists() and folder.exists() and any(folder.iterdir()):
            words = f"{folder} holds something else than a sandbox. Nothing was changed. Name a new or an empty folder."
            raise OperatorError(words)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._explained():
            self._connection = sqlite3.connect(self._path, isolation_level=None, timeout=0.2)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise

    def _prepare(self) -> None:
        ask = self._connection.execute
        ask("PRAGMA locking_mode = EXCLUSIVE")
        ask("BEGIN IMMEDIATE")  # from here on it is ours alone, until the process ends
        (tables,) = ask("SELECT count(*) FROM sqlite_master").fetchone()
        (whose,), (version,) = ask("PRAGMA application_id").fetchone(), ask("PRAGMA user_version").fetchone()
        if not tables:
            for statement in filter(str.strip, SCHEMA.split(";")):
                ask(statement)
        elif whose != APPLICATION_ID:
            raise sqlite3.DatabaseError("it is not a sandbox's")
        elif version != FORMAT:
            raise OperatorError(
                f"{self._path.parent} was made by another version of the sandbox. Nothing was changed. Use that "
                "version, or name another folder."
            )
        ask("COMMIT")
        (found,) = ask("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError(found)
        ask("PRAGMA journal_mode = WAL")
        ask("PRAGMA synchronous = NORMAL")

    @contextmanager
    def _explained(self) -> Generator[None]:
        folder = self._path.parent
        try:
            yield
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
                words = f"{folder} is in use by another sandbox. Stop that one, or name another folder."
                raise OperatorError(words) from None
            raise OperatorError(f"{folder} cannot be used: {error}. Nothing was changed.") from error
        except sqlite3.DatabaseError as error:
            raise damaged(folder, str(error)) from error

    def rows(self, table: str) -> Mapping[int | str, str]:
        """Everything in a table, in order.

        Raises:
            OperatorError: it cannot be read.
        """
        with self._explained():
            return dict(self._connection.execute(READ[table]).fetchall())

    def forget_invocations(self, numbers: Iterable[int | str]) -> None:
        """Take interactions out."""
        self._connection.executemany("DELETE FROM invocations WHERE id = ?", [(number,) for number in numbers])

    def write(self, rows: Mapping[Place, str]) -> None:
        """Put rows in place of what stood there, all of them or none."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            for (table, number), body in rows.items():
                self._connection.execute(PUT[table], (number, body))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def close(self) -> None:
        """Let another process have it."""
        self._connection.close()


def damaged(folder: Path, how: str) -> OperatorError:
    """What is said of a folder that cannot be read."""
    return OperatorError(
        f"What is kept in {folder} is damaged ({how}). Nothing was changed. Put a copy back, or name another folder."
    )
