"""A copy of a picture that fits under Discord's upload limit, for when the original does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.language import decimal, joined, phrase
from bot.pictures.base_files import losses_of
from bot.pictures.decode import plain_picture
from bot.pictures.encode import LONGEST_WEBP_EDGE, as_lossless_webp, encoded_within, without_opaque_alpha
from bot.pictures.files.container_format import dissect
from bot.pictures.pool import pool

if TYPE_CHECKING:
    from PIL import Image

    from bot.pictures.decode import Plain

_QUALITIES = (95, 90, 85)
# How much more than the limit a PNG, and a quick lossless WEBP, may have for a lossless WEBP to be tried, and a small
# one: see `as_lossless_webp`. What then still is too large has cost some seconds of one thread.
_WORTH_A_TRY, _WORTH_ANOTHER = 1.8, 1.25
_LABELS = {"image/jpeg": "JPEG", "image/webp": "WebP"}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture file within a limit.

    Attributes:
        content: the bytes of the file.
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``.
        width: pixels.
        height: pixels.
        note: words for people when it is a copy; empty when it is the original itself.
        exact: whether its pixels are the original's, each of them.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    note: str
    exact: bool = True


async def fit(content: bytes, most_bytes: int) -> Fitted:
    """The original if it is small enough, else the best copy that is.

    In order: lossless, a little compressed at full size, compressed and smaller. A picture with transparency stays
    transparent (WEBP). A copy loses the provenance manifest, which is why the original itself is never touched.

    Args:
        content: an image file.
        most_bytes: the limit; any of 2 kB or more can be met.

    Raises:
        UnreadablePictureError: the bytes are no picture.
        ValueError: the limit is so low that no picture fits.
    """
    return await pool.run(_fit, content, most_bytes)


def _fit(content: bytes, most_bytes: int) -> Fitted:
    if len(content) <= most_bytes:
        anatomy = dissect(content)
        return Fitted(content, anatomy.media_type, anatomy.width, anatomy.height, "")
    picture = plain_picture(content, own_colours=True)
    image = without_opaque_alpha(picture.image)
    exact = _lossless(content, picture, image, most_bytes)
    if exact is not None:
        return _copy(exact, "image/webp", image, image.size, is_exact=True)
    media_type = "image/webp" if image.mode == "RGBA" else "image/jpeg"
    copy, size = encoded_within(image, media_type, most_bytes, _QUALITIES, picture.profile)
    return _copy(copy, media_type, image, size, is_exact=False)


def _lossless(content: bytes, picture: Plain, image: Image.Image, most_bytes: int) -> bytes | None:
    """A copy of a PNG with the very same pixels, if one may be small enough and is."""
    if picture.anatomy.media_type != "image/png" or any(losses_of(content, picture)):
        return None
    size = len(content) / _WORTH_A_TRY * _WORTH_ANOTHER
    for small in (False, True):
        if size > most_bytes * _WORTH_ANOTHER or max(image.size) > LONGEST_WEBP_EDGE:
            return None
        copy = as_lossless_webp(image, picture.profile, small=small)
        size = len(copy)
        if size <= most_bytes:
            return copy
    return None


def _copy(content: bytes, media_type: str, image: Image.Image, size: tuple[int, int], *, is_exact: bool) -> Fitted:
    width, height = size
    pixels = [phrase("the same pixels")] if is_exact else [] if size == image.size else [f"{width}×{height}"]
    mega = len(content) >= 1e5  # noqa: PLR2004 - from where on MB reads well
    amount = phrase("{size} MB", size=decimal(f"{len(content) / 1e6:.1f}")) if mega else f"{len(content) / 1e3:.0f} kB"
    facts = joined(", ", [_LABELS[media_type], *pixels, amount])
    note = phrase("shown as a smaller copy ({facts}); the original is kept", facts=facts)
    return Fitted(content, media_type, width, height, note, is_exact)
