"""What a file is by its first bytes, and the build of a PNG, JPEG, WEBP or GIF; without decoding a pixel."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from bot.language import phrase
from bot.pictures.files.file_faults import ATTACH_AGAIN, cut_off, damaged, of_another_kind, too_intricate
from bot.pictures.files.gif import walk
from bot.services.jobs import UnreadablePictureError

MOST_PARTS = 20_000  # chunks or segments; a 50 MB file in pieces of 4 kB has 12 000
MOST_SCANS = 64  # of a progressive JPEG; encoders write about ten, and each goes over the whole picture again
_WINDOW = 1 << 20  # bytes searched at a stretch: the interpreter's lock is held meanwhile
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither a stuffed byte nor a restart nor a fill byte
_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, 0xD8})
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_SCAN = f"x{_START_OF_SCAN:X}"
_SHORTEST_WEBP, _SHORTEST_LOSSY = 25, 30  # bytes: headers and sizes; a whole lossless picture may have 26


class Piece(NamedTuple):
    """A chunk or segment, with its header and all else that belongs to it.

    Attributes:
        kind: ``IDAT``, ``xE1`` …
        start: the place of its first byte in the file.
        end: the place after its last byte.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a file's structure tells.

    Attributes:
        media_type: ``image/png``, ``image/jpeg``, ``image/webp`` or ``image/gif``.
        width: pixels, as stored (before any orientation); of an animation, what its first picture is shown on.
        height: pixels, as stored.
        frames: pictures in an animation; 1 for a still one.
        pieces: the chunks or segments that the file consists of, in their order; of a GIF none.
        trailing: bytes after the picture's end.
        covered: left, top, right, bottom of the part of a GIF's screen that its first picture covers; else None.
    """

    media_type: str
    width: int
    height: int
    frames: int
    pieces: tuple[Piece, ...]
    trailing: int
    covered: tuple[int, int, int, int] | None = None

    @property
    def parts(self) -> frozenset[str]:
        """The kinds of chunks or segments in it."""
        return frozenset(piece.kind for piece in self.pieces)


def dissect(content: bytes, *, checksums: bool = False) -> Anatomy:
    """Read a file's structure from its first byte to its end marker.

    Args:
        content: the whole file.
        checksums: also compare a PNG's checksums with its bytes.

    Raises:
        UnreadablePictureError: empty, of another kind, cut off or damaged.
    """
    if not content:
        raise UnreadablePictureError(phrase("is empty (0 bytes)"), ATTACH_AGAIN)
    kind = kind_of(content)
    if kind == "PNG":
        anatomy = _dissect_png(content, checksums=checksums)
    elif kind == "JPEG":
        anatomy = _dissect_jpeg(content)
    elif kind == "WEBP":
        anatomy = _dissect_webp(content)
    elif kind == "GIF":
        walked = walk(content)
        trailing = len(content) - walked.end
        anatomy = Anatomy("image/gif", walked.width, walked.height, walked.frames, (), trailing, walked.first)
    else:
        raise of_another_kind(kind)
    if anatomy.width == 0 or anatomy.height == 0:
        raise damaged()
    return anatomy


def _dissect_png(content: bytes, *, checksums: bool) -> Anatomy:
    """https://www.w3.org/TR/png-3/#5Chunk-layout ."""
    pieces: list[Piece] = []
    position, frames, width, height = 8, 0, 0, 0
    for _ in range(MOST_PARTS):
        if position + 12 > len(content):
            raise cut_off()
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 12 + length
        if end > len(content):
            raise cut_off()
        if (not pieces and (kind != b"IHDR" or length != 13)) or (checksums and not _sum_holds(content, position, end)):  # noqa: PLR2004 - the header's length in the standard
            raise damaged()
        if not pieces:
            width, height = struct.unpack_from(">II", content, position + 8)
        frames += kind == b"fcTL"
        pieces.append(Piece(kind.decode("latin-1"), position, end))
        if kind == b"IEND":
            if all(piece.kind != "IDAT" for piece in pieces):
                raise damaged()
            return Anatomy("image/png", width, height, max(frames, 1), tuple(pieces), len(content) - end)
        position = end
    raise too_intricate()


def _sum_holds(content: bytes, start: int, end: int) -> bool:
    stored = int.from_bytes(content[end - 4 : end], "big")
    return zlib.crc32(memoryview(content)[start + 4 : end - 4]) == stored


def _next_marker(content: bytes, position: int) -> int:
    """The place after the next marker's two bytes."""
    for start in range(position, len(content), _WINDOW):
        found = _MARKER.search(content, start, start + _WINDOW + 1)
        if found:
            return found.end()
    raise cut_off()


def _dissect_jpeg(content: bytes) -> Anatomy:
    """ITU-T T.81, annex B: https://www.w3.org/Graphics/JPEG/itu-t81.pdf ."""
    pieces: list[Piece] = []
    position, scans, width, height = 2, 0, 0, 0
    for _ in range(MOST_PARTS):
        position = _next_marker(content, position)
        marker, start = content[position - 1], position - 2
        if marker == _END_OF_IMAGE:
            if not scans:
                raise damaged()
            return Anatomy("image/jpeg", width, height, 1, _with_scans(pieces, start), len(content) - position)
        if marker in _STANDALONE:
            continue
        if position + 8 > len(content):
            raise cut_off()
        length, height_here, width_here = struct.unpack_from(">HxHH", content, position)
        if marker in _FRAME_HEADERS:
            height, width = height_here, width_here
        scans += marker == _START_OF_SCAN
        if scans > MOST_SCANS:
            break
        position += length
        pieces.append(Piece(f"x{marker:X}", start, position))
    raise too_intricate()


