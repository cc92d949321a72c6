"""Which sizes a model makes, and which of them is nearest to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import gcd, isqrt
from typing import TYPE_CHECKING

from bot.language import phrase
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Generator

LARGEST_INPUT = 50_000_000  # bytes; each input picture must be smaller
LARGEST_MASK = 4_000_000  # bytes; smaller, too: https://platform.openai.com/docs/api-reference/images/createEdit
INPUT_MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")
LONGEST_EDGE = 3840  # pixels, of a result of gpt-image-2 and later
MOST_PIXELS = 8_294_400  # of such a result: 3840 by 2160
USUAL_PIXELS = 1536 * 1024  # of what the API calls landscape and portrait; the size where nobody says how large
SAME_SHAPE = 1.025  # by which one may be wider, or narrower, for its height: sizes come in steps


@dataclass(frozen=True, slots=True)
class SuggestedSize:
    """A size worth offering.

    Attributes:
        word: what people call it ("landscape"); may be written instead of the size.
        size: ``WIDTHxHEIGHT`` in pixels.
    """

    word: str
    size: str


@dataclass(frozen=True, slots=True)
class FixedSizes:
    """A model that makes only these sizes, each ``WIDTHxHEIGHT`` in pixels."""

    fixed: tuple[str, ...]

    def fault(self, width: int, height: int) -> str | None:
        """Why this size (pixels) cannot be made, as a clause; None if it can."""
        if f"{width}x{height}" in self.fixed:
            return None
        return phrase("this model makes only {sizes}", sizes=listed(self.fixed, "and"))

    def nearest(self, width: int, height: int) -> tuple[int, int]:
        """The size (pixels) with the shape nearest to this one; of several, the one nearest in pixels."""
        return self.shaped(width, height, width * height)

    def shaped(self, across: int, down: int, pixels: int) -> tuple[int, int]:
        """The size (pixels) with the shape nearest to this ratio; of several, the one nearest in pixels."""
        return min(self._every(), key=lambda size: (strain(size, (across, down)), abs(size[0] * size[1] - pixels)))

    def like(self, width: int, height: int, most_pixels: int) -> tuple[int, int]:
        """The size (pixels) with the shape nearest to a picture's, of at most `most_pixels` if any has so few."""
        every = self._every()
        offered = [size for size in every if size[0] * size[1] <= most_pixels] or every
        return min(offered, key=lambda size: strain(size, (width, height)))

    def holding(self, width: int, height: int, most_pixels: int) -> tuple[int, int] | None:
        """The smallest size (pixels) that a picture fits into and that is most like it; None if none is so large."""
        offered = (
            size
            for size in self._every()
            if size[0] >= width and size[1] >= height and size[0] * size[1] <= most_pixels
        )
        return min(offered, key=lambda size: _waste(size, (width, height)), default=None)

    def _every(self) -> list[tuple[int, int]]:
        return [dimensions(size) for size in self.fixed]


