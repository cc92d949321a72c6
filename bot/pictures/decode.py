"""Bytes into pixels: the one place where Pillow opens a file, bounded in size, kind and memory."""

from __future__ import annotations

import functools
import math
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from bot.language import phrase
from bot.pictures.colour_spaces import from_srgb, in_srgb, is_srgb
from bot.pictures.files.container_format import SVG_KIND, dissect, kind_of
from bot.pictures.files.endings import ended
from bot.pictures.files.exif import UPRIGHT
from bot.pictures.files.file_faults import CutOffError, cut_off, damaged
from bot.pictures.files.pixel_data import pixel_data_of
from bot.pictures.isolated.svg import MEDIA_TYPE as SVG
from bot.pictures.isolated.svg import check_svg
from bot.pictures.isolated.webp import unfold
from bot.pictures.pool import LARGE, large_picture, pool
from bot.services.jobs import CheckedPicture, UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from bot.pictures.files.container_format import Anatomy
    from bot.pictures.files.pixel_data import PixelData

MOST_PIXELS = 1 << 26  # 67 million: 8192 by 8192, more than phones make; 270 MB as RGB
_MOST_WEBP_PIXELS = 1 << 23  # that are decoded here: `unfold` tells why
_DEPTH = 8  # bits of a colour that leave us
ROUGHLY = (Image.Resampling.HAMMING, 1.0)  # how a picture is scaled that is looked at in passing
_STRIP = 512  # rows; an even number
_MOST_MISSING = 1 / 16  # of the rows of a JPEG that was cut off; with more it is no picture any more
_NOTHING = frozenset({127, 128})  # the tones of what a JPEG's decoder was given no data for

warnings.filterwarnings("ignore", module=r"PIL\.")  # broken metadata of strangers would fill the log
# A second wall behind our own look at the header. Pillow only warns up to twice this size.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)

_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = 5  # orientations from here on swap width and height


@dataclass(frozen=True, slots=True)
class Plain:
    """A picture as everyone sees it, ready to be written in any format.

    Attributes:
        image: ``RGB`` or ``RGBA``, 8 bits, sRGB, upright, without metadata; at most the size that was asked for.
        anatomy: the structure of the file.
        mode: Pillow's word for the pixels in the file (``CMYK``, ``P``, ``I;16`` …).
        width: pixels of the upright original.
        height: pixels of the upright original.
        bare: a file of just these pixels, to the last bit, that says nothing else; None where they were changed.
        missing: how much of the picture its file has lost with its end: 0, or a little more.
        profile: where its own colours were asked for, the ICC profile of these; empty for sRGB.
        converted: its own colours were asked for, and could not be had: they are converted to sRGB.
    """

    image: Image.Image
    anatomy: Anatomy
    mode: str
    width: int
    height: int
    bare: bytes | None = None
    missing: float = 0.0
    profile: bytes = b""
    converted: bool = False


async def check_result(content: bytes) -> CheckedPicture:
    """Look whether a result is a complete PNG, JPEG, WEBP, GIF or SVG file, without decoding or drawing it.

    Structure, end marker and (in a PNG) checksums are read: a few milliseconds. A complete file of another format
    than was asked for is reported as what it is; it has been paid for and can be seen. The size of an SVG is what it
    says itself.

    Raises:
        UnreadablePictureError: the bytes are no complete picture.
    """
    return await pool.run(_checked, content)


def _checked(content: bytes) -> CheckedPicture:
    if kind_of(content) == SVG_KIND:
        return CheckedPicture(SVG, *check_svg(content))
    anatomy = dissect(content, checksums=True)
    return CheckedPicture(anatomy.media_type, anatomy.width, anatomy.height)


def within(width: int, height: int, edge: int, pixels: int | None = None) -> tuple[int, int]:
    """The largest size of the same aspect, not larger than it is, with no edge and no area above the given ones."""
    factor = min(1.0, edge / max(width, height))
    if pixels is not None:
        factor = min(factor, math.sqrt(pixels / (width * height)))
    # Rounded down, so that the area holds; the tiny addend keeps a whole number whole.
    return max(1, int(width * factor + 1e-6)), max(1, int(height * factor + 1e-6))


def resized(
    image: Image.Image,
    size: tuple[int, int],
    resample: Image.Resampling = Image.Resampling.LANCZOS,
    reducing_gap: float = 2.0,
) -> Image.Image:
    """The picture in another size, in pixels; the same object if it has that size already."""
    if image.size == size:
        return image
    return image.resize(size, resample, reducing_gap=reducing_gap)  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed


