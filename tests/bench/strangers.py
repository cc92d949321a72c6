"""Other members' files: how long a picture takes while many are at work, and a small edit behind many large ones."""

from __future__ import annotations

import asyncio
import io
import os
import time
from statistics import median
from typing import TYPE_CHECKING, Any

from PIL import Image

from bot.sandbox.discord import Upload
from tests.bench.figures import Figure, milliseconds, seconds
from tests.bench.playing import perform
from tests.pictures.samples import encoded, quarters

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.bench.stage import Stage

LONGEST = 20.0  # seconds in which pictures are made beside the edits
PICTURES = 20  # of which is seen what one takes alone
GREEDY = 4  # members who send the refused edits
EDGE = 8192  # pixels
BOOSTED = 3  # the tier of a server that takes files of 47 MB
NOISY_EDGE = 3960  # pixels of noise: 47 MB
CUT = 5000  # bytes that are missing at the end of a file, for which the edit is refused


async def play(stage: Stage) -> dict[str, Any]:
    """Seconds of pictures alone and beside refused edits, or of a small edit behind large ones."""
    mia = stage.discord.server.add_member("Mia")
    await _picture(stage, mia, "to warm up")
    if stage.spec["large"]:
        return {"behind": await _behind_large_ones(stage, mia)}
    alone = [await _picture(stage, mia, f"alone {number}") for number in range(PICTURES)]
    return {"alone": alone, "beside": await _beside_edits(stage, mia)}


async def _picture(stage: Stage, member: Member, prompt: str) -> float:
    began = time.time()
    _, arrived = await stage.imagine(member, prompt)
    return arrived - began


async def _beside_edits(stage: Stage, mia: Member) -> list[float]:
    """Seconds of pictures while the edits are looked at: until the last is refused, or for a while."""
    huge = await asyncio.to_thread(_huge)
    files: dict[str, Any] = {f"image{number or ''}": Upload(f"{number}.png", huge) for number in (0, 2, 3)}
    files["image4"] = Upload("cut.png", huge[:-CUT])
    members = [stage.discord.server.add_member(f"Greedy {number}") for number in range(GREEDY)]
    edits = [
        await members[number % GREEDY].slash("edit", prompt=f"snow {number}", **files)
        for number in range(stage.spec["edits"])
    ]
    until, pictures = time.time() + LONGEST, list[float]()
    while len(pictures) < PICTURES or (time.time() < until and not all(map(_is_refused, edits))):
        pictures.append(await _picture(stage, mia, f"beside {len(pictures)}"))
    return pictures


async def _behind_large_ones(stage: Stage, mia: Member) -> float:
    """Seconds until a small edit stands there that is asked for after everybody's 94 MB."""
    stage.discord.server.set_boost_tier(BOOSTED)
    noise = await asyncio.to_thread(_noise)
    files: dict[str, Any] = {"image": Upload("noise.png", noise), "image2": Upload("cut.png", noise[:-CUT])}
    for number in range(stage.spec["large"]):
        await stage.discord.server.add_member(f"Large {number}").slash("edit", prompt="snow", **files)
    began = time.time()
    small = Upload("small.png", encoded(quarters(256, 256), "PNG"))
    invocation = await mia.slash("edit", prompt="make it snowy", image=small)
    return await stage.arrival(invocation) - began


def _is_refused(invocation: Invocation) -> bool:
    return invocation.response is not None and invocation.response.content.startswith("❌")


def _huge() -> bytes:
    """A file of some 200 kB that says 67 million pixels, and holds them."""
    out = io.BytesIO()
    Image.new("RGB", (EDGE, EDGE), (200, 120, 40)).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _noise() -> bytes:
    out = io.BytesIO()
    size = (NOISY_EDGE, NOISY_EDGE)
    Image.frombytes("RGB", size, os.urandom(3 * NOISY_EDGE**2)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def measure(*, quick: bool) -> list[Figure]:
    """Beside what the same takes alone."""
    spec = {"picture_bytes": 200_000, "partials": 0, "settle": 0.5, "edits": 8 if quick else 20, "large": 0}
    seen = perform("strangers", spec, ours=True).seen
    beside = seen["beside"]
    large = 5 if quick else 20
    behind = perform("strangers", spec | {"large": large}, ours=True).seen["behind"]
    note = f"{len(beside)} of them, the worst {seconds(max(beside))}; floor: alone, {seconds(max(seen['alone']))}"
    what = f"a picture beside {spec['edits']} refused edits of 4 × 67 MP"
    return [
        Figure(what, median(beside), median(seen["alone"]), milliseconds, most_ratio=1.5, note=note),
        Figure(f"a small edit behind {large} × 94 MB", behind, 0, seconds, at_most=5),
    ]
