"""Figures alone on a clear ground: a sticker with its rim, the steps of a sprite sheet, a set of icons."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import re
from dataclasses import replace
from math import pi, sin
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from bot.sandbox.images.art.canvas import Canvas
from bot.sandbox.images.art.subjects import Stage, draw_subject
from bot.sandbox.images.art.textures import dice
from bot.sandbox.images.art.theme import palette_of

if TYPE_CHECKING:
    from bot.sandbox.images.art.canvas import Colour
    from bot.sandbox.images.art.theme import Theme

Size = tuple[int, int]
Subject = tuple[str, "Colour | None"]

SOLID = 200  # an alpha value; shadows are softer
RIM = 0.022  # of the shorter edge
USUAL: tuple[Subject, ...] = (("flowers", None),)  # where nothing is named that can be drawn
ICONS = ("house", "boat", "tree", "cup", "fox", "owl", "lighthouse", "balloon", "flowers")
MOST_ICONS, MOST_COLUMNS = 9, 4
USUAL_STEPS, MOST_STEPS = 8, 16
_STEPS = re.compile(r"\b([1-9][0-9]?) (?:steps|frames|poses)\b")


def sticker(theme: Theme, size: Size, seed: int) -> Image.Image:
    """The first subject with a white rim around its outline; RGBA."""
    name, colour = (theme.subjects or USUAL)[0]
    figure = _figure(theme, name, colour, size, seed, 0.74)
    width = max(2.0, RIM * min(size))
    # A soft outline, cut at a low value, is the outline further out, and round.
    grown = figure.getchannel("A").filter(ImageFilter.GaussianBlur(width)).point([0] * 8 + [255] * 248)
    made = Image.new("RGBA", size, (255, 255, 255, 0))
    made.paste((255, 255, 255, 255), mask=grown.filter(ImageFilter.GaussianBlur(1)))
    made.alpha_composite(figure)
    return made


def sprite_sheet(theme: Theme, size: Size, seed: int, prompt: str) -> Image.Image:
    """The first subject in so many steps of a movement, in rows of at most four; RGBA."""
    told = _STEPS.search(prompt)
    steps = USUAL_STEPS if told is None else max(1, min(int(told[1]), MOST_STEPS))
    columns = min(MOST_COLUMNS, steps)
    cell = (size[0] // columns, min(size[0] // columns, size[1] // -(-steps // columns)))
    name, colour = (theme.subjects or USUAL)[0]
    figure = _figure(theme, name, colour, cell, seed, 0.78)
    made = Image.new("RGBA", size)
    top = (size[1] - cell[1] * -(-steps // columns)) // 2
    for step in range(steps):
        moved = _moved(figure, step / steps)
        made.alpha_composite(moved, (step % columns * cell[0], top + step // columns * cell[1]))
    return made


def icon_set(theme: Theme, size: Size, seed: int) -> Image.Image:
    """Up to nine subjects, each alone in its cell, in the colours that are named; RGBA."""
    named = [name for name, _ in theme.subjects][:MOST_ICONS]
    names = named if len(named) > 1 else [*named, *(name for name in ICONS if name not in named)][:MOST_ICONS]
    columns = 3 if len(names) > MOST_COLUMNS else 2
    rows = -(-len(names) // columns)
    cell = (size[0] // columns, size[1] // rows)
    made = Image.new("RGBA", size)
    for place, name in enumerate(names):
        colour = theme.colours[place % len(theme.colours)] if theme.colours else None
        icon = _figure(theme, name, colour, cell, seed + place, 0.7)
        made.alpha_composite(icon, (place % columns * cell[0], place // columns * cell[1]))
    return made


def _figure(theme: Theme, name: str, colour: Colour | None, size: Size, seed: int, share: float) -> Image.Image:
    """One subject in the middle, its longer edge `share` of the shorter edge there, without its shadow."""
    canvas = Canvas(Image.new("RGBA", (2 * size[0], 2 * size[1]), (0, 0, 0, 0)))
    day = replace(theme, time="day", weathers=frozenset())
    stage = Stage(canvas, day, palette_of(day), dice(seed), 1)
    draw_subject(stage, name, colour, size[0], 1.4 * size[1], min(size) * share)
    canvas.image.putalpha(canvas.image.getchannel("A").point([0] * SOLID + [255] * (256 - SOLID)))
    figure = canvas.image.crop(canvas.image.getbbox())
    scale = min(size) * share / max(figure.size)
    figure = figure.resize([max(1, round(edge * scale)) for edge in figure.size], Image.Resampling.LANCZOS)
    made = Image.new("RGBA", size, (0, 0, 0, 0))
    made.paste(figure, ((size[0] - figure.width) // 2, (size[1] - figure.height) // 2))
    return made


def _moved(figure: Image.Image, turn: float) -> Image.Image:
    """The figure at a moment, 0 to 1, of its round: it leans, and lifts off twice."""
    width, height = figure.size
    lean = 5 * sin(2 * pi * turn)
    lift = round(abs(sin(2 * pi * turn)) * height * 0.06)
    leaning = figure.rotate(lean, Image.Resampling.BICUBIC, center=(width / 2, height * 0.8))
    made = Image.new("RGBA", figure.size)
    made.paste(leaning, (0, -lift))
    return made