def plain_picture(
    content: bytes,
    size: Callable[[int, int], tuple[int, int]] | None = None,
    *,
    own_colours: bool = False,
    is_rough: bool = False,
) -> Plain:
    """Decode a file once into a plain picture; of an animation, the first. Blocks: call it on the pool's threads.

    Args:
        content: the whole file.
        size: gives the wanted width and height for the file's; never larger than these.
        own_colours: leave the values as they are in the file, if they mean RGB and it can be said which.
        is_rough: scale it in a third of the time, for a small picture that is looked at in passing.

    Raises:
        UnreadablePictureError: of another kind, too large, cut off or damaged.
    """
    try:
        return _plain(content, size, own_colours=own_colours, is_rough=is_rough)
    except UnreadablePictureError:
        raise
    except MemoryError as error:
        raise UnreadablePictureError(
            phrase("is too large to be read just now"), phrase("Send a smaller copy.")
        ) from error
    except Exception as error:  # hostile bytes make Pillow raise whatever there is
        raise damaged() from error


def _plain(
    content: bytes, size: Callable[[int, int], tuple[int, int]] | None, *, own_colours: bool, is_rough: bool
) -> Plain:
    content, anatomy, is_cut = _whole(content)
    _check(anatomy)
    essence = pixel_data_of(content, anatomy)
    turn: AbstractContextManager[object] = nullcontext()
    if anatomy.width * anatomy.height > LARGE:
        turn = large_picture
    wanted = size(anatomy.width, anatomy.height) if size else (anatomy.width, anatomy.height)
    with turn:
        loaded = _load(essence, anatomy, wanted, is_cut=is_cut)
        mode, missing = loaded.mode, _missing(loaded) if is_cut and anatomy.media_type == "image/jpeg" else 0.0
        if missing > _MOST_MISSING:
            raise cut_off()
        image = _resizable(loaded, essence, anatomy)
        del loaded  # or two large pictures were held at a time
        as_it_is = (
            essence.is_still and mode == image.mode in {"RGB", "RGBA"} and wanted == (anatomy.width, anatomy.height)
        )
        profile = b"" if is_srgb(essence.profile, image.mode) else essence.profile
        while image.mode in {"LA", "RGBA"} and image.width * image.height > LARGE and _far(image, wanted):
            image = _halved(image)
        scaled = resized(image, wanted, *ROUGHLY) if is_rough else resized(image, wanted)
        image, own, converted = _coloured(scaled, profile, essence.profile if own_colours else None)
    is_whole = not is_cut or (anatomy.media_type == "image/jpeg" and not missing)
    unchanged = as_it_is and is_whole and not profile and essence.depth == _DEPTH and essence.orientation == UPRIGHT
    if essence.orientation in _TURNS:
        image = image.transpose(_TURNS[essence.orientation])
    image.info = {}  # or Pillow would write parts of it into the new file
    width, height = anatomy.width, anatomy.height
    if essence.orientation >= _SIDEWAYS:
        width, height = height, width
    bare = essence.content if unchanged else None
    return Plain(image, anatomy, mode, width, height, bare, missing, own, converted)


def _coloured(image: Image.Image, profile: bytes, own: bytes | None) -> tuple[Image.Image, bytes, bool]:
    """The picture as ``RGB`` or ``RGBA``, the profile of its colours, and whether its own had to be converted.

    Args:
        image: as `_resizable` gives it.
        profile: that brings it to sRGB; empty if it is that.
        own: its own, if it shall stay in it where it can; else None.
    """
    if own and image.mode in {"RGB", "RGBA"} and from_srgb(own, image.mode) is not None:
        return image, own, False
    plain = in_srgb(image, profile)
    if own is None:
        return plain, b"", False
    return plain, b"", image.mode == "CMYK" or image.convert(plain.mode).tobytes() != plain.tobytes()


def _whole(content: bytes) -> tuple[bytes, Anatomy, bool]:
    """A file that has an end, its structure, and whether the end had to be put to it."""
    try:
        return content, dissect(content), False
    except CutOffError:
        whole = ended(content)
        if whole is None:
            raise
        return whole, dissect(whole), True


def _far(image: Image.Image, wanted: tuple[int, int]) -> bool:
    """Whether it is at least twice as large as wanted, each way."""
    return image.width >= 2 * wanted[0] and image.height >= 2 * wanted[1]


