"""Look at a picture that a member attached: what it really is, and whether it can be an input."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.pictures.anatomy import UnreadablePictureError
from bot.pictures.decode import plain_picture, within
from bot.pictures.names import shown_name
from bot.pictures.pool import pool

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bot.pictures.decode import Plain

MOST_BYTES = 50_000_000  # https://platform.openai.com/docs/guides/image-generation: less than 50 MB per picture
_GLANCE = 64  # pixels; a JPEG need not be unfolded further to be read to its end


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a usable file is.

    Attributes:
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``, read from the content.
        width: pixels, as it is seen (after its EXIF orientation).
        height: pixels, as it is seen.
        frames: 1; animations are refused.
        mode: Pillow's word for the pixels in the file (``RGB``, ``P``, ``CMYK``, ``I;16`` …).
    """

    media_type: str
    width: int
    height: int
    frames: int
    mode: str

    @classmethod
    def of(cls, picture: Plain) -> Inspected:
        """What is known of a decoded picture."""
        anatomy = picture.anatomy
        return cls(anatomy.media_type, picture.width, picture.height, anatomy.frames, picture.mode)


async def inspect(content: bytes, name: str) -> Inspected:
    """Read a picture to its end and tell what it is. Where it is sent too, `prepare` does both in one decode.

    Args:
        content: the whole file.
        name: its name as the member gave it; any text.

    Raises:
        InputPictureError: it cannot be an input; the sentence names the file and says what to do.
    """
    return await pool.run(lambda: Inspected.of(still_picture(content, name, lambda w, h: within(w, h, _GLANCE))))


def still_picture(content: bytes, name: str, size: Callable[[int, int], tuple[int, int]]) -> Plain:
    """Decode an attachment that must be one still picture. Blocks: call it on the pool's threads.

    Raises:
        InputPictureError: as `inspect`.
    """
    with _worded_for(name):
        if len(content) > MOST_BYTES:
            raise UnreadablePictureError(
                f"is a file of {len(content) / 1e6:.0f} MB", f"Send one of at most {MOST_BYTES // 1_000_000} MB."
            )
        return plain_picture(content, size, still=True)


@contextmanager
def _worded_for(name: str) -> Generator[None]:
    try:
        yield
    except UnreadablePictureError as fault:
        raise InputPictureError(f"{shown_name(name)} {fault.what}. {fault.advice}") from fault
