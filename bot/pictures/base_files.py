"""A member's picture as the base of results: its own file, without what says who made it, when and where."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.language import phrase
from bot.pictures.decode import plain_picture, within
from bot.pictures.encode import as_png
from bot.pictures.files.container_format import dissect
from bot.pictures.files.exif import UPRIGHT, exif_of
from bot.pictures.files.pixel_data import pixel_data_of
from bot.pictures.pool import members_pool
from bot.services.jobs import UnreadablePictureError

if TYPE_CHECKING:
    from collections.abc import Generator, Hashable

    from bot.pictures.decode import Plain
    from bot.pictures.files.pixel_data import PixelData

_SAMPLE = 256  # pixels of the longer edge, at which is seen what a picture is
_DEEP = 16  # bits
_MOST_OF_PROFILE = 65_519  # bytes in one segment of a JPEG: ICC.1, B.4
_JFIF, _JFIF_END = b"\xff\xe0", 20  # of a bare JPEG: how the segment begins, and where it ends
_HEADER_END = 33  # of a PNG: its first chunk's
_WEBP_HEADER_END, _WEBP_FLAGS = 30, 20  # of an extended WEBP: its first chunk's end, and the place of its flags
_WITH_PROFILE, _WITH_EXIF = 0x20, 0x08


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


async def base_of(content: bytes, member: Hashable = None) -> BaseFile:
    """Free a picture's file of metadata without touching a pixel; of an animation, the first picture is taken.

    Args:
        content: a file that can be used as an input.
        member: whose turn it takes.

    Raises:
        UnreadablePictureError: it is no such file.
    """
    return await members_pool.run(member, [content], _base_of, content)


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
    if anatomy.frames > 1:
        yield phrase("a still picture instead of an animation")
    if sample.mode.startswith("I") or (anatomy.media_type == "image/png" and content[24] == _DEEP):
        yield phrase("8 bits a colour instead of 16")
    if sample.mode == "CMYK":
        yield phrase("RGB instead of CMYK")
    elif sample.converted:
        yield phrase("sRGB instead of its own colour space")


def _bare(content: bytes, sample: Plain) -> bytes | None:
    """The file without its metadata; None where it has to be written anew."""
    media_type = sample.anatomy.media_type
    if sample.anatomy.frames > 1 or media_type not in _DRESSED:
        return None
    try:
        bare = _DRESSED[media_type](pixel_data_of(content, dissect(content)))
        same = _sample(bare)
    except UnreadablePictureError:
        return None
    is_same = (same.image.mode, same.profile) == (sample.image.mode, sample.profile)
    return bare if is_same and same.image.tobytes() == sample.image.tobytes() else None


def _exif(essence: PixelData) -> bytes:
    """A block that tells the orientation and nothing else; empty for an upright picture."""
    return b"" if essence.orientation == UPRIGHT else exif_of(essence.orientation)


def _dressed_jpeg(essence: PixelData) -> bytes:
    """The pixels with their orientation and profile again."""
    bare, exif = essence.content, _exif(essence)
    start = _JFIF_END if bare.startswith(_JFIF, 2) else 2
    parts = [essence.profile[at : at + _MOST_OF_PROFILE] for at in range(0, len(essence.profile), _MOST_OF_PROFILE)]
    segments = [b"\xe1" + _sized(exif)] if exif else []
    segments += [
        b"\xe2" + _sized(b"ICC_PROFILE\0" + bytes((number, len(parts))) + part)
        for number, part in enumerate(parts, start=1)
    ]
    return b"".join((bare[:start], *(b"\xff" + segment for segment in segments), bare[start:]))


def _sized(data: bytes) -> bytes:
    return struct.pack(">H", 2 + len(data)) + data


def _dressed_png(essence: PixelData) -> bytes:
    """The same of a PNG, with the colour that counts as transparent."""
    chunks: list[bytes] = []
    if essence.profile:
        chunks.append(_chunk(b"iCCP", b"own\0\0" + zlib.compress(essence.profile)))
    if exif := _exif(essence)[6:]:
        chunks.append(_chunk(b"eXIf", exif))
    if essence.clear:
        chunks.append(_chunk(b"tRNS", struct.pack(f">{len(essence.clear)}H", *essence.clear)))
    return b"".join((essence.content[:_HEADER_END], *chunks, essence.content[_HEADER_END:]))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _dressed_webp(essence: PixelData) -> bytes:
    """The same of a WEBP, where it has the header that announces them; else the bare file."""
    bare, profile, exif = essence.content, essence.profile, _exif(essence)[6:]
    if not bare.startswith(b"VP8X", 12):
        return bare
    flags = bare[_WEBP_FLAGS] | (_WITH_PROFILE if profile else 0) | (_WITH_EXIF if exif else 0)
    body = b"".join(
        (
            bare[8:_WEBP_FLAGS],
            bytes((flags,)),
            bare[_WEBP_FLAGS + 1 : _WEBP_HEADER_END],
            _part(b"ICCP", profile),
            bare[_WEBP_HEADER_END:],
            _part(b"EXIF", exif),
        )
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _part(kind: bytes, data: bytes) -> bytes:
    return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1) if data else b""


_DRESSED = {"image/jpeg": _dressed_jpeg, "image/png": _dressed_png, "image/webp": _dressed_webp}
