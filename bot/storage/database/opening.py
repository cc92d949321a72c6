"""Opens the database file: permissions, file system, settings, integrity, schema. Or says why not."""

from __future__ import annotations

import os
import re
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from bot.errors import DatabaseError
from bot.storage.blobs import flush_directory
from bot.storage.database.high_water_mark import Marker, refuse_missing
from bot.storage.database.history_index import is_of_index, rebuild
from bot.storage.database.schema import back_up, migrate, newest_version, refuse_newer, version_of
from bot.storage.database.sqlite import DAMAGE, has_wal_fix, must_trust, sqlite3

if TYPE_CHECKING:
    from collections.abc import Generator

MOUNTS = Path("/proc/self/mountinfo")
NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "fuse", "9p")  # by how their names begin; their locks cannot be relied on
CHECKED_BELOW = 100 * 1024 * 1024  # bytes; above it quick_check takes seconds
BUSY_SECONDS = 5.0  # that the start waits for another program
_log = structlog.stdlib.get_logger(__name__)

NO_TEXT = "Could not decode to UTF-8"  # how the sqlite3 module begins its error for it
# Milliseconds that a step waits for it later: whoever comes behind has 3 seconds to be answered.
BRIEFLY = "PRAGMA busy_timeout = 400"
DAMAGED = "My books are damaged"
REASONS = {
    sqlite3.SQLITE_FULL: "My disk is full",
    sqlite3.SQLITE_BUSY: "Another program keeps my books locked",
    sqlite3.SQLITE_LOCKED: "Another program keeps my books locked",
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
}
# What does not pass by itself. A plain error is SQLite's word for a damaged JSON, or for a table that is not there.
LASTING = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
# A log that stays behind would be taken for the backup's own.
RESTORE = "Move it away, with its -wal and -shm files if there are any, and restore a backup."
ROLLBACK = "truncate"  # the journal mode that every SQLite is safe with
DISTRUST = "PRAGMA trusted_schema = OFF"  # a file that somebody has prepared cannot call everything
SETTINGS = (
    "PRAGMA synchronous = FULL",  # a power cut must not undo a commit that a paid call relied on
    "PRAGMA foreign_keys = ON",
    "PRAGMA wal_autocheckpoint = 1000",  # pages
    "PRAGMA journal_size_limit = 67108864",  # bytes
)


def open_marked(path: Path) -> tuple[sqlite3.Connection, Marker]:
    """As `open_database`, and see whether the database has gone back since it was last open.

    Raises:
        DatabaseError: the file cannot be used as it is; the sentence says what to do.
    """
    with _closed_on_failure(open_database(path)) as connection:
        marker = Marker(path)
        try:
            marker.compare(connection)
            connection.execute(BRIEFLY)
        except (sqlite3.Error, *DAMAGE) as error:
            raise unusable(path, error) from error
        return connection, marker


