"""What a mask keeps is the original's again."""

from __future__ import annotations

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageOps

from bot.pictures import base_of, retouch
from bot.pictures.masks.stencils import mask_file, stencil_file
from bot.services.jobs import UnreadablePictureError
from tests.examples import examples

from .corpus import animated
from .photos import jpeg, photo, spot
from .profiles import SRGB, WIDE, profile_of
from .samples import ORIENTATION, any_file, encoded, half_transparent, noise, opened, pixel
from .test_masks import equal

MODULE = import_module("bot.pictures.retouch")  # whose name in its room is its one function
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


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
async def test_the_results_format_stays(file_format: str) -> None:
    old, made = photo(*SIZE, 1), photo(*SIZE, 2)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(made, file_format)))

    assert image.format == file_format
    far = (0, 0, 60, 320)
    difference = ImageChops.difference(image.convert("RGB").crop(far), old.crop(far))
    worst = max(highest(band) for band in difference.split())
    assert worst < 60 if file_format == "JPEG" else worst == 0


@pytest.mark.parametrize("file_format", ["JPEG", "WEBP"])
async def test_who_wants_a_small_file_gets_one(file_format: str) -> None:
    files = encoded(photo(*SIZE, 1), "PNG"), MASK, encoded(photo(*SIZE, 2), file_format)

    small, usual = await retouch(*files, 30), await retouch(*files)

    assert len(small) < len(usual) / 3


async def test_a_result_of_another_size_is_brought_to_the_pictures() -> None:
    old, made = photo(*SIZE, 1), photo(960, 640, 2)
    stencil = spot(SIZE).point([0] * 128 + [255] * 128)

    image = opened(await retouch(encoded(old, "PNG"), MASK, encoded(made, "PNG")))

    assert image.size == SIZE
    assert equal(only_kept(image, stencil), only_kept(old, stencil))
    middle = (170, 120, 260, 200)
    wanted = made.resize(SIZE, Image.Resampling.LANCZOS).crop(middle)  # pyright: ignore[reportUnknownMemberType] - numpy is named in it
    assert equal(image.crop(middle), wanted)


async def test_a_mask_of_another_size_is_a_mistake_of_ours() -> None:
    small = mask_file(spot((240, 160)).point([0] * 128 + [255] * 128))

    with pytest.raises(UnreadablePictureError, match="another size than its mask"):
        await retouch(encoded(noise(*SIZE), "PNG"), small, encoded(photo(*SIZE, 2), "PNG"))


async def test_a_mask_of_one_bit_a_pixel_says_the_same() -> None:
    stencil = spot(SIZE).point([0] * 128 + [255] * 128)
    files = encoded(photo(*SIZE, 1), "PNG"), encoded(photo(*SIZE, 2), "PNG")

    assert await retouch(files[0], stencil_file(stencil), files[1]) == await retouch(files[0], MASK, files[1])


async def test_a_picture_in_other_colours_keeps_them_and_what_changed_is_seen_as_the_model_drew_it() -> None:
    old, made = photo(*SIZE, 1), photo(*SIZE, 2)
    stencil = spot(SIZE).point([0] * 128 + [255] * 128)

    image = opened(await retouch(encoded(old, "JPEG", icc_profile=WIDE), MASK, encoded(made, "PNG")))

    assert image.info["icc_profile"] == WIDE
    assert equal(only_kept(image, stencil), only_kept(jpeg(old, 75), stencil))
    seen = ImageCms.profileToProfile(image, profile_of(WIDE), SRGB)
    assert seen is not None
    middle = (170, 120, 260, 200)
    difference = ImageChops.difference(seen.crop(middle), made.crop(middle))
    assert max(highest(band) for band in difference.split()) < 12
    assert not equal(image.crop(middle), made.crop(middle))


async def test_a_turned_photo_is_composed_as_it_is_seen() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    old, made = photo(320, 480, 1), photo(*SIZE, 2)
    stencil = spot(SIZE).point([0] * 128 + [255] * 128)

    image = opened(await retouch(encoded(old, "PNG", exif=exif), MASK, encoded(made, "PNG")))

    upright = old.transpose(Image.Transpose.ROTATE_270)
    assert equal(only_kept(image, stencil), only_kept(upright, stencil))
    assert not image.getexif()


