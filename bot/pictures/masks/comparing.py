"""Where a picture differs from another that it may be a copy of: re-encoded, scaled, a little brighter, drawn upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

from bot.pictures.decode import resized, within
from bot.pictures.masks.connected_regions import regions_of, stencil_of
from bot.pictures.masks.stencils import grown, hard, share_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.pictures.masks.connected_regions import Region

_PIXELS = 1 << 21  # that are compared; a larger picture is scaled down to them
_SLACK = 2  # pixels; a JPEG keeps colours at half the size
_SMEARED = 0.3  # of the contrast around: so far a JPEG's errors reach beside saturated edges
_STRONG = 40  # of 255, in one band: nobody's compression does that to more than a few pixels
_WEAK = 14  # belongs to a stroke beside strong ones
_BESIDE = 3  # pixels
_FAR = 12  # pixels; a JPEG smears colours over 16
_CELLS = 400  # of the longer edge, in which connected parts are looked for
_SPECK = 1 / 60_000  # of the picture, and smaller: no stroke
_LEAST = 10  # pixels that are no speck in the smallest picture
_SOFT = 2  # pixels; over so many around it the grain of a texture is even
_SHIFTED = 20  # of 255, of what is soft: nobody's compression does that, and it hides no thin or clear stroke
_MOST_TRACED = 0.1  # of the picture, or six times what differs clearly: with more it would be no stroke
_SMOOTH = Image.Resampling.BILINEAR
_GREY = (128, 128, 128)

_THUMB = (128, 128)  # pixels in which tones are compared
_LEVELS = 16
_MOST_TONE = 40  # of 255; what differs by more is no matter of tones
_FEWEST = 24  # pixels of a level that tell its tone


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two pictures side by side, at the same size.

    Attributes:
        drawn: ``RGB``, the one that may be drawn upon.
        original: ``RGB``, in the tones of the other.
        strong: 255 where they differ clearly, without specks; else 0.
        changed: the same with the soft edges of it.
        faint: 255 where they differ a little and not for being beside a change; else 0.
    """

    drawn: Image.Image
    original: Image.Image
    strong: Image.Image
    changed: Image.Image
    faint: Image.Image

    @property
    def share(self) -> float:
        """How much of the picture differs: 0 to 1."""
        return share_of(self.changed)


def compare(drawn: Image.Image, original: Image.Image) -> Comparison:
    """Compare a picture with another of the same shape. Blocks, for some 0.3 seconds.

    A pixel differs if its colour is not between the darkest and the brightest of those around it in the original: so
    an edge that is a little softer, sharper or beside itself is still the same edge.

    Args:
        drawn: ``RGB`` or ``RGBA``, of any size; what is transparent in it counts as grey.
        original: the same.
    """
    size = within(*original.size, max(original.size), _PIXELS)
    new, old = _flat(resized(drawn, size)), _flat(resized(original, size))
    old = _in_tones_of(new, old)
    excess = ImageChops.subtract(_excess(new, old), _smear(old))
    strong = _without_specks(hard(excess, _STRONG))
    weak = hard(excess, _WEAK)
    changed = ImageChops.lighter(strong, ImageChops.darker(weak, grown(strong, _BESIDE)))
    faint = ImageChops.subtract(weak, grown(strong, _FAR))
    return Comparison(new, old, strong, changed, faint)


def traced(comparison: Comparison) -> Image.Image:
    """What differs clearly, followed along the strokes that it is a part of: 255, else 0.

    On a texture a stroke is here and there between the brightest and the darkest around it, and its outline would have
    gaps; what is even of it still is of another colour.
    """
    soft = ImageFilter.BoxBlur(_SOFT)
    shift = ImageChops.difference(comparison.drawn.filter(soft), comparison.original.filter(soft))
    shifted = hard(_brightest_band(shift), _SHIFTED)
    cells, _ = cells_of(shifted)
    means = cells_of(comparison.strong)[0].tobytes()
    strokes = [region for region in regions_of(cells, diagonally=True) if region.sum_of(means, cells.width)]
    followed = ImageChops.lighter(comparison.changed, _in_cells(shifted, strokes))
    return followed if share_of(followed) <= max(_MOST_TRACED, 6 * comparison.share) else comparison.changed