def open_database(path: Path) -> sqlite3.Connection:
    """Open the one connection that writes, creating the database if the file does not exist.

    Blocks; run it in a thread. The connection may then be used from another one. An existing file is never replaced
    or begun anew: that would give every budget back.

    Raises:
        DatabaseError: the file cannot be used as it is; the sentence says what to do.
    """
    try:
        _refuse_network(path)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _create(path)
        elif path.stat().st_mode & 0o077:
            path.chmod(0o600)
        _refuse_foreign_log(path)
        with _closed_on_failure(_connect(path)) as connection:
            refuse_newer(connection, path)  # before its journal is changed: it may be another program's
            _keep_journal(connection, path, "wal" if has_wal_fix(sqlite3.sqlite_version_info) else ROLLBACK)
            _check(connection, path)
            _migrate(connection, path)
            return connection
    except OSError as error:
        raise DatabaseError(
            f"The database {path} cannot be opened: {error.strerror or error}. "
            "Check that the data directory exists and belongs to the account that runs Atelier."
        ) from error
    except (sqlite3.Error, *DAMAGE) as error:
        raise unusable(path, error) from error


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open a connection that only reads, also beside a running bot.

    It is `mode=ro`, not `query_only`: the latter may still checkpoint, which a second connection must never do.

    Raises:
        DatabaseError: there is no such file, or it cannot be used.
    """
    if not path.exists():
        raise DatabaseError(f"There is no database at {path} yet. Start the bot once, or check ATELIER_DATA_DIR.")
    try:
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
        with _closed_on_failure(connection):
            refuse_newer(connection, path)
            if version_of(connection) < newest_version():
                raise DatabaseError(f"The database {path} is of an older Atelier. Start the bot once: it brings it up.")
    except (sqlite3.Error, *DAMAGE) as error:
        raise unusable(path, error) from error
    return connection


def unusable(path: Path, error: Exception) -> DatabaseError:
    """A sentence for what SQLite says, or for one of `DAMAGE`."""
    if isinstance(error, DAMAGE) or NO_TEXT in str(error):
        sentence = f"The database {path} is damaged: {type(error).__name__} at a row. {RESTORE}"
        return DatabaseError(sentence, DAMAGED, is_damage=True)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the rest of the code is detail
    advice = {
        sqlite3.SQLITE_NOTADB: f"It is damaged or no database. {RESTORE}",
        sqlite3.SQLITE_CORRUPT: f"It is damaged. {RESTORE}",
        sqlite3.SQLITE_FULL: "The disk is full. Free some space, then start again.",
        sqlite3.SQLITE_BUSY: "Another program is writing to it. Close that program, then start again.",
    }.get(code, "Check that the data directory and the disk can be read and written.")
    sentence = f"The database {path} cannot be used: {error}. {advice}"
    return DatabaseError(sentence, REASONS.get(code, "My books cannot be written"), is_damage=code in LASTING)


def file_system(path: Path, mounts: str) -> str | None:
    """The type of the file system that holds `path`, from the text of `/proc/self/mountinfo`; None if it is not told.

    Format: https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
    """
    found: tuple[int, str] | None = None
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
        depth = len(point.parts)
        if path.is_relative_to(point) and (found is None or depth >= found[0]):  # the last mount covers the others
            found = depth, fields[fields.index("-") + 1]
    return found and found[1]


def _refuse_network(path: Path) -> None:
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return  # no Linux: nothing is told
    kind = file_system(path.resolve(), mounts)
    if kind is not None and kind.startswith(NETWORK_FILE_SYSTEMS):
        raise DatabaseError(
            f"The data directory {path.parent} is on a network file system ({kind}), whose locks cannot be relied on: "
            "the ledger could be damaged. Set ATELIER_DATA_DIR to a directory on a local disk."
        )


def _create(path: Path) -> None:
    """Make a database beside `path` and give it its name once it is whole.

    So that a file of that name without a schema is always a damaged one, never one that is just being made.
    """
    for leftover in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
        if leftover.exists() and leftover.stat().st_size:
            raise DatabaseError(
                f"The database {path} is missing, but its log {leftover.name} is there. Put the database back, or "
                "restore a backup. If you want to start anew, with all budgets unused, move the log away first."
            )
    refuse_missing(path)
    unfinished = path.with_name(f"{path.name}.new")
    _sweep(unfinished)
    os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    # Not in WAL: what a close could not move out of the log, for one because the disk is full, would not be renamed.
    with closing(_connect(unfinished)) as connection:
        _keep_journal(connection, unfinished, ROLLBACK)
        migrate(connection)
    unfinished.rename(path)
    _sweep(unfinished)
    flush_directory(path.parent)


def _sweep(unfinished: Path) -> None:
    for leftover in unfinished.parent.glob(f"{unfinished.name}*"):  # with its journal, which may stay behind empty
        leftover.unlink()


def _refuse_foreign_log(path: Path) -> None:
    """Refuse a restored backup beside which the log of the database before it was left: SQLite would mix the two.

    The header tells: only a database in WAL mode has a write-ahead log, and backups are none.
    https://sqlite.org/fileformat2.html#file_format_version_numbers

    To be called before this process has a connection: closing a file drops all locks that a process has on it.
    """
    log = path.with_name(f"{path.name}-wal")
    with path.open("rb") as file:
        versions = file.read(20)[18:]
    if versions == b"\1\1" and log.exists() and log.stat().st_size:
        raise DatabaseError(
            f"The database {path} is a backup, but the log {log.name} beside it belongs to the database before it. "
            "Move that log away, then start again."
        )


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw never creates a file; every transaction is begun by us; aiosqlite's thread is not the one that opens.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_SECONDS,
    )
    with _closed_on_failure(connection):
        for setting in SETTINGS:
            connection.execute(setting)
        if not must_trust(sqlite3):
            connection.execute(DISTRUST)
    return connection


def _keep_journal(connection: sqlite3.Connection, path: Path, wanted: str) -> None:
    """Use this journal mode; a database that comes from a machine with another SQLite is turned over."""
    (journal,) = connection.execute(f"PRAGMA journal_mode = {wanted}").fetchone()
    if journal != wanted:
        raise DatabaseError(
            f"The database {path} cannot use the journal it needs ({wanted}, got {journal}). "
            "Close every other program that has it open, then start again."
        )


@contextmanager
def _closed_on_failure(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    try:
        yield connection
    except BaseException:
        connection.close()
        raise


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if path.stat().st_size >= CHECKED_BELOW:
        return
    try:
        faults = _faults(connection)
        is_index = faults != ["ok"] and all("fts5" in fault for fault in faults)
    except (sqlite3.Error, MemoryError) as error:
        if not is_of_index(error):
            raise
        faults, is_index = [str(error)], True
    if is_index:  # the books are well; what they are searched by is made of them
        _log.error("the index of the history is damaged, and made anew", faults=faults)
        connection.execute("BEGIN IMMEDIATE")
        rebuild(connection)
        connection.execute("COMMIT")
        faults = _faults(connection)
    if faults != ["ok"]:
        raise DatabaseError(f"The database {path} is damaged ({'; '.join(faults)}). {RESTORE}")


def _faults(connection: sqlite3.Connection) -> list[str]:
    return [" ".join(fault.split()) for (fault,) in connection.execute("PRAGMA quick_check(3)")]


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = version_of(connection)
    if version < newest_version():
        back_up(connection, path.with_name(f"{path.stem}.schema-{version}{path.suffix}"))
        migrate(connection)
