"""Colour spaces: what a file's marks amount to as an ICC profile, and pixels brought from it to sRGB."""

from __future__ import annotations

import math
import struct
import zlib
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, cast

from PIL import Image, ImageChops, ImageCms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Point = tuple[float, float]
_Vector = tuple[float, float, float]

_D65 = (0.3127, 0.3290)
_D50 = (0.9642, 1.0, 0.8249)  # the white that profiles refer to: ICC.1, 7.2.16
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_SRGB_PRIMARIES = ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))
# Rec. ITU-T H.273, table 2: red, green and blue, with the white of daylight
_PRIMARIES = {
    1: _SRGB_PRIMARIES,
    5: ((0.64, 0.33), (0.29, 0.60), (0.15, 0.06)),
    6: ((0.63, 0.34), (0.31, 0.595), (0.155, 0.07)),
    9: ((0.708, 0.292), (0.17, 0.797), (0.131, 0.046)),
    12: ((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)),
}
_STEPS = 1024  # of a curve that no formula of ICC gives
_GRAPHIC_WHITE = 203 / 10_000  # of PQ's range, and the signal of HLG that is as bright: ITU-R BT.2408, 2.1
_HLG_WHITE = 0.75

_SPACE, _CLASS, _SHORTEST = slice(16, 20), slice(12, 16), 132  # of a profile: ICC.1, 7.2
_CLASSES = frozenset({b"mntr", b"scnr", b"prtr", b"spac"})
_MODES = {b"RGB ": frozenset({"RGB", "RGBA", "L", "LA"}), b"GRAY": frozenset({"L", "LA"}), b"CMYK": frozenset({"CMYK"})}
_SAME = 1  # of 255; a profile that changes no colour by more is sRGB by another name
_LEVELS = 16  # of each colour that is looked at for this
_SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves lcms untyped


def in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """The picture as ``RGB`` or ``RGBA`` in sRGB; a profile of other pixels, or a broken one, is ignored.

    Args:
        image: ``L``, ``LA``, ``RGB``, ``RGBA`` or ``CMYK``.
        profile: of its colours; empty if it has none.
    """
    mode = "RGBA" if image.mode in {"LA", "RGBA"} else "RGB"
    if image.mode in _MODES.get(_space_of(profile), ()):
        try:
            return _converted(image, profile, mode)
        except Exception:  # noqa: BLE001 - profiles of strangers make lcms and Pillow raise whatever there is
            return image if image.mode == mode else image.convert(mode)
    return image if image.mode == mode else image.convert(mode)