def cells_of(stencil: Image.Image) -> tuple[Image.Image, int]:
    """A stencil in cells of so many pixels an edge; each is the mean of its pixels, and at least 1 if one is marked."""
    edge = -(-max(stencil.size) // _CELLS)
    return stencil.reduce(edge), edge


def _flat(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    ground = Image.new("RGB", image.size, _GREY)
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _excess(new: Image.Image, old: Image.Image) -> Image.Image:
    """How far outside the original's range each pixel is, in the band where it is most: 0 to 255."""
    highest, lowest = old, ImageChops.invert(old)
    for _ in range(_SLACK):
        highest, lowest = _spread(highest), _spread(lowest)
    above = ImageChops.subtract(new, highest)
    below = ImageChops.subtract(ImageChops.invert(new), lowest)
    return _brightest_band(ImageChops.lighter(above, below))


def _smear(old: Image.Image) -> Image.Image:
    """How much a compression may change each pixel for what is around it: 0 to 255."""
    highest = old.reduce(4)
    lowest = ImageChops.invert(highest)
    for _ in range(2):  # about as far as the blocks of a compression reach
        highest, lowest = _spread(highest), _spread(lowest)
    contrast = _brightest_band(ImageChops.subtract(highest, ImageChops.invert(lowest)))
    return resized(contrast.point([round(value * _SMEARED) for value in range(256)]), old.size, _SMOOTH)


def _brightest_band(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _spread(image: Image.Image) -> Image.Image:
    """Each pixel the brightest of the nine around it. Pillow's own filter keeps the interpreter's lock for a second."""
    width, height = image.size
    wide = ImageChops.lighter(image, image.crop((-1, 0, width - 1, height)))
    wide = ImageChops.lighter(wide, image.crop((1, 0, width + 1, height)))
    high = ImageChops.lighter(wide, wide.crop((0, -1, width, height - 1)))
    return ImageChops.lighter(high, wide.crop((0, 1, width, height + 1)))


def _without_specks(stencil: Image.Image) -> Image.Image:
    """Without the parts that are no larger than the errors of a strong compression."""
    cells, edge = cells_of(stencil)
    least = 255 * max(_LEAST, stencil.width * stencil.height * _SPECK) / (edge * edge)
    means = cells.tobytes()
    strokes = [region for region in regions_of(cells, diagonally=True) if region.sum_of(means, cells.width) >= least]
    return _in_cells(stencil, strokes)


def _in_cells(stencil: Image.Image, regions: list[Region]) -> Image.Image:
    """What of a stencil lies in these regions of its cells."""
    cells, edge = cells_of(stencil)
    kept = stencil_of(regions, cells.size)
    whole = kept.resize((kept.width * edge, kept.height * edge), Image.Resampling.NEAREST)  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed
    return ImageChops.darker(stencil, whole.crop((0, 0, *stencil.size)))


def _in_tones_of(new: Image.Image, old: Image.Image) -> Image.Image:
    """The original as bright as the copy is, which another gamma or a telephone's screen has changed a little."""
    small_new, small_old = (resized(image, _THUMB, Image.Resampling.BOX) for image in (new, old))
    # What is drawn has tones of its own.
    alike = ImageChops.invert(hard(_brightest_band(ImageChops.difference(small_new, small_old)), _MOST_TONE))
    curve: list[int] = []
    for band in range(3):
        curve += _tones(small_new.getchannel(band), small_old.getchannel(band), alike)
    return old.point(curve)


def _tones(new: Image.Image, old: Image.Image, alike: Image.Image) -> list[int]:
    """What each of the original's 256 tones has become: for 16 levels the usual change, and straight between."""
    width = 256 // _LEVELS
    known: list[tuple[float, float]] = []
    counts = old.histogram(alike)
    for darkest in range(0, 256, width):
        of_level = counts[darkest : darkest + width]
        if sum(of_level) >= _FEWEST:
            level = old.point([255 * (darkest <= value < darkest + width) for value in range(256)])
            was, now = darkest + _median(of_level), _median(new.histogram(ImageChops.darker(level, alike)))
            known.append((was, now - was))
    return [max(0, min(255, round(tone + _between(known, tone)))) for tone in range(256)]


def _median(counts: Sequence[int]) -> int:
    left = sum(counts) / 2
    for tone, count in enumerate(counts):
        left -= count
        if left <= 0:
            return tone
    raise AssertionError


def _between(known: list[tuple[float, float]], tone: int) -> float:
    """The change at a tone, on the line through the known ones."""
    below = [point for point in known if point[0] <= tone]
    above = [point for point in known if point[0] > tone]
    if not below:
        return above[0][1] if above else 0
    if not above:
        return below[-1][1]
    (left, start), (right, end) = below[-1], above[0]
    return start + (end - start) * (tone - left) / (right - left)
