"""An attachment as a picture, or a sentence that names the file and says why it is none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.language import phrase
from bot.pictures.decode import plain_picture, within
from bot.pictures.files.names import shown_name
from bot.services.catalog import LARGEST_INPUT, LONGEST_EDGE, MOST_PIXELS
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from bot.pictures.decode import Plain


def legal_size(width: int, height: int) -> tuple[int, int]:
    """The largest size of this aspect, not larger than it is, that the image API takes."""
    return within(width, height, LONGEST_EDGE, MOST_PIXELS)


def attached_picture(
    content: bytes,
    name: str,
    size: Callable[[int, int], tuple[int, int]] | None = legal_size,
    *,
    own_colours: bool = False,
) -> Plain:
    """Decode an attachment; of an animation, its first picture. Blocks: call it on the pool's threads.

    Args:
        content: the whole file.
        name: its name as the member gave it; any text.
        size: as of `plain_picture`.
        own_colours: the same.

    Raises:
        InputPictureError: it cannot be an input; the sentence names the file and says what to do.
    """
    with worded_for(name):
        if len(content) > LARGEST_INPUT:
            raise UnreadablePictureError(
                phrase("is a file of {size} MB", size=round(len(content) / 1e6)),
                phrase("Send one of at most {most} MB.", most=LARGEST_INPUT // 1_000_000),
            )
        return plain_picture(content, size, own_colours=own_colours)


@contextmanager
def worded_for(name: str) -> Generator[None]:
    """Make of a fault a sentence about the file of this name.

    Raises:
        InputPictureError: for an `UnreadablePictureError` inside.
    """
    try:
        yield
    except UnreadablePictureError as fault:
        told = phrase("{name} {fault}. {advice}", name=shown_name(name), fault=fault.what, advice=fault.advice)
        raise InputPictureError(told) from fault
