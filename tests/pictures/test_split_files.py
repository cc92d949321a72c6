"""A picture that is too large is cut into parts that together are the same pixels."""

from __future__ import annotations

import io
from itertools import accumulate

import pytest
from PIL import Image

from bot.pictures import in_parts
from bot.services.jobs import UnreadablePictureError


def noisy(width: int, height: int, mode: str = "RGB") -> tuple[Image.Image, bytes]:
    """Pixels that nothing makes small, and their PNG."""
    bands = [Image.effect_noise((width, height), 80 + 9 * place) for place in range(len(mode))]
    image = Image.merge(mode, bands)
    content = io.BytesIO()
    image.save(content, "PNG")
    return image, content.getvalue()


@pytest.mark.parametrize(("mode", "most"), [("RGB", 1_000_000), ("RGB", 60_000), ("RGBA", 40_000), ("RGB", 20_000)])
async def test_all_parts_are_small_and_together_the_same_pixels(mode: str, most: int) -> None:
    image, content = noisy(300, 200, mode)
    parts = await in_parts(content, most)
    whole = Image.new(mode, image.size)
    for file, top in zip(parts.files, accumulate((0, *parts.rows)), strict=False):
        whole.paste(Image.open(io.BytesIO(file)).convert(mode), (0, top))

    assert all(len(file) <= most for file in parts.files)
    assert (parts.media_type, parts.losses, sum(parts.rows)) == ("image/webp", (), 200)
    assert whole.tobytes() == image.tobytes()
    assert (len(parts.files) == 1) is (most == 1_000_000)


@pytest.mark.parametrize(
    ("size", "kind", "most_rows"), [((16_500, 2), "image/png", 2), ((2, 16_500), "image/webp", 8250)]
)
async def test_what_is_too_long_for_a_webp_file_is_cut_or_stays_a_png(
    size: tuple[int, int], kind: str, most_rows: int
) -> None:
    content = io.BytesIO()
    Image.new("RGB", size, "red").save(content, "PNG")
    parts = await in_parts(content.getvalue(), 100_000)

    assert parts.media_type == kind
    assert max(parts.rows) == most_rows


async def test_what_cannot_be_made_small_enough_or_is_no_picture_is_refused() -> None:
    _, content = noisy(300, 40)

    with pytest.raises(ValueError, match="more than 64 parts of 300 bytes"):
        await in_parts(content, 300)
    with pytest.raises(UnreadablePictureError):
        await in_parts(b"garbage", 300)
