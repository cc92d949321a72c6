"""Bit-rot: whatever a damaged database is read for ends in a sentence with the cure, or is right."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import pytest

from bot.errors import DatabaseError
from bot.storage import SqlitePolicies, State, read_report
from bot.storage.database.restoration import SqliteGoneBack
from bot.storage.database.state_rows import CLOCK
from bot.storage.ledger.daily import read_booked

from .examples import NOON, SERVER, opened, order, settlement

if TYPE_CHECKING:
    from pathlib import Path

QUICK, SLOW = range(25), range(25, 300)
CURE = "Move it away"


async def _filled(path: Path) -> None:
    async with opened(path) as books:
        for number in range(1, 30):
            await books.ledger.reserve(order(str(number)))
            if number < 25:
                await books.ledger.dispatch(f"{number}:1", NOON)
            if number < 20:
                await books.ledger.settle(f"{number}:1", settlement(), NOON)
                await books.requests.delivered(str(number), NOON, 5, (number + 100,))


async def _started(path: Path) -> None:
    """What a start reads."""
    async with opened(path) as books:
        gone_back, state = SqliteGoneBack(books.database), State(books.database)
        await books.requests.undelivered()
        await SqlitePolicies(books.database).of(SERVER)
        await state.get(CLOCK)
        await state.secret("x")
        await gone_back.last_seen()
        await books.ledger.charge_overdue(NOON)


def _rotten(whole: bytes, seed: int) -> bytes:
    chance, rotten = random.Random(seed), bytearray(whole)  # noqa: S311 - the same every time
    for _ in range(chance.choice([1, 4, 64])):
        rotten[chance.randrange(len(rotten))] = chance.randrange(256)
    return bytes(rotten)


def _rot(folder: Path, seeds: range) -> set[str]:
    """The sentences that seeded rot ends in, wherever it is noticed."""
    source = folder / "atelier.sqlite3"
    asyncio.run(_filled(source))
    whole, said = source.read_bytes(), set[str]()
    for seed in seeds:
        path = folder / str(seed) / "atelier.sqlite3"
        path.parent.mkdir()
        path.write_bytes(_rotten(whole, seed))
        for read in (
            lambda path=path: read_report(path, None, None).to_dict(),
            lambda path=path: read_booked(path, (NOON - 1, NOON + 1)),
            lambda path=path: asyncio.run(_started(path)),
        ):
            try:
                read()
            except DatabaseError as error:
                said.add(str(error))
    return said


def test_rot_ends_in_the_sentence_with_the_cure(tmp_path: Path) -> None:
    said = _rot(tmp_path, QUICK)

    assert any("is damaged" in each and CURE in each for each in said)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_much_rot_ends_in_the_sentence_with_the_cure(tmp_path: Path) -> None:
    assert _rot(tmp_path, SLOW)


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE requests SET request = '{'",
        "UPDATE requests SET request = '[]'",
        "UPDATE requests SET request = '{\"references\": 5}'",
        "UPDATE requests SET role_ids = 'x'",
        "UPDATE requests SET request = CAST(x'ff' AS TEXT)",
        "INSERT INTO policies SELECT server_id, 1, 'no policy' FROM requests",
    ],
)
async def test_a_row_that_makes_no_sense_is_damage(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "atelier.sqlite3"
    async with opened(path) as books:
        await books.ledger.reserve(order())
        await books.database.transaction(lambda connection: connection.execute(harm))

    with pytest.raises(DatabaseError, match=r"is damaged: .* Move it away, with its -wal"):
        await _started(path)


async def test_a_job_in_no_state_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "atelier.sqlite3"

    def harm(connection: object) -> None:
        run = connection.execute  # type: ignore[attr-defined]  # of whichever SQLite
        run("PRAGMA ignore_check_constraints = ON")
        run("DROP TRIGGER jobs_go_their_way")
        run("DROP TRIGGER jobs_stay_closed")
        run("UPDATE jobs SET state = 'lost'")

    async with opened(path) as books:
        await books.ledger.reserve(order())
        await books.ledger.dispatch("1:1", NOON)
        await books.ledger.settle("1:1", settlement(), NOON)
        await books.database.transaction(harm)

    with pytest.raises(DatabaseError, match="is damaged"):
        read_report(path, None, None)
    with pytest.raises(DatabaseError, match="is damaged"):
        read_booked(path, (0, 2**40))
