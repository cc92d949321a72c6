"""Picture files: encoding with a mark of where they come from, and canned ones of an exact length."""

# Pillow annotates with NumPy, which is not installed.
# pyright: reportUnknownMemberType=false

from __future__ import annotations

import io
import struct
import zlib

from PIL import ExifTags, Image, PngImagePlugin

from bot.sandbox.images.art.canvas import gradient

SOFTWARE = "Atelier sandbox"  # stands in for the provider's C2PA manifest: whoever re-encodes loses it
LONGEST_COMMENT = 65_533  # bytes in one JPEG comment


def encode(image: Image.Image, output_format: str, compression: int = 100) -> bytes:
    """A PNG, JPEG or WebP file of a picture; `compression` is the API's, 0 to 100, 100 the best quality."""
    out = io.BytesIO()
    if output_format == "png":
        mark = PngImagePlugin.PngInfo()
        mark.add_text("Software", SOFTWARE)
        image.save(out, "PNG", pnginfo=mark, compress_level=3)
        return out.getvalue()
    exif = Image.Exif()
    exif[ExifTags.Base.Software] = SOFTWARE
    quality = 30 + compression * 65 // 100
    if output_format == "jpeg":
        image.convert("RGB").save(out, "JPEG", quality=quality, exif=exif)
    else:
        image.save(out, "WEBP", quality=quality, method=2, exif=exif)
    return out.getvalue()


def canned(size: tuple[int, int], output_format: str, length: int) -> bytes:
    """A plain picture file of exactly `length` bytes (or its own size, if that is more)."""
    image = gradient(size, ((38, 70, 83), (42, 157, 143), (233, 196, 106), (231, 111, 81)))
    content = encode(image, output_format, 60)
    missing = length - len(content)
    if missing < 12:  # noqa: PLR2004 - the smallest chunk of a PNG
        return content
    if output_format == "png":
        return content[:-12] + _png_chunk(bytes(missing - 12)) + content[-12:]
    if output_format == "jpeg":
        return content[:2] + _jpeg_comments(missing) + content[2:]
    return _webp_padded(content, missing)


def _png_chunk(payload: bytes) -> bytes:
    kind = b"saNd"  # ancillary, private, safe to copy
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def _jpeg_comments(length: int) -> bytes:
    comments = bytearray()
    while length > 0:
        payload = min(LONGEST_COMMENT, length - 4)
        if 0 < length - 4 - payload < 4:  # noqa: PLR2004 - leave room for the next comment's head
            payload -= 4
        comments += b"\xff\xfe" + struct.pack(">H", payload + 2) + bytes(payload)
        length -= payload + 4
    return bytes(comments)


def _webp_padded(content: bytes, missing: int) -> bytes:
    """A further chunk at the end; RIFF chunks have even lengths, so an odd one is rounded down."""
    payload = (missing - 8) & ~1
    chunk = b"saNd" + struct.pack("<I", payload) + bytes(payload)
    return content[:4] + struct.pack("<I", len(content) - 8 + len(chunk)) + content[8:] + chunk
