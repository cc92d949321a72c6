"""A member's picture as the base of results: its own file, without what says who made it, when and where."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from bot.pictures.anatomy import next_marker
from bot.pictures.decode import ORIENTATION, plain_picture, within
from bot.pictures.encode import as_png
from bot.pictures.pool import pool
from bot.services.images import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Generator

    from bot.pictures.decode import Plain

_PNG_PARTS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"sRGB", b"gAMA", b"cHRM"})
_WEBP_PARTS = frozenset({b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"})
_WEBP_COLOURS, _WEBP_EXIF = 0x30, 0x08  # flags: a profile or alpha follows, and EXIF
_SCAN, _END = 0xDA, 0xD9
_APPLICATION = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}  # what the segments begin with that are kept
_JFIF = 14  # bytes of such a segment before its thumbnail
_SAMPLE = 256  # pixels of the longer edge, at which is seen what a picture is
_DEEP = 16  # bits


@dataclass(frozen=True, slots=True)
class BaseFile:
    """A picture's file as results are laid into it.

    Attributes:
        content: the file, with its pixels, colour profile and orientation, and nothing else.
        media_type: ``image/png``, ``image/jpeg`` or ``image/webp``.
        width: pixels, as it is seen.
        height: pixels, as it is seen.
        losses: what the file has and no result can, each half a sentence.
    """

    content: bytes
    media_type: str
    width: int
    height: int
    losses: tuple[str, ...]


async def base_of(content: bytes) -> BaseFile:
    """Free a picture's file of metadata without touching a pixel; of an animation, the first picture is taken.

    Args:
        content: a file that can be used as an input.

    Raises:
        UnreadablePictureError: it is no such file.
    """
    return await pool.run(_base_of, content)


def _base_of(content: bytes) -> BaseFile:
    sample = _sample(content)
    bare, media_type = _bare(content, sample), sample.anatomy.media_type
    if bare is None:
        whole = plain_picture(content, own_colours=True)
        bare, media_type = as_png(whole.image, whole.profile), "image/png"
    return BaseFile(bare, media_type, sample.width, sample.height, tuple(losses_of(content, sample)))


def _sample(content: bytes) -> Plain:
    return plain_picture(content, lambda width, height: within(width, height, _SAMPLE), own_colours=True)


def losses_of(content: bytes, sample: Plain) -> Generator[str]:
    """What a file has and no result can, each half a sentence; `sample` is it, decoded in its own colours."""
    anatomy = sample.anatomy
    if sample.mode.startswith("I") or (anatomy.media_type == "image/png" and content[24] == _DEEP):
        yield "8 bits a colour instead of 16"
    if sample.mode == "CMYK":
        yield "RGB instead of CMYK"
    elif sample.converted or "cICP" in anatomy.parts:
        yield "sRGB instead of its own colour space"


def _bare(content: bytes, sample: Plain) -> bytes | None:
    """The file without its metadata; None where it has to be written anew."""
    anatomy = sample.anatomy
    if anatomy.frames > 1 or anatomy.media_type not in _BARE:
        return None
    try:
        bare = _BARE[anatomy.media_type](content, _exif(sample.orientation))
        same = _sample(bare)
    except (UnreadablePictureError, struct.error):
        return None
    is_same = (same.image.mode, same.profile) == (sample.image.mode, sample.profile)
    return bare if is_same and same.image.tobytes() == sample.image.tobytes() else None


def _exif(orientation: int) -> bytes:
    """A block of EXIF that tells the orientation and nothing else; empty for an upright picture."""
    if orientation == 1:
        return b""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def _bare_jpeg(content: bytes, exif: bytes) -> bytes:
    """ITU-T T.81, annex B: https://www.w3.org/Graphics/JPEG/itu-t81.pdf ."""
    kept = [b"\xff\xd8"]
    if exif:
        kept.append(b"\xff\xe1" + struct.pack(">H", 2 + len(exif)) + exif)
    position, in_scan = 2, False
    while True:
        try:
            after = next_marker(content, position)
        except UnreadablePictureError:  # it ends without saying so
            kept.append(content[position:] if in_scan else b"")
            break
        if in_scan:
            kept.append(content[position : after - 2])
        marker = content[after - 1]
        if marker == _END:
            break
        (length,) = struct.unpack_from(">H", content, after)
        kept.append(_kept_segment(marker, content[after : after + length]))
        position, in_scan = after + length, marker == _SCAN
    return b"".join([*kept, b"\xff\xd9"])


def _kept_segment(marker: int, segment: bytes) -> bytes:
    """A segment (length and data) with its marker, if it says what the pixels are; else nothing."""
    if marker in _APPLICATION:
        if not segment.startswith(_APPLICATION[marker], 2):
            return b""
        if marker == 0xE0:  # noqa: PLR2004 - JFIF's; what follows these bytes is a thumbnail
            segment = struct.pack(">H", 2 + _JFIF) + segment[2:_JFIF].ljust(_JFIF - 2, b"\0") + b"\0\0"
    elif not 0xC0 <= marker <= 0xDF:  # noqa: PLR2004 - frames, tables and scans
        return b""
    return bytes((0xFF, marker)) + segment


def _bare_png(content: bytes, exif: bytes) -> bytes:
    """https://www.w3.org/TR/png-3/#5Chunk-layout ."""
    kept, position = [content[:8]], 8
    while position < len(content):
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if kind in _PNG_PARTS:
            kept.append(content[position:end])
        if kind == b"IHDR" and exif:
            block = b"eXIf" + exif[6:]
            kept.append(struct.pack(">I", len(block) - 4) + block + struct.pack(">I", zlib.crc32(block)))
        if kind == b"IEND":
            break
        position = end
    return b"".join(kept)


def _bare_webp(content: bytes, exif: bytes) -> bytes:
    """RFC 9649, section 2: https://www.rfc-editor.org/rfc/rfc9649.html#section-2 ."""
    kept, position = [b"WEBP"], 12
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    while position + 8 <= end:
        kind, length = struct.unpack_from("<4sI", content, position)
        data = content[position + 8 : position + 8 + length]
        if kind == b"VP8X":
            data = bytes([data[0] & _WEBP_COLOURS | (_WEBP_EXIF if exif else 0)]) + data[1:]
        if kind in _WEBP_PARTS:
            kept.append(_webp_part(kind, data))
        position += 8 + length + (length & 1)
    kept.append(_webp_part(b"EXIF", exif[6:]) if exif else b"")
    body = b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _webp_part(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


_BARE = {"image/jpeg": _bare_jpeg, "image/png": _bare_png, "image/webp": _bare_webp}
