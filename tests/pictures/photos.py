"""Photos that nobody took, and what members do with them: for the tests of masks, drawings and canvases."""

from __future__ import annotations

import random
from functools import cache

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .samples import encoded, opened

Colour = tuple[int, int, int]


@cache
def photo(width: int, height: int, seed: int, grain: int = 8) -> Image.Image:
    """Soft light of several sizes, some things with edges, and the grain of a camera; never the same for two seeds."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    bands: list[Image.Image] = []
    for _ in range(3):
        band = Image.new("L", (width, height), 128)
        for cells, amount in ((3, 90), (8, 60), (30, 40), (120, 20)):
            light = scaled(Image.frombytes("L", (cells, cells), chance.randbytes(cells * cells)), (width, height))
            band = ImageChops.add(band, light.point([value * amount // 255 for value in range(256)]), 1, -amount // 2)
        bands.append(band)
    image = Image.merge("RGB", bands)
    things = image.copy()
    pen = ImageDraw.Draw(things)
    for _ in range(8):
        x, y, size = (
            chance.randrange(width),
            chance.randrange(height),
            chance.randrange(width // 16 + 1, width // 5 + 2),
        )
        pen.ellipse((x - size, y - size, x + size, y + size), fill=some_colour(chance))
    image = Image.blend(image, things, 0.7)  # nothing in a photo is of one colour
    dust = Image.merge("RGB", [Image.effect_noise((width, height), grain)] * 3)
    return ImageChops.add(image, dust, 1, -128).filter(ImageFilter.GaussianBlur(0.6))


def some_colour(chance: random.Random) -> Colour:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image.resize(size, Image.Resampling.BICUBIC)  # pyright: ignore[reportUnknownMemberType] - numpy is named in it


def toned(image: Image.Image, gamma: float) -> Image.Image:
    return image.point([round(255 * (value / 255) ** gamma) for value in range(256)] * 3)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    """What a compression leaves of it."""
    return opened(encoded(image, "JPEG", quality=quality))


def drawn(image: Image.Image, what: str, colour: Colour | str, width: int) -> Image.Image:
    """A copy with something drawn upon it; `width` in pixels."""
    image = image.copy()
    pen = ImageDraw.Draw(image)
    across, down = image.size
    if what == "circle":
        pen.ellipse((0.3 * across, 0.3 * down, 0.6 * across, 0.7 * down), outline=colour, width=width)
    elif what == "open circle":
        pen.arc((0.3 * across, 0.3 * down, 0.6 * across, 0.7 * down), 4, 356, fill=colour, width=width)
    elif what == "line":
        way = (0.1 * across, 0.2 * down, 0.5 * across, 0.3 * down, 0.3 * across, 0.8 * down)
        pen.line(way, fill=colour, width=width, joint="curve")
    elif what == "words":
        pen.text((0.3 * across, 0.4 * down), "make this red", fill=colour, font_size=10 * width)
    else:
        pen.rectangle((0.3 * across, 0.3 * down, 0.6 * across, 0.7 * down), fill=colour)
    return image


def spot(size: tuple[int, int], *, soft: int = 0) -> Image.Image:
    """White in an oval in the middle, else black."""
    stencil = Image.new("L", size)
    width, height = size
    ImageDraw.Draw(stencil).ellipse((0.3 * width, 0.3 * height, 0.6 * width, 0.7 * height), fill=255)
    return stencil.filter(ImageFilter.GaussianBlur(soft)) if soft else stencil
