from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from bot.errors import DatabaseError
from bot.storage import opening
from bot.storage.opening import file_system, has_wal_fix, open_database, open_read_only, unusable
from bot.storage.schema import newest_version

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


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


def test_a_new_database_is_private_and_has_the_newest_schema(path: Path) -> None:
    old = os.umask(0)
    try:
        with closing(open_database(path)) as connection:
            connection.execute("INSERT INTO state (key, value) VALUES ('key', 'value')")
            modes = {file.name: mode(file) for file in path.parent.iterdir()}
            version = setting(connection, "user_version")
    finally:
        os.umask(old)

    assert mode(path.parent) == 0o700
    assert set(modes.values()) == {0o600}
    assert "atelier.sqlite3" in modes
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


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_wal_is_used_only_where_its_reset_bug_is_fixed(version: tuple[int, ...], *, fixed: bool) -> None:
    assert has_wal_fix(version) is fixed


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


def test_a_page_full_of_garbage_is_found(made: Path) -> None:
    content = bytearray(made.read_bytes())
    content[-4096 * 3 : -4096 * 2] = b"\x55" * 4096
    made.write_bytes(content)

    with pytest.raises(DatabaseError, match="damaged"):
        open_database(made)


def test_a_huge_database_is_not_read_through_at_every_start(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(made.read_bytes())
    content[-4096 * 3 : -4096 * 2] = b"\x55" * 4096
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
