"""The history of 100,000 pictures: how long a search takes, also among favourites, and a contact sheet of nine."""

from __future__ import annotations

import asyncio
import io
import json
import random
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures import ContactSheets, Tile, close_pools
from bot.services.gallery import HistoryQuery, Places, Stretch
from bot.storage import Database, SqliteLedger
from bot.storage.history import SqliteHistory
from tests.bench.figures import FINE_MILLISECONDS, MILLISECONDS, Figure
from tests.bench.ledger.asking import next_order, now, settlement_of
from tests.bench.ledger.laps import quantile

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence

PICTURES = 100_000
SERVER, MEMBERS, CHANNELS = 7, 40, 20
FOND = {1: 100, 2: 10, 3: 2}  # members who have starred every hundredth picture, every tenth, and every second
WORDS = ("", "fox", "red fox", "FOX red", "zzqq", "東京", "京", "ox", "th", "a", "é", '"fox"', "fox 東京")
ROUNDS = 5  # of all kinds of searches
SHEETS = 5
EDGE = 1024  # pixels
SEARCH_AIM, SHEET_AIM = 0.020, 0.300  # seconds
SETTLES, SETTLE_AIM = 400, 1.2  # times
PLACES = Places(frozenset(range(1, CHANNELS - 1)), frozenset(range(1, CHANNELS + 1)))
PROMPT = "a lighthouse on a cliff at dusk, oil on canvas, warm light from the left, waves, gulls, a small red boat " * 3
UNLISTED = "DROP TRIGGER pictures_enter_history"
REQUEST = """
INSERT INTO requests (id, server_id, channel_id, user_id, role_ids, request, application_id, interaction_token,
    token_expires_at, private, created_at) VALUES (?, ?, ?, ?, '[]', ?, 1, '', 0, 0, ?)
"""
JOB = """
INSERT INTO jobs (id, request_id, number, state, model, price_text_input, price_image_input, price_image_output,
    price_text_output, hold_nano, hold_images, actual_nano, actual_images, reserved_at, dispatched_at, closed_at)
    VALUES (? || ':1', ?, 1, 'settled', ?, 1, 1, 1, 1, 5, 1, 5, 1, 1, 1, 1)
"""
PICTURE = """
INSERT INTO pictures (job_id, digest, media_type, width, height, byte_size, seconds, created_at)
    VALUES (? || ':1', 'a', 'image/png', 1, 1, 1, 1.0, ?)
"""
STARS = """
INSERT INTO stars (picture_number, user_id, server_id, at) SELECT number, ?, ?, 1 FROM history WHERE number % ? = 0
"""


def measure() -> list[Figure]:
    """All figures."""
    return asyncio.run(_measured())


async def _measured() -> list[Figure]:
    with tempfile.TemporaryDirectory() as directory:
        database = await Database.open(Path(directory) / "atelier.sqlite3")
        try:
            chance = random.Random(1)  # noqa: S311 - the same pictures every time
            await database.transaction(lambda connection: fill(connection, chance, SERVER, range(1, CHANNELS + 1)))
            indexing = await _first_search(database)
            took = await _searches(database, list(_queries()))
            fond = await _searches(database, list(_favourites()))
        finally:
            await database.close()
        settling = await _settling(Path(directory))
    sheets, computing = await _sheets()
    close_pools()
    count = f"{PICTURES:,} pictures of {MEMBERS} members; {len(took)} searches of all kinds"
    starred = f"favourites of {len(FOND)} members, who have starred 1, 10 and 50 % of them; {len(fond)} searches"
    return [
        Figure("history.search", count, quantile(took, 0.95), None, FINE_MILLISECONDS, at_most=SEARCH_AIM),
        Figure("history.search.worst", count, max(took), None, FINE_MILLISECONDS),
        Figure("history.index", f"{PICTURES:,} pictures, none indexed", indexing, None, MILLISECONDS),
        Figure("history.settle", f"median of {SETTLES}", *settling, FINE_MILLISECONDS, most_ratio=SETTLE_AIM),
        Figure("history.favourites", starred, quantile(fond, 0.95), None, FINE_MILLISECONDS, at_most=SEARCH_AIM),
        Figure("history.favourites.worst", starred, max(fond), None, FINE_MILLISECONDS),
        Figure("history.sheet", f"nine PNG of {EDGE}²", max(sheets), None, MILLISECONDS, at_most=SHEET_AIM),
        Figure("history.sheet.processor", "of these", min(computing), None, MILLISECONDS, at_most=SHEET_AIM),
    ]


