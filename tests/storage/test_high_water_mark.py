from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from bot.errors import DatabaseError
from bot.services.jobs import LastSeen, Restoration
from bot.storage import SqlitePolicies
from bot.storage.database.database import Database
from bot.storage.database.high_water_mark import Marker, mark_path, note_going_back
from bot.storage.database.restoration import SqliteGoneBack

from .examples import NOON, SERVER, opened, order, settlement

if TYPE_CHECKING:
    from pathlib import Path

    from .examples import Books

OLDER = "the database is older than it was"


async def _make(books: Books, name: str) -> int:
    await books.ledger.reserve(order(name))
    await books.ledger.dispatch(f"{name}:1", NOON)
    return (await books.ledger.settle(f"{name}:1", settlement(), NOON)).number


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "atelier.sqlite3"


async def test_the_mark_tells_how_far_the_database_has_come(path: Path) -> None:
    async with opened(path) as books:
        before = json.loads(mark_path(path).read_text())
        await _make(books, "1")
        after = json.loads(mark_path(path).read_text())

    assert (before["commits"], before["pictures"]) == (0, 0)
    assert (after["commits"], after["pictures"], after["life"]) == (3, 1, before["life"])
    assert mark_path(path).stat().st_mode & 0o077 == 0


async def test_what_changes_nothing_is_no_commit(path: Path) -> None:
    async with opened(path) as books:
        await books.ledger.charge_overdue(NOON)

    assert json.loads(mark_path(path).read_text())["commits"] == 0


async def test_a_mark_that_is_behind_is_that_of_a_power_cut(path: Path) -> None:
    async with opened(path) as books:
        await _make(books, "1")
        behind = mark_path(path).read_text()
        await _make(books, "2")
    mark_path(path).write_text(behind)

    with capture_logs() as lines:
        async with opened(path) as books:
            assert not await SqliteGoneBack(books.database).is_new()

    assert lines == []


@pytest.mark.parametrize("other", [False, True])
async def test_a_database_behind_its_mark_has_gone_back_and_gives_no_number_again(
    path: Path, tmp_path: Path, *, other: bool
) -> None:
    backup = tmp_path / "other" / "atelier.sqlite3"
    async with opened(path) as books:
        await _make(books, "1")
    if other:
        async with opened(backup) as books:
            await _make(books, "1")
    else:
        backup.parent.mkdir()
        shutil.copy(path, backup)
    async with opened(path) as books:
        await _make(books, "2")
        await _make(books, "3")
    shutil.copy(backup, path)

    with capture_logs() as lines:
        async with opened(path) as books:
            gone_back = SqliteGoneBack(books.database)
            assert await gone_back.is_new()
            assert await gone_back.untold() == [SERVER]
            assert await _make(books, "4") == 4
    with capture_logs() as later:
        async with opened(path) as books:
            assert await SqliteGoneBack(books.database).is_new()  # until it was looked after

    assert [line["event"].startswith(OLDER) for line in lines] == [True]
    assert lines[0]["missing_commits"] == (None if other else 6)
    assert later == []


async def test_a_database_from_before_there_were_marks_beside_one_has_gone_back(path: Path) -> None:
    async with opened(path) as books:
        await _make(books, "1")
    async with opened(path) as books:
        await books.database.transaction(lambda each: each.execute("DELETE FROM state WHERE key IN ('life')"))
        await books.database.transaction(lambda each: each.execute("DELETE FROM sqlite_sequence"))
        mark_path(path).write_text('{"life": "a", "commits": 1, "pictures": 7, "pleas": 2}')

    async with opened(path) as books:
        assert await SqliteGoneBack(books.database).is_new()
        assert await _make(books, "2") == 8


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[]", b'{"life": 1}', b'{"life": "a", "commits": "x"}'])
async def test_a_damaged_mark_is_told_and_made_anew(path: Path, content: bytes) -> None:
    async with opened(path):
        pass
    mark_path(path).write_bytes(content)

    with capture_logs() as lines:
        async with opened(path) as books:
            assert not await SqliteGoneBack(books.database).is_new()

    assert [line["event"] for line in lines] == ["the mark beside the database is damaged: it is made anew"]
    assert json.loads(mark_path(path).read_text())["commits"] == 0


