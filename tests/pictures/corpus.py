"""Files that people or attackers may send: what each is to be, a right result or a sentence. Also read by the bench."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PIL import Image

from .samples import ORIENTATION, apng, chunk, encoded, gradient, noise, packed_zeros, png, quarters, webp

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = ""  # it becomes a picture


@dataclass(frozen=True)
class Sample:
    """One file.

    Attributes:
        name: what it is, and its file name.
        make: builds it; some are 100 MB.
        fault: a part of the sentence that refuses it, or `GOOD`.
        size: the pixels of what is made of it.
    """

    name: str
    make: Callable[[], bytes]
    fault: str = GOOD
    size: tuple[int, int] = (64, 48)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("evil.html", "<script>alert(1)</script>")
    return file.getvalue()


def _cut(file_format: str) -> bytes:
    content = encoded(noise(64, 48), file_format)
    return content[: len(content) // 2]


def _turned(orientation: int, file_format: str = "JPEG") -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return encoded(quarters(64, 48), file_format, exif=exif)


def gif(*blocks: bytes, width: int = 64, height: int = 48) -> bytes:
    """A GIF of parts, with a table of two colours."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff" + b"".join(blocks)


def gif_picture(width: int, height: int, data: bytes = b"\x02\x02\x44\x01\x00") -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + data


def animated(file_format: str) -> bytes:
    others = [quarters(64, 48).rotate(180), gradient(64, 48)]
    return encoded(quarters(64, 48), file_format, save_all=True, append_images=others, duration=80)


def _huge_jpeg() -> bytes:
    content = bytearray(encoded(gradient(64, 48), "JPEG"))
    header = content.index(b"\xff\xc0")
    content[header + 5 : header + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(content)


def _huge_webp() -> bytes:
    canvas = b"\0\0\0\0" + (16_383).to_bytes(3, "little") * 2
    return webp((b"VP8X", canvas), (b"VP8 ", bytes(40)))


def _many_scans() -> bytes:
    content = encoded(gradient(64, 48), "JPEG", progressive=True)
    last = content[content.rfind(b"\xff\xda") : -2]
    return content[:-2] + last * 5000 + b"\xff\xd9"


def _apng_of_a_huge_size() -> bytes:
    content = bytearray(apng(3))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    content[8 : 8 + len(header)] = header
    return bytes(content)


def _palette_with_transparency() -> bytes:
    return encoded(quarters(64, 48).quantize(4), "PNG", transparency=bytes([0, 255, 255, 255]))


def _plain_png(extra: bytes = b"", packed: bytes | None = None) -> bytes:
    return png(64, 48, zlib.compress(bytes(48 * 193)) if packed is None else packed, extra=extra)


SAMPLES = (
    Sample("nothing.png", bytes, "is empty"),
    Sample("words.png", partial(bytes, b"These are words, and no picture."), "is a text file"),
    Sample("noise.png", partial(bytes, b"\x93\xf1\x00" * 900), "no picture that I know"),
    *(Sample(f"cut.{kind.lower()}", partial(_cut, kind), "is cut off") for kind in ("PNG", "JPEG", "WEBP", "GIF")),
    Sample("with a zip behind.png", lambda: encoded(quarters(64, 48), "PNG") + _zip()),
    Sample("with a page behind.jpg", lambda: encoded(quarters(64, 48), "JPEG") + b"<html><script>alert(1)</script>"),
    Sample("with a zip behind.gif", lambda: encoded(quarters(64, 48), "GIF") + _zip()),
    Sample("60000.png", lambda: png(60_000, 60_000, packed_zeros(1 << 20)), "too large"),
    Sample("60000.jpg", _huge_jpeg, "too large"),
    Sample("16384.webp", _huge_webp, "too large"),
    Sample("60000.gif", lambda: gif(gif_picture(60_000, 60_000), b";", width=60_000, height=60_000), "too large"),
    Sample("beyond its screen.gif", lambda: gif(gif_picture(60_000, 60_000), b";"), "too large"),
    Sample("100 MB of zeros", lambda: bytes(100_000_000), "is a file of 100 MB"),
    Sample("49 MB of zeros", lambda: bytes(49_000_000), "no picture that I know"),
    Sample("49 MB of zeros behind.png", lambda: encoded(quarters(64, 48), "PNG") + bytes(49_000_000)),
    Sample("10000 frames.png", partial(apng, 10_000), size=(9, 9)),
    Sample("30000 frames.png", partial(apng, 30_000), "too many parts"),
    Sample("huge and animated.png", _apng_of_a_huge_size, "too large"),
    Sample("bomb of pixels.png", lambda: _plain_png(packed=packed_zeros(200 << 20))),
    Sample("bomb of colours.png", lambda: _plain_png(chunk(b"iCCP", b"a\0\0" + packed_zeros(200 << 20)))),
    Sample("bomb of words.png", lambda: _plain_png(chunk(b"zTXt", b"a\0\0" + packed_zeros(200 << 20)))),
    Sample("67 million pixels.png", lambda: png(8192, 8192, packed_zeros(8192 * 24_577)), size=(2880, 2880)),
    Sample(
        "67 million with alpha.png",
        lambda: png(8192, 8192, packed_zeros(8192 * 32_769), colour=6),
        size=(2880, 2880),
    ),
    Sample("67 million of grey.jpg", lambda: encoded(Image.new("L", (8192, 8192), 99), "JPEG"), size=(2880, 2880)),
    Sample("67 million of palette.gif", lambda: encoded(Image.new("P", (8192, 8192)), "GIF"), size=(2880, 2880)),
    *(Sample(f"animated.{kind.lower()}", partial(animated, kind)) for kind in ("PNG", "WEBP", "GIF")),
    Sample("cmyk.jpg", lambda: encoded(Image.new("CMYK", (64, 48), (0, 255, 255, 0)), "JPEG")),
    *(
        Sample(f"turned {turn}.jpg", partial(_turned, turn), size=(48, 64) if turn > 4 else (64, 48))
        for turn in range(1, 9)
    ),
    Sample("dot.png", lambda: encoded(Image.new("RGB", (1, 1)), "PNG"), size=(1, 1)),
    Sample("dot.gif", lambda: encoded(Image.new("P", (1, 1)), "GIF"), size=(1, 1)),
    Sample("many scans.jpg", _many_scans, "too many parts"),
    Sample("16 bits.png", lambda: encoded(Image.new("I;16", (64, 48), 0x8010), "PNG")),
    Sample("palette.png", _palette_with_transparency),
    Sample("no picture.gif", lambda: gif(b";"), "is damaged"),
    Sample("unknown block.gif", lambda: gif(b"\x99", gif_picture(64, 48), b";"), "is damaged"),
    Sample("too long a block.gif", lambda: gif(gif_picture(64, 48, b"\x02\xff\x44\x01\x00"), b";"), "is cut off"),
    Sample("too long a header.gif", lambda: gif(b",\0\0"), "is cut off"),
    Sample("too short a picture.gif", lambda: gif(gif_picture(64, 48), b";"), "is damaged"),
    Sample("endless pieces.gif", lambda: gif(gif_picture(64, 48, b"\x02" + b"\x01\x00" * 300_000)), "too many parts"),
    Sample("endless blocks.gif", lambda: gif(b"!\xfe\0" * 30_000, b";"), "too many parts"),
    Sample("telephone.heic", partial(bytes, b"\0\0\0\x1cftypheic" + bytes(40)), "Most Compatible"),
    Sample("new.avif", partial(bytes, b"\0\0\0\x1cftypavif" + bytes(40)), "Save it as PNG or JPEG"),
)
