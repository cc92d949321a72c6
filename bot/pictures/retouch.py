"""Lay a result into the picture that it changes, at that picture's own size: the image API takes a mask as a hint."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageCms, ImageFilter

from bot.pictures.colour_spaces import from_srgb
from bot.pictures.decode import plain_picture, resized
from bot.pictures.encode import LONGEST_WEBP_EDGE, as_jpeg, as_lossless_webp, as_png, as_webp, without_opaque_alpha
from bot.pictures.masks.stencils import grown, share_of, stencil_in
from bot.pictures.pool import pool
from bot.services.catalog import LARGEST_INPUT
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from bot.pictures.decode import Plain

_QUALITY = 95
_FEATHER = 0.004  # of the short edge, to each side of the seam's middle
_WIDEST_FEATHER = 12  # pixels
_MADE = 32  # a pixel with less of the original than this, of 255, is the result's
_LEAST_MADE = 0.5  # of what may change: a narrow hole must not be feathered away
_STRIP = 512  # rows that are composed at a time
_ONE_AT_A_TIME = 1 << 24  # pixels; larger pictures are composed one after the other
_large_picture = threading.Lock()

_Box = tuple[int, int, int, int]


async def retouch(base: bytes, mask: bytes, result: bytes, quality: int | None = None) -> bytes:
    """Compose a result and the picture that it changes.

    What the mask keeps is the picture's own, in value, size and colour profile; the transition lies wholly in what may
    change. Transparency stays, but in a JPEG, where the result shows through it. The result's provenance manifest is
    lost.

    Args:
        base: the changed picture's file.
        mask: a file of ours of the same size: see `stencil_in`.
        result: the file that came; what the mask marks of it is scaled to the picture's size.
        quality: of a compressed format, 0 to 100, if somebody wants one. A WEBP is lossless without.

    Returns:
        A file of the picture's size and the result's format: with the picture's own values wherever the mask keeps
        them in a PNG, and in a WEBP without `quality`. A PNG so large that it could not be an input becomes a WEBP, or
        a JPEG where that is no help.

    Raises:
        UnreadablePictureError: one of the files is no picture, or the result is an animation.
    """
    return await pool.run(_retouch, base, mask, result, quality)


def feather_of(size: tuple[int, int]) -> int:
    """How far from a mask's edge a picture of this size is mixed with the result, in pixels."""
    return 2 * _radius(size)


def _radius(size: tuple[int, int]) -> int:
    return max(1, min(_WIDEST_FEATHER, round(min(size) * _FEATHER)))


def _retouch(base: bytes, mask: bytes, result: bytes, quality: int | None) -> bytes:
    made = plain_picture(result)
    if made.anatomy.media_type == "image/gif" or made.anatomy.frames > 1:
        raise UnreadablePictureError("is animated", "Its pictures are not composed.")
    old = plain_picture(base, own_colours=True)
    turn: AbstractContextManager[object] = nullcontext()
    if old.width * old.height > _ONE_AT_A_TIME:
        turn = _large_picture
    with turn:
        kept = ImageChops.invert(stencil_in(mask))
        if kept.size != old.image.size:
            raise UnreadablePictureError("is of another size than its mask")
        image = old.image
        if image.mode == "RGB" and made.image.mode == "RGBA":
            image = image.convert("RGBA")
        _lay(image, made, kept, old.profile)
        return _encoded(image, made, old.profile, quality)


def _lay(image: Image.Image, made: Plain, kept: Image.Image, profile: bytes) -> None:
    """Lay into an image what is not kept, in strips, so that little is in memory at once."""
    region = ImageChops.invert(kept).getbbox()
    if region is None:
        return
    around = feather_of(image.size)
    left, top, right, bottom = _grown_box(region, around, image.size)
    weights = _feathered(kept.crop((left, top, right, bottom)), _radius(image.size))
    colours = from_srgb(profile, made.image.mode)
    for row in range(top, bottom, _STRIP):
        box = (left, row, right, min(row + _STRIP, bottom))
        weight = weights.crop((0, box[1] - top, right - left, box[3] - top))
        new = _in(colours, _part(made.image, box, image.size))
        old = image.crop(box)
        if image.mode == "RGB":
            mixed = Image.composite(old, new, weight)
        else:
            mixed = _composed(old, new.convert("RGBA"), weight, kept.crop(box))
        image.paste(mixed, box)


def _in(colours: ImageCms.ImageCmsTransform | None, image: Image.Image) -> Image.Image:
    return image if colours is None else ImageCms.applyTransform(image, colours) or image


def _grown_box(box: _Box, by: int, size: tuple[int, int]) -> _Box:
    left, top, right, bottom = box
    return max(0, left - by), max(0, top - by), min(size[0], right + by), min(size[1], bottom + by)


def _part(image: Image.Image, box: _Box, of: tuple[int, int]) -> Image.Image:
    """What of an image lies in a box of it in another size, as large as the box."""
    left, top, right, bottom = box
    if image.size == of:
        return image.crop(box)
    across, down = image.width / of[0], image.height / of[1]
    part = (left * across, top * down, right * across, bottom * down)
    return image.resize((right - left, bottom - top), Image.Resampling.LANCZOS, part)  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed


def _composed(old: Image.Image, made: Image.Image, weight: Image.Image, kept: Image.Image) -> Image.Image:
    """With transparency: colours are mixed as much as they are seen, or what is clear would darken the seam."""
    mixed = Image.composite(old.convert("RGBa"), made.convert("RGBa"), weight).convert("RGBA")
    # Mixing rounds the colours of what is half transparent; only the seam need bear that.
    mixed.paste(made, mask=weight.point([255] + [0] * 255))
    mixed.paste(old, mask=kept)
    return mixed


def _feathered(kept: Image.Image, radius: int) -> Image.Image:
    """How much of the original there is to be: 255 where it is kept, falling to 0 outside."""
    changeable = 1 - share_of(kept)
    while radius:
        soft = grown(kept, radius).filter(ImageFilter.BoxBlur(radius))
        weight = ImageChops.lighter(soft, kept)
        if sum(weight.histogram()[:_MADE]) >= _LEAST_MADE * changeable * kept.width * kept.height:
            return weight
        radius //= 2
    return kept


def _encoded(image: Image.Image, made: Plain, profile: bytes, quality: int | None) -> bytes:
    image = without_opaque_alpha(image)
    media_type = made.anatomy.media_type
    if media_type == "image/webp" and max(image.size) <= LONGEST_WEBP_EDGE:
        return as_lossless_webp(image, profile) if quality is None else as_webp(image, quality, profile)
    if media_type != "image/jpeg":
        content = as_png(image, profile)
        if len(content) < LARGEST_INPUT:
            return content
        content = as_lossless_webp(image, profile) if max(image.size) <= LONGEST_WEBP_EDGE else content
        if len(content) < LARGEST_INPUT:
            return content
    if image.mode == "RGBA":
        ground = _in(from_srgb(profile, "RGB"), resized(made.image.convert("RGB"), image.size))
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return as_jpeg(image, _QUALITY if quality is None else quality, profile)