def _halved(image: Image.Image) -> Image.Image:
    """A picture with alpha at half the size; in strips, as Pillow weighs colours by alpha in a copy of all it gets."""
    small = Image.new(image.mode, (-(-image.width // 2), -(-image.height // 2)))
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        small.paste(strip.reduce(2), (0, top // 2))
    return small


def _check(anatomy: Anatomy) -> None:
    if anatomy.width * anatomy.height > MOST_PIXELS:
        raise UnreadablePictureError(
            phrase("is {size} pixels, which is too large", size=f"{anatomy.width}×{anatomy.height}"),
            phrase("Send one of at most {most} million pixels.", most=MOST_PIXELS // 1_000_000),
        )


def _load(essence: PixelData, anatomy: Anatomy, wanted: tuple[int, int], *, is_cut: bool) -> Image.Image:
    if anatomy.media_type == "image/webp" and anatomy.width * anatomy.height > _MOST_WEBP_PIXELS:
        return unfold(essence.content, wanted, MOST_PIXELS)
    try:
        image = Image.open(BytesIO(essence.content), formats=(_FORMATS[anatomy.media_type],))
        if image.size == (anatomy.width, anatomy.height):  # a second header could claim another size
            image.draft(None, wanted)  # lets a JPEG be decoded at a half, a quarter or an eighth
            image.load()
            return image
    except MemoryError:
        raise
    except Exception as error:  # as above
        raise (cut_off() if is_cut else damaged()) from error
    raise damaged()


def _missing(image: Image.Image) -> float:
    """How much of a JPEG's rows, counted from the lowest, its decoder had no data for."""
    bands = [band.point([255 * (tone not in _NOTHING) for tone in range(256)]) for band in image.split()]
    told = functools.reduce(ImageChops.lighter, bands).getbbox()
    return 1 - (told[3] if told else 0) / image.height


def _resizable(image: Image.Image, essence: PixelData, anatomy: Anatomy) -> Image.Image:
    """The picture in a mode whose pixels can be averaged: L, LA, RGB, RGBA or CMYK."""
    if essence.clear:
        return _with_clear(image, essence)
    if anatomy.covered is not None and anatomy.covered != (0, 0, *image.size):
        return _on_clear_screen(image, anatomy.covered)
    if image.mode.startswith("I"):
        return _high_bytes(image)
    if image.mode not in {"LA", "RGBA"} and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _high_bytes(image: Image.Image) -> Image.Image:
    """16 bits of grey as 8; Pillow's own conversion cuts everything above 255 to white."""
    return image.point(lambda value: value * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType] - as above


def _on_clear_screen(image: Image.Image, covered: tuple[int, int, int, int]) -> Image.Image:
    """A GIF's first picture where it covers only a part of its screen: around it there is nothing."""
    screen = Image.new("RGBA", image.size)
    screen.paste(image.convert("RGBA").crop(covered), covered)
    return screen


def _with_clear(image: Image.Image, essence: PixelData) -> Image.Image:
    """A PNG in which one grey or colour counts as transparent. All bits of it are compared, whatever Pillow keeps."""
    if image.mode == "I;16":
        table = [255] * 65_536
        table[essence.clear[0]] = 0
        alpha = image.convert("I").point(table, "L")
        plain = _high_bytes(image)
    elif image.mode == "RGB":
        plain = image
        alpha = _differs(image, [value >> essence.depth - 8 for value in essence.clear])
        if essence.depth > _DEPTH:
            alpha = ImageChops.lighter(alpha, _differs(_low_bytes(essence), [value & 255 for value in essence.clear]))
    else:
        plain = image.convert("L")
        alpha = _differs(plain, [essence.clear[0] * 255 // ((1 << essence.depth) - 1)])
    plain = plain.copy()
    plain.putalpha(alpha)
    return plain


def _differs(image: Image.Image, tones: Sequence[int]) -> Image.Image:
    """255 where any band of a pixel is not this tone, else 0."""
    bands = [
        band.point([255 * (value != tone) for value in range(256)])
        for band, tone in zip(image.split(), tones, strict=True)
    ]
    return functools.reduce(ImageChops.lighter, bands)


def _low_bytes(essence: PixelData) -> Image.Image:
    """The lower 8 of 16 bits of colour: what Pillow takes for the high ones of numbers written the other way round."""
    with Image.open(BytesIO(essence.content), formats=("PNG",)) as image:
        image.tile = [tile._replace(args="RGB;16L") for tile in image.tile]
        image.load()
        return image