def _with_scans(pieces: list[Piece], end: int) -> tuple[Piece, ...]:
    """Each scan with the data that follows its header, up to the next segment or the end."""
    nexts = [piece.start for piece in pieces[1:]] + [end]
    paired = zip(pieces, nexts, strict=True)
    return tuple(piece._replace(end=after) if piece.kind == _SCAN else piece for piece, after in paired)


def _dissect_webp(content: bytes) -> Anatomy:
    """RFC 9649, section 2: https://www.rfc-editor.org/rfc/rfc9649.html#section-2 ."""
    if len(content) < _SHORTEST_WEBP:
        raise cut_off()
    (size,) = struct.unpack_from("<I", content, 4)
    end, position, frames = 8 + size, 12, 0
    if end > len(content):
        raise cut_off()
    width, height = _webp_size(content)
    pieces: list[Piece] = []
    for _ in range(MOST_PARTS):
        if position + 8 > end:
            anatomy = Anatomy("image/webp", width, height, max(frames, 1), tuple(pieces), len(content) - end)
            if anatomy.parts.isdisjoint({"VP8 ", "VP8L", "ANMF"}):
                raise damaged()
            return anatomy
        kind, length = struct.unpack_from("<4sI", content, position)
        frames += kind == b"ANMF"
        start, position = position, position + 8 + length
        if position > end:
            raise cut_off()
        pieces.append(Piece(kind.decode("latin-1"), start, position))
        position += length & 1
    raise too_intricate()


def _webp_size(content: bytes) -> tuple[int, int]:
    kind = content[12:16]
    if kind != b"VP8L" and len(content) < _SHORTEST_LOSSY:
        raise cut_off()
    if kind == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L" and content[20] == 0x2F:  # noqa: PLR2004 - the signature of a lossless picture
        (bits,) = struct.unpack_from("<I", content, 21)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", content, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise damaged()


_VIDEO = "video or other media file"
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF87a", "GIF"),
    (b"GIF89a", "GIF"),
    (b"BM", "BMP picture"),
    (b"II*\x00\x10\x00\x00\x00CR", "camera's raw picture"),
    (b"IIRO", "camera's raw picture"),
    (b"IIU\x00", "camera's raw picture"),
    (b"FUJIFILMCCD-RAW", "camera's raw picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"II+\x00", "TIFF picture"),
    (b"MM\x00+", "TIFF picture"),
    (b"II\xbc", "JPEG XR picture"),
    (b"8BPS", "Photoshop file"),
    (b"%PDF-", "PDF"),
    (b"%!PS", "PostScript file"),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL picture"),
    (b"\xff\x0a", "JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP", "JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "JPEG 2000 picture"),
    (b"v/1\x01", "OpenEXR picture"),
    (b"#?RADIANCE", "HDR picture"),
    (b"qoif", "QOI picture"),
    *((b"P%d" % number + space, "Netpbm picture") for number in range(1, 8) for space in (b"\n", b" ", b"\r")),
    (b"\x00\x00\x01\x00", "icon file"),
    (b"\x00\x00\x02\x00", "icon file"),
    (b"icns", "icon file"),
    (b"PK\x03\x04", "ZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"\x1a\x45\xdf\xa3", _VIDEO),
    (b"ID3", "audio file"),
    (b"OggS", _VIDEO),
    (b"fLaC", "audio file"),
)
# The brands of an ISO media file, of which a telephone's pictures name several: https://mp4ra.org/registered-types/brands
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "AVIF picture"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), "HEIC picture"),
    b"crx ": "camera's raw picture",
    **dict.fromkeys((b"mif1", b"msf1"), "HEIC picture"),
}
_MOST_BRANDS = 64  # bytes
SVG_KIND = "SVG drawing"
_LOOKED_AT = 1024  # bytes; enough for a PDF's or SVG's late start


def kind_of(content: bytes) -> str | None:
    """Name what the bytes are (``PNG``, ``GIF``, ``HEIC picture``, ``text file``), or None for nothing we know."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[:4] == b"RIFF":
        return "audio file" if content[8:12] == b"WAVE" else _VIDEO
    if content[4:8] == b"ftyp":
        return _kind_of_media(content)
    if content[12:16] == b"CgBI":
        return "picture packed for an iPhone app"
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    return _kind_of_text(content[:_LOOKED_AT])


def _kind_of_media(content: bytes) -> str:
    """By the major brand, or the first of the compatible ones that tells more than it."""
    listed = content[16 : min(int.from_bytes(content[:4], "big"), _MOST_BRANDS)]
    named = {content[8:12], *(listed[at : at + 4] for at in range(0, len(listed) - 3, 4))}
    if content[8:12] not in _BRANDS:
        return _VIDEO
    return next(kind for brand, kind in _BRANDS.items() if brand in named)


def _kind_of_text(head: bytes) -> str | None:
    if b"%PDF-" in head:
        return "PDF"
    if b"<svg" in head.lower():
        return SVG_KIND
    # A character may be cut at the end of what is looked at: at most three bytes of it.
    for cut in range(min(4, len(head))):
        try:
            text = head[: len(head) - cut].decode()
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else "text file"
    return None
