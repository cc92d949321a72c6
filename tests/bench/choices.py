"""The first choices after a start, while somebody types: of a hundred thousand pictures, and of prices."""

from __future__ import annotations

import os
import random
import time
from contextlib import closing
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

from bot.storage.database.history_index import catch_up, is_behind
from bot.storage.database.opening import open_database
from tests.bench.figures import MILLISECONDS, Figure
from tests.bench.history import PICTURES, fill
from tests.bench.playing import perform

if TYPE_CHECKING:
    from bot.sandbox.discord import SandboxDiscord
    from tests.bench.playing import Performed
    from tests.bench.stage import Stage

AIM = 0.3  # seconds
LATER = 10  # of each kind, after the first
# A command, its option, and what was typed.
KINDS = {
    "history": ("show", "id", "red fox"),
    "numbers": ("show", "id", "4"),
    "prices": ("imagine", "size", ""),
}


def prepare(discord: SandboxDiscord, _: dict[str, Any]) -> None:
    """The database, as an earlier process left it."""
    path = Path(os.environ["ATELIER_DATA_DIR"]) / "atelier.sqlite3"
    server = discord.server
    with closing(open_database(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        channels = [channel.id for channel in server.channels]
        fill(connection, random.Random(1), server.id, channels)  # noqa: S311 - the same pictures every time
        connection.execute("UPDATE requests SET delivered_at = created_at")
        connection.execute("COMMIT")
        while is_behind(connection):
            connection.execute("BEGIN")
            catch_up(connection)
            connection.execute("COMMIT")


async def play(stage: Stage) -> dict[str, Any]:
    """Choices at once, and some more of the same; seconds that each took."""
    member = stage.discord.server.add_member("Mia")
    command, option, typed = KINDS[stage.spec["kind"]]
    took: list[float] = []
    for _ in range(1 + LATER):
        began = time.time()
        offered = await member.autocomplete(command, focused=option, value=typed)
        took.append(time.time() - began)
        assert offered
    return {"took": took}


def measure(*, quick: bool) -> list[Figure]:
    """The median of some starts, of each kind."""
    starts = 1 if quick else 3
    figures: list[Figure] = []
    for kind in KINDS:
        spec = {"picture_bytes": 1, "partials": 0, "settle": 0.0, "kind": kind}
        runs = [perform("choices", spec, ours=True, bare=True) for _ in range(starts)]
        what = f"/{KINDS[kind][0]} {KINDS[kind][1]}:{KINDS[kind][2]}, {PICTURES:,} pictures"
        figures += [
            Figure(f"choices.{kind}", f"{what}, the first", median(map(_first, runs)), None, MILLISECONDS, at_most=AIM),
            Figure(f"choices.{kind}.later", f"{what}, later", median(map(_later, runs)), None, MILLISECONDS),
        ]
    return figures


def _first(run: Performed) -> float:
    return float(run.seen["took"][0])


def _later(run: Performed) -> float:
    return float(median(run.seen["took"][1:]))
