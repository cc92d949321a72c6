"""What a file attached to a reply is to the picture replied to: another picture, a mask of it, or markup upon it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from PIL import Image, ImageChops

from bot.errors import InputPictureError
from bot.language import phrase
from bot.pictures.attached import attached_picture, legal_size, worded_for
from bot.pictures.decode import plain_picture, resized
from bot.pictures.encode import as_small_png
from bot.pictures.masks.comparing import cells_of, compare, traced
from bot.pictures.masks.connected_regions import holes_of
from bot.pictures.masks.detection import (
    all_but_clear_is_one_colour,
    clear_in,
    is_black_and_white,
    is_drawn_upon,
    is_the_same_but_erased,
)
from bot.pictures.masks.masks import FittedMask, fitted, same_shape
from bot.pictures.masks.stencils import grown, hard, share_of
from bot.pictures.pool import members_pool
from bot.pictures.prepare import Prepared, prepared_of
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.pictures.decode import Plain
    from bot.pictures.masks.comparing import Comparison

_MOST_SHARE = 0.9  # of a picture that markup may cover
_HALO = 2  # pixels around a stroke that are taken with it
_MARGIN = 0.01  # of the short edge, around a drawn region
_GAP = 0.015  # of the short edge; an outline that is open by twice as much counts as closed


class Meaning(StrEnum):
    """What a file is to the picture that is to be changed."""

    PICTURE = "picture"
    MASK = "mask"
    MARKUP = "markup"


@dataclass(frozen=True, slots=True)
class Overlay:
    """What was drawn upon a picture, and nothing else.

    Attributes:
        content: PNG, ``RGBA``: the drawn pixels opaque, all others transparent; there are some of both.
        width: pixels, those of the picture as it is seen.
        height: pixels.
    """

    content: bytes
    width: int
    height: int


async def meaning_of(content: bytes, name: str, original: bytes, member: Hashable = None) -> Meaning:
    """Tell what an attached file is, held against the picture that it came in answer to.

    A mask: black and white areas in the picture's shape; or transparency in the picture itself; or transparency in one
    colour, of the picture's very size or with "mask" in its name. Markup: the same picture, perhaps compressed anew
    or in another size, with strokes or areas of few colours upon it. All else is a picture, the same picture too.

    Args:
        content: the whole file, of any kind that `prepare` takes.
        name: its name as the member gave it; any text.
        original: the picture's file.
        member: whose turn it takes.

    Raises:
        InputPictureError: one of them cannot be read; worded for the name.
    """
    return await members_pool.run(member, [content, original], _meaning_of, content, name, original)


async def sort_attached(content: bytes, name: str, original: bytes, member: Hashable = None) -> Meaning | Prepared:
    """As `meaning_of`; but what is a picture is made ready as by `prepare`, in the same decode."""
    return await members_pool.run(member, [content, original], _sort_attached, content, name, original)


async def overlay_of(drawn: bytes, name: str, original: bytes, member: Hashable = None) -> Overlay:
    """Take from a drawn-upon copy what was drawn.

    Args:
        drawn: the copy's file, of the picture's shape.
        name: its name as the member gave it; any text.
        original: the picture's file.
        member: whose turn it takes.

    Raises:
        InputPictureError: unreadable, of another shape, or nothing or everything is different; worded for the name.
    """
    return await members_pool.run(member, [drawn, original], _overlay_of, drawn, name, original)


async def mask_of_markup(
    drawn: bytes, name: str, original: bytes, own: tuple[int, int] | None = None, member: Hashable = None
) -> FittedMask:
    """Make a mask of the region that was drawn upon: of strokes with a margin, of outlines with what they enclose.

    Args:
        drawn: the copy's file, of the picture's shape.
        name: its name as the member gave it; any text.
        original: the picture's file as it is sent.
        own: the picture's own width and height, where it was scaled to be sent.
        member: whose turn it takes.

    Raises:
        InputPictureError: unreadable, of another shape, or nothing or everything is different; worded for the name.
    """
    return await members_pool.run(member, [drawn, original], _mask_of_markup, drawn, name, original, own)


STAND_OUT = phrase("Draw with a colour that stands out, and send it again.")


def _both(content: bytes, name: str, original: bytes) -> tuple[Plain, Plain]:
    attached = attached_picture(content, name)
    try:
        return attached, plain_picture(original, legal_size)
    except UnreadablePictureError as fault:
        told = phrase("The picture that you answer {fault}, so it cannot be changed.", fault=fault.what)
        raise InputPictureError(told) from fault


def _meaning_of(content: bytes, name: str, original: bytes) -> Meaning:
    return _meaning(*_both(content, name, original), name)


def _sort_attached(content: bytes, name: str, original: bytes) -> Meaning | Prepared:
    attached, old = _both(content, name, original)
    meaning = _meaning(attached, old, name)
    return prepared_of(attached, name) if meaning is Meaning.PICTURE else meaning


def _meaning(attached: Plain, old: Plain, name: str) -> Meaning:
    size, wanted = (attached.width, attached.height), (old.width, old.height)
    image, called_mask = attached.image, "mask" in name.casefold()
    if not same_shape(size, wanted):
        # With such a name it is one, and the member should hear that it does not fit.
        marks = is_black_and_white(image) or all_but_clear_is_one_colour(image)
        return Meaning.MASK if called_mask and marks else Meaning.PICTURE
    if share_of(clear_in(image, old.image)):
        in_one_colour = (size == wanted or called_mask) and all_but_clear_is_one_colour(image)
        mask = in_one_colour or is_the_same_but_erased(image, old.image)
        return Meaning.MASK if mask else Meaning.PICTURE
    if is_black_and_white(image) and not is_black_and_white(old.image):
        return Meaning.MASK
    if is_drawn_upon(compare(image, old.image)):
        return Meaning.MARKUP
    return Meaning.PICTURE


def _compared(drawn: bytes, name: str, original: bytes) -> tuple[Comparison, Plain, Plain]:
    """Both pictures and where they differ.

    Raises:
        InputPictureError: as `overlay_of`.
    """
    attached, old = _both(drawn, name, original)
    with worded_for(name):
        if not same_shape((attached.width, attached.height), (old.width, old.height)):
            raise UnreadablePictureError(
                phrase(
                    "is {size} pixels, and the picture is {wanted}",
                    size=f"{attached.width}×{attached.height}",
                    wanted=f"{old.width}×{old.height}",
                ),
                phrase("Draw upon the picture itself and send all of it."),
            )
        comparison = compare(attached.image, old.image)
        share = comparison.share
        if not share:
            raise UnreadablePictureError(phrase("shows nothing drawn upon the picture"), STAND_OUT)
        if share > _MOST_SHARE:
            raise UnreadablePictureError(
                phrase("differs from the picture nearly everywhere"),
                phrase("Draw upon the picture itself, on a part of it."),
            )
    return comparison, attached, old


def _overlay_of(drawn: bytes, name: str, original: bytes) -> Overlay:
    comparison, attached, old = _compared(drawn, name, original)
    size = old.width, old.height
    found = comparison.changed
    # Where the outline of a stroke is sharp, it is; where it is lost in a texture, it is what is traced.
    strokes = ImageChops.lighter(grown(found, _HALO), ImageChops.subtract(traced(comparison), grown(found, 3 * _HALO)))
    alpha = hard(resized(strokes, size, Image.Resampling.BILINEAR))
    image = resized(attached.image, size).convert("RGB")
    image.paste((0, 0, 0), mask=ImageChops.invert(alpha))  # or the whole picture would lie hidden in the file
    image.putalpha(alpha)
    return Overlay(as_small_png(image), *size)


def _mask_of_markup(drawn: bytes, name: str, original: bytes, own: tuple[int, int] | None) -> FittedMask:
    comparison, _, old = _compared(drawn, name, original)
    short = min(comparison.changed.size)
    strokes = traced(comparison)
    region = ImageChops.lighter(grown(strokes, max(_HALO, round(_MARGIN * short))), _enclosed(strokes))
    size = old.width, old.height
    whole, fine = (hard(resized(region, each, Image.Resampling.BILINEAR)) for each in (size, own or size))
    with worded_for(name):
        return fitted(whole, STAND_OUT, fine)


def _enclosed(strokes: Image.Image) -> Image.Image:
    """What outlines enclose, also those that are not quite closed: 255, else 0."""
    small, edge = cells_of(strokes)
    cells = hard(small, 1)
    inside = Image.new("L", cells.size)
    for gap in (1, max(1, round(_GAP * min(cells.size)))):
        # Grown back, the hole reaches into its outline again.
        inside = ImageChops.lighter(inside, grown(holes_of(grown(cells, gap)), gap + 1))
    size = cells.width * edge, cells.height * edge
    return inside.resize(size, Image.Resampling.NEAREST).crop((0, 0, *strokes.size))  # pyright: ignore[reportUnknownMemberType] - Pillow's annotation names numpy, which is not installed