@dataclass(frozen=True, slots=True)
class FreeSizes:
    """A model that makes any size within these bounds.

    The bounds are those of OpenAI's image-generation guide for gpt-image-2 and later.

    Attributes:
        step: both edges are multiples of it, in pixels.
        longest_edge: pixels.
        least_pixels: in all.
        most_pixels: in all.
        most_ratio: how many times the short edge the long edge may be.
    """

    step: int
    longest_edge: int
    least_pixels: int
    most_pixels: int
    most_ratio: int

    def fault(self, width: int, height: int) -> str | None:
        """Why this size (pixels) cannot be made, as a clause; None if it can."""
        long, short = max(width, height), min(width, height)
        if long > self.longest_edge:
            return phrase("no edge may be longer than {most} pixels", most=str(self.longest_edge))
        if long > short * self.most_ratio:
            return phrase("the long edge may be at most {most} times the short edge", most=self.most_ratio)
        if width * height < self.least_pixels:
            return phrase("it needs at least {least} pixels in all", least=self.least_pixels)
        if width * height > self.most_pixels:
            return phrase("it may have at most {most} pixels in all", most=self.most_pixels)
        if width % self.step or height % self.step:
            return phrase("both edges must be multiples of {step}", step=self.step)
        return None

    def nearest(self, width: int, height: int) -> tuple[int, int]:
        """The legal size (pixels) nearest to this one, which is first scaled into the bounds in its own ratio.

        Of two that are equally near, the larger: 1080 becomes 1088, as video does it.
        """
        wide, high = self._scaled(width, height)
        legal = (
            (across, self._nearest_height(high, bounds))
            for across in range(self.step, self.longest_edge + 1, self.step)
            if (bounds := self.heights(across))
        )
        return min(legal, key=lambda size: ((size[0] - wide) ** 2 + (size[1] - high) ** 2, -size[0] * size[1]))

    def _scaled(self, width: int, height: int) -> tuple[int, int]:
        """In its own ratio, about as large as the bounds allow; a size within the bounds stays as it is."""
        long = max(width, height)
        if long > self.longest_edge:
            width, height = max(1, width * self.longest_edge // long), max(1, height * self.longest_edge // long)
        pixels = width * height
        wanted = min(max(pixels, self.least_pixels), self.most_pixels)
        return isqrt(width * width * wanted // pixels), isqrt(height * height * wanted // pixels)

    def heights(self, width: int) -> range:
        """Every legal height for this width, in pixels."""
        least = max(-(-width // self.most_ratio), -(-self.least_pixels // width), self.step)
        most = min(width * self.most_ratio, self.most_pixels // width, self.longest_edge)
        return range(-(-least // self.step) * self.step, most + 1, self.step)

    def _nearest_height(self, height: int, legal: range) -> int:
        rounded = (height + self.step // 2) // self.step * self.step
        return min(max(rounded, legal[0]), legal[-1])

    def shaped(self, across: int, down: int, pixels: int) -> tuple[int, int]:
        """The legal size (pixels) of a ratio, and of about so many pixels.

        Of exactly that ratio, if one of nearly so many pixels has it; else the nearest.
        """
        wanted = min(max(pixels, self.least_pixels), self.most_pixels)
        wide, high = isqrt(wanted * across // down), isqrt(wanted * down // across)
        across, down = across // gcd(across, down), down // gcd(across, down)
        exact = (
            (across * unit, down * unit)
            for unit in range(self.step, self.longest_edge, self.step)
            if self.fault(across * unit, down * unit) is None
        )
        alike = [size for size in exact if is_about(size[0] * size[1], wanted)]
        if alike:
            return min(alike, key=lambda size: abs(size[0] * size[1] - wanted))
        found = self.nearest(wide, high)
        if strain(found, (across, down)) <= SAME_SHAPE or max(across, down) > self.most_ratio * min(across, down):
            return found
        return min(
            self._shaped_about(across, down, wanted), key=lambda size: strain(size, (across, down)), default=found
        )

    def _shaped_about(self, across: int, down: int, pixels: int) -> Generator[tuple[int, int]]:
        """Legal sizes (pixels) whose shape is near to a ratio, of about so many pixels."""
        for width in range(self.step, self.longest_edge + 1, self.step):
            below = width * down // across // self.step * self.step
            for height in (below, below + self.step):
                if height and is_about(width * height, pixels) and self.fault(width, height) is None:
                    yield width, height

    def like(self, width: int, height: int, most_pixels: int) -> tuple[int, int]:
        """The legal size (pixels) with the shape nearest to a picture's, and about as many pixels.

        Never of more than `most_pixels` if any legal size has so few, nor of more than the picture unless it is tiny.
        For a better shape up to a quarter of the pixels is given away.
        """
        return _likest(self, width, height, most_pixels)

    def holding(self, width: int, height: int, most_pixels: int) -> tuple[int, int] | None:
        """The smallest legal size (pixels) that a picture fits into and that is most like it; None if there is none."""
        return _tightest(self, width, height, most_pixels)

    def heights_near(self, width: int, height: int) -> tuple[int, ...]:
        """The legal heights (pixels) for a width that are nearest to this one: of those below and above it one each."""
        legal = self.heights(width)
        if not legal:
            return ()
        below = height // self.step * self.step
        return tuple(min(max(each, legal[0]), legal[-1]) for each in (below, below + self.step))


SizeRule = FreeSizes | FixedSizes


def strain(size: tuple[int, int], of: tuple[int, int]) -> float:
    """How far one shape is from another: how many times wider, or narrower, for its height. 1 for the same shape."""
    one, other = size[0] * of[1], size[1] * of[0]
    return max(one, other) / min(one, other)


def is_about(pixels: int, wanted: int) -> bool:
    """Whether these are about so many pixels."""
    return wanted * 3 <= pixels * 4 <= wanted * 5


@lru_cache(1024)  # some milliseconds, for each of the choices under a large picture
def _likest(rule: FreeSizes, width: int, height: int, most_pixels: int) -> tuple[int, int]:
    most = min(max(most_pixels, rule.least_pixels), rule.most_pixels)
    wanted = min(max(width * height, rule.least_pixels * 5 // 4), most)
    legal = (
        (across, down)
        for across in range(rule.step, rule.longest_edge + 1, rule.step)
        for down in rule.heights(across)
        if wanted * 3 // 4 <= across * down <= wanted
    )
    return min(legal, key=lambda size: (strain(size, (width, height)), -size[0] * size[1]))


@lru_cache(1024)  # the same
def _tightest(rule: FreeSizes, width: int, height: int, most_pixels: int) -> tuple[int, int] | None:
    legal = (
        (across, down)
        for across in range(-(-width // rule.step) * rule.step, rule.longest_edge + 1, rule.step)
        for down in rule.heights_near(across, height * across // width)
        if down >= height and across * down <= most_pixels
    )
    return min(legal, key=lambda size: _waste(size, (width, height)), default=None)


def _waste(size: tuple[int, int], of: tuple[int, int]) -> float:
    """The less the fewer pixels a size has and the more it is like another."""
    return size[0] * size[1] * strain(size, of) ** 2


def dimensions(size: str) -> tuple[int, int]:
    """Width and height in pixels of a ``WIDTHxHEIGHT`` that was checked before."""
    width, height = size.split("x")
    return int(width), int(height)
