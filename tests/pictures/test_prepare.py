"""What is sent to the image API of what a member attached."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from bot.errors import InputPictureError
from bot.pictures import prepare
from bot.pictures.files.container_format import dissect
from bot.services.catalog import LONGEST_EDGE, MOST_PIXELS
from tests.examples import examples

from .corpus import animated
from .samples import (
    ORIENTATION,
    chunk,
    encoded,
    gradient,
    half_transparent,
    noise,
    opened,
    packed_zeros,
    pixel,
    png,
    quarters,
)

if TYPE_CHECKING:
    from collections.abc import Callable

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType] - Pillow leaves lcms untyped
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def near(found: tuple[int, ...], wanted: tuple[int, ...], by: int = 12) -> bool:
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    "make",
    [
        lambda: encoded(gradient(90, 60), "PNG"),
        lambda: encoded(half_transparent(90, 60), "PNG"),
        lambda: encoded(gradient(90, 60), "JPEG"),
        lambda: encoded(gradient(90, 60), "WEBP"),
        lambda: encoded(half_transparent(90, 60), "WEBP", lossless=True),
    ],
)
async def test_an_ordinary_picture_passes_unchanged(make: Callable[[], bytes]) -> None:
    content = make()

    ready = await prepare(content, "x.png")

    assert ready.content == content
    assert (ready.media_type, ready.width, ready.height, ready.note) == (dissect(content).media_type, 90, 60, "")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
async def test_a_turned_photo_is_sent_upright(orientation: int, file_format: str) -> None:
    upright = quarters(64, 48)
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,  # stored turned to the left, to be shown turned to the right
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    stored = encoded(upright if turn is None else upright.transpose(turn), file_format, exif=exif)

    ready = await prepare(stored, "phone.jpg")

    shown = opened(ready.content)
    assert shown.size == (ready.width, ready.height) == (64, 48)
    assert not shown.getexif()
    corners = [pixel(shown, x, y) for x, y in ((5, 5), (58, 5), (5, 42), (58, 42))]
    assert all(near(found, wanted) for found, wanted in zip(corners, (RED, GREEN, BLUE, WHITE), strict=True))


def with_gps() -> Image.Exif:
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Maker of phones"
    return exif


@pytest.mark.parametrize(
    "make",
    [
        lambda: encoded(quarters(64, 48), "JPEG", exif=with_gps(), comment=b"secret"),
        lambda: encoded(quarters(64, 48), "PNG", exif=with_gps()),
        lambda: encoded(quarters(64, 48), "WEBP", exif=with_gps(), xmp=b"<secret/>"),
        lambda: encoded(quarters(64, 48), "JPEG") + b"secret",
        lambda: encoded(quarters(64, 48), "PNG")[:-12] + chunk(b"tEXt", b"Comment\0secret") + chunk(b"IEND"),
    ],
)
async def test_metadata_and_appendices_stay_behind(make: Callable[[], bytes]) -> None:
    ready = await prepare(make(), "x.jpg")

    assert b"secret" not in ready.content
    assert b"Maker" not in ready.content
    assert near(pixel(opened(ready.content), 5, 5), RED)


async def test_bytes_hidden_behind_the_last_pixel_stay_behind() -> None:
    padded = png(10, 10, packed_zeros(200 << 20))

    ready = await prepare(padded, "x.png")

    assert len(padded) > 100_000
    assert len(ready.content) < 1000


def cmyk() -> Image.Image:
    return Image.new("CMYK", (20, 20), (0, 255, 255, 0))


@pytest.mark.parametrize(
    ("make", "mode", "colour"),
    [
        (lambda: encoded(cmyk(), "JPEG"), "RGB", RED),
        (lambda: encoded(Image.new("L", (20, 20), 77), "JPEG"), "RGB", (77, 77, 77)),
        (lambda: encoded(Image.new("L", (20, 20), 77), "PNG"), "RGB", (77, 77, 77)),
        (lambda: encoded(Image.new("LA", (20, 20), (77, 9)), "PNG"), "RGBA", (77, 77, 77, 9)),
        (lambda: encoded(Image.new("1", (20, 20), 1), "PNG"), "RGB", WHITE),
        (lambda: encoded(Image.new("I;16", (20, 20), 0x8010), "PNG"), "RGB", (128, 128, 128)),
        (lambda: png(2, 1, packed_zeros(17), depth=16, colour=6), "RGBA", (0, 0, 0, 0)),
        (lambda: png(2, 1, packed_zeros(13), depth=16, colour=2), "RGB", (0, 0, 0)),
        (lambda: encoded(quarters(20, 20).convert("P"), "PNG"), "RGB", RED),
        (lambda: encoded(quarters(20, 20).quantize(4), "PNG", transparency=bytes([0, 0, 0, 0])), "RGBA", (*RED, 0)),
        (lambda: encoded(quarters(20, 20), "PNG", transparency=RED), "RGBA", (*RED, 0)),
    ],
)
async def test_pixels_of_every_kind_become_plain_ones(
    make: Callable[[], bytes], mode: str, colour: tuple[int, ...]
) -> None:
    ready = await prepare(make(), "x.png")

    image = opened(ready.content)
    assert image.mode == mode
    assert not {"transparency", "icc_profile"} & image.info.keys()
    assert near(pixel(image, 0, 0), colour)


async def test_a_colour_profile_is_applied_and_left_out() -> None:
    # A profile whose red is what sRGB calls green: the wrong way round on purpose, to see it work.
    swapped = bytearray(SRGB.tobytes())
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = swapped[green : green + 4], swapped[red : red + 4]

    ready = await prepare(encoded(quarters(40, 40), "PNG", icc_profile=bytes(swapped)), "x.png")

    image = opened(ready.content)
    assert near(pixel(image, 5, 5), GREEN)
    assert "icc_profile" not in image.info


@pytest.mark.parametrize(
    "make",
    [
        lambda: encoded(quarters(40, 40), "PNG", icc_profile=b"no profile at all"),
        lambda: encoded(quarters(40, 40), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"),
        lambda: encoded(quarters(40, 40), "JPEG", exif=b"Exif\0\0no exif"),
        lambda: encoded(quarters(40, 40), "PNG", exif=b"Exif\0\0no exif"),
        lambda: encoded(quarters(40, 40), "WEBP", exif=b"no exif"),
    ],
)
@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
async def test_broken_metadata_does_not_spoil_a_good_picture(make: Callable[[], bytes]) -> None:
    ready = await prepare(make(), "x.png")

    assert near(pixel(opened(ready.content), 5, 5), RED)


@pytest.mark.parametrize(
    ("make", "media_type"),
    [
        (lambda: encoded(gradient(4000, 40), "PNG"), "image/png"),
        (lambda: encoded(gradient(4000, 40, "RGBA"), "PNG"), "image/png"),
        (lambda: encoded(gradient(4000, 40), "JPEG"), "image/jpeg"),
        (lambda: encoded(gradient(4000, 40), "WEBP"), "image/jpeg"),
        (lambda: encoded(gradient(4000, 40), "WEBP", lossless=True), "image/png"),
        (lambda: encoded(half_transparent(4000, 40), "WEBP"), "image/png"),
        (lambda: encoded(noise(3900, 1100), "PNG", compress_level=1), "image/jpeg"),  # a photo that came as PNG
    ],
)
async def test_a_new_file_is_of_the_kind_that_suits_it(make: Callable[[], bytes], media_type: str) -> None:
    ready = await prepare(make(), "x.png")

    assert ready.media_type == media_type
    assert f"image/{opened(ready.content).format}".lower() == media_type


async def test_a_picture_that_is_too_large_is_scaled_and_the_member_told() -> None:
    ready = await prepare(encoded(gradient(5000, 4000), "JPEG"), "big_*one*.jpg")

    assert (ready.width, ready.height) == opened(ready.content).size == (3219, 2575)
    assert ready.source_size == (5000, 4000)
    assert ready.note == ("“big one .jpg” was scaled from 5000×4000 to 3219×2575 pixels, the most that can be sent.")


async def test_a_picture_larger_than_memory_likes_is_decoded_alone_and_scaled() -> None:
    ready = await prepare(encoded(Image.new("P", (4200, 4200)), "PNG"), "x.png")

    assert (ready.width, ready.height) == (2880, 2880)


async def test_the_gain_map_of_a_phone_photo_is_no_animation() -> None:
    content = encoded(quarters(64, 48), "MPO", save_all=True, append_images=[quarters(32, 24)])

    ready = await prepare(content, "phone.jpg")

    assert ready.media_type == "image/jpeg"
    assert opened(ready.content).format == "JPEG"


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "GIF"])
async def test_of_an_animation_the_first_picture_is_used_and_the_member_told(file_format: str) -> None:
    ready = await prepare(animated(file_format), "party.gif")

    shown = opened(ready.content)
    assert ready.media_type == "image/png"
    assert shown.size == (64, 48)
    assert near(pixel(shown, 5, 5), RED)
    assert ready.note == "“party.gif” is animated; its first picture is used."


async def test_a_large_animation_is_scaled_too_and_both_are_said() -> None:
    frames = [gradient(4000, 40).convert("P"), quarters(4000, 40).convert("P")]

    ready = await prepare(encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]), "long.gif")

    assert ready.note == (
        "“long.gif” is animated; its first picture is used. “long.gif” was scaled from 4000×40 to 3840×38 pixels, "
        "the most that can be sent."
    )


async def test_a_still_gif_becomes_a_png_and_its_transparency_stays() -> None:
    ready = await prepare(encoded(quarters(64, 48).quantize(4), "GIF", transparency=0), "sticker.gif")

    image = opened(ready.content)
    assert (ready.media_type, ready.note, image.mode) == ("image/png", "", "RGBA")
    assert image.getchannel("A").getextrema()[0] == 0


async def test_a_refusal_names_the_file() -> None:
    with pytest.raises(InputPictureError, match=r"^“notes\.png” is a text file\."):
        await prepare(b"some words", "notes.png")


MODES = {
    "PNG": ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"],
    "JPEG": ["RGB", "L", "CMYK"],
    "WEBP": ["RGB", "RGBA"],
}


@st.composite
def pictures(draw: st.DrawFn, longest: int = 6000) -> Image.Image:
    """Any size and mode, from a dot to a band; tagged with the format it is to be written in."""
    width = draw(st.integers(1, longest))
    height = draw(st.integers(1, max(1, min(longest, 2_000_000 // width))))
    file_format = draw(st.sampled_from(sorted(MODES)))
    mode = draw(st.sampled_from(MODES[file_format]))
    image = Image.new(mode, (width, height)) if mode == "I;16" else gradient(width, height, mode)
    image.info["written as"] = file_format
    return image


@settings(max_examples=examples(60))
@given(pictures())
async def test_whatever_comes_a_legal_picture_of_the_same_aspect_is_sent(image: Image.Image) -> None:
    ready = await prepare(encoded(image, image.info["written as"]), "x")

    sent = opened(ready.content)
    assert sent.mode in {"RGB", "RGBA"}
    assert sent.size == (ready.width, ready.height)
    assert max(sent.size) <= LONGEST_EDGE
    assert sent.width * sent.height <= MOST_PIXELS
    factor = max(sent.size) / max(image.size)
    assert abs(sent.width - image.width * factor) <= 1
    assert abs(sent.height - image.height * factor) <= 1
