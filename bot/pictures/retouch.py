"""Put back into a result what its mask keeps of the original, for the image API takes a mask as a hint only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageFilter

from bot.pictures.decode import plain_picture, resized, within
from bot.pictures.encode import as_jpeg, as_lossless_webp, as_png, as_webp
from bot.pictures.pool import pool
from bot.pictures.stencils import grown, hard, share_of
from bot.services.images import UnreadablePictureError

if TYPE_CHECKING:
    from bot.pictures.anatomy import Anatomy

_QUALITY = 95
_FEATHER = 0.004  # of the short edge, to each side of the seam's middle
_WIDEST_FEATHER = 12  # pixels
_MADE = 32  # a pixel with less of the original than this, of 255, is the result's
_LEAST_MADE = 0.5  # of what may change: a narrow hole must not be feathered away


async def retouch(original: bytes, mask: bytes, result: bytes) -> bytes:
    """Compose the original over a result.

    What the mask keeps is the original's to the pixel (where its size is the result's and the format lossless); the
    transition lies wholly in what may change. Transparency of the original stays, but in a JPEG, where the result
    shows through it. The provider's provenance manifest is lost.

    Args:
        original: the file that was sent; scaled to the result's size.
        mask: the mask's file; kept is where alpha is 128 and more. Scaled too.
        result: the file that came.

    Returns:
        A file of the result's size and format.

    Raises:
        UnreadablePictureError: one of the files is no picture, or the result is an animation.
    """
    return await pool.run(_retouch, original, mask, result)


def _retouch(original: bytes, mask: bytes, result: bytes) -> bytes:
    made = plain_picture(result)
    if made.anatomy.media_type == "image/gif" or made.anatomy.frames > 1:
        raise UnreadablePictureError("is animated", "Its pictures are not composed.")
    size = made.image.size
    old = _scaled(original, size)
    kept = hard(_scaled(mask, size).convert("RGBA").getchannel("A"))
    if made.image.mode == old.mode == "RGB":
        image = Image.composite(old, made.image, _feathered(kept))
    else:
        image = _composed(old.convert("RGBA"), made.image.convert("RGBA"), kept)
    return _encoded(image, made.image, made.anatomy)


def _scaled(content: bytes, size: tuple[int, int]) -> Image.Image:
    image = plain_picture(content, lambda width, height: within(width, height, max(size))).image
    return resized(image, size)


def _composed(old: Image.Image, made: Image.Image, kept: Image.Image) -> Image.Image:
    """With transparency: colours are mixed as much as they are seen, or what is clear would darken the seam."""
    weight = _feathered(kept)
    mixed = Image.composite(old.convert("RGBa"), made.convert("RGBa"), weight).convert("RGBA")
    # Mixing rounds the colours of what is half transparent; only the seam need bear that.
    mixed.paste(made, mask=weight.point([255] + [0] * 255))
    mixed.paste(old, mask=kept)
    return mixed


def _feathered(kept: Image.Image) -> Image.Image:
    """How much of the original there is to be: 255 where it is kept, falling to 0 outside."""
    changeable = 1 - share_of(kept)
    radius = max(1, min(_WIDEST_FEATHER, round(min(kept.size) * _FEATHER)))
    while radius:
        soft = grown(kept, radius).filter(ImageFilter.BoxBlur(radius))
        weight = ImageChops.lighter(soft, kept)
        if sum(weight.histogram()[:_MADE]) >= _LEAST_MADE * changeable * kept.width * kept.height:
            return weight
        radius //= 2
    return kept


def _encoded(image: Image.Image, made: Image.Image, anatomy: Anatomy) -> bytes:
    if anatomy.media_type == "image/jpeg":
        if image.mode == "RGBA":
            made.paste(image, mask=image.getchannel("A"))
            image = made
        return as_jpeg(image, _QUALITY)
    if anatomy.media_type == "image/webp":
        return as_lossless_webp(image) if "VP8L" in anatomy.parts else as_webp(image, _QUALITY)
    return as_png(image)
