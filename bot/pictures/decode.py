"""Bytes into pixels: the one place where Pillow opens a file, bounded in size, kind and memory."""

from __future__ import annotations

import math
import threading
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageCms

from bot.pictures.anatomy import Anatomy, dissect
from bot.pictures.faults import damaged
from bot.pictures.kinds import SVG_KIND, kind_of
from bot.pictures.pool import pool
from bot.pictures.vector import MEDIA_TYPE as SVG
from bot.pictures.vector import check_svg
from bot.services.image_api import MOST_PIXELS as MOST_RESULT_PIXELS
from bot.services.images import CheckedPicture, UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

MOST_PIXELS = 1 << 26  # 67 million: 8192 by 8192, more than phones make; 270 MB as RGB
# Pillow decodes WEBP through libwebp's animation decoder, which needs four times the memory of the result and copies it
# under the interpreter's lock: 20 ms at this size, while the event loop stands still. Not less than a result has.
MOST_WEBP_PIXELS = MOST_RESULT_PIXELS
_ONE_AT_A_TIME = 1 << 24  # pixels; pictures above that are decoded one after the other
_STRIP = 512  # rows; an even number
_LARGEST_PROFILE = 4_000_000  # bytes; colour profiles of printing presses reach 2 MB

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
ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4
_SIDEWAYS = 5  # orientations from here on swap width and height
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves lcms untyped
_large_picture = threading.Lock()


@dataclass(frozen=True, slots=True)
class Plain:
    """A picture as everyone sees it, ready to be written in any format.

    Attributes:
        image: ``RGB`` or ``RGBA``, 8 bits, sRGB, upright, without metadata; at most the size that was asked for.
        anatomy: the structure of the file.
        mode: Pillow's word for the pixels in the file (``CMYK``, ``P``, ``I;16`` …).
        width: pixels of the upright original.
        height: pixels of the upright original.
        profile: the ICC profile of its colours, where those were asked for and are not sRGB's.
        converted: its colours were asked for, and could not be had: they were converted to sRGB.
        orientation: of the file, as EXIF counts: 1 to 8.
    """

    image: Image.Image
    anatomy: Anatomy
    mode: str
    width: int
    height: int
    profile: bytes = b""
    converted: bool = False
    orientation: int = 1


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
    image: Image.Image, size: tuple[int, int], resample: Image.Resampling = Image.Resampling.LANCZOS
) -> Image.Image:
    """The picture in another size, in pixels; the same object if it has that size already."""
    if image.size == size:
        return image
    return image.resize(size, resample, reducing_gap=2.0)  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed


def plain_picture(
    content: bytes, size: Callable[[int, int], tuple[int, int]] | None = None, *, own_colours: bool = False
) -> Plain:
    """Decode a file once into a plain picture; of an animation, the first. Blocks: call it on the pool's threads.

    Args:
        content: the whole file.
        size: gives the wanted width and height for the file's; never larger than these.
        own_colours: leave the values as they are in the file, if they mean RGB and it can be said which.

    Raises:
        UnreadablePictureError: of another kind, too large, cut off or damaged.
    """
    anatomy = dissect(content)
    _check(anatomy)
    turn: AbstractContextManager[object] = nullcontext()
    if anatomy.width * anatomy.height > _ONE_AT_A_TIME:
        turn = _large_picture
    wanted = size(anatomy.width, anatomy.height) if size else (anatomy.width, anatomy.height)
    with turn:
        loaded = _load(content, anatomy, wanted)
        mode, orientation = loaded.mode, _orientation(loaded, anatomy)
        image = _resizable(loaded)
        del loaded  # or two large pictures were held at a time
        while image.mode in {"LA", "RGBA"} and image.width * image.height > _ONE_AT_A_TIME and _far(image, wanted):
            image = _halved(image)
        image, profile, converted = _in_own_colours(resized(image, wanted), keep=own_colours)
    if orientation in _TURNS:
        image = image.transpose(_TURNS[orientation])
    image.info = {}  # or Pillow would write parts of it into the new file
    width, height = anatomy.width, anatomy.height
    if orientation >= _SIDEWAYS:
        width, height = height, width
    return Plain(image, anatomy, mode, width, height, profile, converted, orientation)


