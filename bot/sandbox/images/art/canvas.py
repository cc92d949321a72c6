"""A canvas for soft-edged shapes: everything is drawn twice as large and reduced, so that edges are smooth.

Coordinates and lengths are pixels, colours are 8-bit RGB. A paint is one colour, or several from top to bottom.
"""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin
from typing import TYPE_CHECKING, TypeAlias

from PIL import Image, ImageDraw, ImageFilter, ImageOps

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Colour: TypeAlias = tuple[int, int, int]
Paint: TypeAlias = "Colour | Sequence[Colour]"
Point: TypeAlias = tuple[float, float]
Box: TypeAlias = tuple[int, int, int, int]


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """`first` with this share (0 to 1) of `second` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lighter(colour: Colour, share: float) -> Colour:
    """The colour with this share of white; of black when the share is negative."""
    return mix(colour, (255, 255, 255), share) if share >= 0 else mix(colour, (8, 8, 24), -share)


def gradient(size: tuple[int, int], colours: Sequence[Colour]) -> Image.Image:
    """An RGB picture that runs through these colours from top to bottom."""
    column = Image.new("RGB", (1, len(colours)))
    for row, colour in enumerate(colours):
        column.putpixel((0, row), colour)
    return column.resize(size, Image.Resampling.BILINEAR, box=(0, 0.5, 1, max(1.0, len(colours) - 0.5)))


@lru_cache(maxsize=64)
def _faded(opacity: float) -> list[int]:
    """A table for `Image.point`: each value times this (0 to 1)."""
    return [round(value * opacity) for value in range(256)]


@lru_cache(maxsize=8)
def _radial(power: float) -> Image.Image:
    """A round light in mode L: white in the middle, black from the rim on."""
    rim = 181  # the gradient's value half an edge from the middle: it reaches 255 in the corners only
    return Image.radial_gradient("L").point([round(255 * max(0.0, 1 - step / rim) ** power) for step in range(256)])


@lru_cache(maxsize=8)
def _unit_circle(steps: int) -> list[Point]:
    return [(cos(2 * pi * step / steps), sin(2 * pi * step / steps)) for step in range(steps)]


def circle(x: float, y: float, across: float, down: float, *, turn: float = 0.0, steps: int = 48) -> list[Point]:
    """The outline of an ellipse with these radii, turned by `turn` radians."""
    corners = [(across * a, down * b) for a, b in _unit_circle(steps)]
    ahead, aside = cos(turn), sin(turn)
    return [(x + a * ahead - b * aside, y + a * aside + b * ahead) for a, b in corners]


def placed(outline: Sequence[Point], x: float, y: float, size: float) -> list[Point]:
    """An outline drawn for a size of 1 around the origin, in its size and place."""
    return [(x + across * size, y + down * size) for across, down in outline]


def curve(points: Sequence[Point], steps: int = 8, *, closed: bool = True) -> list[Point]:
    """A smooth line through the points (Catmull-Rom)."""
    count = len(points)
    smooth: list[Point] = []
    for index in range(count if closed else count - 1):
        around = [points[(index + k) % count if closed else min(max(index + k, 0), count - 1)] for k in range(-1, 3)]
        smooth.extend(_between(around, step / steps) for step in range(steps))
    return smooth if closed else [*smooth, points[-1]]


def _between(around: Sequence[Point], t: float) -> Point:
    weights = (-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, -(t**2) + t**3)
    x = sum(weight * point[0] for weight, point in zip(weights, around, strict=True)) / 2
    y = sum(weight * point[1] for weight, point in zip(weights, around, strict=True)) / 2
    return x, y


class Canvas:
    """An RGB picture, or an RGBA one that starts out clear."""

    def __init__(self, image: Image.Image) -> None:
        self.image = image
        self.width, self.height = image.size
        self.unit = min(image.size)

    def polygon(self, points: Sequence[Point], paint: Paint, *, opacity: float = 1.0, soft: float = 0.0) -> None:
        """Fill an outline; `soft` blurs its edge by so many pixels."""
        self._stamp(points, paint, lambda draw, outline: draw.polygon(outline, fill=255), opacity, soft)

    def blob(self, points: Sequence[Point], paint: Paint, *, opacity: float = 1.0, soft: float = 0.0) -> None:
        """Fill the smooth closed curve through the points."""
        self.polygon(curve(points), paint, opacity=opacity, soft=soft)

    def ellipse(
        self, x: float, y: float, across: float, down: float, paint: Paint, *,
        turn: float = 0.0, opacity: float = 1.0, soft: float = 0.0,
    ) -> None:  # fmt: skip
        """Fill an ellipse with these radii, turned by `turn` radians."""
        self.polygon(circle(x, y, across, down, turn=turn), paint, opacity=opacity, soft=soft)

    def box(self, left: float, top: float, right: float, bottom: float, paint: Paint, *, opacity: float = 1.0) -> None:
        """Fill a rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], paint, opacity=opacity)

    def stroke(
        self, points: Sequence[Point], width: float, paint: Paint, *, opacity: float = 1.0, soft: float = 0.0
    ) -> None:
        """Draw a line of this width through the points, with round joints."""

        def draw_line(draw: ImageDraw.ImageDraw, outline: Sequence[Point]) -> None:
            draw.line(outline, fill=255, width=max(1, round(width * 2)), joint="curve")

        self._stamp(points, paint, draw_line, opacity, soft, width)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float, *, power: float = 2.0) -> None:
        """Lay a round light over everything drawn so far."""
        size = max(2, round(radius * 2))
        light = _radial(power).resize((size, size), Image.Resampling.BILINEAR)
        self.lay(light, (round(x - size / 2), round(y - size / 2)), colour, strength)

    def lay(self, mask: Image.Image, corner: tuple[int, int], colour: Colour, strength: float = 1.0) -> None:
        """Paint with one colour through a mask (mode L) whose upper left corner lies here."""
        if strength < 1:
            mask = mask.point(_faded(strength))
        self._put(colour, mask, corner)

    def ball(self, x: float, y: float, radius: float, colour: Colour) -> None:
        """A round body lit from the upper left."""
        size = max(4, round(radius * 2))
        far = Image.radial_gradient("L").resize((size, size), Image.Resampling.BILINEAR, box=(88, 92, 216, 220))
        body = ImageOps.colorize(far, lighter(colour, 0.55), lighter(colour, -0.62), colour, 0, 210, 82)
        mask = Image.new("L", (size * 2, size * 2), 0)
        ImageDraw.Draw(mask).ellipse((0, 0, size * 2 - 1, size * 2 - 1), fill=255)
        self._put(body, mask.reduce(2), (round(x - size / 2), round(y - size / 2)))

    def _stamp(
        self, points: Sequence[Point], paint: Paint,
        shape: Callable[[ImageDraw.ImageDraw, Sequence[Point]], None], opacity: float, soft: float, width: float = 0.0,
    ) -> None:  # fmt: skip
        margin = soft * 2.5 + width / 2 + 1
        across, down = zip(*points, strict=True)
        left = max(0, int(min(across) - margin))
        top = max(0, int(min(down) - margin))
        right = min(self.width, int(max(across) + margin) + 1)
        bottom = min(self.height, int(max(down) + margin) + 1)
        if right <= left or bottom <= top:
            return
        mask = Image.new("L", ((right - left) * 2, (bottom - top) * 2), 0)
        shape(ImageDraw.Draw(mask), [((x - left) * 2, (y - top) * 2) for x, y in points])
        mask = mask.reduce(2)
        if soft:
            mask = mask.filter(ImageFilter.GaussianBlur(soft))
        if opacity < 1:
            mask = mask.point(_faded(opacity))
        self._put(self._patch(paint, points, (left, top, right, bottom)), mask, (left, top))

    def _patch(self, paint: Paint, points: Sequence[Point], box: Box) -> Image.Image | Colour:
        """The paint for this box; a gradient spans the whole shape, also where it is clipped."""
        left, top, right, bottom = box
        if isinstance(paint[0], int):
            return paint  # type: ignore[return-value]  # one colour
        high, low = min(y for _, y in points), max(y for _, y in points)
        whole = gradient((1, max(1, round(low - high))), paint)  # type: ignore[arg-type]  # several colours
        rows = (top - high, bottom - high)
        column = whole.crop((0, round(rows[0]), 1, round(rows[0]) + bottom - top)) if rows[0] >= 0 else whole
        column = column.resize((1, bottom - top), Image.Resampling.BILINEAR)
        return column.resize((right - left, bottom - top), Image.Resampling.NEAREST)

    def _put(self, patch: Image.Image | Colour, mask: Image.Image, corner: tuple[int, int]) -> None:
        left, top = corner
        if self.image.mode == "RGB":
            self.image.paste(patch, (left, top, left + mask.width, top + mask.height), mask)
            return
        if isinstance(patch, tuple):
            patch = Image.new("RGB", mask.size, patch)
        patch.putalpha(mask)
        visible = (
            max(0, -left),
            max(0, -top),
            min(patch.width, self.width - left),
            min(patch.height, self.height - top),
        )
        if visible[0] < visible[2] and visible[1] < visible[3]:
            self.image.alpha_composite(patch.crop(visible), (max(0, left), max(0, top)))
