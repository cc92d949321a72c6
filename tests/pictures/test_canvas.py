"""Pictures laid on larger canvases."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from bot.errors import InputPictureError
from bot.pictures import extend
from bot.pictures.canvas import seam
from bot.services.requests import Change, layout_for
from tests.examples import examples

from .samples import ORIENTATION, encoded, gradient, half_transparent, noise, opened, pixel, quarters
from .test_masks import changeable, equal

EXTENDING = (
    Change.ZOOM_OUT, Change.ZOOM_OUT_TWICE, Change.PAN_LEFT, Change.PAN_RIGHT, Change.PAN_UP, Change.PAN_DOWN,
    Change.SQUARE, Change.PORTRAIT, Change.LANDSCAPE,
)  # fmt: skip
Box = tuple[int, int, int, int]


def filled(size: tuple[int, int], box: Box) -> Image.Image:
    image = Image.new("L", size)
    image.paste(255, box)
    return image


async def test_a_picture_in_the_middle_is_itself_and_all_around_is_new() -> None:
    picture = noise(320, 240)

    extended = await extend(encoded(picture, "PNG"), 640, 480, (0, 0, 320, 240), (160, 120, 480, 360))

    canvas = opened(extended.content)
    assert (canvas.mode, canvas.size, extended.width, extended.height) == ("RGBA", (640, 480), 640, 480)
    assert equal(canvas.crop((160, 120, 480, 360)).convert("RGB"), picture)
    assert equal(canvas.getchannel("A"), filled((640, 480), (160, 120, 480, 360)))
    assert seam((160, 120, 480, 360)) == 4
    assert equal(ImageChops.invert(changeable(extended.mask)), filled((640, 480), (164, 124, 476, 356)))


async def test_a_side_at_the_edge_of_the_canvas_has_no_seam() -> None:
    extended = await extend(encoded(quarters(300, 300), "PNG"), 300, 300, (100, 0, 300, 300), (0, 0, 200, 300))

    assert equal(ImageChops.invert(changeable(extended.mask)), filled((300, 300), (0, 0, 197, 300)))
    assert pixel(opened(extended.content), 2, 2) == (255, 0, 0, 255)
    assert pixel(opened(extended.content), 198, 2) == (0, 255, 0, 255)


async def test_a_box_as_large_as_the_canvas_leaves_nothing_to_make() -> None:
    extended = await extend(encoded(quarters(90, 60), "PNG"), 96, 64, (0, 0, 90, 60), (0, 0, 96, 64))

    assert changeable(extended.mask).getbbox() is None


async def test_a_turned_photo_is_cut_as_it_is_seen() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 3

    extended = await extend(encoded(quarters(64, 48), "PNG", exif=exif), 64, 64, (0, 0, 32, 24), (0, 0, 32, 24))

    assert pixel(opened(extended.content), 5, 5) == (255, 255, 255, 255)


async def test_what_is_transparent_stays_so_and_is_kept() -> None:
    extended = await extend(encoded(half_transparent(100, 100), "PNG"), 200, 100, (0, 0, 100, 100), (50, 0, 150, 100))

    assert pixel(opened(extended.content), 60, 50) == (255, 0, 0, 255)
    assert pixel(opened(extended.content), 140, 50)[3] == 0
    assert changeable(extended.mask).getpixel((140, 50)) == 0


async def test_a_picture_beyond_what_the_api_takes_is_scaled_on_the_way() -> None:
    extended = await extend(encoded(quarters(5000, 4000), "JPEG"), 1024, 1024, (2500, 0, 5000, 2000), (0, 0, 1024, 820))

    assert pixel(opened(extended.content), 500, 400)[1] > 240


@pytest.mark.parametrize(
    ("crop", "box"),
    [
        ((0, 0, 91, 60), (0, 0, 9, 9)),
        ((-1, 0, 90, 60), (0, 0, 9, 9)),
        ((5, 0, 5, 60), (0, 0, 9, 9)),
        ((0, 0, 90, 60), (0, 0, 9, 65)),
    ],
)
async def test_a_box_outside_is_a_mistake_of_ours(crop: Box, box: Box) -> None:
    with pytest.raises(ValueError, match="outside"):
        await extend(encoded(quarters(90, 60), "PNG"), 64, 64, crop, box)


async def test_what_is_no_picture_is_not_extended() -> None:
    with pytest.raises(InputPictureError):
        await extend(b"words", 64, 64, (0, 0, 1, 1), (0, 0, 1, 1))


@settings(max_examples=examples(40))
@given(
    width=st.integers(1, 900),
    height=st.integers(1, 900),
    across=st.integers(4, 60),
    down=st.integers(4, 60),
    change=st.sampled_from(EXTENDING),
    mode=st.sampled_from(["RGB", "RGBA", "L"]),
)
@example(width=3840, height=2160, across=240, down=135, change=Change.ZOOM_OUT, mode="RGB")
async def test_every_frame_gives_a_canvas_of_its_size_and_a_mask_for_it(
    width: int, height: int, across: int, down: int, change: Change, mode: str
) -> None:
    layout = layout_for(change, width, height, f"{across * 16}x{down * 16}")
    content = encoded(gradient(width, height, mode), "PNG")

    extended = await extend(content, layout.width, layout.height, layout.crop, layout.box)

    canvas, kept = opened(extended.content), ImageChops.invert(changeable(extended.mask))
    size = (across * 16, down * 16)
    assert canvas.size == kept.size == size
    assert equal(canvas.getchannel("A"), filled(size, layout.box))
    left, top, right, bottom = layout.box
    by = seam(layout.box)
    inner = (
        left + by * (left > 0), top + by * (top > 0), right - by * (right < size[0]), bottom - by * (bottom < size[1])
    )  # fmt: skip
    assert equal(kept, filled(size, inner))
    assert kept.getbbox() is not None
