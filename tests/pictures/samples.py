"""Picture files for the tests: good ones by Pillow, bad ones byte by byte."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

ORIENTATION = 0x0112
_MEBIBYTE = 1 << 20
_ADLER = 65_521  # the modulus of zlib's checksum (RFC 1950, 8.2)


def encoded(image: Image.Image, file_format: str, **options: Any) -> bytes:  # noqa: ANN401 - Pillow's own options
    """A file of a picture; a PNG that is quickly made, since nearly every test makes some."""
    file = BytesIO()
    if file_format == "PNG":
        options.setdefault("compress_level", 0)
    image.save(file, file_format, **options)
    return file.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    found = image.getpixel((x, y))
    assert isinstance(found, tuple)
    return tuple(int(band) for band in found)


def gradient(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """A picture that compresses like a photo without noise."""
    bands = [Image.linear_gradient("L"), Image.radial_gradient("L"), Image.linear_gradient("L").rotate(90)]
    return Image.merge("RGB", bands).resize((width, height)).convert(mode)  # pyright: ignore[reportUnknownMemberType] - numpy is named in it


def noise(width: int, height: int) -> Image.Image:
    """A picture that hardly compresses at all."""
    return Image.merge("RGB", [Image.effect_noise((width, height), spread) for spread in (90, 100, 110)])


def quarters(width: int, height: int) -> Image.Image:
    """Red, green, blue and white, from the upper left, as one reads."""
    image = Image.new("RGB", (width, height), "white")
    image.paste((255, 0, 0), (0, 0, width // 2, height // 2))
    image.paste((0, 255, 0), (width // 2, 0, width, height // 2))
    image.paste((0, 0, 255), (0, height // 2, width // 2, height))
    return image


def half_transparent(width: int, height: int) -> Image.Image:
    """Opaque red on the left, nothing on the right."""
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, width // 2, height))
    return image


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, packed: bytes, *, extra: bytes = b"", depth: int = 8, colour: int = 2) -> bytes:
    """A PNG of parts; `packed` is the compressed pixel data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", packed) + chunk(b"IEND")


def packed_zeros(count: int) -> bytes:
    """Zeros, compressed: a bomb is built in no time, without holding what it unfolds to.

    Of pieces that stand alone (RFC 1951, 3.2): a mebibyte again and again, the rest, and the checksum of them all.
    """
    press = zlib.compressobj(9)
    first = press.compress(bytes(_MEBIBYTE)) + press.flush(zlib.Z_FULL_FLUSH)
    head, mebibyte = first[:2], first[2:]
    end = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    rest = end.compress(bytes(count % _MEBIBYTE)) + end.flush()
    return head + mebibyte * (count // _MEBIBYTE) + rest + struct.pack(">I", count % _ADLER << 16 | 1)


def apng(frames: int) -> bytes:
    """An animation of one tiny picture over and over."""
    control = struct.pack(">IIIIHHBB", 9, 9, 0, 0, 1, 1, 0, 0)
    shown = b"".join(chunk(b"fcTL", struct.pack(">I", number) + control) for number in range(frames))
    return png(9, 9, zlib.compress(bytes(9 * 28)), extra=chunk(b"acTL", struct.pack(">II", frames, 0)) + shown)


def webp(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    """A WEBP of parts; `size` overrides what the header says."""
    body = b"WEBP"
    for kind, data in chunks:
        body += kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def any_file(image: Image.Image, mode: str, file_format: str, orientation: int = 1, profile: bytes = b"") -> bytes:
    """An ``RGB`` picture as a file of this format in this mode, or in the nearest that the format has."""
    grey = Image.effect_noise(image.size, 90)
    if mode == "I;16":
        image = grey.convert("I").point(lambda value: value * 257).convert("I;16")  # pyright: ignore[reportUnknownMemberType] - numpy is named in it
    else:
        image = image.convert(mode)
    if mode in {"RGBA", "LA"}:
        image.putalpha(grey)
    modes = {"JPEG": ("RGB", "L", "CMYK"), "WEBP": ("RGB", "RGBA"), "GIF": ("P", "L", "1"), "PNG": ("CMYK",)}[
        file_format
    ]
    if (image.mode in modes) == (file_format == "PNG"):
        image = image.convert("RGB")
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x013B] = "Somebody"
    options: dict[str, Any] = {} if file_format == "GIF" else {"exif": exif}
    if profile and image.mode in {"RGB", "RGBA", "P"}:
        options["icc_profile"] = profile
    return encoded(image, file_format, **options)
