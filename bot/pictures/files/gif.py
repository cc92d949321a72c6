"""The build of a GIF file: its blocks, one after the other, without unpacking a pixel."""

from __future__ import annotations

import struct
from typing import NamedTuple

from bot.pictures.files.file_faults import cut_off, damaged, too_intricate
from bot.services.jobs import UnreadablePictureError

MOST_BLOCKS = 20_000  # pictures and extensions; an animation of a minute has 4000
MOST_PIECES = 1 << 18  # of at most 255 bytes each, which the data comes in; a 50 MB file has 200 000
_HEADER, _PICTURE_HEADER = 13, 10  # bytes
_END, _PICTURE, _EXTENSION = 0x3B, 0x2C, 0x21


class Walked(NamedTuple):
    """What the blocks tell.

    Attributes:
        width: pixels of the screen, or of the first picture where that reaches beyond it, as browsers show it.
        height: the same.
        frames: pictures.
        first: left, top, right, bottom of the first picture on that screen.
        end: bytes up to and with the end marker.
    """

    width: int
    height: int
    frames: int
    first: tuple[int, int, int, int]
    end: int


def walk(content: bytes) -> Walked:
    """Go from block to block: https://www.w3.org/Graphics/GIF/spec-gif89a.txt .

    Raises:
        UnreadablePictureError: cut off, damaged, or of more blocks than any picture needs.
    """
    try:
        return _walk(content)
    except (IndexError, struct.error):  # a length leads beyond the last byte
        raise cut_off() from None


def first_end(content: bytes) -> int | None:
    """The place after the first picture of a GIF that is cut off; None if that picture is not whole."""
    try:
        return _walk(content, only_first=True).end
    except (IndexError, struct.error, UnreadablePictureError):
        return None


def _walk(content: bytes, *, only_first: bool = False) -> Walked:
    width, height, flags = struct.unpack_from("<HHB", content, 6)
    position, frames, left = _HEADER + _table(flags), 0, MOST_PIECES
    first = (0, 0, 0, 0)
    for _ in range(MOST_BLOCKS):
        kind = content[position]
        if kind == _END:
            if not frames:
                raise damaged()
            return Walked(width, height, frames, first, position + 1)
        if kind == _PICTURE:
            x, y, across, down, flags = struct.unpack_from("<HHHHB", content, position + 1)
            if not frames:
                width, height = max(width, x + across), max(height, y + down)
                first = (x, y, x + across, y + down)
            frames += 1
            position += _PICTURE_HEADER + _table(flags) + 1  # a byte tells how the data is packed
        elif kind == _EXTENSION:
            position += 2
        else:
            raise damaged()
        position, left = _past_data(content, position, left)
        if only_first and frames:
            return Walked(width, height, frames, first, position)
    raise too_intricate()


def _table(flags: int) -> int:
    """Bytes of a table of colours."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _past_data(content: bytes, position: int, left: int) -> tuple[int, int]:
    """The place after the data, and how many pieces may still come."""
    while length := content[position]:
        position += 1 + length
        left -= 1
        if left < 0:
            raise too_intricate()
    return position + 1, left
