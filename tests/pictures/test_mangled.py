"""Whatever is done to a file, each way in ends in a picture or in a sentence of ours that says what to do."""

from __future__ import annotations

import random
import struct
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from bot.errors import InputPictureError
from bot.pictures import check_result, fit_mask, meaning_of, prepare, preview_of
from bot.services.jobs import UnreadablePictureError

from .corpus import animated
from .pngs import FORMS, samples_of, written
from .profiles import coloured, grey
from .samples import apng, encoded, gradient, half_transparent, noise, opened, quarters
from .test_pixel_data import EXIF, FILES

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK, MANY = 120, 6000  # files
ORIGINAL = encoded(quarters(21, 13), "PNG")
SEEDS: tuple[Callable[[], bytes], ...] = (
    *FILES.values(),
    *(lambda form=form: written(form, samples_of(form)) for form in FORMS),
    *(lambda kind=kind: animated(kind) for kind in ("PNG", "WEBP", "GIF")),
    lambda: apng(4),
    lambda: encoded(noise(40, 30), "JPEG", progressive=True, exif=EXIF),
    lambda: encoded(gradient(40, 30, "CMYK"), "JPEG", icc_profile=coloured(1)),
    lambda: encoded(gradient(40, 30, "L"), "JPEG", icc_profile=grey(1), restart_marker_blocks=2),
    lambda: encoded(half_transparent(40, 30), "WEBP", icc_profile=coloured(1), exif=EXIF),
    lambda: encoded(half_transparent(40, 30), "WEBP", lossless=True),
    lambda: encoded(gradient(40, 30).quantize(9), "GIF", transparency=0, interlace=1),
    lambda: encoded(gradient(40, 30), "PNG", icc_profile=coloured(1), exif=EXIF, transparency=(9, 9, 9)),
    lambda: encoded(gradient(40, 30), "MPO", save_all=True, append_images=[gradient(9, 9)]),
)


def mangled(chance: random.Random) -> bytes:
    """A file that was cut, flipped, mixed with another or rebuilt of its own parts, with sums that hold again."""
    content = bytearray(chance.choice(SEEDS)())
    for _ in range(chance.randrange(1, 5)):
        at, length = chance.randrange(len(content) + 1), chance.randrange(1, 40)
        match chance.randrange(7):
            case 0:
                del content[at:]
            case 1 if content:
                content[min(at, len(content) - 1)] ^= 1 << chance.randrange(8)
            case 2:
                del content[at : at + length]
            case 3:
                content[at:at] = chance.randbytes(length)
            case 4:
                content[at : at + 4] = chance.choice(
                    (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1")
                )
            case 5:
                other = chance.choice(SEEDS)()
                start = chance.randrange(len(other))
                content[at:at] = other[start : start + chance.randrange(1, 300)]
            case _:
                content = bytearray(_with_true_sums(bytes(content), chance))
    return bytes(content)


def _with_true_sums(content: bytes, chance: random.Random) -> bytes:
    """A PNG's chunks in another order, or one of them changed, each with a checksum that holds."""
    if not content.startswith(b"\x89PNG"):
        return content
    chunks: list[tuple[bytes, bytes]] = []
    position = 8
    while position + 12 <= len(content) and len(chunks) < 99:
        (length,) = struct.unpack_from(">I", content, position)
        chunks.append((content[position + 4 : position + 8], content[position + 8 : position + 8 + length]))
        position += 12 + length
    if chunks:
        number = chance.randrange(len(chunks))
        kind, data = chunks[number]
        changed = bytearray(data)
        for _ in range(chance.randrange(3) if changed else 0):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        chunks[number] = (kind, bytes(changed))
        if chance.random() < 0.3:
            chunks.insert(chance.randrange(len(chunks)), chunks[number])
        if chance.random() < 0.3:
            del chunks[chance.randrange(len(chunks))]
    return content[:8] + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


async def look(content: bytes) -> None:
    """Each way in: a picture, or a sentence with a cure."""
    try:
        ready = await prepare(content, "x")
    except InputPictureError as refusal:
        what, _, advice = refusal.sentence.partition(". ")
        assert what.startswith("“x” ")
        assert advice.endswith(".")
    else:
        assert opened(ready.content).size == (ready.width, ready.height)
        assert opened(ready.content).mode in {"RGB", "RGBA"}
        again = await prepare(ready.content, "x")
        assert again.content == ready.content, "what was prepared is not plain"
    for way in (fit_mask(content, "x", 21, 13), meaning_of(content, "x", ORIGINAL)):
        with suppress(InputPictureError):
            await way
    with suppress(UnreadablePictureError):
        await check_result(content)
    with suppress(UnreadablePictureError):
        await preview_of(lambda: [content])


@pytest.mark.parametrize("part", range(4))
async def test_mangled_files_end_in_a_picture_or_a_sentence(part: int) -> None:
    chance = random.Random(part)  # noqa: S311 - a picture, no secret

    for _ in range(QUICK // 4):
        await look(mangled(chance))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(100, 110))
async def test_many_mangled_files_end_in_a_picture_or_a_sentence(part: int) -> None:
    chance = random.Random(part)  # noqa: S311 - a picture, no secret

    for _ in range(MANY // 10):
        await look(mangled(chance))
