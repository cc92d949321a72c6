"""Small pictures to look at meanwhile."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.pictures import preview_of
from bot.services.jobs import UnreadablePictureError
from tests.examples import examples

from .samples import apng, encoded, gradient, half_transparent, noise, opened, pixel, quarters

FRAME = encoded(quarters(300, 200), "PNG")


async def shrink(content: bytes, **limits: int) -> bytes:
    return await preview_of(lambda: [content], **limits)


async def contact_sheet(frames: list[bytes | None], **limits: int) -> bytes:
    return await preview_of(lambda: frames, **limits)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_a_frame_becomes_a_small_jpeg(file_format: str) -> None:
    small = opened(await shrink(encoded(gradient(1536, 1024), file_format)))

    assert (small.format, small.size) == ("JPEG", (768, 512))


async def test_a_small_frame_is_not_enlarged() -> None:
    assert opened(await shrink(FRAME)).size == (300, 200)


async def test_transparency_is_shown_on_a_light_checkerboard() -> None:
    small = opened(await shrink(encoded(half_transparent(100, 100), "PNG")))

    assert pixel(small, 20, 50)[0] > 240
    assert pixel(small, 20, 50)[1] < 30
    fields = {pixel(small, x, 54)[0] for x in (66, 78)}
    assert min(fields) > 200
    assert max(fields) - min(fields) > 10


async def test_the_first_picture_of_an_animation_is_shown() -> None:
    assert opened(await shrink(apng(3))).size == (9, 9)


@pytest.mark.parametrize("most_bytes", [256 * 1024, 40_000, 2048])
async def test_noise_is_squeezed_until_it_fits(most_bytes: int) -> None:
    small = await shrink(encoded(noise(900, 700), "PNG"), most_bytes=most_bytes)

    assert len(small) <= most_bytes
    assert abs(opened(small).width * 700 / 900 - opened(small).height) <= 1


async def test_a_limit_below_any_picture_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no picture fits into 100 bytes"):
        await shrink(FRAME, most_bytes=100)


@pytest.mark.parametrize("content", [b"", b"garbage", FRAME[:100]])
async def test_bad_bytes_raise_what_a_caller_can_pass_over(content: bytes) -> None:
    with pytest.raises(UnreadablePictureError):
        await shrink(content)


@settings(max_examples=examples(40))
@given(
    width=st.integers(1, 1500),
    height=st.integers(1, 1500),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1"]),
    edge=st.integers(1, 1000),
    most_bytes=st.integers(2048, 300_000),
)
async def test_a_preview_of_any_picture_keeps_every_limit(
    width: int, height: int, mode: str, edge: int, most_bytes: int
) -> None:
    small = await shrink(encoded(gradient(width, height, mode), "PNG"), most_bytes=most_bytes, edge=edge)

    assert len(small) <= most_bytes
    assert max(opened(small).size) <= max(edge, 1)


@pytest.mark.parametrize(("count", "size"), [(1, (300, 200)), (2, (608, 200)), (3, (608, 408)), (4, (608, 408))])
async def test_a_sheet_has_two_columns(count: int, size: tuple[int, int]) -> None:
    sheet = opened(await contact_sheet([FRAME] * count))

    assert (sheet.format, sheet.size) == ("JPEG", size)


async def test_each_frame_has_its_place_and_a_missing_one_a_quiet_tile() -> None:
    red, blue = (encoded(Image.new("RGB", (300, 200), colour), "PNG") for colour in ("red", "blue"))

    sheet = opened(await contact_sheet([red, None, b"garbage", blue]))

    assert pixel(sheet, 150, 100)[0] > 240
    assert pixel(sheet, 458, 308)[2] > 240
    for x, y in ((400, 50), (50, 300)):
        assert all(50 < band < 90 for band in pixel(sheet, x, y))
    assert pixel(sheet, 458, 100)[0] > 100  # the middle one of its three dots


async def test_a_sheet_before_the_first_frame_is_all_tiles() -> None:
    sheet = opened(await contact_sheet([None, None, None], edge=208))

    assert sheet.size == (208, 208)


async def test_pictures_of_other_shapes_keep_theirs() -> None:
    tall = encoded(Image.new("RGB", (100, 400), "red"), "PNG")

    sheet = opened(await contact_sheet([FRAME, tall]))

    assert sheet.size == (608, 200)
    assert pixel(sheet, 458, 100)[0] > 240
    assert max(pixel(sheet, 340, 100)) < 80


@pytest.mark.parametrize("count", [0, 5])
async def test_a_sheet_of_none_or_of_five_is_a_mistake_of_ours(count: int) -> None:
    with pytest.raises(ValueError, match=f"not {count}"):
        await contact_sheet([None] * count)
