"""A painted picture as an SVG: flat triangles in the colours of what they cover."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from xml.sax.saxutils import escape

from PIL import Image

from bot.sandbox.images.art.files import SOFTWARE

if TYPE_CHECKING:
    from collections.abc import Iterator

CELLS = 40  # along the long edge; each is two triangles
WORDS = 200  # characters of the prompt in the title
VISIBLE = 128  # an alpha value


def drawing(image: Image.Image, prompt: str) -> bytes:
    """An SVG of the picture's size in pixels; clear where the picture is."""
    width, height = image.size
    legible = "".join(sign for sign in prompt[:WORDS] if sign.isprintable())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<title>{escape(legible)}</title><desc>{SOFTWARE}</desc>",
        '<g stroke-width="1" stroke-linejoin="round">',
        *_triangles(image.convert("RGBA")),
        "</g></svg>",
    ]
    return "\n".join(parts).encode()


def _triangles(image: Image.Image) -> Iterator[str]:
    width, height = image.size
    columns, rows = (max(1, round(CELLS * edge / max(width, height))) for edge in (width, height))
    colours = image.resize((2 * columns, 2 * rows), Image.Resampling.BOX)
    for row in range(rows):
        top, bottom = height * row / rows, height * (row + 1) / rows
        for column in range(columns):
            left, right = width * column / columns, width * (column + 1) / columns
            for corner, place in (((right, top), (1, 0)), ((left, bottom), (0, 1))):
                pixel = cast("tuple[int, ...]", colours.getpixel((2 * column + place[0], 2 * row + place[1])))
                if pixel[3] >= VISIBLE:
                    colour = "#{:02x}{:02x}{:02x}".format(*pixel)
                    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((left, top), corner, (right, bottom)))
                    yield f'<polygon points="{points}" fill="{colour}" stroke="{colour}"/>'
