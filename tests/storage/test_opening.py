from __future__ import annotations

import os
import shutil
import sqlite3 as own
import stat
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DatabaseError
from bot.storage.database import opening
from bot.storage.database.opening import file_system, open_database, open_read_only, unusable
from bot.storage.database.schema import back_up, newest_version
from bot.storage.database.sqlite import sqlite3

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def writes_ahead(connection: sqlite3.Connection) -> bool:
    return setting(connection, "journal_mode") == "wal"


def beside(path: Path) -> dict[str, int]:
    """The files that SQLite keeps beside a database, and their modes."""
    return {file.name.removeprefix(path.name): mode(file) for file in path.parent.glob(f"{path.name}-*")}


def as_killed(path: Path, elsewhere: Path) -> Path:
    """A copy of what a process would leave that was killed now."""
    elsewhere.mkdir()
    for file in path.parent.glob(f"{path.name}*"):
        shutil.copy(file, elsewhere)
    return elsewhere / path.name


def says(*, answer: bool) -> Callable[[tuple[int, ...]], bool]:
    def whether_wal_is_fixed(_version: tuple[int, ...]) -> bool:
        return answer

    return whether_wal_is_fixed


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "atelier.sqlite3"


@pytest.fixture
def made(path: Path) -> Path:
    """A database with something in it, closed."""
    with closing(open_database(path)) as connection:
        connection.execute("INSERT INTO state (key, value) VALUES ('key', 'kept')")
    return path


def setting(connection: sqlite3.Connection, name: str) -> object:
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


@pytest.mark.parametrize(("fixed", "kept"), [(True, {"-wal", "-shm"}), (False, {"-journal"})])
def test_a_new_database_is_private_and_has_the_newest_schema(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, fixed: bool, kept: set[str]
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=fixed))
    old = os.umask(0)
    try:
        with closing(open_database(path)) as connection:
            connection.execute("INSERT INTO state (key, value) VALUES ('key', 'value')")
            logs = set(beside(path))
            modes = {file.name: mode(file) for file in path.parent.iterdir()}
            version = setting(connection, "user_version")
    finally:
        os.umask(old)

    assert mode(path.parent) == 0o700
    assert set(modes.values()) == {0o600}
    assert "atelier.sqlite3" in modes
    assert logs == kept
    assert version == newest_version()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("trusted_schema", 0),
        ("busy_timeout", 5000),
        ("wal_autocheckpoint", 1000),
    ],
)
def test_every_connection_that_writes_has_the_durable_settings(path: Path, name: str, value: int) -> None:
    with closing(open_database(path)) as connection:
        found = setting(connection, name)

    assert found == value


@pytest.mark.parametrize(("fixed", "journal"), [(True, "wal"), (False, "truncate")])
def test_the_journal_follows_the_linked_sqlite(
    path: Path, monkeypatch: pytest.MonkeyPatch, *, fixed: bool, journal: str
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=fixed))

    with closing(open_database(path)) as connection:
        found = setting(connection, "journal_mode")

    assert found == journal


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("fixed", [False, True])
def test_a_database_of_a_machine_with_another_sqlite_is_turned_over(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fixed: bool, killed: bool
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=not fixed))
    with closing(open_database(path)) as there:
        there.execute("INSERT INTO state (key, value) VALUES ('key', 'kept')")
        left = as_killed(path, tmp_path / "copy") if killed else path
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=fixed))
    monkeypatch.setattr(opening, "sqlite3", sqlite3 if fixed else own)

    with closing(open_database(left)) as here:
        found = writes_ahead(here), here.execute("SELECT value FROM state").fetchall()
        here.execute("UPDATE state SET value = 'again'")

    assert found == (fixed, [("kept",)])
    assert left.read_bytes()[18:20] == (b"\2\2" if fixed else b"\1\1")
    assert "-wal" not in beside(left)


