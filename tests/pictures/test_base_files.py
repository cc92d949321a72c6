"""A member's picture as results are laid into it: every pixel, its colours and which way up, and nothing else."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps, PngImagePlugin

from bot.pictures import base_files, base_of
from bot.pictures.decode import plain_picture
from bot.services.jobs import UnreadablePictureError
from tests.examples import examples

from .corpus import animated
from .photos import photo
from .profiles import WIDE, grey
from .samples import ORIENTATION, any_file, encoded, noise, opened
from .test_masks import equal


def secretive(file_format: str) -> bytes:
    """A photo with everything that a camera and an editor write beside it."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[0x013B] = "Somebody"
    options: dict[str, object] = {"exif": exif, "icc_profile": WIDE, "xmp": b"<x:xmpmeta>Somebody</x:xmpmeta>"}
    if file_format == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Author", "Somebody")
        options = {"exif": exif, "icc_profile": WIDE, "pnginfo": texts}
    if file_format == "JPEG":
        options["comment"] = b"Somebody"
    return encoded(photo(90, 60, 1), file_format, **options) + b"Somebody"


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP"])
async def test_a_file_loses_what_tells_of_its_maker_and_no_pixel(file_format: str) -> None:
    content = secretive(file_format)

    base = await base_of(content)

    assert b"Somebody" not in base.content
    found, was = opened(base.content), opened(content)
    assert found.format == file_format
    assert found.info["icc_profile"] == WIDE
    assert equal(ImageOps.exif_transpose(found), ImageOps.exif_transpose(was))
    assert (base.width, base.height, base.losses) == (60, 90, ())


async def test_a_photo_is_not_compressed_anew() -> None:
    content = encoded(noise(300, 200), "JPEG", quality=90)

    assert abs(len((await base_of(content)).content) - len(content)) < 100


@pytest.mark.parametrize("options", [{"progressive": True}, {"restart_marker_rows": 1}, {"subsampling": 0}, {}])
async def test_every_build_of_a_jpeg_stays_whole(options: dict[str, object]) -> None:
    content = encoded(noise(300, 200), "JPEG", **options)

    assert equal(opened((await base_of(content)).content), opened(content))


async def test_the_thumbnail_in_a_jpegs_head_is_left_out() -> None:
    content = encoded(photo(64, 48, 1), "JPEG")
    thumbnail = b"\x01\x01" + b"abc"
    head = b"\xff\xe0\x00\x13JFIF\0\x01\x01\0\0\x01\0\x01" + thumbnail
    content = b"\xff\xd8" + head + content[20:]

    base = await base_of(content)

    assert b"abc" not in base.content
    assert equal(opened(base.content), opened(content))


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP"])
async def test_of_an_animation_the_first_picture_is_taken(file_format: str) -> None:
    content = animated(file_format)

    base = await base_of(content)

    assert base.media_type == "image/png"
    assert getattr(opened(base.content), "n_frames", 1) == 1
    assert equal(opened(base.content).convert("RGBA"), opened(content).convert("RGBA"))
    assert base.losses == ("a still picture instead of an animation",)


@pytest.mark.parametrize(
    ("mode", "file_format", "losses"),
    [
        ("RGB", "PNG", ()),
        ("L", "JPEG", ()),
        ("P", "PNG", ()),
        ("I;16", "PNG", ("8 bits a colour instead of 16",)),
        ("CMYK", "JPEG", ("RGB instead of CMYK",)),
    ],
)
async def test_what_no_result_can_keep_is_told(mode: str, file_format: str, losses: tuple[str, ...]) -> None:
    assert (await base_of(any_file(photo(90, 60, 1), mode, file_format))).losses == losses


@pytest.mark.parametrize("mark", [(b"gAMA", struct.pack(">I", 100_000)), (b"cICP", bytes((12, 13, 0, 1)))])
async def test_colours_that_are_told_otherwise_than_by_a_profile_get_one(mark: tuple[bytes, bytes]) -> None:
    marks = PngImagePlugin.PngInfo()
    marks.add(*mark)
    content = encoded(noise(9, 9), "PNG", pnginfo=marks)

    base = await base_of(content)

    assert base.losses == ()
    assert len(opened(base.content).info["icc_profile"]) > 100
    assert equal(opened(base.content), opened(content))


async def test_grey_with_a_profile_of_its_own_is_told_to_become_srgb() -> None:
    content = encoded(noise(9, 9).convert("L"), "PNG", icc_profile=grey(1.0))

    base = await base_of(content)

    assert base.losses == ("sRGB instead of its own colour space",)


async def test_what_is_no_picture_is_no_base() -> None:
    with pytest.raises(UnreadablePictureError):
        await base_of(b"words")


@settings(max_examples=examples(60))
@given(
    width=st.integers(1, 200),
    height=st.integers(1, 200),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"]),
    file_format=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    orientation=st.integers(1, 8),
    profile=st.sampled_from([b"", WIDE, b"no profile"]),
)
async def test_whatever_comes_is_the_same_picture_in_other_words(
    width: int, height: int, mode: str, file_format: str, orientation: int, profile: bytes
) -> None:
    content = any_file(noise(width, height), mode, file_format, orientation, profile)

    base = await base_of(content)

    assert b"Somebody" not in base.content
    found, was = plain_picture(base.content, own_colours=True), plain_picture(content, own_colours=True)
    assert (found.width, found.height, found.profile) == (was.width, was.height, was.profile)
    assert equal(found.image, was.image)
    assert (base.width, base.height) == (was.width, was.height)


async def test_a_webp_without_a_header_of_its_own_stays_as_it_is() -> None:
    content = encoded(noise(40, 30), "WEBP", quality=80)

    base = await base_of(content)

    assert base.content == content


async def test_the_colour_that_counts_as_transparent_is_kept() -> None:
    content = encoded(noise(40, 30), "PNG", transparency=(1, 2, 3))

    base = await base_of(content)

    assert opened(base.content).info["transparency"] == (1, 2, 3)


async def test_a_file_that_cannot_be_bared_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> bytes:
        raise UnreadablePictureError("is odd")

    monkeypatch.setitem(base_files._DRESSED, "image/jpeg", refuse)  # pyright: ignore[reportPrivateUsage] - no file is known that does it
    content = encoded(noise(40, 30), "JPEG")

    base = await base_of(content)

    assert base.media_type == "image/png"
    assert equal(opened(base.content), opened(content))
