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
from tests.bench.figures import MILLISECONDS, SECONDS, Figure
from tests.bench.playing import perform
from tests.pictures.samples import encoded, quarters

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.bench.stage import Stage

LONGEST = 20.0  # seconds in which pictures are made beside the edits
PICTURES = 20  # of which is seen what one takes alone
GREEDY = 4  # members who send the refused edits
EDGE, QUICK_EDGE = 8192, 4096  # pixels
BOOSTED = 3  # the tier of a server that takes files of 47 MB
NOISY_EDGE, QUICK_NOISY_EDGE = 3960, 1980  # pixels of noise: 47 MB, 12 MB
CUT = 5000  # bytes that are missing at the end of a file, for which the edit is refused


async def play(stage: Stage) -> dict[str, Any]:
    """Seconds of pictures alone and beside refused edits, and of a small edit behind large ones."""
    mia = stage.discord.server.add_member("Mia")
    await _picture(stage, mia, "to warm up")
    alone = [await _picture(stage, mia, f"alone {number}") for number in range(stage.spec["pictures"])]
    beside = await _beside_edits(stage, mia)
    return {"alone": alone, "beside": beside, "behind": await _behind_large_ones(stage, mia)}


async def _picture(stage: Stage, member: Member, prompt: str) -> float:
    began = time.time()
    _, arrived = await stage.imagine(member, prompt)
    return arrived - began


async def _beside_edits(stage: Stage, mia: Member) -> list[float]:
    """Seconds of pictures while the edits are looked at: until the last is refused, or for a while."""
    huge = await asyncio.to_thread(_huge, stage.spec["edge"])
    files: dict[str, Any] = {f"image{number or ''}": Upload(f"{number}.png", huge) for number in (0, 2, 3)}
    files["image4"] = Upload("cut.png", huge[:-CUT])
    members = [stage.discord.server.add_member(f"Greedy {number}") for number in range(GREEDY)]
    edits = [
        await members[number % GREEDY].slash("edit", prompt=f"snow {number}", **files)
        for number in range(stage.spec["edits"])
    ]
    until, pictures = time.time() + LONGEST, list[float]()
    while len(pictures) < stage.spec["pictures"] or (time.time() < until and not all(map(_is_refused, edits))):
        pictures.append(await _picture(stage, mia, f"beside {len(pictures)}"))
    return pictures


async def _behind_large_ones(stage: Stage, mia: Member) -> float:
    """Seconds until a small edit stands there that is asked for after everybody's 94 MB."""
    stage.discord.server.set_boost_tier(BOOSTED)
    noise = await asyncio.to_thread(_noise, stage.spec["noisy_edge"])
    files: dict[str, Any] = {"image": Upload("noise.png", noise), "image2": Upload("cut.png", noise[:-CUT])}
    for number in range(stage.spec["large"]):
        await stage.discord.server.add_member(f"Large {number}").slash("edit", prompt="snow", **files)
    began = time.time()
    small = Upload("small.png", encoded(quarters(256, 256), "PNG"))
    invocation = await mia.slash("edit", prompt="make it snowy", image=small)
    return await stage.arrival(invocation) - began


def _is_refused(invocation: Invocation) -> bool:
    return invocation.response is not None and invocation.response.content.startswith("❌")


def _huge(edge: int) -> bytes:
    """A file of at most some 200 kB that says as many as 67 million pixels, and holds them."""
    out = io.BytesIO()
    Image.new("RGB", (edge, edge), (200, 120, 40)).save(out, "PNG", compress_level=6)
    return out.getvalue()


def _noise(edge: int) -> bytes:
    out = io.BytesIO()
    Image.frombytes("RGB", (edge, edge), os.urandom(3 * edge**2)).save(out, "PNG", compress_level=0)
    return out.getvalue()


def measure(*, quick: bool) -> list[Figure]:
    """Beside what the same takes alone."""
    edge, noisy_edge, edits, large = (QUICK_EDGE, QUICK_NOISY_EDGE, 2, 2) if quick else (EDGE, NOISY_EDGE, 20, 20)
    spec = {"picture_bytes": 200_000, "partials": 0, "settle": 0.2, "pictures": 8 if quick else PICTURES}
    spec |= {"edge": edge, "edits": edits, "noisy_edge": noisy_edge, "large": large}
    seen = perform("strangers", spec, ours=True).seen
    beside = seen["beside"]
    note = (
        f"{len(beside)} of them, the worst {SECONDS.say(max(beside))}; floor: alone, {SECONDS.say(max(seen['alone']))}"
    )
    what = f"a picture beside {edits} refused edits of 4 × {edge**2 / 1e6:.0f} MP"
    behind = f"a small edit behind {large} × {6 * noisy_edge**2 / 1e6:.0f} MB"
    times = median(beside), median(seen["alone"])
    return [
        Figure("strangers.beside", what, *times, MILLISECONDS, most_ratio=1.5, note=note),
        Figure("strangers.behind", behind, seen["behind"], None, SECONDS, at_most=5),
    ]