def _far(image: Image.Image, wanted: tuple[int, int]) -> bool:
    """Whether it is at least twice as large as wanted, each way."""
    return image.width >= 2 * wanted[0] and image.height >= 2 * wanted[1]


def _halved(image: Image.Image) -> Image.Image:
    """A picture with alpha at half the size; in strips, as Pillow weighs colours by alpha in a copy of all it gets."""
    small = Image.new(image.mode, (-(-image.width // 2), -(-image.height // 2)))
    for top in range(0, image.height, _STRIP):
        strip = image.crop((0, top, image.width, min(top + _STRIP, image.height)))
        small.paste(strip.reduce(2), (0, top // 2))
    small.info = image.info
    return small


def _check(anatomy: Anatomy) -> None:
    webp = anatomy.media_type == "image/webp"
    most = MOST_WEBP_PIXELS if webp else MOST_PIXELS
    if anatomy.width * anatomy.height > most:
        raise UnreadablePictureError(
            f"is {anatomy.width}×{anatomy.height} pixels, which is too large",
            f"Send one of at most {most // 1_000_000} million pixels{', or save it as JPEG' if webp else ''}.",
        )


def _load(content: bytes, anatomy: Anatomy, wanted: tuple[int, int]) -> Image.Image:
    try:
        image = Image.open(BytesIO(content), formats=(_FORMATS[anatomy.media_type],))
        if image.size == (anatomy.width, anatomy.height):  # a second header could claim another size
            image.draft(None, wanted)  # lets a JPEG be decoded at a half, a quarter or an eighth
            image.load()
            return image
    except Exception as error:  # hostile bytes make Pillow raise whatever there is
        raise damaged() from error
    raise damaged()


def _orientation(image: Image.Image, anatomy: Anatomy) -> int:
    """The orientation, 1 to 8. Broken metadata does not spoil a good picture: it counts as upright."""
    if anatomy.ordinary:
        return 1
    try:
        orientation = image.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - EXIF of strangers makes Pillow raise whatever there is
        return 1
    return orientation if orientation in _TURNS else 1


def _resizable(image: Image.Image) -> Image.Image:
    """The picture in a mode whose pixels can be averaged: L, LA, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):
        # 16 bits of grey; Pillow's own conversion cuts everything above 255 to white.
        return image.point(lambda value: value * (1 / 256)).convert("L")  # pyright: ignore[reportUnknownMemberType] - as above
    if image.mode not in {"LA", "RGBA"} and image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in {"L", "LA", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGB")


def _in_own_colours(image: Image.Image, *, keep: bool) -> tuple[Image.Image, bytes, bool]:
    """The picture with its own colours and their profile, if those are to be kept and can be; else in sRGB.

    And whether that changed values that were to be kept.
    """
    if not keep:
        return _in_srgb(image), b"", False
    profile = image.info.get("icc_profile") or b""
    if image.mode in {"RGB", "RGBA"} and from_srgb(profile, image.mode) is not None:
        return image, profile, False
    plain = _in_srgb(image)
    return plain, b"", image.mode == "CMYK" or image.convert(plain.mode).tobytes() != plain.tobytes()


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """A picture whose colours are those of an ICC profile, in sRGB; the same object without a profile."""
    if not profile:
        return image
    image = image.copy()
    image.info["icc_profile"] = profile
    return _in_srgb(image)


def from_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What brings sRGB (``RGB`` or ``RGBA``) into the colours of an ICC profile; None if it is none of that kind."""
    if not 0 < len(profile) <= _LARGEST_PROFILE:
        return None
    try:
        return ImageCms.buildTransform(_SRGB, ImageCms.ImageCmsProfile(BytesIO(profile)), mode, mode)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _in_srgb(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA with its colour profile applied; a profile that fits not or is broken is ignored."""
    mode = "RGBA" if image.mode in {"LA", "RGBA"} else "RGB"
    profile = image.info.get("icc_profile") or b""
    if 0 < len(profile) <= _LARGEST_PROFILE and image.mode in {"RGB", "RGBA", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == mode else image.convert(mode)
