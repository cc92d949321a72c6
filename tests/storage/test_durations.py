"""How long the latest pictures took: the newest only, found from the end, oldest first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.turns import Kind
from bot.storage.ledger.durations import LATEST, SqlitePast
from tests.storage.examples import NOON, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from tests.storage.examples import Books


async def made(books: Books, name: str, seconds: float, output_format: str = "png") -> None:
    """A picture that took so long."""
    reservation = order(name)
    request = replace(reservation.request, output_format=output_format)
    await books.ledger.reserve(replace(reservation, request=request))
    await books.ledger.dispatch(f"{name}:1", NOON)
    await books.ledger.settle(f"{name}:1", replace(settlement(), seconds=seconds), NOON)


async def test_the_latest_pictures_are_told_with_their_kinds_the_oldest_first(books: Books) -> None:
    for name, seconds in (("1", 10.0), ("2", 20.0), ("3", 30.0)):
        await made(books, name, seconds)
    await made(books, "4", 40.0, "gif")
    await books.ledger.reserve(order("5"))

    found = await SqlitePast(books.database).latest(3)

    still = Kind("gpt-image-2", "1024x768", "low")
    assert found == [(still, 20.0), (still, 30.0), (still._replace(form="gif"), 40.0)]


async def test_no_more_is_looked_at_than_is_told(books: Books) -> None:
    def plan(connection: sqlite3.Connection) -> list[str]:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {LATEST}", (3,))]

    steps = await books.database.read(plan)

    assert [step.split()[0] for step in steps] == ["SCAN", "SEARCH", "SEARCH"]  # from the end of the key: no sorting
