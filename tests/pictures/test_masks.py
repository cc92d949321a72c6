"""Masks of members, as the image API takes them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.errors import InputPictureError
from bot.pictures import fit_mask
from bot.pictures.masks import masks
from bot.pictures.masks.masks import same_shape
from bot.pictures.masks.stencils import grown, shrunk
from bot.sandbox.images.inputs import read_inputs
from bot.sandbox.images.models import MODELS
from bot.sandbox.images.received import Call, ReceivedFile
from bot.services.catalog import LARGEST_MASK
from tests.examples import examples

from .photos import spot
from .samples import ORIENTATION, encoded, gradient, noise, opened

HOW_TO = "Make transparent what may change, or paint it white on black."


def changeable(mask: bytes) -> Image.Image:
    """255 where it lets the picture change; and that it says nothing else."""
    image = opened(mask)
    assert (image.format, image.mode) == ("PNG", "RGBA")
    alpha = image.getchannel("A")
    assert sum(alpha.histogram()[1:255]) == 0
    return ImageChops.invert(alpha)


def equal(one: Image.Image, other: Image.Image) -> bool:
    return one.size == other.size and ImageChops.difference(one, other).getbbox() is None


def erased(stencil: Image.Image) -> Image.Image:
    image = gradient(*stencil.size, "RGBA")
    image.putalpha(ImageChops.invert(stencil))
    return image


@pytest.mark.parametrize(
    "content",
    [
        encoded(spot((120, 80)), "PNG"),
        encoded(spot((120, 80)).convert("1"), "PNG"),
        encoded(spot((120, 80)).convert("P"), "PNG"),
        encoded(spot((120, 80)).convert("RGB"), "PNG"),
        encoded(spot((120, 80)).convert("RGBA"), "PNG"),
        encoded(spot((120, 80)), "GIF"),
        encoded(spot((120, 80)).convert("RGB"), "WEBP", lossless=True),
        encoded(spot((120, 80)).convert("CMYK"), "JPEG", quality=100),
        encoded(erased(spot((120, 80))), "PNG"),
        encoded(erased(spot((120, 80))), "WEBP", lossless=True),
    ],
)
async def test_white_marks_or_transparency_does(content: bytes) -> None:
    mask = await fit_mask(content, "mask.png", 120, 80)

    assert equal(changeable(mask.content), spot((120, 80)))
    assert (mask.width, mask.height) == (120, 80)
    assert mask.share == pytest.approx(0.1, abs=0.002)


async def test_half_transparent_is_marked_and_half_bright_too() -> None:
    alpha, grey = Image.new("L", (4, 1)), Image.new("L", (4, 1))
    for x, value in enumerate((0, 127, 128, 255)):
        alpha.putpixel((x, 0), value)
        grey.putpixel((x, 0), value)
    image = Image.new("RGBA", (4, 1), "white")
    image.putalpha(alpha)

    by_alpha = await fit_mask(encoded(image, "PNG"), "m.png", 4, 1)
    by_grey = await fit_mask(encoded(grey, "PNG"), "m.png", 4, 1)

    assert changeable(by_alpha.content).tobytes() == b"\xff\xff\0\0"
    assert changeable(by_grey.content).tobytes() == b"\0\0\xff\xff"


async def test_a_mask_of_another_size_is_fitted() -> None:
    mask = await fit_mask(encoded(spot((60, 40)), "PNG"), "mask.png", 1536, 1024)

    difference = ImageChops.difference(changeable(mask.content), spot((1536, 1024)))
    assert (mask.width, mask.height) == (1536, 1024)
    assert difference.histogram()[255] < 0.02 * 1536 * 1024


async def test_a_turned_mask_is_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    stored = spot((120, 80)).crop((0, 0, 120, 40)).resize((120, 80))  # pyright: ignore[reportUnknownMemberType] - numpy is named in it

    mask = await fit_mask(encoded(stored, "PNG", exif=exif), "mask.png", 80, 120)

    assert equal(changeable(mask.content), stored.transpose(Image.Transpose.ROTATE_270).point([0] * 128 + [255] * 128))


async def test_a_mask_of_another_shape_is_refused_with_both_sizes() -> None:
    with pytest.raises(InputPictureError) as refusal:
        await fit_mask(encoded(spot((120, 120)), "PNG"), "mask.png", 1536, 1024)

    assert refusal.value.sentence == (
        "“mask.png” is a mask of 120×120 pixels, and the picture is 1536×1024. Send a mask of the same shape."
    )


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (Image.new("L", (9, 6)), f"“m.png” marks nothing. {HOW_TO}"),
        (Image.new("RGBA", (9, 6), (255, 255, 255, 200)), f"“m.png” marks nothing. {HOW_TO}"),
        (
            Image.new("L", (9, 6), 255),
            "“m.png” marks the whole picture. For that no mask is needed: leave it out, or mark a part only.",
        ),
        (
            Image.new("RGBA", (9, 6)),
            "“m.png” marks the whole picture. For that no mask is needed: leave it out, or mark a part only.",
        ),
    ],
)
async def test_a_mask_of_nothing_or_everything_is_refused(image: Image.Image, sentence: str) -> None:
    with pytest.raises(InputPictureError) as refusal:
        await fit_mask(encoded(image, "PNG"), "m.png", 9, 6)

    assert refusal.value.sentence == sentence


@pytest.mark.parametrize(
    ("size", "other", "same"),
    [
        ((1536, 1024), (1536, 1024), True),
        ((100, 67), (1536, 1024), True),
        ((10, 7), (1536, 1024), True),
        ((1, 1), (1536, 1024), True),
        ((1000, 1019), (1024, 1024), True),
        ((1000, 1021), (1024, 1024), False),
        ((1024, 1536), (1536, 1024), False),
        ((3, 300), (1024, 1024), False),
    ],
)
def test_a_shape_is_the_same_but_for_rounding(size: tuple[int, int], other: tuple[int, int], *, same: bool) -> None:
    assert same_shape(size, other) is same


async def test_noise_of_the_largest_size_is_below_the_limit() -> None:
    mask = await fit_mask(encoded(Image.effect_noise((3840, 2160), 120), "PNG", compress_level=1), "m.png", 3840, 2160)

    assert len(mask.content) < LARGEST_MASK
    assert mask.share == pytest.approx(0.5, abs=0.01)


async def test_what_is_too_large_a_file_is_smoothed_until_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "LARGEST_MASK", 3000)
    marks = spot((300, 300))
    marks.paste(Image.effect_noise((300, 100), 120), (0, 200))

    mask = await fit_mask(encoded(marks, "PNG"), "m.png", 300, 300)

    assert len(mask.content) < 3000
    assert changeable(mask.content).getpixel((135, 150)) == 255


async def test_the_stand_in_of_the_image_api_takes_it() -> None:
    mask = await fit_mask(encoded(spot((64, 48)), "PNG"), "m.png", 64, 48)
    files = (
        ReceivedFile("image", "picture.png", "image/png", encoded(gradient(64, 48), "PNG")),
        ReceivedFile("mask", "mask.png", "image/png", mask.content),
    )

    inputs = read_inputs(Call("1", "edits", {}, {}, files), next(iter(MODELS.values())))

    assert inputs.mask == mask.content


@given(st.integers(0, 250), st.integers(0, 250), st.integers(0, 40))
def test_a_single_pixel_grows_into_a_square_and_back(x: int, y: int, by: int) -> None:
    dot = Image.new("L", (251, 251))
    dot.putpixel((x, y), 255)

    large = grown(dot, by)

    assert large.getbbox() == (max(0, x - by), max(0, y - by), min(251, x + by + 1), min(251, y + by + 1))
    assert equal(shrunk(large, by), dot) or not (by < x < 250 - by and by < y < 250 - by)


def test_growing_by_more_than_one_step_of_a_blur_loses_nothing() -> None:
    dot = Image.new("L", (601, 601))
    dot.putpixel((300, 300), 255)

    assert grown(dot, 250).getbbox() == (50, 50, 551, 551)


@settings(max_examples=examples(60))
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    scale=st.floats(0.2, 3),
    mode=st.sampled_from(["RGB", "RGBA", "L", "LA", "P", "1", "I;16"]),
    seed=st.integers(0, 99),
)
async def test_whatever_comes_the_mask_is_legal_or_refused(
    width: int, height: int, scale: float, mode: str, seed: int
) -> None:
    size = max(1, round(width * scale)), max(1, round(height * scale))
    image = gradient(*size).rotate(seed) if seed % 2 else noise(*size)
    image = Image.new(mode, size, 300 * seed) if mode == "I;16" else image.convert(mode)
    if "A" in mode:
        image.putalpha(Image.effect_noise(size, seed))

    try:
        mask = await fit_mask(encoded(image, "PNG"), "m.png", width, height)
    except InputPictureError as refusal:
        assert any(word in refusal.sentence for word in ("marks", "is a mask of"))  # noqa: PT017 - either is right
        return

    marked = changeable(mask.content)
    assert marked.size == (width, height)
    assert 0 < mask.share < 1
    assert mask.share == pytest.approx(marked.histogram()[255] / (width * height))
