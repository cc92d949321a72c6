"""From the image API's last byte to Discord: how long previews and results take on the way through us."""

from __future__ import annotations

import asyncio
import io
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any, ClassVar
from unittest.mock import patch

from PIL import Image

from bot.sandbox.images import server
from bot.sandbox.images.painters import PainterPool, Painting
from bot.sandbox.images.performance import Performance
from tests.bench.figures import MILLISECONDS, NUMBER, Figure
from tests.bench.playing import perform

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from bot.sandbox.images.checks import CheckedCall
    from tests.bench.stage import Stage

APART = 1.6  # seconds between two events of one call: more than the 1.5 between two edits
EDGE = 1024  # pixels
SIDE_BY_SIDE = 6  # calls at a time, begun one after the other so that their events alternate


def _noisy_png() -> bytes:
    """A picture that is work to decode: 1024 × 1024 pixels, about 1.5 MB as PNG."""
    bands = [Image.effect_noise((EDGE, EDGE), 3 + band) for band in range(3)]
    out = io.BytesIO()
    Image.merge("RGB", bands).save(out, "PNG", compress_level=6)
    return out.getvalue()


class _Ready(Painting):
    """A picture that is a finished file already, so that drawing takes no time from what is measured."""

    png = b""

    def preview(self, index: int, count: int) -> bytes:
        del index, count
        return self.png

    def file(self, output_format: str) -> bytes:
        del output_format
        return self.png


class _Watched(Performance):
    """A call that notes, by its prompt, when the last byte of each event was written: seconds since 1970."""

    sent: ClassVar[dict[str, list[float]]] = {}

    async def _send_preview(self, painting: Painting, index: int) -> None:
        await super()._send_preview(painting, index)
        self._note()

    async def _send_result(self, painting: Painting) -> None:
        await super()._send_result(painting)
        self._note()

    def _note(self) -> None:
        self.sent.setdefault(self._checked.prompt, []).append(time.time())


async def _paint(_: PainterPool, order: CheckedCall, number: int) -> Painting:
    return _Ready(order, number, None, 0)


async def play(stage: Stage) -> dict[str, Any]:
    """Some calls side by side, some times; seconds from every event to its arrival."""
    _Ready.png = _noisy_png()
    with patch.object(PainterPool, "paint", _paint), patch.object(server, "Performance", _Watched):
        return await _perform(stage)


async def _perform(stage: Stage) -> dict[str, Any]:
    previews: list[float] = []
    finals: list[float] = []

    async def one(member: Member, prompt: str, delay: float) -> None:
        await asyncio.sleep(delay)
        invocation, arrived = await stage.imagine(member, prompt)
        *partials, last = _Watched.sent[prompt]
        finals.append(arrived - last)
        edits = stage.edits.get(invocation.id, [])
        for begun, until in zip(partials, [*partials[1:], last], strict=True):
            previews.extend(edit - begun for edit in edits if begun <= edit < until)

    members = [stage.discord.server.add_member(f"Member {number}") for number in range(SIDE_BY_SIDE)]
    await stage.imagine(members[0], "to warm up")
    stage.slow_down(APART * (stage.spec["partials"] + 1))
    for turn in range(stage.spec["turns"]):
        calls = [
            one(member, f"picture {turn} of {member.name}", number * APART / SIDE_BY_SIDE)
            for number, member in enumerate(members)
        ]
        await asyncio.gather(*calls)
    expected = stage.spec["partials"] * SIDE_BY_SIDE * stage.spec["turns"]
    return {"previews": previews, "finals": finals, "missed": expected - len(previews)}


def measure(*, quick: bool) -> list[Figure]:
    """The ways of a preview and of a result."""
    partials = 1 if quick else 3
    spec = {"picture_bytes": None, "partials": partials, "turns": 1 if quick else 3, "settle": 0.2}
    ours, floor = (perform("latency", spec, ours=whose).seen for whose in (True, False))
    figures: list[Figure] = []
    for key, what in (("previews", "preview: last byte to edit"), ("finals", "result: last byte to message")):
        for name, reading in (("p50", median), ("p95", _p95)):
            values, note = (reading(ours[key]), reading(floor[key])), f"{len(ours[key])} of ours"
            figures.append(Figure(f"latency.{key}", f"{what}, {name}", *values, MILLISECONDS, note=note))
    if ours["missed"] or floor["missed"]:
        what = "previews that were not shown"
        figures.append(Figure("latency.missed", what, ours["missed"], floor["missed"], NUMBER))
    return figures


def _p95(values: list[float]) -> float:
    return quantiles(values, n=20, method="inclusive")[-1]