def fill(connection: sqlite3.Connection, chance: random.Random, server_id: int, channel_ids: Sequence[int]) -> None:
    """Let so many pictures have been made in these channels of a server."""
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(5000)]
    pairs = ["".join(chr(chance.randint(0x4E00, 0x5E00)) for _ in range(2)) for _ in range(2000)]
    for number in range(1, PICTURES + 1):
        common = "a red fox " * (number % 2) + " ".join(
            words[min(4999, int(chance.paretovariate(0.7)))] for _ in range(12)
        )
        prompt = common if number % 5 else "".join(chance.choices(pairs, k=8)) + ("東京" if number % 1000 == 0 else "")
        document = json.dumps({"prompt": prompt, "story": []}, ensure_ascii=False)
        of, at = str(number), 60 * number
        where = chance.choice(channel_ids), chance.randint(1, MEMBERS)
        connection.execute(REQUEST, (of, server_id, *where, document, at))
        connection.execute(JOB, (of, of, f"model-{number % 3}"))
        connection.execute(PICTURE, (of, at))
    for member, every in FOND.items():
        connection.execute(STARS, (member, server_id, every))


def _queries() -> Iterator[HistoryQuery]:
    day = 60 * PICTURES // 2
    for words in WORDS:
        yield HistoryQuery(SERVER, 1, words=words)
        yield HistoryQuery(SERVER, 1, member_id=1, words=words)
        yield HistoryQuery(SERVER, 1, member_id=MEMBERS + 1, words=words)
        yield HistoryQuery(SERVER, 1, model="model-1", words=words)
        yield HistoryQuery(SERVER, 1, place_id=CHANNELS, words=words)
        yield HistoryQuery(SERVER, 1, since=day, until=day + 86_400, words=words)


def _favourites() -> Iterator[HistoryQuery]:
    day = 60 * PICTURES // 2
    for words in WORDS:
        for member in FOND:
            yield HistoryQuery(SERVER, member, words=words, favourites=True)
            yield HistoryQuery(SERVER, member, words=words, member_id=5, model="model-1", favourites=True)
            yield HistoryQuery(SERVER, member, words=words, since=day, until=day + 86_400, favourites=True)


async def _searches(database: Database, queries: Sequence[HistoryQuery]) -> list[float]:
    history = SqliteHistory(database)
    took: list[float] = []
    for _ in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            await history.found(query, PLACES, Stretch(), 10)
            took.append(time.perf_counter() - began)
    return took


async def _first_search(database: Database) -> float:
    """Seconds of what is looked up by words after nothing was for long: all of them are indexed first."""
    began = time.perf_counter()
    await SqliteHistory(database).found(HistoryQuery(SERVER, 1, words="fox"), PLACES, Stretch(), 10)
    return time.perf_counter() - began


async def _settling(directory: Path) -> tuple[float, float]:
    """Seconds to settle a picture, with the history and without: databases take turns."""
    async with AsyncExitStack() as stack:
        databases = [await Database.open(directory / f"{name}.sqlite3") for name in ("ours", "floor")]
        for database in databases:
            stack.push_async_callback(database.close)
        await databases[1].transaction(lambda connection: connection.execute(UNLISTED))
        ledgers = [SqliteLedger(database) for database in databases]
        took: list[list[float]] = [[], []]
        for _ in range(SETTLES):
            for place, ledger in enumerate(ledgers):
                took[place].append(await _settle_one(ledger))
    ours, floor = (quantile(each, 0.5) for each in took)
    return ours, floor


async def _settle_one(ledger: SqliteLedger) -> float:
    order = next_order()
    job_id = f"{order.id}:1"
    await ledger.reserve(replace(order, request=replace(order.request, prompt=PROMPT)))
    await ledger.dispatch(job_id, now())
    began = time.perf_counter()
    await ledger.settle(job_id, settlement_of(job_id), now())
    return time.perf_counter() - began


async def _sheets() -> tuple[list[float], list[float]]:
    """Seconds, and those of the processor; each of other pictures, so that nothing is remembered."""
    took: list[float] = []
    computing: list[float] = []
    for turn in range(SHEETS):
        files = {f"{turn}-{place}": _picture(place) for place in range(9)}

        async def read(digest: str, files: dict[str, bytes] = files) -> bytes:
            return files[digest]

        tiles = [Tile(f"#{place}", digest, "image/png") for place, digest in enumerate(files)]
        began, busy = time.perf_counter(), time.process_time()
        await ContactSheets().draw(tiles, read)
        took.append(time.perf_counter() - began)
        computing.append(time.process_time() - busy)
    return took, computing


def _picture(place: int) -> bytes:
    """About as hard to decode as a painted picture."""
    noise = Image.effect_noise((EDGE // 4, EDGE // 4), 60 + place).resize((EDGE, EDGE), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))).save(file, "PNG", compress_level=1)
    return file.getvalue()
