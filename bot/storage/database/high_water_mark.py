"""How far a database had come, beside it: so that one that was restored, replaced or cut off is noticed.

A restored backup, or a write-ahead log that was lost, looks whole to SQLite: only spending is gone, and numbers are
given again. So every commit counts, in the database and, afterwards, in a small file. The file is behind after a
power cut at worst, for it is not flushed: that it is ahead can only mean that the database has gone back.
"""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING, NamedTuple

import structlog

from bot.errors import DatabaseError
from bot.storage.database.sqlite import sqlite3
from bot.storage.database.state_rows import read_state, write_state

if TYPE_CHECKING:
    from pathlib import Path

LIFE, COMMITS = "life", "commits"  # keys in the state table
GONE_BACK, UNTOLD = "gone_back", "gone_back_untold"  # more of them, only where it has
NEW = "new"  # under GONE_BACK until what waits is looked after; then the time of that
SERVERS = (
    "SELECT json_group_array(server_id) FROM (SELECT server_id FROM policies UNION SELECT server_id FROM requests)"
)
COUNTED = ("pictures", "pleas")  # tables whose numbers people and old messages know: never given again
KEYS = ("life", "commits", *COUNTED)  # of the file, in the order of `Mark`
COUNT = """
INSERT INTO state (key, value) VALUES ('commits', '1')
ON CONFLICT (key) DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)
"""
MARK = """
SELECT (SELECT value FROM state WHERE key = 'life'), (SELECT value FROM state WHERE key = 'commits'),
    (SELECT seq FROM sqlite_sequence WHERE name = 'pictures'), (SELECT seq FROM sqlite_sequence WHERE name = 'pleas')
"""
LARGEST = 1_000  # bytes of such a file
WIDTH = 200  # characters; written over in place, so always as many

_log = structlog.stdlib.get_logger(__name__)


class Mark(NamedTuple):
    """Which database it was, how many commits it had seen, and the highest numbers that it had given."""

    life: str
    commits: int
    pictures: int
    increases: int


def mark_path(path: Path) -> Path:
    """Where the mark of the database at `path` is."""
    return path.with_suffix(".mark")


def refuse_missing(path: Path) -> None:
    """Refuse to begin anew where a database has been.

    Raises:
        DatabaseError: its mark is there; the sentence says what to do.
    """
    mark = mark_path(path)
    if mark.exists():
        raise DatabaseError(
            f"The database {path} is missing, but {mark.name} beside it says that there was one. Put the database "
            "back, or restore a backup. If you want to start anew, with all budgets unused, move that file away first."
        )


class Marker:
    """Keeps the mark of one database. All of it blocks, and belongs to the thread that writes."""

    def __init__(self, path: Path) -> None:
        """Args: `path` is the database's."""
        self._path = mark_path(path)
        self._kept: Mark | None = None
        self._is_unwritable = False

    def compare(self, connection: sqlite3.Connection) -> None:
        """See whether an open database has gone back behind its mark; if so, write that down in it, for good.

        Numbers then go on above those that were given before: what an old message means is never another's picture.
        """
        before, now = self._read(), _mark_of(connection)
        if before is not None and (before.life != now.life or before.commits > now.commits):
            _log.error(
                "the database is older than it was: it was restored or replaced, or its -wal file was lost; what was "
                "spent and decided since is missing in it, see the runbook",
                missing_commits=before.commits - now.commits if before.life == now.life else None,
            )
            connection.execute("BEGIN IMMEDIATE")
            note_going_back(connection, before.pictures, before.increases)
            write_state(connection, COMMITS, str(max(before.commits, now.commits) + 1))
            connection.execute("COMMIT")
        elif not now.life:
            write_state(connection, LIFE, secrets.token_hex(8))
        self.follow(connection)

    def follow(self, connection: sqlite3.Connection) -> None:
        """After commits: let the file tell how far the database has come."""
        try:
            mark = _mark_of(connection)
            if mark != self._kept:
                kept = dict(zip(KEYS, mark, strict=True))
                self._write(json.dumps(kept).ljust(WIDTH))
                self._kept = mark
        except (OSError, sqlite3.Error) as error:
            if not self._is_unwritable:
                _log.warning("the mark beside the database is not written", file=self._path.name, reason=str(error))
            self._is_unwritable = True

    def _read(self) -> Mark | None:
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(LARGEST))
            return Mark(str(found["life"]), *(_number(found[name]) for name in KEYS[1:]))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            _log.warning("the mark beside the database is damaged: it is made anew", reason=repr(error))
            return None

    def _write(self, text: str) -> None:
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, text.encode("ascii"))
            if self._kept is None:  # the first, which may have found anything there
                os.ftruncate(descriptor, len(text))
        finally:
            os.close(descriptor)


def note_going_back(connection: sqlite3.Connection, pictures: int = 0, increases: int = 0) -> None:
    """Inside a transaction: remember that the database has gone back, and give no number again up to these."""
    for table, highest in zip(COUNTED, (pictures, increases), strict=True):
        sequence = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        row = connection.execute(sequence, (table,)).fetchone()
        if row is None:
            connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, highest))
        elif row[0] < highest:
            connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (highest, table))
    if not read_state(connection, LIFE):
        write_state(connection, LIFE, secrets.token_hex(8))
    write_state(connection, GONE_BACK, NEW)
    ((servers,),) = connection.execute(SERVERS).fetchall()
    write_state(connection, UNTOLD, servers)


def highest_picture(connection: sqlite3.Connection) -> int:
    """The highest number that a picture was ever given."""
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'pictures'").fetchone()
    return int(row[0]) if row else 0


def _mark_of(connection: sqlite3.Connection) -> Mark:
    life, *numbers = connection.execute(MARK).fetchone()
    return Mark(life or "", *(int(number or 0) for number in numbers))


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"not a number: {value!r}")
    return min(max(value, 0), 2**62)