def from_srgb(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """What brings sRGB (``RGB`` or ``RGBA``) into the colours of a profile; None if that leads nowhere."""
    if _space_of(profile) != b"RGB ":
        return None
    try:
        return ImageCms.buildTransform(_SRGB, ImageCms.ImageCmsProfile(BytesIO(profile)), mode, mode)
    except Exception:  # noqa: BLE001 - profiles of strangers make lcms and Pillow raise whatever there is
        return None


def is_srgb(profile: bytes, mode: str) -> bool:
    """Whether pixels of a mode are seen the same without this profile."""
    space = _space_of(profile)
    if mode not in _MODES.get(space, ()):
        return True
    if space == b"CMYK":
        return False
    sample = _sample("L" if space == b"GRAY" else "RGB")
    changed = ImageChops.difference(in_srgb(sample, profile), sample.convert("RGB"))
    return max(max(band.tobytes()) for band in changed.split()) <= _SAME


def _space_of(profile: bytes) -> bytes:
    if len(profile) < _SHORTEST or profile[_CLASS] not in _CLASSES:
        return b""
    return profile[_SPACE]


@cache
def _sample(mode: str) -> Image.Image:
    if mode == "L":
        return Image.frombytes("L", (256, 1), bytes(range(256)))
    tones = [round(step * 255 / (_LEVELS - 1)) for step in range(_LEVELS)]
    colours = (bytes((red, green, blue)) for red in tones for green in tones for blue in tones)
    return Image.frombytes("RGB", (_LEVELS * _LEVELS, _LEVELS), b"".join(colours))


def _converted(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    alpha = image.getchannel("A") if image.mode == "LA" else None
    if alpha is not None:
        image = image.getchannel("L")
    if image.mode == "L" and _space_of(profile) != b"GRAY":
        image = image.convert("RGB")
    mode_made = "RGBA" if image.mode == "RGBA" else "RGB"
    made = cast("Image.Image", ImageCms.profileToProfile(image, source, _SRGB, outputMode=mode_made))  # not in place
    if alpha is not None:
        made.putalpha(alpha)
    return made if made.mode == mode else made.convert(mode)


def profile_of_chunks(chunks: Mapping[str, bytes], most_bytes: int) -> bytes:
    """The profile that a PNG's chunks amount to, the strongest first: cICP, iCCP, sRGB, then gAMA and cHRM.

    https://www.w3.org/TR/png-3/#13Colour-space-handling

    Args:
        chunks: the data of those that stand before the pixels, by their names.
        most_bytes: a larger profile is not taken.
    """
    by_number = _numbered(chunks.get("cICP", b""))
    if by_number is not None:
        return by_number
    own = _unpacked(chunks.get("iCCP", b""), most_bytes)
    if own:
        return own
    if "sRGB" in chunks or not {"gAMA", "cHRM"} & chunks.keys():
        return b""
    return _described(chunks.get("gAMA", b""), chunks.get("cHRM", b""))


def _numbered(data: bytes) -> bytes | None:
    """Rec. ITU-T H.273. None for numbers that are no colours of a picture, or that we do not know."""
    if len(data) != 4 or data[2] != 0 or data[3] != 1:  # noqa: PLR2004 - its length; RGB, in the full range
        return None
    primaries, curve = _PRIMARIES.get(data[0]), _CURVES.get(data[1])
    if primaries is None or curve is None:
        return None
    return _profile(_D65, primaries, curve())


def _unpacked(data: bytes, most_bytes: int) -> bytes:
    """A name, a zero, how it is packed, and the profile."""
    name, _, packed = data.partition(b"\0")
    if not name or packed[:1] != b"\0":
        return b""
    try:
        press = zlib.decompressobj()
        profile = press.decompress(packed[1:], most_bytes + 1)
    except zlib.error:
        return b""
    return profile if _SHORTEST <= len(profile) <= most_bytes else b""


def _described(gamma: bytes, chromaticities: bytes) -> bytes:
    """The file's own curve and corners; each as in sRGB where it is not said, or cannot be."""
    curve, white, primaries = _srgb_curve(), _D65, _SRGB_PRIMARIES
    if len(gamma) == 4 and (value := int.from_bytes(gamma, "big")):  # noqa: PLR2004 - its length
        # What was written for a plain screen is sRGB, whose curve no one number tells.
        curve = _srgb_curve() if 45_000 <= value <= 46_000 else _power(100_000 / value)  # noqa: PLR2004 - 1/2.2, rounded
    if len(chromaticities) == 32:  # noqa: PLR2004 - its length
        numbers = [number / 100_000 for number in struct.unpack(">8I", chromaticities)]
        points = list(zip(numbers[::2], numbers[1::2], strict=True))
        white, primaries = points[0], (points[1], points[2], points[3])
    try:
        return _profile(white, primaries, curve)
    except (ArithmeticError, struct.error):
        return _profile(_D65, _SRGB_PRIMARIES, curve)


def _power(exponent: float) -> bytes:
    return b"para" + struct.pack(">IHHi", 0, 0, 0, _fixed(min(exponent, 100.0)))


def _bent(*numbers: float) -> bytes:
    """A curve with a straight foot: ICC.1, 10.18, type 3."""
    return b"para" + struct.pack(">IHH5i", 0, 3, 0, *map(_fixed, numbers))


def _table(light: Callable[[float], float]) -> bytes:
    values = [round(65_535 * min(1.0, light(step / (_STEPS - 1)))) for step in range(_STEPS)]
    return b"curv" + struct.pack(f">II{_STEPS}H", 0, _STEPS, *values)


def _srgb_curve() -> bytes:
    return _bent(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _rec709_curve() -> bytes:
    return _bent(1 / 0.45, 1 / 1.099, 0.099 / 1.099, 1 / 4.5, 0.081)


def _pq(signal: float) -> float:
    """SMPTE ST 2084, with the white of graphics as 1."""
    root = signal ** (1 / 78.84375)
    return math.pow(max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root), 1 / 0.1593017578125) / _GRAPHIC_WHITE


def _hlg(signal: float) -> float:
    """ITU-R BT.2100, table 5, with the white of graphics as 1."""

    def light(value: float) -> float:
        if value <= 0.5:  # noqa: PLR2004 - of the table, as the numbers below
            return value * value / 3
        return (math.exp((value - 0.55991073) / 0.17883277) + 0.28466892) / 12

    return light(signal) / light(_HLG_WHITE)


_CURVES: dict[int, Callable[[], bytes]] = {
    **dict.fromkeys((1, 6, 14, 15), _rec709_curve),
    4: lambda: _power(2.2),
    5: lambda: _power(2.8),
    8: lambda: _power(1.0),
    13: _srgb_curve,
    16: lambda: _table(_pq),
    18: lambda: _table(_hlg),
}


def _fixed(number: float) -> int:
    return round(number * 65_536)


def _profile(white: _Point, primaries: Sequence[_Point], curve: bytes) -> bytes:
    """A profile of three corners and one curve, of nothing but what is needed: ICC.1, 8.3.3.

    Raises:
        ArithmeticError: the corners span no colours.
        struct.error: they are beyond what a profile can say.
    """
    columns = _adapted(white, primaries)
    tags = {
        b"wtpt": _xyz(_D50),
        **{name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body, start = b"", b"", _SHORTEST + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    kinds = b"mntr", b"RGB ", b"XYZ ", b"acsp"
    header = struct.pack(">I4xI4s4s4s12x4s28x3i48x", start + len(body), 0x04200000, *kinds, *map(_fixed, _D50))
    return header + struct.pack(">I", len(tags)) + table + body


def _xyz(point: _Vector) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *map(_fixed, point))


def _adapted(white: _Point, primaries: Sequence[_Point]) -> list[_Vector]:
    """What each corner is under the white of profiles, as XYZ: Bradford's way, as ICC.1 has it in annex E."""
    corners = [_from_xy(point) for point in primaries]
    shown = _from_xy(white)
    whole = _determinant(corners)
    shares = [
        _determinant([shown if index == each else corner for index, corner in enumerate(corners)]) / whole
        for each in range(3)
    ]
    cones_here, cones_there = _times(_BRADFORD, shown), _times(_BRADFORD, _D50)
    columns: list[_Vector] = []
    for share, corner in zip(shares, corners, strict=True):
        cones = _times(_BRADFORD, tuple(share * part for part in corner))
        moved = [cone * there / here for cone, here, there in zip(cones, cones_here, cones_there, strict=True)]
        columns.append(_solved(_BRADFORD, moved))
    return columns


def _from_xy(point: _Point) -> _Vector:
    x, y = point
    return x / y, 1.0, (1 - x - y) / y


def _times(rows: Sequence[Sequence[float]], vector: Sequence[float]) -> _Vector:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in rows)
    return first, second, third


def _determinant(rows: Sequence[Sequence[float]]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = rows
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)


def _solved(rows: Sequence[Sequence[float]], wanted: Sequence[float]) -> _Vector:
    """Cramer's rule."""
    whole = _determinant(rows)

    def part(each: int) -> float:
        columns = list(zip(*rows, strict=True))
        columns[each] = tuple(wanted)
        return _determinant(columns) / whole

    return part(0), part(1), part(2)
