"""Files whose last bytes are missing: ended again where the picture itself is there, as every viewer shows them."""

from __future__ import annotations

import struct
import zlib

from bot.pictures.files.container_format import kind_of
from bot.pictures.files.gif import first_end

_PNG_HEADER = 33  # bytes: signature and IHDR
_END_CHUNK = b"\0\0\0\0IEND\xaeB`\x82"
_MOST_PADDED = 64  # a WEBP may lack one byte of so many: as much as the lowest rows of blocks


def ended(content: bytes) -> bytes | None:
    """The file with an end put to it; None where no picture would come of that.

    What is missing of the pixels is not told here: a decoder will see it.

    Args:
        content: a file that is cut off.
    """
    kind = kind_of(content)
    if kind == "JPEG":
        return content.removesuffix(b"\xff") + b"\xff\xd9"
    if kind == "PNG":
        return _ended_png(content)
    if kind == "GIF":
        end = first_end(content)
        return None if end is None else content[:end] + b";"
    if kind == "WEBP":
        return _ended_webp(content)
    return None


def _ended_png(content: bytes) -> bytes:
    position = len(content[:_PNG_HEADER])
    while position + 8 <= len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            if kind != b"IDAT":
                break
            data = content[position + 4 : position + 8 + length]
            begun = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
            return content[:position] + begun + _END_CHUNK
        position = end
    return content[:position] + _END_CHUNK


def _ended_webp(content: bytes) -> bytes | None:
    missing = 8 + int.from_bytes(content[4:8], "little") - len(content)
    return content + bytes(missing) if 0 < missing <= 1 + len(content) // _MOST_PADDED else None
