"""Our ledger at work: the product's own connection, thread and transactions, asked by some tasks at once."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle, permutations
from typing import TYPE_CHECKING

from bot.storage import Database, SqliteLedger
from tests.bench.ledger.asking import next_order, now, settlement_of
from tests.bench.ledger.laps import CYCLE, DISPATCH, RESERVE, SETTLE, Laps

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path


def run(path: Path, tasks: int, seconds: float) -> Laps:
    """So many tasks, each with one cycle after the other, for so long."""
    return asyncio.run(_run(path, tasks, seconds))


def take_turns(paths: Sequence[Path], tasks: int, seconds: float) -> list[list[float]]:
    """The databases take turns, each with one cycle of every task at once; seconds of each one's turns.

    What else the machine does is felt by all of them alike.
    """
    return asyncio.run(_take_turns(paths, tasks, seconds))


async def _take_turns(paths: Sequence[Path], tasks: int, seconds: float) -> list[list[float]]:
    took: list[list[float]] = [[] for _ in paths]
    async with AsyncExitStack() as stack:
        ledgers = [await stack.enter_async_context(_opened(path)) for path in paths]
        laps = Laps.starting(seconds)
        for order in cycle(permutations(range(len(paths)))):  # after which other each comes must not matter
            turn = time.monotonic()
            if turn >= laps.end and took[0]:
                break
            for place in order:
                began = time.monotonic()
                await asyncio.gather(*(_cycle(ledgers[place], laps) for _ in range(tasks)))
                if turn >= laps.begin:
                    took[place].append(time.monotonic() - began)
    return took


async def _run(path: Path, tasks: int, seconds: float) -> Laps:
    async with _opened(path) as ledger:
        laps = Laps.starting(seconds)
        await asyncio.gather(*(_ask(ledger, laps) for _ in range(tasks)))
        return laps


async def _ask(ledger: SqliteLedger, laps: Laps) -> None:
    while time.monotonic() < laps.end:
        await _cycle(ledger, laps)


async def _cycle(ledger: SqliteLedger, laps: Laps) -> None:
    began, order = time.monotonic(), next_order()
    job_id = f"{order.id}:1"
    await ledger.reserve(order)
    reserved = laps.note(RESERVE, began)
    await ledger.dispatch(job_id, now())
    dispatched = laps.note(DISPATCH, reserved)
    await ledger.settle(job_id, settlement_of(job_id), now())
    laps.note(SETTLE, dispatched)
    laps.note(CYCLE, began)


@asynccontextmanager
async def _opened(path: Path) -> AsyncGenerator[SqliteLedger]:
    database = await Database.open(path)
    try:
        yield SqliteLedger(database)
    finally:
        await database.close()
