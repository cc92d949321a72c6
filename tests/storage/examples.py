"""Orders, settlements and a ledger on a fresh database, for the tests of this folder."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from bot.services.calendar import Window
from bot.services.catalog import Prices, Usage
from bot.services.ledger import Destination, Reservation, Settlement, TurnAnswer, WordsSettlement
from bot.services.policy import Limit, Metric, Requester, Scope, buckets_touched
from bot.services.requests import ImageRequest, StoredImage
from bot.storage import Database, SqliteLedger, SqliteRequests

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator
    from pathlib import Path

NOON = 1_794_312_000  # 2026-11-10 12:00 UTC, a Tuesday
BERLIN = ZoneInfo("Europe/Berlin")
SERVER = 10**18
PRICES = Prices(text_input=5_000, image_input=8_000, image_output=30_000, text_output=0)
MEMBER = Requester(SERVER, SERVER + 1, SERVER + 2, (SERVER + 8, SERVER + 9))
DESTINATION = Destination(7, "token", NOON + 900, None, private=False)


def image(letter: str = "a") -> StoredImage:
    return StoredImage(letter * 64, "image/png", 1024, 768, 2_000_000)


def order(
    name: str = "1",
    *,
    count: int = 1,
    hold: int = 100,
    at: int = NOON,
    requester: Requester = MEMBER,
    limits: tuple[Limit, ...] = (),
    references: tuple[StoredImage, ...] = (),
    parent: int | None = None,
    zone: ZoneInfo = BERLIN,
) -> Reservation:
    request = ImageRequest("a fox", "gpt-image-2", "1024x768", "low", count, references=references, parent=parent)
    buckets = buckets_touched(requester, at, zone)
    return Reservation(name, request, requester, DESTINATION, hold, PRICES, at, buckets, limits)


def settlement(cost: int = 60, letter: str = "a") -> Settlement:
    return Settlement(cost, Usage(10, 20, 30, 40), image(letter), 12.5, "req_1")


def words(cost: int = 20) -> WordsSettlement:
    return WordsSettlement(cost, Usage(0, 0, 0, 0, cost), TurnAnswer("resp_1", "Which one?"), "req_2")


def budget(maximum: int) -> Limit:
    return Limit(Scope.INSTALLATION, 0, 0, Metric.USD, Window.MONTH, maximum, "this bot's monthly budget")


def daily_images(maximum: int, requester: Requester = MEMBER) -> Limit:
    return Limit(
        Scope.MEMBER,
        requester.server_id,
        requester.user_id,
        Metric.IMAGES,
        Window.DAY,
        maximum,
        "your daily allowance",
    )


@dataclass
class Books:
    """A ledger with the database it writes to."""

    database: Database
    ledger: SqliteLedger
    requests: SqliteRequests

    @classmethod
    async def open(cls, path: Path) -> Self:
        database = await Database.open(path)
        return cls(database, SqliteLedger(database), SqliteRequests(database))

    async def rows(self, sql: str) -> list[tuple[int | str | None, ...]]:
        def look(connection: sqlite3.Connection) -> list[tuple[int | str | None, ...]]:
            return connection.execute(sql).fetchall()

        return await self.database.read(look)

    async def held_and_settled(self) -> set[tuple[int | str | None, ...]]:
        """The distinct figures of all counters: one tuple as long as only one requester asked in one window."""
        return set(await self.rows("SELECT held_nano, held_images, settled_nano, settled_images FROM buckets"))


@asynccontextmanager
async def opened(path: Path) -> AsyncGenerator[Books]:
    """A ledger on the database at `path`, closed whatever happens: its thread would keep the process from ending."""
    books = await Books.open(path)
    try:
        yield books
    finally:
        await books.database.close()
