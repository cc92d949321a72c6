"""The history of 100,000 pictures: how long a search takes, also among favourites, and a contact sheet of nine."""

from __future__ import annotations

import asyncio
import io
import json
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures import ContactSheets, Tile, close_pools
from bot.services.gallery import HistoryQuery, Places, Stretch
from bot.storage import Database
from bot.storage.history import SqliteHistory
from tests.bench.figures import FINE_MILLISECONDS, MILLISECONDS, Figure
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
            await database.transaction(lambda connection: _fill(connection, chance))
            took = await _searches(database, list(_queries()))
            fond = await _searches(database, list(_favourites()))
        finally:
            await database.close()
    sheets = await _sheets()
    close_pools()
    count = f"{PICTURES:,} pictures of {MEMBERS} members; {len(took)} searches of all kinds"
    starred = f"favourites of {len(FOND)} members, who have starred 1, 10 and 50 % of them; {len(fond)} searches"
    return [
        Figure("history.search", count, quantile(took, 0.95), None, FINE_MILLISECONDS, at_most=SEARCH_AIM),
        Figure("history.search.worst", count, max(took), None, FINE_MILLISECONDS),
        Figure("history.favourites", starred, quantile(fond, 0.95), None, FINE_MILLISECONDS, at_most=SEARCH_AIM),
        Figure("history.favourites.worst", starred, max(fond), None, FINE_MILLISECONDS),
        Figure("history.sheet", f"nine PNG of {EDGE}²", max(sheets), None, MILLISECONDS, at_most=SHEET_AIM),
    ]


def _fill(connection: sqlite3.Connection, chance: random.Random) -> None:
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9))) for _ in range(5000)]
    pairs = ["".join(chr(chance.randint(0x4E00, 0x5E00)) for _ in range(2)) for _ in range(2000)]
    for number in range(1, PICTURES + 1):
        common = "a red fox " * (number % 2) + " ".join(
            words[min(4999, int(chance.paretovariate(0.7)))] for _ in range(12)
        )
        prompt = common if number % 5 else "".join(chance.choices(pairs, k=8)) + ("東京" if number % 1000 == 0 else "")
        document = json.dumps({"prompt": prompt, "story": []}, ensure_ascii=False)
        of, at = str(number), 60 * number
        where = chance.randint(1, CHANNELS), chance.randint(1, MEMBERS)
        connection.execute(REQUEST, (of, SERVER, *where, document, at))
        connection.execute(JOB, (of, of, f"model-{number % 3}"))
        connection.execute(PICTURE, (of, at))
    for member, every in FOND.items():
        connection.execute(STARS, (member, SERVER, every))


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
    places = Places(frozenset(range(1, CHANNELS - 1)), frozenset(range(1, CHANNELS + 1)))
    took: list[float] = []
    for _ in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            await history.found(query, places, Stretch(), 10)
            took.append(time.perf_counter() - began)
    return took


async def _sheets() -> list[float]:
    """Each of other pictures, so that nothing is remembered."""
    took: list[float] = []
    for turn in range(SHEETS):
        files = {f"{turn}-{place}": _picture(place) for place in range(9)}

        async def read(digest: str, files: dict[str, bytes] = files) -> bytes:
            return files[digest]

        tiles = [Tile(f"#{place}", digest, "image/png") for place, digest in enumerate(files)]
        began = time.perf_counter()
        await ContactSheets().draw(tiles, read)
        took.append(time.perf_counter() - began)
    return took


def _picture(place: int) -> bytes:
    """About as hard to decode as a painted picture."""
    noise = Image.effect_noise((EDGE // 4, EDGE // 4), 60 + place).resize((EDGE, EDGE), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    Image.merge("RGB", (noise, noise.rotate(90), noise.rotate(180))).save(file, "PNG", compress_level=1)
    return file.getvalue()
