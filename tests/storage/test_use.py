"""What is counted of one member, as it is read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.services.calendar import Window
from bot.services.policy import Balance
from bot.storage.ledger.usage import SPANS, SqliteUse

from .examples import MEMBER, NOON, SERVER, order, settlement

if TYPE_CHECKING:
    import sqlite3

    from .examples import Books

DAY = 86_400
BEN = replace(MEMBER, user_id=MEMBER.user_id + 1)


async def test_each_day_that_holds_anything_is_told_oldest_first(books: Books) -> None:
    for name, at in (("1", NOON), ("2", NOON + DAY), ("3", NOON + 2 * DAY)):
        await books.ledger.reserve(order(name, at=at))
    await books.ledger.dispatch("1:1", NOON)
    await books.ledger.settle("1:1", settlement(60), NOON)
    await books.ledger.release("2:1", "no", "blocked", NOON + DAY)
    await books.ledger.reserve(order("4", requester=BEN))

    spans = await SqliteUse(books.database).spans(SERVER, MEMBER.user_id, Window.DAY)

    assert [span.balance for span in spans] == [Balance(60, 0, 1, 0), Balance(0, 100, 0, 1)]
    assert spans[0].start_at <= NOON < spans[0].end_at <= spans[1].start_at


async def test_only_what_shares_a_second_with_the_time_is_told(books: Books) -> None:
    await books.ledger.reserve(order("1"))
    records = SqliteUse(books.database)
    (day,) = await records.spans(SERVER, MEMBER.user_id, Window.DAY)

    inside = await records.spans(SERVER, MEMBER.user_id, Window.DAY, (day.end_at - 1, day.end_at))
    after = await records.spans(SERVER, MEMBER.user_id, Window.DAY, (day.end_at, day.end_at + 1))
    before = await records.spans(SERVER, MEMBER.user_id, Window.DAY, (0, day.start_at))

    assert inside == (day,)
    assert after == before == ()


async def test_what_others_made_is_not_even_looked_at(books: Books) -> None:
    def plan(connection: sqlite3.Connection) -> str:
        names = ("scope", "server_id", "user_id", "period", "since", "until")
        wanted: dict[str, int] = dict.fromkeys(names, 1)
        return " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {SPANS}", wanted))

    told = await books.database.read(plan)

    assert "scope=? AND server_id=? AND scope_id=? AND period=?" in told
    assert "SCAN" not in told
