"""Charts to begin with, and what people call themselves."""

from __future__ import annotations

import os
from io import BytesIO

from PIL import Image

from bot.charts import Bar, Chart
from bot.charts.renderer_process import ENVIRONMENT
from bot.services.policy import Metric

USD = 1_000_000_000  # nano-dollars

# A child of the renderer is told nothing of the environment: here it is told how to measure what it runs.
MEASURED = {**ENVIRONMENT, **{name: os.environ[name] for name in ("COVERAGE_PROCESS_CONFIG",) if name in os.environ}}

HOSTILE_NAMES = (
    "mia",
    "Bartholomew von Hohenzollern-Sigmaringen the Third",
    "田中さくら 🌸",
    "$x$ and $\\nonsense{$",
    "שלום עולם",
    "مرحبا بالعالم",
    "🌸🇩🇪👨‍👩‍👧",
    "Z" + "\u0351\u036b\u0343\u036a\u0302" * 20 + "algo",
    "zero\u200bwidth\u202e\nline \ud800\x00",
    "",
    "W" * 80,
    "नमस्ते ไทย",
)


def days(*values: int, limit: int | None = None, metric: Metric = Metric.IMAGES) -> Chart:
    """A month by day, from the first."""
    return Chart("Use by day", metric, tuple(Bar(str(day), value) for day, value in enumerate(values, 1)), limit)


def members(*bars: tuple[str, int], limit: int | None = None) -> Chart:
    """Spending by member, in nano-dollars."""
    return Chart("Spending by member", Metric.USD, tuple(Bar(*bar) for bar in bars), limit)


HOSTILE = members(*((name, (20 - place) * USD) for place, name in enumerate(HOSTILE_NAMES)), limit=15 * USD)


def pixels_of(png: bytes, color: str) -> tuple[int, int, int, int] | None:
    """The smallest box (left, upper, right, lower) around all pixels of exactly this color, as ``#rrggbb``."""
    with Image.open(BytesIO(png)) as picture:
        wanted = tuple(bytes.fromhex(color[1:]))
        found = [int(pixel == wanted) * 255 for pixel in picture.convert("RGB").get_flattened_data()]
        mask = Image.new("L", picture.size)
    mask.putdata(found)
    return mask.getbbox()
