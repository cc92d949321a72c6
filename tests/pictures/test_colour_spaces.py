"""Colours are sent as viewers show them, whatever says how they are meant."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageCms

from bot.pictures import prepare
from bot.pictures.colour_spaces import from_srgb, in_srgb, is_srgb, profile_of_chunks

from .pngs import GREY, GREY_ALPHA, TRUE, Form, samples_of, shown, written
from .profiles import coloured, grey
from .samples import chunk, encoded, opened, pixel
from .test_prepare import near

if TYPE_CHECKING:
    from collections.abc import Callable

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves lcms untyped
SRGB_CORNERS = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
WIDE_CORNERS = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)


def gamma(value: float) -> bytes:
    return chunk(b"gAMA", struct.pack(">I", round(value * 100_000)))


def corners(values: tuple[float, ...]) -> bytes:
    return chunk(b"cHRM", struct.pack(">8I", *(round(value * 100_000) for value in values)))


def packed(profile: bytes) -> bytes:
    return chunk(b"iCCP", b"mine\0\0" + zlib.compress(profile))


def as_srgb(light: float) -> int:
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


def a_png(*chunks: bytes, colour: tuple[int, int, int] = (55, 130, 200)) -> bytes:
    content = encoded(Image.new("RGB", (20, 20), colour), "PNG")
    return content[:33] + b"".join(chunks) + content[33:]


async def sent(content: bytes) -> tuple[int, ...]:
    return pixel(opened((await prepare(content, "x")).content), 3, 3)


@pytest.mark.parametrize("value", [0.35, 0.55, 0.7, 1.0, 2.5])
async def test_a_gamma_is_applied_when_the_file_is_written_anew(value: float) -> None:
    found = await sent(a_png(gamma(value)))

    assert near(found, tuple(as_srgb((tone / 255) ** (1 / value)) for tone in (55, 130, 200)), by=2)


@pytest.mark.parametrize("form", [Form(GREY, 8), Form(GREY, 2), Form(GREY, 16), Form(GREY_ALPHA, 8)], ids=str)
async def test_a_gamma_is_applied_to_grey_too(form: Form) -> None:
    rows = samples_of(form)

    ready = await prepare(written(form, rows, extra=gamma(1)), "x.png")

    found, plain = opened(ready.content).convert("RGBA").tobytes(), shown(form, rows)
    assert near(tuple(found[0::4]), tuple(as_srgb(tone / 255) for tone in plain[0::4]), by=2)
    assert found[3::4] == plain[3::4]


@pytest.mark.parametrize(
    "chunks",
    [
        (gamma(0.45455), corners(SRGB_CORNERS)),
        (gamma(0.45455),),
        (corners(SRGB_CORNERS),),
        (chunk(b"sRGB", b"\0"), gamma(1), corners(WIDE_CORNERS)),  # the stronger word
        (packed(SRGB), gamma(1)),
        (chunk(b"cICP", b"\1\x0d\0\1"), packed(coloured(1, swapped=True))),
        (chunk(b"gAMA", bytes(4)),),
        (chunk(b"gAMA", b"short"),),
        (corners((0.0,) * 8),),
        (corners((0.3127, 0.3290, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3)),),
        (chunk(b"cHRM", b"\xff" * 32),),
        (packed(b"no profile" * 99),),
        (chunk(b"iCCP", b"mine\0\0no zlib"),),
        (chunk(b"iCCP", b"mine\0\1" + zlib.compress(coloured(1))),),
        (chunk(b"iCCP", b""),),
        (packed(grey(1)),),  # of another kind of picture
        (packed(coloured(1, device=b"link")),),
        (packed(coloured(1)[:200]),),
        (chunk(b"cICP", b"\1\x0d\6\1"),),
        (chunk(b"cICP", b"\x63\x0d\0\1"),),
        (chunk(b"cICP", b"\1\x63\0\1"),),
    ],
)
async def test_a_picture_that_is_srgb_after_all_stays_as_it_is(chunks: tuple[bytes, ...]) -> None:
    ready = await prepare(a_png(*chunks), "x.png")

    assert ready.content == a_png()


@pytest.mark.parametrize(
    ("mark", "wanted"),
    [
        (corners(WIDE_CORNERS), (255, 0, 0)),
        (chunk(b"cICP", b"\x0c\x0d\0\1"), (255, 0, 0)),
        (packed(coloured(2.2, swapped=True)), (0, 221, 0)),
        (chunk(b"cICP", b"\1\x08\0\1"), (as_srgb(220 / 255), 0, 0)),
        (chunk(b"cICP", b"\1\4\0\1"), (as_srgb((220 / 255) ** 2.2), 0, 0)),
        (chunk(b"cICP", b"\6\5\0\1"), (218, 14, 0)),
        (chunk(b"cICP", b"\1\1\0\1") + packed(coloured(1, swapped=True)), (223, 0, 0)),
    ],
)
async def test_other_corners_and_curves_are_applied(mark: bytes, wanted: tuple[int, int, int]) -> None:
    assert near(await sent(a_png(mark, colour=(220, 0, 0))), wanted, by=14)


@pytest.mark.parametrize(("number", "signal"), [(16, 0.58), (18, 0.75)])
async def test_the_white_of_a_picture_with_more_light_is_white(number: int, signal: float) -> None:
    bright, half = round(255 * signal), round(255 * signal / 2)
    mark = chunk(b"cICP", bytes((9, number, 0, 1)))

    assert near(await sent(a_png(mark, colour=(bright, bright, bright))), (255, 255, 255), by=3)
    assert 40 < (await sent(a_png(mark, colour=(half, half, half))))[0] < 200


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG"])
async def test_a_grey_picture_obeys_its_grey_profile(file_format: str, options: dict[str, bool]) -> None:
    options = options if file_format == "JPEG" else {}
    content = encoded(Image.new("L", (20, 20), 55), file_format, icc_profile=grey(1), **options)

    assert near(await sent(content), (as_srgb(55 / 255),) * 3, by=2)


@pytest.mark.parametrize("kind", [("L", 55), ("LA", (55, 99))])
async def test_a_grey_picture_obeys_a_profile_of_colours(kind: tuple[str, int]) -> None:
    content = encoded(Image.new(kind[0], (20, 20), kind[1]), "PNG", icc_profile=coloured(1))

    found = await sent(content)
    assert near(found[:3], (as_srgb(55 / 255),) * 3, by=2)
    assert found[3:] == (() if kind[0] == "L" else (99,))


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
async def test_a_profile_of_every_kind_of_file_is_applied_and_left_out(file_format: str) -> None:
    content = encoded(Image.new("RGB", (20, 20), (220, 0, 0)), file_format, icc_profile=coloured(2.2, swapped=True))

    ready = await prepare(content, "x")

    image = opened(ready.content)
    assert near(pixel(image, 3, 3), (0, 220, 0), by=6)
    assert "icc_profile" not in image.info


async def test_a_profile_in_several_parts_in_any_order_is_one() -> None:
    whole, plain = coloured(2.2, swapped=True), encoded(Image.new("RGB", (20, 20), (220, 0, 0)), "JPEG")
    parts = [
        b"\xff\xe2" + struct.pack(">H", 16 + len(data)) + b"ICC_PROFILE\0" + bytes((number, 2)) + data
        for number, data in ((2, whole[200:]), (1, whole[:200]))
    ]

    assert near(await sent(plain[:2] + b"".join(parts) + plain[2:]), (0, 220, 0), by=6)


async def test_a_profile_of_more_than_a_megabyte_is_applied() -> None:
    large = coloured(1) + bytes(2_000_000)

    assert near(await sent(a_png(packed(large))), tuple(as_srgb(tone / 255) for tone in (55, 130, 200)), by=2)


@pytest.mark.parametrize(
    "content",
    [
        lambda: encoded(Image.new("RGB", (20, 20), (55, 130, 200)), "WEBP", lossless=True, icc_profile=SRGB),
        lambda: encoded(Image.new("RGB", (20, 20), (55, 130, 200)), "JPEG", quality=98, icc_profile=SRGB),
    ],
)
async def test_a_profile_of_srgb_costs_no_new_compression(content: Callable[[], bytes]) -> None:
    ready = await prepare(content(), "x")

    assert "icc_profile" not in opened(ready.content).info
    assert opened(ready.content).tobytes() == opened(content()).tobytes()


def test_pixels_of_ink_obey_their_own_kind_of_profile_only() -> None:
    ink = Image.new("CMYK", (2, 2), (0, 255, 255, 0))

    assert pixel(in_srgb(ink, coloured(1)), 0, 0) == (255, 0, 0)
    assert pixel(in_srgb(ink, b""), 0, 0) == (255, 0, 0)
    assert not is_srgb(b"".join((bytes(12), b"prtrCMYK", bytes(200))), "CMYK")
    assert pixel(in_srgb(ink, b"".join((bytes(12), b"prtrCMYK", bytes(200)))), 0, 0) == (255, 0, 0)


def test_a_profile_that_is_larger_than_any_is_not_unfolded() -> None:
    assert not profile_of_chunks({"iCCP": b"a\0\0" + zlib.compress(coloured(1) + bytes(9000))}, 9000)


async def test_a_form_without_any_marks_is_sent_as_it_is() -> None:
    form = Form(TRUE, 8)

    assert opened((await prepare(written(form, samples_of(form)), "x")).content).mode == "RGB"


def test_a_profile_that_leads_nowhere_is_not_used() -> None:
    profile = coloured(2.2)
    table = 128 + 4

    assert from_srgb(profile[:table] + bytes(len(profile) - table), "RGB") is None
