"""Attachments that are looked at before they become inputs."""

from __future__ import annotations

import pytest
from PIL import Image

from bot.errors import InputPictureError
from bot.pictures import prepare
from bot.services.catalog import LARGEST_INPUT

from .samples import ORIENTATION, chunk, encoded, gradient, packed_zeros, png


async def test_a_picture_is_what_its_content_says_whatever_its_name() -> None:
    seen = await prepare(encoded(gradient(40, 30), "JPEG"), "holiday.png")

    assert (seen.media_type, seen.width, seen.height) == ("image/jpeg", 40, 30)


async def test_the_size_is_the_one_that_is_seen() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6

    seen = await prepare(encoded(gradient(40, 30), "JPEG", exif=exif), "phone.jpg")

    assert (seen.width, seen.height) == (30, 40)


async def test_the_smallest_picture_is_a_picture() -> None:
    seen = await prepare(encoded(Image.new("L", (1, 1)), "PNG"), "dot.png")

    assert (seen.media_type, seen.width, seen.height) == ("image/png", 1, 1)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "“<name>” is empty (0 bytes). Attach it again."),
        (b"hello", "“<name>” is a text file. Send a PNG, JPEG, WEBP or GIF picture."),
        (
            b"\0\0\0\x1cftypheic" + bytes(40),
            (
                "“<name>” is a HEIC picture. "
                "On an iPhone: Settings, Camera, Formats, Most Compatible; or share it as JPEG."
            ),
        ),
        (b"\0\0\0\x1cftypavif" + bytes(40), "“<name>” is an AVIF picture. Save it as PNG or JPEG and attach that."),
        (encoded(gradient(90, 90), "PNG")[:200], "“<name>” is cut off: its end is missing. Attach it again."),
        (
            png(60_000, 60_000, packed_zeros(0)),
            "“<name>” is 60000×60000 pixels, which is too large. Send one of at most 67 million pixels.",
        ),
        (
            png(10_000, 10_000, packed_zeros(100 << 20)),
            "“<name>” is 10000×10000 pixels, which is too large. Send one of at most 67 million pixels.",
        ),
    ],
)
async def test_what_cannot_be_an_input_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(InputPictureError) as refusal:
        await prepare(content, "a *file*.png")

    assert refusal.value.sentence == sentence.replace("<name>", "a file .png")


async def test_a_file_beyond_what_the_api_takes_is_refused_with_a_sentence() -> None:
    with pytest.raises(InputPictureError) as refusal:
        await prepare(encoded(gradient(9, 9), "PNG") + bytes(LARGEST_INPUT), "a *file*.png")

    assert refusal.value.sentence == "“a file .png” is a file of 50 MB. Send one of at most 50 MB."


@pytest.mark.parametrize(
    "content",
    [
        png(64, 64, packed_zeros(900)),  # too few pixels
        png(64, 64, b"no compressed data"),
        png(9, 9, packed_zeros(9 * 28), extra=chunk(b"IHDR", (90).to_bytes(4) * 2 + b"\x08\x02\0\0\0")),  # two sizes
        png(9, 9, packed_zeros(9 * 28), extra=chunk(b"IHDR", (3).to_bytes(4) * 2 + b"\x08\x02\0\0\0")),  # the same
        png(9, 9, packed_zeros(9 * 28), depth=3),
    ],
)
async def test_a_file_that_does_not_decode_is_refused(content: bytes) -> None:
    with pytest.raises(InputPictureError, match=r"“x\.png” is damaged\. Save it anew as PNG or JPEG"):
        await prepare(content, "x.png")


async def test_a_half_of_a_photo_is_refused_even_with_an_end_marker() -> None:
    photo = encoded(gradient(640, 480), "PNG")
    half = png(640, 480, photo[photo.index(b"IDAT") + 4 : len(photo) // 2])

    with pytest.raises(InputPictureError, match="damaged"):
        await prepare(half, "x.png")
