"""PNG files of every form, written sample by sample, with what a viewer shows of them: as PngSuite has them."""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .samples import chunk

if TYPE_CHECKING:
    from collections.abc import Iterator

Sample = tuple[int, ...]
GREY, TRUE, PALETTE, GREY_ALPHA, TRUE_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, TRUE: 3, PALETTE: 1, GREY_ALPHA: 2, TRUE_ALPHA: 4}
DEPTHS = {GREY: (1, 2, 4, 8, 16), TRUE: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), TRUE_ALPHA: (8, 16)}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
SIZE = (21, 13)


@dataclass(frozen=True)
class Form:
    """One kind of PNG.

    Attributes:
        colour: the colour type.
        depth: bits of a sample.
        interlaced: Adam7.
        clear: has a tRNS chunk.
    """

    colour: int
    depth: int
    interlaced: bool = False
    clear: bool = False

    def __str__(self) -> str:
        return f"type {self.colour}, {self.depth} bits{', interlaced' * self.interlaced}{', tRNS' * self.clear}"


FORMS = tuple(
    Form(colour, depth, interlaced, clear)
    for colour, depths in DEPTHS.items()
    for depth in depths
    for interlaced in (False, True)
    for clear in ((False, True) if colour in {GREY, TRUE, PALETTE} else (False,))
)


def samples_of(form: Form, seed: int = 1) -> list[list[Sample]]:
    """Rows of pixels; about a fifth of them are of the clear kind, and some differ from it in the lowest bit only."""
    chance = random.Random(seed)  # noqa: S311 - a picture, no secret
    most, (width, height) = (1 << form.depth) - 1, SIZE
    clear = clear_sample(form)

    def one() -> Sample:
        drawn = chance.random()
        if drawn < 0.2:
            return clear
        if drawn < 0.4:
            return (*clear[:-1], clear[-1] ^ 1)
        return tuple(chance.randrange(most + 1) for _ in range(CHANNELS[form.colour]))

    return [[one() for _ in range(width)] for _ in range(height)]


def clear_sample(form: Form) -> Sample:
    most = (1 << form.depth) - 1
    return tuple((most * part // 7) | 1 for part in (2, 5, 3, 4)[: CHANNELS[form.colour]])


def palette_of(form: Form) -> list[tuple[int, int, int, int]]:
    """Its colours; those of a third are more or less transparent if it has such."""
    count = 1 << form.depth
    alphas = [(40 * number) % 256 if number < (count + 2) // 3 else 255 for number in range(count)]
    return [
        (
            (37 + 218 * number) % 256,
            (91 + 164 * number) % 256,
            (151 + 104 * number) % 256,
            alphas[number] if form.clear else 255,
        )
        for number in range(count)
    ]


def shown(form: Form, rows: list[list[Sample]]) -> bytes:
    """What is seen of it, as RGBA of 8 bits."""
    return b"".join(bytes(_seen(form, sample)) for row in rows for sample in row)


def _seen(form: Form, sample: Sample) -> tuple[int, int, int, int]:
    if form.colour == PALETTE:
        return palette_of(form)[sample[0]]
    tones = [value >> 8 if form.depth == 16 else value * 255 // ((1 << form.depth) - 1) for value in sample]
    alpha = tones.pop() if form.colour in {GREY_ALPHA, TRUE_ALPHA} else 255
    if form.clear and sample == clear_sample(form):
        alpha = 0
    red, green, blue = tones * (3 // len(tones))
    return red, green, blue, alpha


def written(form: Form, rows: list[list[Sample]], *, extra: bytes = b"", end: bool = True) -> bytes:
    """The file."""
    width, height = SIZE
    header = struct.pack(">IIBBBBB", width, height, form.depth, form.colour, 0, 0, form.interlaced)
    parts = [chunk(b"IHDR", header), extra]
    if form.colour == PALETTE:
        palette = palette_of(form)
        parts.append(chunk(b"PLTE", b"".join(bytes(colour[:3]) for colour in palette)))
        if form.clear:
            parts.append(chunk(b"tRNS", bytes(colour[3] for colour in palette if colour[3] < 255)))
    elif form.clear:
        clear = clear_sample(form)
        parts.append(chunk(b"tRNS", struct.pack(f">{len(clear)}H", *clear)))
    parts.append(chunk(b"IDAT", zlib.compress(b"".join(_lines(form, rows)))))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + (chunk(b"IEND") if end else b"")


def _lines(form: Form, rows: list[list[Sample]]) -> Iterator[bytes]:
    for left, top, across, down in PASSES if form.interlaced else ((0, 0, 1, 1),):
        for row in rows[top::down]:
            if row[left::across]:
                yield b"\0" + _packed(form.depth, [value for sample in row[left::across] for value in sample])


def _packed(depth: int, values: list[int]) -> bytes:
    bits = "".join(f"{value:0{depth}b}" for value in values)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
