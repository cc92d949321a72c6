"""A floor plan: rooms inside walls, with doors, windows and names."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

from bot.sandbox.images.art.canvas import lighter
from bot.sandbox.images.art.textures import dice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.sandbox.images.art.canvas import Colour

Rect = tuple[float, float, float, float]  # left, top, right, bottom

# How much room each takes beside the others, and its colour where there are colours.
ROOMS: dict[str, tuple[float, Colour]] = {
    "living room": (3.0, (240, 214, 178)),
    "dining room": (2.0, (236, 200, 170)),
    "kitchen": (2.0, (206, 226, 206)),
    "bedroom": (2.2, (208, 216, 238)),
    "bathroom": (1.2, (196, 226, 232)),
    "study": (1.6, (222, 210, 232)),
    "office": (1.6, (222, 210, 232)),
    "nursery": (1.6, (246, 220, 224)),
    "hall": (1.0, (230, 228, 222)),
    "garage": (2.0, (214, 214, 214)),
    "balcony": (0.8, (214, 232, 200)),
    "terrace": (1.2, (214, 232, 200)),
}
USUAL = ("living room", "kitchen", "bedroom", "bathroom")
MOST_ROOMS = 10
MARGIN, OUTER, INNER, DOOR = 0.08, 0.016, 0.008, 0.1  # of the shorter edge


@dataclass(frozen=True, slots=True)
class _Ink:
    ground: Colour
    line: Colour
    coloured: bool


def floor_plan(prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
    """RGB, of this size in pixels; the rooms are those that the prompt names."""
    words, chance = prompt.lower(), dice(seed)
    ink = _Ink((28, 70, 130), (236, 242, 250), coloured=False) if "blueprint" in words else _Ink(
        (250, 249, 245), (38, 40, 46), coloured="colour" in words or "color" in words or "furniture" in words
    )  # fmt: skip
    unit = min(size)
    image = Image.new("RGB", size, ink.ground)
    draw = ImageDraw.Draw(image)
    edge = unit * MARGIN
    whole = (edge, edge, size[0] - edge, size[1] - edge)
    names = _named(words)
    chance.shuffle(names)
    rooms = list(_divided(whole, names))
    for name, room in rooms:
        if ink.coloured:
            draw.rectangle(room, fill=ROOMS[name][1])
        draw.rectangle(room, outline=ink.line, width=max(1, round(unit * INNER)))
    draw.rectangle(whole, outline=ink.line, width=max(2, round(unit * OUTER)))
    for name, room in rooms:
        fill = ROOMS[name][1] if ink.coloured else ink.ground
        _openings(draw, room, whole, unit, ink.line, fill)
        _label(draw, name, room, ink.line)
    return image


def _named(words: str) -> list[str]:
    """The rooms in the prompt's order, as often as each is named."""
    found = sorted((place, name) for name in ROOMS for place in range(len(words)) if words.startswith(name, place))
    return [name for _, name in found][:MOST_ROOMS] or [*USUAL]


def _divided(whole: Rect, names: Sequence[str]) -> Iterator[tuple[str, Rect]]:
    """The rectangle divided among rooms, each as large as it should be; always across the longer side."""
    if len(names) == 1:
        yield names[0], whole
        return
    half = len(names) // 2
    left, top, right, bottom = whole
    total = sum(ROOMS[name][0] for name in names)
    share = sum(ROOMS[name][0] for name in names[:half]) / total
    if right - left >= bottom - top:
        middle = left + (right - left) * share
        parts = (left, top, middle, bottom), (middle, top, right, bottom)
    else:
        middle = top + (bottom - top) * share
        parts = (left, top, right, middle), (left, middle, right, bottom)
    yield from _divided(parts[0], names[:half])
    yield from _divided(parts[1], names[half:])


def _openings(draw: ImageDraw.ImageDraw, room: Rect, whole: Rect, unit: int, line: Colour, fill: Colour) -> None:
    """A door with its swing in an inner wall, or else to the outside; windows in the outer walls."""
    left, top, right, bottom = room
    wide, thick = min(unit * DOOR, (right - left) * 0.5, (bottom - top) * 0.5), max(2, round(unit * OUTER))
    thin = max(1, thick // 4)
    x, y = left + (right - left) * 0.18, top + (bottom - top) * 0.18
    if left > whole[0]:  # a wall between rooms, on its left
        draw.line((left, y, left, y + wide), fill=fill, width=thick)
        draw.line((left, y, left + wide, y), fill=line, width=thin)
        draw.arc((left - wide, y - wide, left + wide, y + wide), 0, 90, fill=line, width=thin)
    else:
        draw.line((x, top, x + wide, top), fill=fill, width=thick)
        draw.line((x, top, x, top + wide), fill=line, width=thin)
        draw.arc((x - wide, top - wide, x + wide, top + wide), 0, 90, fill=line, width=thin)
    pane = lighter(line, 0.45 if sum(line) < sum(fill) else -0.3)
    if right >= whole[2]:
        wall = right - thick / 2
        _window(draw, (wall, y, wall, bottom - (bottom - top) * 0.3), thick, pane, fill)
    if bottom >= whole[3]:
        wall = bottom - thick / 2
        _window(draw, (x, wall, right - (right - left) * 0.3, wall), thick, pane, fill)


def _window(draw: ImageDraw.ImageDraw, wall: Rect, thick: int, pane: Colour, fill: Colour) -> None:
    draw.line(wall, fill=pane, width=thick + 2)
    draw.line(wall, fill=fill, width=max(1, thick // 2))


def _label(draw: ImageDraw.ImageDraw, name: str, room: Rect, line: Colour) -> None:
    left, top, right, bottom = room
    text = name.upper()
    size = max(8.0, (right - left) * 0.12)
    font = ImageFont.load_default(size)
    across = draw.textlength(text, font)
    if across > (right - left) * 0.8:
        font = ImageFont.load_default(max(8.0, size * (right - left) * 0.8 / across))
    draw.text(((left + right) / 2, (top + bottom) / 2), text, fill=line, font=font, anchor="mm")
