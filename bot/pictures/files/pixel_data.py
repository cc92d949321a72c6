"""What of a file is its picture: the bytes that are pixels, and the few facts that tell how they are to be seen.

Everything else is left behind: positions, authors, thumbnails, texts, earlier versions, second pictures, appendices.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.pictures.colour_spaces import profile_of_chunks
from bot.pictures.files.exif import UPRIGHT, orientation_in
from bot.pictures.files.file_faults import damaged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.pictures.files.container_format import Anatomy, Piece

LARGEST_PROFILE = 4_000_000  # bytes; colour profiles of printing presses reach 2 MB
_MOST_PROFILE_PARTS = 255  # of a JPEG: a byte counts them

_GREY, _TRUE_COLOUR, _PALETTE = 0, 2, 3
_MOST_COLOURS = 256

# Of a JPEG: tables, frames, scans, and the line count. No APPn, no comment.
_PIXELS_OF_JPEG = frozenset({f"x{marker:X}" for marker in range(0xC0, 0xD0)} | {"xDA", "xDB", "xDC", "xDD"}) - {"xC8"}
_JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0"  # without a size in inches, and without a thumbnail
_ADOBE = b"\xff\xee\x00\x0eAdobe\0\x64\0\0\0\0"  # and a byte that says how the colours are coded
_ADOBE_LENGTH = 16  # bytes

_ALPHA, _ANIMATED = 0x10, 0x02  # flags of a WEBP


@dataclass(frozen=True, slots=True)
class PixelData:
    """A file without what it says about itself.

    Attributes:
        content: a whole file of the same kind, of the same pixels to the last bit; of a GIF the file itself, and of an
            animated WEBP its first picture.
        profile: the ICC profile of its colours, its own or one that its other marks amount to; else empty.
        orientation: 1 to 8, as in EXIF.
        clear: the sample, or the three, of a grey or coloured PNG that count as transparent; else empty.
        depth: bits of a PNG's sample; else 8.
        is_still: whether the content shows one picture only.
    """

    content: bytes
    profile: bytes = b""
    orientation: int = UPRIGHT
    clear: tuple[int, ...] = ()
    depth: int = 8
    is_still: bool = True


def pixel_data_of(content: bytes, anatomy: Anatomy) -> PixelData:
    """Take the picture out of a file.

    Args:
        content: the whole file.
        anatomy: its structure.

    Raises:
        UnreadablePictureError: something that the pixels need is not there.
    """
    return _BY_TYPE[anatomy.media_type](content, anatomy)


def _of_png(content: bytes, anatomy: Anatomy) -> PixelData:
    """https://www.w3.org/TR/png-3/ ; what should stand before the pixels and does not is not obeyed."""
    head: dict[str, bytes] = {}
    exif = b""
    body = [content[:8]]
    for piece in anatomy.pieces:
        if piece.kind == "eXIf":
            exif = exif or content[piece.start + 8 : piece.end - 4]
        elif piece.kind == "IDAT":
            if "IDAT" not in head:
                head["IDAT"] = b""
                body += _before_pixels(head)
            body.append(content[piece.start : piece.end])
        elif "IDAT" not in head:
            head.setdefault(piece.kind, content[piece.start : piece.end])
    if sum(piece.kind == "IHDR" for piece in anatomy.pieces) > 1:
        raise damaged()
    body.append(_chunk(b"IEND", b""))
    data = {kind: whole[8:-4] for kind, whole in head.items()}
    depth, colour = data["IHDR"][8], data["IHDR"][9]
    clear = data.get("tRNS", b"")
    samples = {_GREY: 1, _TRUE_COLOUR: 3}.get(colour, 0)
    values = struct.unpack(f">{samples}H", clear[: 2 * samples]) if len(clear) >= 2 * samples else ()
    return PixelData(
        b"".join(body),
        profile_of_chunks(data, LARGEST_PROFILE),
        orientation_in(exif),
        tuple(value & ((1 << depth) - 1) for value in values),
        depth,
    )


def _before_pixels(head: dict[str, bytes]) -> Iterator[bytes]:
    yield head["IHDR"]
    if head["IHDR"][17] != _PALETTE:
        return
    if "PLTE" not in head:
        raise damaged()
    yield head["PLTE"]
    if "tRNS" in head:
        yield _chunk(b"tRNS", head["tRNS"][8:-4][:_MOST_COLOURS])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _of_jpeg(content: bytes, anatomy: Anatomy) -> PixelData:
    exif, marks = b"", dict[str, bytes]()
    profile: dict[int, bytes] = {}
    pixels: list[bytes] = []
    for kind, start, end in anatomy.pieces:
        if kind in _PIXELS_OF_JPEG:
            pixels.append(content[start:end])
        elif kind == "xE0" and content.startswith(b"JFIF\0", start + 4):
            marks.setdefault(kind, _JFIF)
        elif kind == "xEE" and content.startswith(b"Adobe", start + 4) and end - start >= _ADOBE_LENGTH:
            marks.setdefault(kind, _ADOBE + content[start + 15 : start + 16])
        elif kind == "xE1" and content.startswith(b"Exif\0\0", start + 4):
            exif = exif or content[start + 4 : end]
        elif kind == "xE2" and content.startswith(b"ICC_PROFILE\0", start + 4):
            profile.setdefault(content[start + 16], content[start + 18 : end])
    whole = b"".join(profile[number] for number in sorted(profile)) if len(profile) <= _MOST_PROFILE_PARTS else b""
    bare = b"".join((b"\xff\xd8", *(marks[kind] for kind in sorted(marks)), *pixels, b"\xff\xd9"))
    return PixelData(bare, whole if len(whole) <= LARGEST_PROFILE else b"", orientation_in(exif))


def _of_webp(content: bytes, anatomy: Anatomy) -> PixelData:
    """A still picture keeps its data and alpha; of an animation, the canvas and the first picture are kept."""
    first: dict[str, Piece] = {}
    for piece in anatomy.pieces:
        first.setdefault(piece.kind, piece)
    profile, exif = (_data_of(content, first[kind]) if kind in first else b"" for kind in ("ICCP", "EXIF"))
    animated = "ANMF" in first and "ANIM" in first
    wanted = ("ANIM", "ANMF") if animated else ("ALPH", "VP8 ") if "VP8 " in first else ("VP8L",)
    kept = [kind for kind in wanted if kind in first]
    chunks = [content[first[kind].start : first[kind].end] for kind in kept]
    if "VP8X" in first and kept != ["VP8L"]:
        canvas = _data_of(content, first["VP8X"])
        flags = (canvas[0] & _ALPHA) | (_ANIMATED if animated else 0)
        chunks.insert(0, b"VP8X" + struct.pack("<IB", 10, flags) + bytes(3) + canvas[4:10])
    body = b"".join(chunk + b"\0" * (len(chunk) & 1) for chunk in chunks)
    bare = b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    small_profile = profile if len(profile) <= LARGEST_PROFILE else b""
    return PixelData(bare, small_profile, orientation_in(exif), is_still=not animated)


def _data_of(content: bytes, piece: Piece) -> bytes:
    return content[piece.start + 8 : piece.end]


def _of_gif(content: bytes, anatomy: Anatomy) -> PixelData:  # noqa: ARG001 - as the others are called
    return PixelData(content, is_still=False)


_BY_TYPE: dict[str, Callable[[bytes, Anatomy], PixelData]] = {
    "image/png": _of_png,
    "image/jpeg": _of_jpeg,
    "image/webp": _of_webp,
    "image/gif": _of_gif,
}
