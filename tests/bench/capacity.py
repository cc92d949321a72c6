"""How far one process goes: in many servers, with as many pictures a minute as the provider's highest tier makes."""

from __future__ import annotations

import asyncio
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any

from tests.bench.figures import KIBIBYTES, MEBIBYTES, MILLISECONDS, PER_MINUTE, SECONDS, Figure
from tests.bench.playing import perform
from tests.bench.stage import OPTIONS

if TYPE_CHECKING:
    from bot.sandbox.discord import SandboxDiscord, Server
    from tests.bench.playing import Performed
    from tests.bench.stage import Stage

SERVERS, CHANNELS = 1_000, 20
HIGHEST_TIER = 250  # pictures a minute
CONCURRENCY = 64  # the most that can be set
DRAWN_IN = 12.0  # seconds that the image API takes for a picture: 64 at once are 320 a minute
LASTING = 40.0  # seconds in which pictures are asked for
PATIENCE = 60.0  # seconds for a picture
PICTURE = 1_500_000  # bytes


def prepare(discord: SandboxDiscord, spec: dict[str, Any]) -> None:
    """The servers, before the bot connects."""
    names = tuple(f"channel-{number}" for number in range(CHANNELS))
    for number in range(spec["servers"] - 1):
        discord.add_server(f"Server {number}", names)


async def play(stage: Stage) -> dict[str, Any]:
    """Members of all servers ask, each once, as many a minute as the provider makes; seconds that each waited."""
    servers, asking = stage.discord.servers, list[asyncio.Task[float]]()
    await _picture(stage, servers[0], "to warm up")
    stage.slow_down(DRAWN_IN)
    began = time.time()
    for number in range(int(stage.spec["seconds"] * HIGHEST_TIER / 60)):
        await asyncio.sleep(max(0.0, began + number * 60 / HIGHEST_TIER - time.time()))
        asking.append(asyncio.create_task(_picture(stage, servers[number * 7 % len(servers)], f"picture {number}")))
    took = await asyncio.gather(*asking)
    return {"connected": stage.connected_at, "took": took, "began": began, "ended": time.time()}


async def _picture(stage: Stage, server: Server, prompt: str) -> float:
    began = time.time()
    arrived = await stage.arrival(await server.add_member(prompt).slash("imagine", prompt=prompt, **OPTIONS), PATIENCE)
    stage.discord.traffic.clear()
    return arrived - began


def measure(*, quick: bool) -> list[Figure]:
    """In many servers, beside in one; then the pictures."""
    servers, seconds = (50, 4.0) if quick else (SERVERS, LASTING)
    spec = {"picture_bytes": PICTURE, "partials": 0, "settle": 2.0, "concurrency": CONCURRENCY, "seconds": 0.0}
    alone = perform("capacity", spec | {"servers": 1}, ours=True, bare=True)
    many = perform("capacity", spec | {"servers": servers}, ours=True, bare=True)
    busy = perform("capacity", spec | {"servers": servers, "seconds": seconds}, ours=True)
    return [*_of_servers(alone, many, servers), *_of_pictures(busy)]


def _of_servers(alone: Performed, many: Performed, servers: int) -> list[Figure]:
    ready, ready_alone = (float(run.seen["connected"]) - run.executed_at for run in (many, alone))
    each = (many.idle - alone.idle) / (servers - 1)
    kind, note = f"{servers:,} servers with {CHANNELS} channels each", "floor: in one"
    return [
        Figure("capacity.ready", f"start to READY, {kind}", ready, ready_alone, SECONDS, note=note),
        Figure("capacity.memory", f"memory at rest, {kind}", many.idle, alone.idle, MEBIBYTES, note=note),
        Figure("capacity.server", "… for each server", each, None, KIBIBYTES),
    ]


def _of_pictures(busy: Performed) -> list[Figure]:
    took, computed = busy.seen["took"], busy.computed / len(busy.seen["took"])
    worked = [stall.worked for stall in busy.stalls if busy.seen["began"] <= stall.at <= busy.seen["ended"]]
    kind, note = f"at {HIGHEST_TIER} pictures a minute", f"{len(took)} pictures; floor: what the image API takes"
    slowest = quantiles(took, n=20, method="inclusive")[-1]
    share, most = computed * HIGHEST_TIER, 60 / computed
    return [
        Figure("capacity.wait", f"a picture {kind}, p50", median(took), DRAWN_IN, SECONDS, most_ratio=1.1, note=note),
        Figure("capacity.wait", f"a picture {kind}, p95", slowest, DRAWN_IN, SECONDS, most_ratio=1.1, note=note),
        Figure("capacity.share", f"processor time in a minute {kind}", share, None, SECONDS, at_most=30.0),
        Figure("capacity.most", "pictures a minute that one core has time for", most, None, PER_MINUTE),
        Figure(
            "capacity.work", f"most work in one go {kind}", max(worked, default=0.0), None, MILLISECONDS, at_most=0.05
        ),
        Figure("capacity.peak", f"most memory {kind}", busy.peak, None, MEBIBYTES),
    ]
