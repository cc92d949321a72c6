"""What a mask keeps is the original's again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.pictures import fit_mask, retouch
from bot.pictures.stencils import mask_file
from bot.services.images import UnreadablePictureError

from .corpus import animated
from .photos import photo, spot
from .samples import encoded, gradient, half_transparent, noise, opened, pixel
from .test_masks import equal

SIZE = (480, 320)
MASK = mask_file(spot(SIZE).point([0] * 128 + [255] * 128))


def only_kept(image: Image.Image, stencil: Image.Image) -> Image.Image:
    """What of a picture a mask keeps; the rest black."""
    black = Image.new(image.mode, image.size)
    return Image.composite(black, image, stencil)


async def test_kept_pixels_are_the_originals_and_the_middle_is_the_results() -> None:
    old, made = photo(*SIZE, 1), photo(*SIZE, 2)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(made, "PNG")))

    assert (image.format, image.mode, image.size) == ("PNG", "RGB", SIZE)
    stencil = spot(SIZE).point([0] * 128 + [255] * 128)
    assert equal(only_kept(image, stencil), only_kept(old, stencil))
    middle = (170, 120, 260, 200)
    assert equal(image.crop(middle), made.crop(middle))


async def test_the_seam_is_soft_and_lies_in_what_may_change() -> None:
    black, white = Image.new("RGB", SIZE), Image.new("RGB", SIZE, "white")
    half = Image.new("L", SIZE)
    half.paste(255, (240, 0, 480, 320))

    image = opened(await retouch(encoded(black, "PNG"), mask_file(half), encoded(white, "PNG")))

    row = [pixel(image, x, 100)[0] for x in range(SIZE[0])]
    assert set(row[:240]) == {0}
    assert row[240:] == sorted(row[240:])
    assert set(row[250:]) == {255}
    assert any(20 < value < 235 for value in row)


async def test_a_hole_too_narrow_for_a_soft_seam_is_not_feathered_away() -> None:
    line = Image.new("L", (2000, 2000))
    line.paste(255, (0, 1000, 2000, 1003))
    black, white = (encoded(Image.new("RGB", (2000, 2000), colour), "PNG") for colour in ("black", "white"))

    image = opened(await retouch(black, mask_file(line), white))

    assert pixel(image, 50, 1001)[0] > 220
    assert pixel(image, 50, 999)[0] == pixel(image, 50, 1003)[0] == 0


async def test_a_hole_of_a_pixel_has_a_hard_edge() -> None:
    dot = Image.new("L", (90, 90))
    dot.putpixel((40, 40), 255)
    black, white = (encoded(Image.new("RGB", (90, 90), colour), "PNG") for colour in ("black", "white"))

    image = opened(await retouch(black, mask_file(dot), white))

    assert image.getbbox() == (40, 40, 41, 41)
    assert pixel(image, 40, 40) == (255, 255, 255)


def highest(band: Image.Image) -> int:
    return max(band.tobytes())


@pytest.mark.parametrize(
    ("file_format", "options"), [("JPEG", {"quality": 90}), ("WEBP", {"quality": 90}), ("WEBP", {"lossless": True})]
)
async def test_the_results_format_stays(file_format: str, options: dict[str, int]) -> None:
    old, made = photo(*SIZE, 1), photo(*SIZE, 2)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(made, file_format, **options)))

    assert image.format == file_format
    far = (0, 0, 60, 320)
    difference = ImageChops.difference(image.convert("RGB").crop(far), old.crop(far))
    worst = max(highest(band) for band in difference.split())
    assert worst == 0 if "lossless" in options else worst < 60


async def test_an_original_of_another_size_is_scaled_to_the_results() -> None:
    old = gradient(960, 640)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(photo(*SIZE, 2), "PNG")))

    assert image.size == SIZE
    assert abs(pixel(image, 20, 20)[0] - pixel(old, 40, 40)[0]) < 6


async def test_a_mask_of_another_size_is_scaled_too() -> None:
    small = await fit_mask(encoded(spot((240, 160)), "PNG"), "m.png", 240, 160)

    image = opened(await retouch(encoded(noise(*SIZE), "PNG"), small.content, encoded(photo(*SIZE, 2), "PNG")))

    assert equal(image.crop((170, 120, 260, 200)), photo(*SIZE, 2).crop((170, 120, 260, 200)))


async def test_a_transparent_original_stays_transparent_outside() -> None:
    old = half_transparent(*SIZE)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(photo(*SIZE, 2), "PNG")))

    stencil = spot(SIZE).point([0] * 128 + [255] * 128)
    assert image.mode == "RGBA"
    assert equal(only_kept(image, stencil), only_kept(old, stencil))
    assert pixel(image, 200, 160) == (*pixel(photo(*SIZE, 2), 200, 160), 255)


async def test_a_transparent_result_stays_transparent_inside() -> None:
    old = photo(*SIZE, 1)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(Image.new("RGBA", SIZE), "WEBP", lossless=True)))

    assert (image.format, pixel(image, 200, 160)[3], pixel(image, 5, 5)) == ("WEBP", 0, (*pixel(old, 5, 5), 255))
    # Clear black beside the original does not darken the seam: colours count as much as they are seen.
    seen = [pixel(image, x, 160) for x in range(150) if 60 < pixel(image, x, 160)[3] < 255]
    assert all(max(abs(a - b) for a, b in zip(one[:3], pixel(old, 146, 160), strict=True)) < 90 for one in seen)


async def test_through_a_transparent_original_a_jpeg_shows_the_result() -> None:
    made = photo(*SIZE, 2)

    image = opened(await retouch(encoded(half_transparent(*SIZE), "PNG"), MASK, encoded(made, "JPEG", quality=95)))

    assert image.mode == "RGB"
    assert pixel(image, 20, 20)[0] > 240
    assert max(abs(a - b) for a, b in zip(pixel(image, 470, 20), pixel(made, 470, 20), strict=True)) < 40


async def test_a_mask_without_alpha_keeps_everything() -> None:
    old = photo(*SIZE, 1)

    image = opened(await retouch(encoded(old, "PNG"), encoded(noise(*SIZE), "PNG"), encoded(photo(*SIZE, 2), "PNG")))

    assert equal(image, old)


@pytest.mark.parametrize("bad", [0, 1, 2])
async def test_what_is_no_picture_cannot_be_composed(bad: int) -> None:
    files = [encoded(photo(*SIZE, 1), "PNG"), MASK, encoded(photo(*SIZE, 2), "PNG")]
    files[bad] = files[bad][:200]

    with pytest.raises(UnreadablePictureError):
        await retouch(*files)


@pytest.mark.parametrize("file_format", ["GIF", "PNG"])
async def test_an_animation_is_not_composed(file_format: str) -> None:
    with pytest.raises(UnreadablePictureError, match="is animated"):
        await retouch(encoded(photo(*SIZE, 1), "PNG"), MASK, animated(file_format))


@settings(max_examples=40, deadline=None)
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    alpha=st.booleans(),
    seed=st.integers(0, 999),
    box=st.tuples(*[st.floats(0, 1)] * 4),
)
async def test_kept_pixels_are_exactly_the_originals_in_any_picture(
    width: int,
    height: int,
    alpha: bool,  # noqa: FBT001 - drawn by hypothesis
    seed: int,
    box: tuple[float, float, float, float],
) -> None:
    old, made = noise(width, height), photo(width, height, seed)
    if alpha:
        old.putalpha(Image.effect_noise(old.size, 90))
    xs, ys = sorted(box[:2]), sorted(box[2:])
    stencil = Image.new("L", (width, height))
    stencil.paste(255, (int(xs[0] * width), int(ys[0] * height), int(xs[1] * width), int(ys[1] * height)))

    image = opened(await retouch(encoded(old, "PNG"), mask_file(stencil), encoded(made, "PNG")))

    # A file with nothing transparent in it may be read back with or without an alpha channel.
    assert equal(only_kept(image.convert("RGBA"), stencil), only_kept(old.convert("RGBA"), stencil))
