"""Noise and what is made of it: clouds, grain, paper."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from functools import lru_cache
from random import Random

from PIL import Image, ImageChops, ImageFilter

TILE = 512  # pixels; noise is made once at this size and stretched


def dice(seed: int) -> Random:
    """Chance that falls the same way for the same seed."""
    return Random(seed)  # noqa: S311 - pictures, not secrets


@lru_cache(maxsize=32)
def noise(seed: int, across: int, down: int, octaves: int = 4) -> Image.Image:
    """Fractal noise in mode L, `TILE` pixels square, with so many cells in its coarsest octave."""
    chance = dice(seed)
    total = Image.new("L", (TILE, TILE), 128)
    for octave in range(octaves):
        cells = (min(TILE, across << octave), min(TILE, down << octave))
        layer = Image.frombytes("L", cells, chance.randbytes(cells[0] * cells[1]))
        layer = layer.resize((TILE, TILE), Image.Resampling.BICUBIC)
        total = (
            layer
            if octave == 0
            else ImageChops.add(
                total, layer.point([round((v - 128) * 0.55**octave + 128) for v in range(256)]), 1, -128
            )
        )
    return total


def curve_table(low: float, high: float, most: float = 255.0) -> list[int]:
    """A table for `Image.point`: 0 up to `low`, smoothly up to `most` at `high`."""
    steps = [min(1.0, max(0.0, (value - low) / (high - low))) for value in range(256)]
    return [round(most * step * step * (3 - 2 * step)) for step in steps]


@lru_cache(maxsize=4)
def _grain(seed: int) -> Image.Image:
    fine = Image.frombytes("L", (TILE, TILE), dice(seed).randbytes(TILE * TILE))
    return fine.filter(ImageFilter.GaussianBlur(0.7))


def tiled(tile: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A texture laid out over this many pixels."""
    sheet = Image.new(tile.mode, size)
    for top in range(0, size[1], tile.height):
        for left in range(0, size[0], tile.width):
            sheet.paste(tile, (left, top))
    return sheet


def with_grain(image: Image.Image, strength: float) -> Image.Image:
    """An RGB picture with a fine photographic grain; hides the steps of gradients, too."""
    table = [round(128 + (value - 128) * strength) for value in range(256)]
    sheet = tiled(_grain(7).point(table), image.size)
    return ImageChops.overlay(image, Image.merge("RGB", (sheet, sheet, sheet)))


def with_vignette(image: Image.Image, strength: float) -> Image.Image:
    """An RGB picture whose corners are darker."""
    rim = Image.radial_gradient("L").point([round(255 - strength * max(0, value - 120)) for value in range(256)])
    sheet = rim.resize(image.size, Image.Resampling.BILINEAR)
    return ImageChops.multiply(image, Image.merge("RGB", (sheet, sheet, sheet)))


def with_style(image: Image.Image, style: str) -> Image.Image:
    """An RGB picture redrawn as a watercolour, an ink drawing, an oil painting or a poster."""
    if style == "watercolor":
        return _watercolour(image)
    if style == "ink":
        grey = image.convert("L").filter(ImageFilter.GaussianBlur(0.6))
        lines = grey.filter(ImageFilter.CONTOUR).point(curve_table(120, 250))
        tone = grey.point(curve_table(-40, 250))
        drawing = ImageChops.multiply(Image.blend(tone, Image.new("L", tone.size, 255), 0.25), lines)
        paper = Image.merge("RGB", (drawing, drawing, drawing))
        return ImageChops.multiply(paper, Image.new("RGB", image.size, (250, 244, 232)))
    if style == "oil":
        strokes = image.reduce(2).filter(ImageFilter.ModeFilter(5)).resize(image.size, Image.Resampling.BICUBIC)
        relief = tiled(noise(11, 40, 90, 3), image.size).filter(ImageFilter.EMBOSS)
        relief = relief.point([round(128 + (value - 128) * 0.4) for value in range(256)])
        return ImageChops.soft_light(strokes, Image.merge("RGB", (relief, relief, relief)))
    if style == "poster":
        return image.filter(ImageFilter.GaussianBlur(1.2)).quantize(24, dither=Image.Dither.NONE).convert("RGB")
    return image


def _watercolour(image: Image.Image) -> Image.Image:
    """Softer patches, pigment that gathers at edges, paper grain, and a white ragged border."""
    size = image.size
    washed = image.filter(ImageFilter.MedianFilter(3))
    edges = washed.convert("L").filter(ImageFilter.FIND_EDGES).filter(ImageFilter.GaussianBlur(1.4))
    dark = edges.point([255 - min(70, value) for value in range(256)])
    washed = ImageChops.multiply(washed, Image.merge("RGB", (dark, dark, dark)))
    bloom = noise(23, 5, 5).resize(size, Image.Resampling.BICUBIC).point(curve_table(110, 255, 110))
    paper = Image.new("RGB", size, (252, 249, 242))
    washed = Image.composite(paper, washed, bloom)
    tooth = tiled(noise(29, 128, 128, 2), size).point([232 + value // 11 for value in range(256)])
    washed = ImageChops.multiply(washed, Image.merge("RGB", (tooth, tooth, tooth)))
    inset = round(min(size) * 0.03)
    frame = Image.new("L", size, 255)
    frame.paste(0, (inset, inset, size[0] - inset, size[1] - inset))
    frame = frame.filter(ImageFilter.GaussianBlur(inset * 0.55))
    edge = noise(31, 14, 14).resize(size, Image.Resampling.BICUBIC).point([64 + value // 2 for value in range(256)])
    return Image.composite(paper, washed, ImageChops.add(frame, edge, 1, -128).point(curve_table(116, 146)))
