"""Make of a member's mask what the image API takes: a PNG whose alpha says which pixels of a picture may change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

from bot.language import phrase
from bot.pictures.attached import attached_picture, worded_for
from bot.pictures.decode import resized
from bot.pictures.masks.stencils import HALF, hard, mask_file, share_of, stencil_file
from bot.pictures.pool import members_pool
from bot.services.catalog import LARGEST_MASK
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Hashable

_CLEAR = 128  # alpha below that counts as transparent
_SHAPE_TOLERANCE = 0.02  # of an edge; editors round sizes, telephones trim screenshots
_ROUNDING = 0.5  # pixels


@dataclass(frozen=True, slots=True)
class FittedMask:
    """A mask as it is stored and sent.

    Attributes:
        content: PNG, ``RGBA``, less than 4 000 000 bytes; alpha 0 where the picture may change, 255 elsewhere.
        width: pixels, those of the picture.
        height: pixels.
        share: how much may change, above 0 and below 1.
        fine: the same for the picture's own size, a file of ours (see `stencil_file`); empty where that is the same.
    """

    content: bytes
    width: int
    height: int
    share: float
    fine: bytes = b""


async def fit_mask(
    content: bytes, name: str, width: int, height: int, own: tuple[int, int] | None = None, member: Hashable = None
) -> FittedMask:
    """Read a mask and fit it to a picture.

    In a file with transparency that marks what may change (alpha below 128), in any other white does (luminance of 128
    and more). A mask of another size but the same shape is scaled.

    Args:
        content: the whole file, of any kind that `prepare` takes.
        name: its name as the member gave it; any text.
        width: of the picture as it is sent, in pixels.
        height: of the picture.
        own: its own width and height, where it was scaled to be sent.
        member: whose turn it takes.

    Raises:
        InputPictureError: unreadable, of another shape, or it marks nothing or everything; worded for the name.
    """
    return await members_pool.run(member, [content], _fit_mask, content, name, (width, height), own or (width, height))


def same_shape(size: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether one is the other in another size, give or take 2 % of an edge or what rounding takes."""
    (width, height), (across, down) = size, other
    high, wide = width * down / across, height * across / down  # as the shape of the other would have them
    return abs(high - height) <= max(_ROUNDING, _SHAPE_TOLERANCE * height) or abs(wide - width) <= _ROUNDING


def fitted(changeable: Image.Image, mark: str, fine: Image.Image) -> FittedMask:
    """The mask of a stencil, smoothed where it would be too large a file.

    Args:
        changeable: 255 where the picture may change, else 0.
        mark: a sentence that says how to mark something.
        fine: the same at the picture's own size.

    Raises:
        UnreadablePictureError: nothing is marked, or everything.
    """
    content, radius, whole = mask_file(changeable), 1, changeable
    while len(content) >= LARGEST_MASK:
        changeable = hard(changeable.filter(ImageFilter.BoxBlur(radius)))
        content, radius = mask_file(changeable), 2 * radius
    share = share_of(changeable)
    if share == 0:
        raise UnreadablePictureError(phrase("marks nothing"), mark)
    if share == 1:
        raise UnreadablePictureError(
            phrase("marks the whole picture"),
            phrase("For that no mask is needed: leave it out, or mark a part only."),
        )
    is_same = changeable is whole and fine.size == whole.size and fine.tobytes() == whole.tobytes()
    return FittedMask(content, *changeable.size, share, b"" if is_same else stencil_file(fine))


HOW_TO_MARK = phrase("Make transparent what may change, or paint it white on black.")


def at_most(marks: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A stencil in another size: marked is only what is so however one scales it, for the rest is to stay as it is."""
    if marks.size == size:
        return marks
    smaller = size[0] * size[1] < marks.width * marks.height
    smooth = resized(marks, size, Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR)
    sure = ImageChops.darker(hard(smooth, 255 if smaller else HALF), resized(marks, size, Image.Resampling.NEAREST))
    return sure if sure.getbbox() else hard(smooth, 1)


def _fit_mask(content: bytes, name: str, size: tuple[int, int], own: tuple[int, int]) -> FittedMask:
    marks = _marks(content, name, own)
    with worded_for(name):
        sent = hard(resized(marks, size, Image.Resampling.BILINEAR))
        return fitted(sent, HOW_TO_MARK, at_most(marks, own))


def _marks(content: bytes, name: str, own: tuple[int, int]) -> Image.Image:
    """255 where a picture of this shape may change, else 0."""
    picture = attached_picture(content, name, None)
    with worded_for(name):
        if not same_shape((picture.width, picture.height), own):
            raise UnreadablePictureError(
                phrase(
                    "is a mask of {size} pixels, and the picture is {wanted}",
                    size=f"{picture.width}×{picture.height}",
                    wanted=f"{own[0]}×{own[1]}",
                ),
                phrase("Send a mask of the same shape."),
            )
    if picture.image.mode == "RGBA":
        alpha = picture.image.getchannel("A")
        if alpha.getextrema() != (255, 255):
            del picture  # four times as large as what is made of it
            return hard(ImageChops.invert(alpha), 256 - _CLEAR)
    grey = picture.image.convert("L")
    del picture
    return hard(grey)