async def test_a_mark_that_cannot_be_written_stops_nothing_and_is_told_once(path: Path) -> None:
    mark_path(path).mkdir()
    with pytest.raises(DatabaseError, match="is missing"):
        async with opened(path):
            pass
    mark_path(path).rmdir()
    async with opened(path):
        pass
    mark_path(path).unlink()
    mark_path(path).mkdir()

    with capture_logs() as lines:
        async with opened(path) as books:
            await _make(books, "1")

    assert [line["event"] for line in lines] == [
        "the mark beside the database is damaged: it is made anew",
        "the mark beside the database is not written",
    ]


async def test_a_comparison_that_fails_is_a_sentence(path: Path) -> None:
    async with opened(path) as books:
        await books.database.transaction(lambda each: each.execute("DROP TABLE state"))

    with pytest.raises(DatabaseError, match="cannot be used"):
        async with opened(path):
            pass


async def test_pictures_that_only_messages_know_show_that_it_has_gone_back(path: Path) -> None:
    async with opened(path) as books:
        gone_back = SqliteGoneBack(books.database)
        policies = SqlitePolicies(books.database)
        restoration = Restoration(gone_back, policies, lambda: NOON)
        await _make(books, "100")
        await books.requests.delivered("100", NOON, 5, (77,))
        await books.ledger.reserve(order("200"))
        asked: list[LastSeen] = []

        async def known(seen: LastSeen) -> int:
            asked.append(seen)
            return 1

        async def unknown(_: LastSeen) -> int:
            return 9

        await restoration.look_around(known)
        assert asked == [LastSeen(SERVER + 1, 200), LastSeen(5, 77)]
        assert not await gone_back.is_new()
        assert not await restoration.keeps_files()

        await restoration.look_around(unknown)
        assert await gone_back.is_new()
        assert await restoration.keeps_files()
        assert await _make(books, "300") == 10


async def test_files_are_kept_for_a_week_and_leads_told_where_they_can_read_it(path: Path) -> None:
    now = [NOON]
    said: list[tuple[int, int]] = []
    async with opened(path) as books:
        await _make(books, "1")
        policies = SqlitePolicies(books.database)
        gone_back = SqliteGoneBack(books.database)
        restoration = Restoration(gone_back, policies, lambda: now[0])
        await gone_back.note(5)
        await gone_back.looked_after(NOON)
        assert await restoration.keeps_files()
        now[0] += 8 * 86_400
        assert not await restoration.keeps_files()

        async def say(server_id: int, channel_id: int, text: str) -> bool:
            assert "restored" in text
            said.append((server_id, channel_id))
            return len(said) > 1

        await restoration.tell_leads()  # there is no log channel
        await books.database.transaction(
            lambda each: each.execute(
                "INSERT INTO policies (server_id, version, document) VALUES (?, 1, '{\"log_channel_id\": 6}')",
                (SERVER,),
            )
        )
        restoration = Restoration(gone_back, SqlitePolicies(books.database), lambda: now[0])
        await restoration.tell_leads()  # nobody speaks yet
        restoration.speaker = say
        for _ in range(3):
            await restoration.tell_leads()

    assert said == [(SERVER, 6)] * 2


async def test_a_mark_survives_a_database_that_cannot_be_read_for_it(path: Path) -> None:
    database = await Database.open(path)
    try:
        marker = Marker(path)
        with capture_logs() as lines:
            await database.read(lambda connection: connection.execute("SELECT 1"))
            closed = await database.transaction(lambda connection: connection)
            await database.close()
            marker.follow(closed)
    finally:
        await database.close()

    assert [line["event"] for line in lines] == ["the mark beside the database is not written"]


async def test_numbers_that_are_high_enough_already_stay(tmp_path: Path) -> None:
    async with opened(tmp_path / "atelier.sqlite3") as books:
        await books.database.transaction(lambda connection: note_going_back(connection, 40, 7))
        await books.database.transaction(lambda connection: note_going_back(connection, 30, 8))

        numbers = await books.rows("SELECT name, seq FROM sqlite_sequence WHERE seq > 1 ORDER BY name")

    assert {seq for _, seq in numbers} == {8, 40}
