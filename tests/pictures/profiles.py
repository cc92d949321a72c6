"""Colour profiles for the tests: small ones, wrong on purpose, that show whether they are obeyed; and Display P3."""

from __future__ import annotations

import struct
from io import BytesIO

from PIL import ImageCms

D50 = (0.9642, 1.0, 0.8249)
# Red, green and blue of sRGB as profiles have them: https://www.w3.org/Graphics/Color/srgb
RED, GREEN, BLUE = (0.4361, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)


def power(exponent: float) -> bytes:
    return b"para" + struct.pack(">IHHi", 0, 0, 0, round(exponent * 65_536))


def _point(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65_536) for value in values))


def profile(space: bytes, tags: dict[bytes, bytes], device: bytes = b"mntr") -> bytes:
    table, body, start = b"", b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    white = (round(value * 65_536) for value in D50)
    kinds = device, space, b"XYZ ", b"acsp"
    header = struct.pack(">I4xI4s4s4s12x4s28x3i48x", start + len(body), 0x04200000, *kinds, *white)
    return header + struct.pack(">I", len(tags)) + table + body


def grey(exponent: float) -> bytes:
    return profile(b"GRAY", {b"wtpt": _point(D50), b"kTRC": power(exponent)})


def coloured(exponent: float, *, swapped: bool = False, device: bytes = b"mntr") -> bytes:
    """Of sRGB's corners, or with red and green the wrong way round."""
    corners = (GREEN, RED, BLUE) if swapped else (RED, GREEN, BLUE)
    points = {name: _point(corner) for name, corner in zip((b"rXYZ", b"gXYZ", b"bXYZ"), corners, strict=True)}
    curves = dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), power(exponent))
    return profile(b"RGB ", {b"wtpt": _point(D50), **points, **curves}, device)


def display_p3() -> bytes:
    """As telephones write it."""
    corners = ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407))
    points = {name: _point(corner) for name, corner in zip((b"rXYZ", b"gXYZ", b"bXYZ"), corners, strict=True)}
    bent = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    curve = b"para" + struct.pack(">IHH5i", 0, 3, 0, *(round(number * 65_536) for number in bent))
    return profile(b"RGB ", {b"wtpt": _point(D50), **points, **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)})


WIDE = display_p3()
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves lcms untyped


def profile_of(content: bytes) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(BytesIO(content))