def test_a_new_database_gets_its_name_only_when_it_is_whole_without_a_log(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    whole: list[bytes] = []

    def note(_directory: Path) -> None:
        whole.append(path.read_bytes()[18:20])

    monkeypatch.setattr(opening, "flush_directory", note)

    with closing(open_database(path)) as connection:
        ahead = writes_ahead(connection)

    assert (whole, ahead) == ([b"\1\1"], True)


def test_a_backup_is_not_mixed_with_the_log_of_the_database_before_it(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    with closing(open_database(made)) as connection:
        back_up(connection, made.with_name("backup"))
        connection.execute("UPDATE state SET value = 'lost'")
        left = as_killed(made, tmp_path / "copy")
    made.with_name("backup").rename(left)

    with pytest.raises(DatabaseError, match=r"is a backup, but the log atelier\.sqlite3-wal beside it"):
        open_database(left)

    left.with_name("atelier.sqlite3-wal").unlink()
    with closing(open_database(left)) as connection:
        assert connection.execute("SELECT value FROM state").fetchall() == [("kept",)]


def test_a_database_that_exists_is_opened_with_what_it_holds(made: Path) -> None:
    with closing(open_database(made)) as connection:
        kept = connection.execute("SELECT value FROM state").fetchall()

    assert kept == [("kept",)]


def test_a_database_that_others_may_read_is_made_private(made: Path) -> None:
    made.chmod(0o644)

    open_database(made).close()

    assert mode(made) == 0o600


def test_a_journal_mode_that_another_program_prevents_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    with closing(open_database(path)), closing(open_read_only(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM state").fetchall()
        monkeypatch.setattr(opening, "has_wal_fix", says(answer=False))
        monkeypatch.setattr(opening, "BUSY_SECONDS", 0.0)

        with pytest.raises(DatabaseError, match=r"(?i)close (every|that)|another program"):
            open_database(path)


class Stubborn(sqlite3.Connection):
    """Stays in the journal mode that it is in."""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:  # noqa: ANN401 - passed on
        return super().execute("SELECT 'memory'" if "journal_mode" in sql else sql, *parameters)


def test_the_journal_mode_is_checked_not_hoped_for(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=Stubborn))

    with pytest.raises(DatabaseError, match="cannot use the journal it needs"):
        open_database(made)


def test_a_damaged_header_is_refused_and_the_file_is_left_as_it_is(made: Path) -> None:
    damaged = b"\0" * 100 + made.read_bytes()[100:]
    made.write_bytes(damaged)

    with pytest.raises(DatabaseError, match="restore a backup"):
        open_database(made)

    assert made.read_bytes() == damaged


def test_a_file_that_was_cut_in_half_is_refused(made: Path) -> None:
    content = made.read_bytes()
    made.write_bytes(content[: len(content) // 2])

    with pytest.raises(DatabaseError, match="restore a backup"):
        open_database(made)


def test_a_page_full_of_garbage_is_found_wherever_it_is(made: Path) -> None:
    whole = made.read_bytes()
    for page in range(0, len(whole), 4096):
        made.write_bytes(whole[:page] + b"\x55" * 4096 + whole[page + 4096 :])

        with pytest.raises(DatabaseError, match=r"damaged.*restore a backup"):
            open_database(made)


def test_a_huge_database_is_not_read_through_at_every_start(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_database(made)) as connection:
        ((page,),) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'messages'")
    content = bytearray(made.read_bytes())
    content[4096 * (page - 1) : 4096 * page] = b"\x55" * 4096
    made.write_bytes(content)
    monkeypatch.setattr(opening, "CHECKED_BELOW", 1)

    open_database(made).close()


def test_an_empty_file_is_not_taken_for_a_new_database(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    with pytest.raises(DatabaseError, match="holds no Atelier database"):
        open_database(path)

    assert path.stat().st_size == 0


def test_a_log_without_its_database_is_not_overwritten(made: Path) -> None:
    log = made.with_name("atelier.sqlite3-wal")
    log.write_bytes(b"frames")
    made.unlink()

    with pytest.raises(DatabaseError, match=r"is missing, but its log atelier\.sqlite3-wal is there"):
        open_database(made)

    assert not made.exists()


def test_an_empty_journal_of_a_database_that_is_gone_is_no_hindrance(path: Path) -> None:
    path.parent.mkdir()
    path.with_name("atelier.sqlite3-journal").touch()

    open_database(path).close()

    assert path.exists()


def test_a_start_that_was_cut_off_is_begun_again(path: Path) -> None:
    path.parent.mkdir()
    for name in ("atelier.sqlite3.new", "atelier.sqlite3.new-journal"):
        (path.parent / name).write_bytes(b"half")

    open_database(path).close()

    assert [file.name for file in path.parent.iterdir() if ".new" in file.name] == []


def test_a_newer_schema_is_refused(made: Path) -> None:
    with closing(sqlite3.connect(made)) as connection:
        connection.execute("PRAGMA user_version = 999")

    with pytest.raises(DatabaseError, match="newer Atelier"):
        open_database(made)
    with pytest.raises(DatabaseError, match="newer Atelier"):
        open_read_only(made)


def test_a_file_in_place_of_the_directory_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with pytest.raises(DatabaseError, match="Check that the data directory exists"):
        open_database(tmp_path / "data" / "atelier.sqlite3")


def test_a_database_that_another_program_writes_to_is_refused_with_a_sentence(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 0.0)
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=False))  # beside a write-ahead log one can read
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(DatabaseError, match="Another program is writing to it"):
            open_database(made)


def test_a_reader_sees_what_is_written_and_cannot_write(made: Path) -> None:
    with closing(open_database(made)) as writer, closing(open_read_only(made)) as reader:
        writer.execute("UPDATE state SET value = 'new'")

        assert reader.execute("SELECT value FROM state").fetchall() == [("new",)]
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("DELETE FROM state")


READERS = pytest.mark.parametrize("reader", [sqlite3, own])  # the same one, where Python's own has the fix


@READERS
def test_a_reader_beside_a_write_ahead_log_neither_writes_nor_checkpoints(
    made: Path, monkeypatch: pytest.MonkeyPatch, reader: ModuleType
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    with closing(open_database(made)) as writer:
        writer.execute("UPDATE state SET value = 'in the log'")
        monkeypatch.setattr(opening, "sqlite3", reader)
        before = made.stat()

        with closing(open_read_only(made)) as beside_it:
            seen = beside_it.execute("SELECT value FROM state").fetchall()
            with pytest.raises(reader.OperationalError):
                beside_it.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

        after = made.stat()
        assert seen == [("in the log",)]
        assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)


@READERS
@pytest.mark.parametrize("lost", [False, True])
def test_what_a_killed_bot_has_left_in_its_log_is_read(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: ModuleType, *, lost: bool
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    with closing(open_database(made)) as writer:
        writer.execute("UPDATE state SET value = 'in the log'")
        left = as_killed(made, tmp_path / "copy")
    if lost:  # SQLite makes the index of the log anew
        left.with_name("atelier.sqlite3-shm").unlink()
    monkeypatch.setattr(opening, "sqlite3", reader)

    with closing(open_read_only(left)) as connection:
        assert connection.execute("SELECT value FROM state").fetchall() == [("in the log",)]
    assert set(beside(left)) == {"-wal", "-shm"}
    with closing(open_database(left)) as connection:
        assert connection.execute("SELECT value FROM state").fetchall() == [("in the log",)]


@READERS
def test_a_stopped_bot_s_database_is_one_file_and_is_read_like_any_other(
    made: Path, monkeypatch: pytest.MonkeyPatch, reader: ModuleType
) -> None:
    monkeypatch.setattr(opening, "has_wal_fix", says(answer=True))
    open_database(made).close()
    alone = beside(made)
    monkeypatch.setattr(opening, "sqlite3", reader)
    old = os.umask(0)
    try:
        with closing(open_read_only(made)) as connection:
            seen = connection.execute("SELECT value FROM state").fetchall()
    finally:
        os.umask(old)

    assert (alone, seen) == ({}, [("kept",)])
    assert set(beside(made).values()) == {0o600}  # a reader cannot take away what it had to make
    monkeypatch.setattr(opening, "sqlite3", sqlite3)
    open_database(made).close()
    assert beside(made) == {}


def test_reading_makes_no_database(path: Path) -> None:
    with pytest.raises(DatabaseError, match="There is no database"):
        open_read_only(path)

    assert not path.exists()


def test_reading_a_file_that_is_no_database_is_refused_with_a_sentence(made: Path) -> None:
    made.write_bytes(b"x" * 4096)

    with pytest.raises(DatabaseError, match="restore a backup"):
        open_read_only(made)


def test_an_older_schema_is_read_only_after_the_bot_has_brought_it_up(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "newest_version", lambda: newest_version() + 1)

    with pytest.raises(DatabaseError, match="Start the bot once"):
        open_read_only(made)


MOUNTS = """\
22 28 0:21 / /proc rw,nosuid - proc proc rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 28 0:35 / /srv rw shared:20 - nfs4 server:/export rw
41 40 0:36 / /srv/local rw - ext4 /dev/vdb rw
42 28 0:37 / /mnt/my\\040share rw - cifs //server/share rw
43 28 0:38 / /over rw - ext4 /dev/vdc rw
44 43 0:39 / /over rw - fuse.sshfs someone@server: rw
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/data", "ext4"),
        ("/srv/data", "nfs4"),
        ("/srv/local/data", "ext4"),
        ("/srvother", "ext4"),
        ("/mnt/my share/data", "cifs"),
        ("/over/data", "fuse.sshfs"),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(tmp_path: Path, place: str, kind: str) -> None:
    assert file_system(type(tmp_path)(place), MOUNTS) == kind


def test_no_mount_no_file_system(tmp_path: Path) -> None:
    assert file_system(tmp_path, "") is None


def test_a_network_file_system_is_refused(tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"40 28 0:35 / {tmp_path.resolve()} rw - nfs4 server:/export rw\n")
    monkeypatch.setattr(opening, "MOUNTS", mounts)

    with pytest.raises(DatabaseError, match=r"network file system \(nfs4\)"):
        open_database(path)

    assert not path.parent.exists()


def test_where_mounts_are_not_told_the_database_opens(
    tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "MOUNTS", tmp_path / "none")

    open_database(path).close()

    assert path.exists()


def test_an_error_without_a_code_has_a_sentence(path: Path) -> None:
    assert "Check that the data directory" in str(unusable(path, sqlite3.OperationalError("odd")))