@pytest.mark.parametrize("wide", [False, True])
async def test_what_would_be_too_large_to_be_changed_again_is_written_smaller(
    monkeypatch: pytest.MonkeyPatch,
    wide: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    old, made = photo(*SIZE, 1), photo(*SIZE, 2)
    files = encoded(old, "PNG"), MASK, encoded(made, "PNG")
    monkeypatch.setattr(MODULE, "LARGEST_INPUT", len(await retouch(*files)) - 1)
    monkeypatch.setattr(MODULE, "LONGEST_WEBP_EDGE", 100 if wide else 16_383)

    image = opened(await retouch(*files))

    assert image.format == ("JPEG" if wide else "WEBP")
    if not wide:
        stencil = spot(SIZE).point([0] * 128 + [255] * 128)
        assert equal(only_kept(image.convert("RGB"), stencil), only_kept(old, stencil))


async def test_what_is_no_smaller_without_loss_becomes_a_jpeg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MODULE, "LARGEST_INPUT", 1000)

    image = opened(await retouch(encoded(noise(*SIZE), "PNG"), MASK, encoded(photo(*SIZE, 2), "PNG")))

    assert image.format == "JPEG"


async def test_large_pictures_are_composed_in_strips_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    files = encoded(photo(*SIZE, 1), "PNG"), MASK, encoded(photo(240, 160, 2), "PNG")
    whole = opened(await retouch(*files))
    monkeypatch.setattr(MODULE, "_STRIP", 7)
    monkeypatch.setattr(MODULE, "_ONE_AT_A_TIME", 1)

    assert equal(opened(await retouch(*files)), whole)


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


async def test_a_mask_that_marks_nothing_keeps_everything() -> None:
    old = photo(*SIZE, 1)

    nothing = mask_file(Image.new("L", SIZE))

    image = opened(await retouch(encoded(old, "PNG"), nothing, encoded(photo(*SIZE, 2), "PNG")))

    assert equal(image, old)


@pytest.mark.parametrize("bad", [0, 2])
async def test_what_is_no_picture_cannot_be_composed(bad: int) -> None:
    files = [encoded(photo(*SIZE, 1), "PNG"), MASK, encoded(photo(*SIZE, 2), "PNG")]
    files[bad] = files[bad][:200]

    with pytest.raises(UnreadablePictureError):
        await retouch(files[0], files[1], files[2])


@pytest.mark.parametrize("file_format", ["GIF", "PNG"])
async def test_an_animation_is_not_composed(file_format: str) -> None:
    with pytest.raises(UnreadablePictureError, match="is animated"):
        await retouch(encoded(photo(*SIZE, 1), "PNG"), MASK, animated(file_format))


@settings(max_examples=examples(60))
@given(
    width=st.integers(1, 300),
    height=st.integers(1, 300),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1", "CMYK", "I;16"]),
    file_format=st.sampled_from(["PNG", "JPEG", "WEBP", "GIF"]),
    orientation=st.integers(1, 8),
    profile=st.sampled_from([b"", WIDE, b"no profile"]),
    shape=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    made_format=st.sampled_from(["PNG", "WEBP", "RGBA"]),
    seed=st.integers(0, 999),
    box=st.tuples(*[st.floats(0, 1)] * 4),
)
async def test_kept_pixels_are_exactly_the_originals_in_any_picture(
    width: int,
    height: int,
    mode: str,
    file_format: str,
    orientation: int,
    profile: bytes,
    shape: tuple[int, int],
    made_format: str,
    seed: int,
    box: tuple[float, float, float, float],
) -> None:
    original = any_file(noise(width, height), mode, file_format, orientation, profile)
    base = await base_of(original)
    old = ImageOps.exif_transpose(opened(original)).convert("RGBA")
    xs, ys = sorted(box[:2]), sorted(box[2:])
    stencil = Image.new("L", old.size)
    left, right = (int(x * old.width) for x in xs)
    top, bottom = (int(y * old.height) for y in ys)
    stencil.paste(255, (left, top, right, bottom))
    made = photo(*shape, seed)
    if made_format == "RGBA":
        made.putalpha(Image.effect_noise(shape, 90))

    content = await retouch(
        base.content, stencil_file(stencil), encoded(made, "WEBP" if made_format == "WEBP" else "PNG")
    )

    image = opened(content)
    assert image.size == old.size == (base.width, base.height)
    if not base.losses:
        # A file with nothing transparent in it may be read back with or without an alpha channel.
        assert equal(only_kept(image.convert("RGBA"), stencil), only_kept(old, stencil))
    assert bool(base.losses) == (opened(original).mode in {"CMYK", "I;16"})
