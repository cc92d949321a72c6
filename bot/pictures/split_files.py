"""A picture whose file is too large for Discord, cut into parts that together are the same pixels."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from bot.pictures.base_files import losses_of
from bot.pictures.decode import plain_picture
from bot.pictures.encode import LONGEST_WEBP_EDGE, as_lossless_webp, as_png, without_opaque_alpha
from bot.pictures.pool import pool

MOST_PARTS = 64


@dataclass(frozen=True, slots=True)
class Parts:
    """From top to bottom.

    Attributes:
        files: one where the whole picture fits.
        media_type: of each.
        rows: how many rows of pixels each has.
        losses: what the original has and they have not, each half a sentence.
    """

    files: tuple[bytes, ...]
    media_type: str
    rows: tuple[int, ...]
    losses: tuple[str, ...]


async def in_parts(content: bytes, most_bytes: int) -> Parts:
    """The picture at full size without further loss, as few files as are small enough.

    Args:
        content: an image file; of an animation, its first picture counts.
        most_bytes: of each part; at least some ten kilobytes.

    Raises:
        UnreadablePictureError: the bytes are no picture.
        ValueError: so many parts would be needed that nobody puts them together.
    """
    return await pool.run(_in_parts, content, most_bytes)


def _in_parts(content: bytes, most_bytes: int) -> Parts:
    picture = plain_picture(content, own_colours=True)
    image = without_opaque_alpha(picture.image)
    width, height = image.size
    is_webp = width <= LONGEST_WEBP_EDGE
    count = 2 if is_webp and height > LONGEST_WEBP_EDGE else 1
    while count <= min(MOST_PARTS, height):
        edges = [height * place // count for place in range(count + 1)]
        files: list[bytes] = []
        for top, bottom in pairwise(edges):
            band = image.crop((0, top, width, bottom))
            files.append(as_lossless_webp(band, picture.profile) if is_webp else as_png(band, picture.profile))
            if len(files[-1]) > most_bytes:
                break
        else:
            rows = tuple(bottom - top for top, bottom in pairwise(edges))
            losses = tuple(losses_of(content, picture))
            return Parts(tuple(files), "image/webp" if is_webp else "image/png", rows, losses)
        count = max(count + 1, -(-count * len(files[-1]) // most_bytes))
    raise ValueError(f"more than {MOST_PARTS} parts of {most_bytes} bytes")
