"""A copy of a picture that fits under Discord's upload limit, for when the original does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.pictures.anatomy import dissect
from bot.pictures.decode import plain_picture
from bot.pictures.encode import as_lossless_webp, encoded_within, without_opaque_alpha
from bot.pictures.pool import pool

if TYPE_CHECKING:
    from PIL import Image

_QUALITIES = (95, 90, 85)
_WORTH_A_TRY = 1.3  # a PNG becomes about a fifth smaller as lossless WEBP
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
    """

    content: bytes
    media_type: str
    width: int
    height: int
    note: str


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
    picture = plain_picture(content)
    image = without_opaque_alpha(picture.image)
    if picture.anatomy.media_type == "image/png" and len(content) <= most_bytes * _WORTH_A_TRY:
        copy = as_lossless_webp(image)
        if len(copy) <= most_bytes:
            return _copy(copy, "image/webp", image, image.size)
    media_type = "image/webp" if image.mode == "RGBA" else "image/jpeg"
    copy, size = encoded_within(image, media_type, most_bytes, _QUALITIES)
    return _copy(copy, media_type, image, size)


def _copy(content: bytes, media_type: str, image: Image.Image, size: tuple[int, int]) -> Fitted:
    width, height = size
    pixels = "" if size == image.size else f"{width}×{height}, "
    amount = f"{len(content) / 1e6:.1f} MB" if len(content) >= 1e5 else f"{len(content) / 1e3:.0f} kB"  # noqa: PLR2004 - from where on MB reads well
    note = f"shown as a smaller copy ({_LABELS[media_type]}, {pixels}{amount}); the original is kept"
    return Fitted(content, media_type, width, height, note)
