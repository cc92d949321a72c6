"""Lay a picture on a larger canvas, whose empty part the image API is to fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures.attached import attached_picture
from bot.pictures.base_files import losses_of
from bot.pictures.colour_spaces import in_srgb
from bot.pictures.decode import resized
from bot.pictures.encode import as_png
from bot.pictures.masks.stencils import mask_file, stencil_file
from bot.pictures.pool import members_pool
from bot.pictures.retouch import feather_of

if TYPE_CHECKING:
    from collections.abc import Hashable

_SEAM = 0.015  # of the box's short edge: so much of the old picture may change, so that the new part can grow out of it
_NAME = "picture.png"  # ours have none

_Box = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Extended:
    """A canvas with a picture on it, and what of it may change.

    Attributes:
        content: PNG, ``RGBA``; transparent but for the picture. Below 50 MB for any size that the API takes.
        mask: PNG of the same size: alpha 255 over the box, 0 elsewhere and on a narrow seam inside the box along those
            of its edges that new area lies beyond. Wholly opaque where the box is the canvas.
        width: pixels.
        height: pixels.
        base: PNG of the same size, with the picture in its own colours and the pixels of its edges continued a little:
            what the result is laid into.
        base_mask: a file of ours (see `stencil_file`): what the picture leaves free may change, and nothing of it.
        losses: what the picture's file has and no result can, each half a sentence.
    """

    content: bytes
    mask: bytes
    width: int
    height: int
    base: bytes
    base_mask: bytes
    losses: tuple[str, ...]


async def extend(content: bytes, width: int, height: int, crop: _Box, box: _Box, member: Hashable = None) -> Extended:
    """Lay a part of a picture on a canvas.

    What is transparent in the picture stays so on the canvas, but the mask keeps it: it is part of the picture.

    Args:
        content: the picture's file.
        width: of the canvas, in pixels.
        height: of the canvas.
        crop: left, top, right, bottom of the part, in pixels of the picture as it is seen.
        box: left, top, right, bottom of where it goes, scaled to fill that; inside the canvas.
        member: whose turn it takes.

    Raises:
        InputPictureError: the bytes are no picture that can be used.
        ValueError: the crop is not inside the picture or the box not inside the canvas.
    """
    return await members_pool.run(member, [content], _extend, content, width, height, crop, box)


def seam(box: _Box) -> int:
    """How many pixels of a picture in this box may change along its new sides; never a third of it."""
    short = min(box[2] - box[0], box[3] - box[1])
    return min(max(1, round(short * _SEAM)), (short - 1) // 3)


def _extend(content: bytes, width: int, height: int, crop: _Box, box: _Box) -> Extended:
    picture = attached_picture(content, _NAME, None, own_colours=True)
    if not _inside(crop, picture.width, picture.height) or not _inside(box, width, height):
        raise ValueError(f"the crop {crop} or the box {box} is outside")
    canvas, base = Image.new("RGBA", (width, height)), Image.new("RGBA", (width, height))
    part = _part(picture.image, crop, (box[2] - box[0], box[3] - box[1]))
    _lay_continued(base, part, box)
    canvas.paste(in_srgb(part, picture.profile), box[:2])
    free = Image.new("L", (width, height), 255)
    free.paste(0, box)
    return Extended(
        as_png(canvas),
        mask_file(_changeable(width, height, box)),
        width,
        height,
        as_png(base, picture.profile),
        stencil_file(free),
        tuple(losses_of(content, picture)),
    )


def _inside(box: _Box, width: int, height: int) -> bool:
    left, top, right, bottom = box
    return 0 <= left < right <= width and 0 <= top < bottom <= height


def _part(image: Image.Image, crop: _Box, size: tuple[int, int]) -> Image.Image:
    if size == (crop[2] - crop[0], crop[3] - crop[1]):
        return image.crop(crop).convert("RGBA")  # scaled, what is half transparent would change its colours
    # Without a copy of the part: both steps read from the picture.
    return image.resize(size, Image.Resampling.LANCZOS, crop, reducing_gap=2.0).convert("RGBA")  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed


def _lay_continued(base: Image.Image, part: Image.Image, box: _Box) -> None:
    """Lay a picture on a canvas with its edges continued as far as a seam reaches, for the seam is mixed with that."""
    left, top, right, bottom = box
    wide, high, by = right - left, bottom - top, feather_of(base.size)
    for column, place in ((0, left - by), (wide - 1, right)):
        base.paste(_stretched(part, (column, 0, column + 1, high), (by, high)), (place, top))
    base.paste(part, (left, top))
    for row, place in ((top, top - by), (bottom - 1, bottom)):
        across = wide + 2 * by
        base.paste(_stretched(base, (left - by, row, right + by, row + 1), (across, by)), (left - by, place))


def _stretched(image: Image.Image, line: _Box, size: tuple[int, int]) -> Image.Image:
    return resized(image.crop(line), size, Image.Resampling.NEAREST)


def _changeable(width: int, height: int, box: _Box) -> Image.Image:
    left, top, right, bottom = box
    by = seam(box)
    kept = (
        left + (by if left else 0),
        top + (by if top else 0),
        right - (by if right < width else 0),
        bottom - (by if bottom < height else 0),
    )
    changeable = Image.new("L", (width, height), 255)
    changeable.paste(0, kept)
    return changeable
