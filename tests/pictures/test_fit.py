"""Copies below an upload limit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.pictures import fit
from bot.pictures.encode import as_lossless_webp
from bot.services.jobs import UnreadablePictureError
from tests.examples import examples

from .samples import encoded, gradient, half_transparent, noise, opened, pixel


async def test_what_is_small_enough_is_the_original_itself() -> None:
    content = encoded(gradient(90, 60), "PNG")

    fitted = await fit(content, len(content))

    assert fitted.content is content
    assert (fitted.media_type, fitted.width, fitted.height, fitted.note) == ("image/png", 90, 60, "")


async def test_a_little_too_much_is_mended_without_loss() -> None:
    original = gradient(600, 400)
    content = encoded(original, "PNG", compress_level=0)

    fitted = await fit(content, len(content) - 1)

    assert fitted.media_type == "image/webp"
    assert ImageChops.difference(opened(fitted.content).convert("RGB"), original).getbbox() is None
    assert fitted.note.startswith("shown as a smaller copy (WebP, ")


async def test_a_photo_becomes_a_jpeg_of_the_same_size() -> None:
    content = encoded(noise(900, 700), "PNG")

    fitted = await fit(content, len(content) // 2)

    assert (fitted.media_type, fitted.width, fitted.height) == ("image/jpeg", 900, 700)
    assert fitted.note == f"shown as a smaller copy (JPEG, {len(fitted.content) / 1e6:.1f} MB); the original is kept"


async def test_where_quality_alone_does_not_help_it_gets_smaller() -> None:
    fitted = await fit(encoded(noise(900, 700), "PNG"), 60_000)

    image = opened(fitted.content)
    assert len(fitted.content) <= 60_000
    assert image.size == (fitted.width, fitted.height)
    assert fitted.width < 900
    assert f"JPEG, {fitted.width}×{fitted.height}, {len(fitted.content) / 1e3:.0f} kB" in fitted.note


async def test_transparency_is_kept() -> None:
    picture = noise(600, 400).convert("RGBA")
    picture.paste(half_transparent(300, 400), (300, 0))

    fitted = await fit(encoded(picture, "PNG"), 90_000)

    assert fitted.media_type == "image/webp"
    assert pixel(opened(fitted.content), fitted.width - 2, 5)[3] == 0


async def test_an_alpha_channel_without_transparency_is_left_out() -> None:
    fitted = await fit(encoded(noise(600, 400).convert("RGBA"), "PNG"), 90_000)

    assert fitted.media_type == "image/jpeg"


async def test_a_lossless_copy_that_is_still_too_large_is_not_taken() -> None:
    picture = noise(300, 200)
    most = len(as_lossless_webp(picture, small=True)) - 1

    fitted = await fit(encoded(picture, "PNG", compress_level=1), most)

    assert fitted.media_type == "image/jpeg"
    assert len(fitted.content) <= most


async def test_a_band_longer_than_a_webp_may_be_is_shortened() -> None:
    picture = Image.new("RGBA", (17_000, 40), (9, 9, 9, 9))
    picture.paste(noise(17_000, 20), (0, 0))
    content = encoded(picture, "PNG")

    fitted = await fit(content, len(content) // 2)

    assert fitted.media_type == "image/webp"
    assert max(opened(fitted.content).size) <= 16_383


@pytest.mark.parametrize("content", [b"garbage", b"garbage" * 1000])
async def test_garbage_is_not_fitted(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        await fit(content, 3000)


@settings(max_examples=examples(30))
@given(
    width=st.integers(1, 700),
    height=st.integers(1, 700),
    transparent=st.booleans(),
    file_format=st.sampled_from(["PNG", "WEBP"]),
    most_bytes=st.integers(2048, 200_000),
)
async def test_a_copy_fits_whatever_it_is_made_of(
    width: int,
    height: int,
    transparent: bool,  # noqa: FBT001 - drawn by hypothesis
    file_format: str,
    most_bytes: int,
) -> None:
    image = noise(width, height)
    if transparent:
        image.putalpha(Image.effect_noise(image.size, 80))

    fitted = await fit(encoded(image, file_format, lossless=True), most_bytes)

    assert len(fitted.content) <= most_bytes
    assert opened(fitted.content).size == (fitted.width, fitted.height)
