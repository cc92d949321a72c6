"""A file without its last bytes is used as far as it is whole, as viewers do; a half of one is refused."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from bot.errors import InputPictureError
from bot.pictures import fit_mask, prepare
from bot.pictures.files.endings import ended

from .corpus import animated
from .pngs import FORMS, Form, samples_of, shown, written
from .samples import chunk, encoded, gradient, noise, opened, webp

if TYPE_CHECKING:
    from collections.abc import Callable

PICTURE = noise(96, 96)


@pytest.mark.parametrize("cut", [1, 2])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_blocks": 3}])
async def test_a_jpeg_without_its_end_marker_is_whole(options: dict[str, int], cut: int) -> None:
    content = encoded(PICTURE, "JPEG", **options)

    ready = await prepare(content[:-cut], "x.jpg")

    assert opened(ready.content).tobytes() == opened(content).tobytes()
    assert ready.note == ""


async def test_a_jpeg_that_lacks_its_lowest_rows_is_used_and_that_is_told() -> None:
    content = encoded(noise(96, 960), "JPEG")

    ready = await prepare(content[: len(content) * 97 // 100], "x.jpg")

    assert ready.note == "“x.jpg” is cut off: a strip along one edge is missing, and grey."
    image = opened(ready.content)
    same = (0, 0, 96, 900)
    assert max(max(b.tobytes()) for b in ImageChops.difference(image, opened(content)).crop(same).reduce(4).split()) < 9


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
async def test_a_jpeg_of_which_more_is_missing_is_refused(mode: str) -> None:
    content = encoded(noise(96, 960).convert(mode), "JPEG")

    with pytest.raises(InputPictureError, match=r"^“x\.jpg” is cut off: its end is missing\. Attach it again\.$"):
        await prepare(content[: len(content) * 4 // 5], "x.jpg")


@pytest.mark.parametrize("cut", range(1, 20))
@pytest.mark.parametrize("form", FORMS[::5], ids=str)
async def test_a_png_is_whole_while_its_pixels_are(form: Form, cut: int) -> None:
    rows = samples_of(form)

    ready = await prepare(written(form, rows)[:-cut], "x.png")

    assert opened(ready.content).convert("RGBA").tobytes() == shown(form, rows)


async def test_a_png_cut_in_a_note_behind_its_pixels_is_whole() -> None:
    form = FORMS[0]
    rows = samples_of(form)

    ready = await prepare(written(form, rows, end=False) + chunk(b"tEXt", b"a\0" + bytes(99))[:40], "x.png")

    assert opened(ready.content).convert("RGBA").tobytes() == shown(form, rows)


@pytest.mark.parametrize("cut", [1, 5, 300])
async def test_a_gif_is_whole_while_its_first_picture_is(cut: int) -> None:
    content = animated("GIF")

    ready = await prepare(content[:-cut], "x.gif")

    assert opened(ready.content).convert("RGB").tobytes() == opened(content).convert("RGB").tobytes()


@pytest.mark.parametrize(("cut", "lossless"), [(1, False), (2, False), (1, True)])
async def test_a_webp_may_lack_a_byte_or_two(cut: int, *, lossless: bool) -> None:
    image = gradient(96, 96)
    content = encoded(image, "WEBP", lossless=lossless)

    ready = await prepare(content[:-cut], "x.webp")

    difference = ImageChops.difference(opened(ready.content), opened(content)).crop((0, 0, 96, 80))
    assert max(max(band.tobytes()) for band in difference.split()) < 6


async def test_the_smallest_webp_is_one() -> None:
    content = encoded(Image.new("RGB", (1, 1), (9, 8, 7)), "WEBP", lossless=True)

    assert len(content) <= 40
    assert (await prepare(content, "x.webp")).width == 1


def _short_webp() -> bytes:
    """28 bytes: the headers, and a lossless picture of one colour."""
    data = encoded(Image.new("RGBA", (1, 1), (255, 0, 0, 255)), "WEBP", lossless=True)[20:]
    for length in range(6, len(data) + 1):
        content = webp((b"VP8L", data[:length]))
        try:
            opened(content)
        except (OSError, ValueError, EOFError):
            continue
        return content
    raise AssertionError


async def test_a_webp_of_fewer_than_30_bytes_is_one() -> None:
    content = _short_webp()

    assert (await prepare(content, "x.webp")).width == 1


@pytest.mark.parametrize(
    "cut",
    [
        lambda: encoded(PICTURE, "PNG")[:-4000],
        lambda: encoded(PICTURE, "PNG")[:36],
        lambda: encoded(PICTURE, "PNG")[:20],
        lambda: encoded(PICTURE, "GIF")[:-2000],
        lambda: encoded(PICTURE, "GIF")[:11],
        lambda: encoded(PICTURE, "WEBP")[:-900],
        lambda: encoded(PICTURE, "WEBP")[:24],
        lambda: encoded(PICTURE, "JPEG")[:300],
        lambda: encoded(PICTURE, "JPEG", exif=b"Exif\0\0" + bytes(900))[:200],
        lambda: webp((b"VP8 ", bytes(90)), (b"EXIF", b""), size=struct.calcsize("111s")),
    ],
)
async def test_what_lacks_more_is_cut_off_and_as_a_mask_too(cut: Callable[[], bytes]) -> None:
    content = cut()

    for way in (prepare(content, "x.png"), fit_mask(content, "x.png", 96, 96)):
        with pytest.raises(InputPictureError, match=r"^“x\.png” is (cut off: its end is missing|damaged)\."):
            await way


def test_what_is_no_picture_gets_no_end() -> None:
    assert ended(b"words") is None
