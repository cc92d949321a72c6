"""Colour profiles for the tests: Display P3, as telephones write it, byte by byte."""

# Pillow leaves lcms untyped.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from __future__ import annotations

import struct
from io import BytesIO

from PIL import ImageCms

_D50 = (0.9642, 1.0, 0.8249)
_P3 = {  # the corners, seen by the light that profiles refer to
    b"rXYZ": (0.51512, 0.24120, -0.00105),
    b"gXYZ": (0.29198, 0.69225, 0.04189),
    b"bXYZ": (0.15710, 0.06657, 0.78407),
}
_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _fixed(*numbers: float) -> bytes:
    return struct.pack(f">{len(numbers)}i", *(round(number * 65_536) for number in numbers))


def _words(text: str) -> bytes:
    return struct.pack(">4s4xII2s2sII", b"mluc", 1, 12, b"en", b"US", 2 * len(text), 28) + text.encode("utf-16-be")


def _display_p3() -> bytes:
    """ICC.1:2010, chapters 7 to 10."""
    curve = struct.pack(">4s4xH2x", b"para", 3) + _fixed(*_CURVE)
    parts = {b"desc": _words("Display P3"), b"cprt": _words("Nobody"), b"wtpt": b"XYZ \0\0\0\0" + _fixed(*_D50)}
    parts |= {name: b"XYZ \0\0\0\0" + _fixed(*corner) for name, corner in _P3.items()}
    parts |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    table, body = struct.pack(">I", len(parts)), b""
    start = 128 + 4 + 12 * len(parts)
    for name, data in parts.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    head = struct.pack(
        ">I4sI4s4s4s12s4s4sI4sIQI", start + len(body), b"lcms", 0x04000000, b"mntr", b"RGB ", b"XYZ ", bytes(12),
        b"acsp", b"APPL", 0, b"    ", 0, 0, 0,
    )  # fmt: skip
    return (head + _fixed(*_D50)).ljust(128, b"\0") + table + body


WIDE = _display_p3()


def profile_of(content: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(content))
