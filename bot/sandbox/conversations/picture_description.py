"""What the main model sees in a picture: its shape, its light and its colours, always alike for the same picture."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from bot.sandbox.images.inputs import upright

if TYPE_CHECKING:
    from bot.sandbox.images.inputs import InputPicture

COLOURS = {
    "black": (20, 20, 20),
    "white": (240, 240, 240),
    "grey": (128, 128, 128),
    "red": (200, 40, 40),
    "orange": (235, 140, 45),
    "yellow": (240, 220, 80),
    "green": (60, 150, 70),
    "blue": (50, 90, 190),
    "pale blue": (160, 200, 235),
    "violet": (130, 70, 160),
    "pink": (235, 150, 180),
    "brown": (110, 75, 45),
}
LOOKED_AT = 24  # pixels of each edge, to which the picture is made smaller
DARK, BRIGHT = 85, 170  # of 255, on average
ELONGATED = 1.2  # of a width and a height


def description(picture: InputPicture) -> str:
    """A prompt for the picture. Decodes it."""
    with upright(picture.content) as image, image.convert("RGB") as plain:
        small = plain.resize((LOOKED_AT, LOOKED_AT))
    pixels = [cast("tuple[int, int, int]", small.getpixel((x, y))) for y in range(LOOKED_AT) for x in range(LOOKED_AT)]
    most = [name for name, _ in Counter(map(_nearest, pixels)).most_common(2)]
    light = sum(map(sum, pixels)) / (3 * len(pixels))
    mood = "dark, with little light" if light < DARK else "bright, in full light" if light > BRIGHT else "in soft light"
    return f"A {_shape(picture.width, picture.height)} in {' and '.join(most)}: one scene, {mood}, plain and clear."


def _nearest(pixel: tuple[int, int, int]) -> str:
    return min(COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(pixel, COLOURS[name], strict=True)))


def _shape(width: int, height: int) -> str:
    if width > ELONGATED * height:
        return "wide picture"
    return "tall picture" if height > ELONGATED * width else "square picture"
