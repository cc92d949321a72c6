"""How a picture is to be turned, by its EXIF: the one tag that browsers obey, read as strictly as they do."""

from __future__ import annotations

import struct

UPRIGHT = 1
_ORIENTATION = 0x0112  # EXIF 2.32, 4.6.4: one SHORT of 1 to 8
_SHORT = 3
_PREFIX = b"Exif\0\0"
_ENTRY = 12  # bytes


def exif_of(orientation: int) -> bytes:
    """A block of EXIF, with its prefix, that tells the orientation and nothing else."""
    entry = struct.pack("<HHIHH", _ORIENTATION, _SHORT, 1, orientation, 0)
    return _PREFIX + struct.pack("<2sHIH", b"II", 42, 8, 1) + entry + struct.pack("<I", 0)


def orientation_in(exif: bytes) -> int:
    """The orientation, 1 to 8, by the first directory of a block of EXIF, with or without its prefix.

    What is broken, of another type, or out of range counts as upright. XMP and other notes on turning are not asked:
    no browser does.
    """
    block = exif.removeprefix(_PREFIX)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(block[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = struct.unpack_from(f"{order}I", block, 4)
        (count,) = struct.unpack_from(f"{order}H", block, start)
        for number in range(count):
            tag, kind, values, value = struct.unpack_from(f"{order}HHIH", block, start + 2 + number * _ENTRY)
            if tag == _ORIENTATION:
                is_one = kind == _SHORT and values == 1 and UPRIGHT <= value <= 8  # noqa: PLR2004 - the standard's last
                return int(value) if is_one else UPRIGHT
    except struct.error:
        return UPRIGHT
    return UPRIGHT
