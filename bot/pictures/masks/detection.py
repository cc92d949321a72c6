"""By what a picture is told to be a mask of another, or that picture drawn upon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageChops, ImageStat

from bot.pictures.decode import resized, within
from bot.pictures.masks.comparing import compare
from bot.pictures.masks.stencils import hard, share_of, shrunk

if TYPE_CHECKING:
    from bot.pictures.masks.comparing import Comparison

_DARK, _BRIGHT = 48, 208  # black and white after a compression
_MOST_CHROMA = 40  # between the bands of what still counts as grey
_BLACK_AND_WHITE = 0.95  # of the pixels of a mask; the rest are its soft edges
_SMALL = 64  # pixels of the longer edge, at which areas are still there and lines are not
_LASTING = 0.5  # of the rarer colour must be left then
_RAREST = 0.0005  # of the picture; less is dust

_ONE_COLOUR = 24  # of 255; how far the tones of one colour are apart
_FEW_OTHERS = 0.02  # of the pixels may have another
_LEAST_CLEAR = 0.0002  # of the picture; less is dust
_ERASED_ALIKE = 0.01  # of what was not erased may differ

_MOST_DRAWN = 0.5  # of the picture
_MOST_FAINT = 0.06  # of the picture; a copy, however compressed, differs nowhere else
_INSIDE = 3  # pixels from the edge of what is drawn
_AREA = 0.35  # of what is drawn is that far inside: it is an area rather than lines
_COLOURS = 4  # that markup has, or nearly
_LINES_FLAT, _AREA_FLAT = 0.4, 0.85  # of what is drawn has one of them; lines are full of mixed pixels
_EVEN = 10.0  # of 255; a colour laid over, compressed
_SAMPLE = 1 << 19  # pixels in which colours are counted


def is_black_and_white(image: Image.Image) -> bool:
    """Whether it consists of black and white areas, as a mask does; markup of thin lines does not."""
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):  # as any browser's canvas exports
        image = image.convert("RGB")
    if image.mode != "RGB":
        return False
    dark, bright = _dark_and_bright(image)
    if min(dark, bright) < _RAREST or dark + bright < _BLACK_AND_WHITE or _grey(image) < _BLACK_AND_WHITE:
        return False
    small = resized(image, within(*image.size, _SMALL), Image.Resampling.BOX)
    dark_left, bright_left = _dark_and_bright(small)
    return (dark_left >= dark * _LASTING) if dark < bright else (bright_left >= bright * _LASTING)


def _dark_and_bright(image: Image.Image) -> tuple[float, float]:
    counts = image.convert("L").histogram()
    total = sum(counts)
    return sum(counts[: _DARK + 1]) / total, sum(counts[_BRIGHT:]) / total


def _grey(image: Image.Image) -> float:
    red, green, blue = image.split()
    chroma = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    return sum(chroma.histogram()[: _MOST_CHROMA + 1]) / (image.width * image.height)


def clear_in(image: Image.Image, original: Image.Image) -> Image.Image:
    """255 where it is transparent and the original is not, else 0; nowhere if that is dust."""
    cleared = Image.new("L", image.size)
    if image.mode == "RGBA":
        cleared = ImageChops.invert(hard(image.getchannel("A")))
        if original.mode == "RGBA":
            opaque = hard(resized(original.getchannel("A"), image.size))
            cleared = ImageChops.darker(cleared, opaque)
    if share_of(cleared) < _LEAST_CLEAR:
        return Image.new("L", image.size)
    return cleared


def all_but_clear_is_one_colour(image: Image.Image) -> bool:
    """Whether a picture with transparency has one colour elsewhere."""
    if image.mode != "RGBA":
        return False
    seen = hard(image.getchannel("A"))
    if not 0 < share_of(seen) < 1:
        return False
    counts = image.histogram(seen)  # red, green and blue, then alpha
    return all(_is_narrow(counts[band * 256 : band * 256 + 256]) for band in range(3))


def _is_narrow(counts: list[int]) -> bool:
    """Whether nearly all of a band is within a few tones."""
    most = max(sum(counts[low : low + _ONE_COLOUR]) for low in range(256))
    return most >= (1 - _FEW_OTHERS) * sum(counts)


def is_the_same_but_erased(image: Image.Image, original: Image.Image) -> bool:
    """Whether a picture with transparency is the original where it is not transparent."""
    alpha = image.getchannel("A")
    under = resized(original, image.size).convert("RGB")
    # What is erased shows the original itself again.
    under.paste(image.convert("RGB"), mask=shrunk(hard(alpha, 250), 2))
    seen = 1 - share_of(ImageChops.invert(hard(alpha)))
    return compare(under, original.convert("RGB")).share <= _ERASED_ALIKE * seen


def is_drawn_upon(comparison: Comparison) -> bool:
    """Whether what differs looks drawn: a part of the picture, in few colours, or one that the picture shows through.

    Another version of a picture may also differ in a part only, but there it has shades of its own, and mostly it
    differs a little elsewhere.
    """
    if not 0 < comparison.share <= _MOST_DRAWN or share_of(comparison.faint) > _MOST_FAINT:
        return False
    inside = shrunk(comparison.changed, _INSIDE)
    if share_of(inside) < _AREA * comparison.share:
        return _in_few_colours(comparison.drawn, comparison.strong, bits=4) >= _LINES_FLAT
    return _in_few_colours(comparison.drawn, inside, bits=5) >= _AREA_FLAT or _unevenness(comparison, inside) <= _EVEN


def _in_few_colours(image: Image.Image, where: Image.Image, *, bits: int) -> float:
    """How much of the marked pixels has one of few colours, each as wide as three tones of so many bits: 0 to 1."""
    size = within(*image.size, max(image.size), _SAMPLE)
    coarse = resized(image, size, Image.Resampling.NEAREST).point([tone >> 8 - bits for tone in range(256)] * 3)
    coarse.putalpha(resized(where, size, Image.Resampling.NEAREST))
    most = 2 << 3 * bits  # so many colours can there be, marked or not
    found = cast("list[tuple[int, tuple[int, int, int, int]]]", coarse.getcolors(most))
    counts = {(red, green, blue): count for count, (red, green, blue, alpha) in found if alpha}
    total, taken = sum(counts.values()), 0
    for _ in range(_COLOURS):
        if counts:
            middle = max(counts, key=counts.__getitem__)
            near = [one for one in counts if all(abs(a - b) <= 1 for a, b in zip(one, middle, strict=True))]
            taken += sum(counts.pop(one) for one in near)
    return taken / max(1, total)


def _unevenness(comparison: Comparison, where: Image.Image) -> float:
    """How far, of 255, the new tones are from any colour laid over the old ones: the error of the best line."""
    worst = 0.0
    for new, old in zip(comparison.drawn.split(), comparison.original.split(), strict=True):
        of_new, of_old = ImageStat.Stat(new, where), ImageStat.Stat(old, where)
        # The difference's variance gives the covariance, without products that 8 bits could not hold.
        of_both = ImageStat.Stat(ImageChops.add(new, ImageChops.invert(old), 2), where)
        covariance = (of_new.var[0] + of_old.var[0] - 4 * of_both.var[0]) / 2
        explained = covariance * covariance / of_old.var[0] if of_old.var[0] else 0.0
        worst = max(worst, of_new.var[0] - explained)
    return math.sqrt(worst)
