"""The SQLite that storage speaks to: Python's own, or a newer one where that has the WAL-reset bug of 2026.

It goes by the name `sqlite3` and has that module's interface, so its types serve for both. Its exceptions are classes
of their own: whoever catches them takes them from here, never from Python's module.
"""

from __future__ import annotations

from contextlib import closing
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

__all__ = ["DAMAGE", "DamagedRowError", "choose", "has_wal_fix", "must_trust", "sqlite3"]

# pysqlite3 brings its own SQLite. Not in place of Python's module in sys.modules: others in the process use that.
BUNDLED = "pysqlite3"


class DamagedRowError(Exception):
    """What a row says cannot have been written by us."""


# What reading a damaged page ends with where SQLite itself does not notice: texts that are none, also in its messages.
DAMAGE = (UnicodeError, DamagedRowError)


def has_wal_fix(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug of 2026, which can corrupt a database in WAL mode.

    Fixed in 3.51.3, and in 3.50.7 and 3.44.6: https://github.com/SRombauts/SQLiteCpp/issues/537
    """
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def must_trust(module: ModuleType) -> bool:
    """Whether triggers may use this SQLite's own functions for JSON only where the schema is trusted, as in 3.40."""
    with closing(module.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        try:
            connection.execute("CREATE TABLE any (document TEXT CHECK (json_valid(document)))")
            connection.execute("INSERT INTO any VALUES ('{}')")
        except module.OperationalError:
            return True
    return False


def choose(own: ModuleType, bundled: str = BUNDLED) -> ModuleType:
    """Python's own module, unless it links a SQLite with the bug and the bundled one is there without it."""
    if has_wal_fix(own.sqlite_version_info):
        return own
    try:
        other = import_module(bundled)
    except ImportError:  # no wheel for this platform; TRUNCATE is slower and just as safe
        return own
    return other if has_wal_fix(other.sqlite_version_info) else own


if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = choose(import_module("sqlite3"))


def by_name(connection: sqlite3.Connection) -> sqlite3.Cursor:
    """A cursor whose rows are read by the names of their columns."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    return cursor
