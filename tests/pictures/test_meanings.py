"""What people attach to a reply: another picture, a mask, or the picture drawn upon."""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw

from bot.errors import InputPictureError
from bot.pictures import Meaning, mask_of_markup, meaning_of, overlay_of
from tests.examples import examples

from .photos import Colour, drawn, jpeg, photo, scaled, spot, toned
from .samples import ORIENTATION, chunk, encoded, gradient, half_transparent, opened, quarters
from .test_masks import changeable, equal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.pictures.masks.meanings import Overlay

SIZE = (640, 480)
PHOTO = photo(*SIZE, 1)
OTHER = photo(*SIZE, 2)
ORIGINAL = encoded(PHOTO, "PNG")
COLOURS = ("red", "white", "black", "yellow", (40, 90, 255))


async def meaning(image: Image.Image, name: str = "image.png", original: bytes = ORIGINAL) -> Meaning:
    return await meaning_of(encoded(image, "PNG"), name, original)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(
    ("what", "width"), [("circle", 2), ("circle", 8), ("line", 1), ("line", 30), ("words", 3), ("box", 0)]
)
async def test_a_drawing_is_known_by_its_strokes(what: str, width: int, colour: str) -> None:
    assert await meaning(drawn(PHOTO, what, colour, width)) is Meaning.MARKUP


@pytest.mark.parametrize(("what", "width"), [("circle", 4), ("line", 5), ("line", 24), ("words", 4), ("box", 0)])
@pytest.mark.parametrize("quality", [90, 60])
@pytest.mark.parametrize("factor", [1, 0.8, 1.5])
@pytest.mark.parametrize("gamma", [1, 1.1])
async def test_a_drawing_is_known_after_compression_scaling_and_another_gamma(
    what: str, width: int, quality: int, factor: float, gamma: float
) -> None:
    copy = scaled(drawn(PHOTO, what, "red", width), (round(SIZE[0] * factor), round(SIZE[1] * factor)))

    assert await meaning(jpeg(toned(copy, gamma), quality)) is Meaning.MARKUP


def drawn_share(overlay: Overlay) -> float:
    alpha = opened(overlay.content).getchannel("A")
    return alpha.histogram()[255] / (alpha.width * alpha.height)


async def test_a_highlighter_is_a_drawing_that_is_seen_through() -> None:
    marked = Image.blend(PHOTO, drawn(PHOTO, "line", "yellow", 40), 0.45)

    assert await meaning(marked) is Meaning.MARKUP
    assert await meaning(jpeg(marked, 75)) is Meaning.MARKUP


async def test_strokes_of_several_colours_are_one_drawing() -> None:
    marked = drawn(drawn(drawn(PHOTO, "circle", "red", 5), "line", "white", 9), "words", "blue", 3)

    assert await meaning(marked) is Meaning.MARKUP


@pytest.mark.parametrize(
    "copy",
    [
        PHOTO,
        *(jpeg(PHOTO, quality) for quality in (95, 75, 50, 30)),
        scaled(PHOTO, (320, 240)),
        jpeg(scaled(PHOTO, (960, 720)), 70),
        toned(PHOTO, 1.15),
        PHOTO.convert("L"),
    ],
)
async def test_the_same_picture_without_a_drawing_is_a_picture(copy: Image.Image) -> None:
    assert await meaning(copy) is Meaning.PICTURE


@pytest.mark.parametrize("seed", range(2, 8))
async def test_another_picture_or_another_version_is_a_picture(seed: int) -> None:
    other = photo(*SIZE, seed)

    assert await meaning(other) is Meaning.PICTURE
    assert await meaning(Image.blend(PHOTO, other, 0.3)) is Meaning.PICTURE
    assert await meaning(Image.blend(PHOTO, other, 0.6)) is Meaning.PICTURE
    assert await meaning(Image.composite(other, PHOTO, spot(SIZE, soft=4))) is Meaning.PICTURE


async def test_another_version_is_a_picture_even_with_something_drawn_upon_it() -> None:
    assert await meaning(drawn(Image.blend(PHOTO, OTHER, 0.35), "circle", "red", 8)) is Meaning.PICTURE


@pytest.mark.parametrize("colour", ["red", "white", (40, 90, 255)])
async def test_a_picture_that_was_painted_over_wholly_is_a_picture(colour: str) -> None:
    assert await meaning(Image.new("RGB", SIZE, colour)) is Meaning.PICTURE


async def test_saturated_edges_that_a_compression_has_smeared_are_no_drawing() -> None:
    original = quarters(1000, 700)

    for quality in (90, 60, 30):
        assert await meaning(jpeg(original, quality), original=encoded(original, "PNG")) is Meaning.PICTURE


@pytest.mark.parametrize(
    "mask",
    [
        spot(SIZE),
        spot(SIZE, soft=3),
        ImageChops.invert(spot(SIZE)),
        spot((1280, 960)),
        jpeg(spot(SIZE).convert("RGB"), 60),
        spot(SIZE).convert("1"),
        spot(SIZE).convert("RGBA"),
    ],
)
async def test_black_and_white_areas_in_the_pictures_shape_are_a_mask(mask: Image.Image) -> None:
    assert await meaning(mask) is Meaning.MASK


async def test_a_mask_upon_a_dark_picture_is_no_drawing() -> None:
    night = encoded(Image.new("RGB", SIZE, (9, 9, 14)), "PNG")

    assert await meaning(spot(SIZE), original=night) is Meaning.MASK


def line_art() -> Image.Image:
    page = Image.new("RGB", SIZE, "white")
    for number in range(6):
        page = drawn(page, "circle", "black", 2) if not number else page
        ImageDraw.Draw(page).arc((20 * number, 10, 300 + 40 * number, 400), 0, 250, fill="black", width=2)
    return page


@pytest.mark.parametrize(
    "image",
    [
        line_art(),
        Image.new("RGB", SIZE, "white"),
        Image.new("RGB", SIZE),
        gradient(*SIZE, "L"),
        PHOTO.convert("L"),
        spot((480, 480)),
        Image.composite(Image.new("RGB", SIZE, "red"), Image.new("RGB", SIZE), spot(SIZE)),
    ],
)
async def test_other_pictures_are_no_masks(image: Image.Image) -> None:
    assert await meaning(image) is Meaning.PICTURE


async def test_a_black_and_white_picture_can_be_drawn_upon() -> None:
    original = spot(SIZE).convert("RGB")

    assert await meaning(original, original=encoded(original, "PNG")) is Meaning.PICTURE
    assert await meaning(drawn(original, "line", "white", 9), original=encoded(original, "PNG")) is Meaning.MARKUP


def erased(image: Image.Image, stencil: Image.Image) -> Image.Image:
    image = image.convert("RGBA")
    image.putalpha(ImageChops.invert(scaled(stencil, image.size)))
    return image


async def test_the_picture_itself_with_a_part_erased_is_a_mask() -> None:
    assert await meaning(erased(PHOTO, spot(SIZE))) is Meaning.MASK
    assert await meaning(erased(PHOTO, spot(SIZE, soft=5))) is Meaning.MASK
    assert await meaning(erased(scaled(jpeg(PHOTO, 70), (800, 600)), spot(SIZE))) is Meaning.MASK


async def test_another_picture_with_transparency_is_a_picture() -> None:
    assert await meaning(erased(OTHER, spot(SIZE))) is Meaning.PICTURE
    assert await meaning(erased(OTHER, spot(SIZE)), name="mask.png") is Meaning.PICTURE


@pytest.mark.parametrize(
    ("size", "name", "wanted"),
    [
        (SIZE, "x.png", Meaning.MASK),
        ((320, 240), "x.png", Meaning.PICTURE),
        ((320, 240), "My Mask.PNG", Meaning.MASK),
        ((300, 300), "mask.png", Meaning.MASK),
        ((300, 300), "logo.png", Meaning.PICTURE),
    ],
)
async def test_transparency_in_one_colour_is_a_mask_by_its_size_or_its_name(
    size: tuple[int, int], name: str, wanted: Meaning
) -> None:
    assert await meaning(erased(Image.new("RGB", size, "teal"), spot(size)), name=name) is wanted


async def test_a_black_and_white_file_called_mask_is_one_whatever_its_shape() -> None:
    assert await meaning(spot((300, 300)), name="mask.png") is Meaning.MASK
    assert await meaning(photo(300, 300, 3), name="mask.png") is Meaning.PICTURE
    assert await meaning(Image.new("RGBA", (300, 300), (9, 9, 9, 9)), name="mask.png") is Meaning.PICTURE


async def test_a_sticker_can_be_drawn_upon_and_erased() -> None:
    sticker = half_transparent(*SIZE)
    marked = sticker.copy()
    ImageDraw.Draw(marked).line((40, 40, 500, 300), fill=(0, 0, 255, 255), width=9)
    original = encoded(sticker, "PNG")

    assert await meaning(sticker, original=original) is Meaning.PICTURE
    assert await meaning(marked, original=original) is Meaning.MARKUP
    assert await meaning(erased(sticker.convert("RGB"), spot(SIZE)), original=original) is Meaning.MASK


async def test_a_speck_of_dust_in_the_alpha_is_no_mask() -> None:
    image = PHOTO.convert("RGBA")
    image.putpixel((5, 5), (0, 0, 0, 0))

    assert await meaning(image) is Meaning.PICTURE


async def test_a_turned_copy_is_seen_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    marked = drawn(PHOTO, "circle", "red", 6).transpose(Image.Transpose.ROTATE_90)
    content = encoded(marked, "PNG", exif=exif)

    overlay = await overlay_of(content, "phone.png", ORIGINAL)

    assert await meaning_of(content, "phone.png", ORIGINAL) is Meaning.MARKUP
    assert (overlay.width, overlay.height) == SIZE


async def test_an_original_that_cannot_be_read_is_not_blamed_on_the_file() -> None:
    with pytest.raises(InputPictureError) as refusal:
        await meaning_of(ORIGINAL, "x.png", ORIGINAL[:90])

    assert refusal.value.sentence == (
        "The picture that you answer is cut off: its end is missing, so it cannot be changed."
    )


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("what", "width"), [("circle", 6), ("line", 3), ("words", 3), ("box", 0)])
async def test_the_overlay_is_what_was_drawn_and_nothing_else(what: str, width: int, colour: str) -> None:
    marked = drawn(PHOTO, what, colour, width)

    overlay = await overlay_of(encoded(marked, "PNG"), "x.png", ORIGINAL)

    image = opened(overlay.content)
    alpha = image.getchannel("A")
    differs = ImageChops.difference(marked, PHOTO).convert("L").point([0] * 30 + [255] * 226)
    assert (image.mode, image.size, (overlay.width, overlay.height)) == ("RGBA", SIZE, SIZE)
    assert ImageChops.subtract(differs, alpha).histogram()[255] <= 0.01 * differs.histogram()[255]
    near = differs.resize((80, 60), Image.Resampling.BOX).point([0] + [255] * 255)  # pyright: ignore[reportUnknownMemberType] - numpy is named in it
    assert ImageChops.subtract(alpha, near.resize(SIZE, Image.Resampling.BOX)).histogram()[255] < 0.003 * 640 * 480  # pyright: ignore[reportUnknownMemberType] - the same
    assert equal(Image.composite(image.convert("RGB"), marked, alpha), marked)
    assert set(alpha.tobytes()) == {0, 255}


async def test_an_overlay_of_a_smaller_compressed_copy_has_the_originals_size_and_no_specks() -> None:
    copy = jpeg(scaled(drawn(PHOTO, "circle", "red", 8), (512, 384)), 60)

    overlay = await overlay_of(encoded(copy, "PNG"), "x.png", ORIGINAL)

    alpha = opened(overlay.content).getchannel("A")
    assert alpha.size == SIZE
    left, top, right, bottom = alpha.getbbox() or (0, 0, 0, 0)
    assert max(abs(left - 192), abs(top - 144), abs(right - 384), abs(bottom - 336)) <= 12


@pytest.mark.parametrize("take", [overlay_of, mask_of_markup])
@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (
            PHOTO,
            "“x.png” shows nothing drawn upon the picture. Draw with a colour that stands out, and send it again.",
        ),
        (
            ImageChops.invert(Image.new("RGB", SIZE, "lime")),
            "“x.png” differs from the picture nearly everywhere. Draw upon the picture itself, on a part of it.",
        ),
        (
            spot((300, 300)),
            "“x.png” is 300×300 pixels, and the picture is 640×480. Draw upon the picture itself and send all of it.",
        ),
    ],
)
async def test_what_is_no_drawing_is_refused(
    take: Callable[[bytes, str, bytes], Awaitable[object]], image: Image.Image, sentence: str
) -> None:
    with pytest.raises(InputPictureError) as refusal:
        await take(encoded(image, "PNG"), "x.png", ORIGINAL)

    assert refusal.value.sentence == sentence


@pytest.mark.parametrize(("what", "inside"), [("circle", 255), ("open circle", 255), ("line", 0), ("box", 255)])
@pytest.mark.parametrize("width", [2, 9])
async def test_a_mask_of_a_drawing_has_what_an_outline_encloses(what: str, inside: int, width: int) -> None:
    mask = await mask_of_markup(encoded(drawn(PHOTO, what, "red", width), "PNG"), "x.png", ORIGINAL)

    marked = changeable(mask.content)
    assert marked.getpixel((288, 240)) == inside
    assert marked.getpixel((20, 20)) == marked.getpixel((500, 240)) == 0
    if inside:  # nothing between the stroke and what it encloses is left out
        row = [marked.getpixel((x, 240)) for x in range(640)]
        assert row[200:376] == [255] * 176
    assert (mask.width, mask.height) == SIZE
    assert 0 < mask.share < 0.3


@cache
def texture(width: int, height: int) -> Image.Image:
    """A lawn, a wall, a crowd: strong grain of several sizes, in which thin strokes are lost here and there."""
    image, chance = photo(width, height, 5), random.Random(5)  # noqa: S311 - a picture, no secret
    for cells in (2, 5, 11):
        across, down = width // cells + 1, height // cells + 1
        grain = scaled(Image.frombytes("L", (across, down), chance.randbytes(across * down)), (width, height))
        grain = grain.point([128 + (value - 128) * 60 // 128 for value in range(256)])
        image = ImageChops.add(image, Image.merge("RGB", [grain] * 3), 1, -128)
    return image


@cache
def texture_file(width: int, height: int) -> bytes:
    return encoded(texture(width, height), "PNG", compress_level=1)


def outlined(image: Image.Image, colour: Colour | str, seen: int) -> Image.Image:
    """With an outline of 1/60 of the short edge, smooth at its edges as a telephone draws it; `seen` of 255."""
    large = Image.new("L", (image.width * 4, image.height * 4))
    width = round(min(image.size) / 60 * 4)
    box = (0.3 * large.width, 0.3 * large.height, 0.6 * large.width, 0.7 * large.height)
    ImageDraw.Draw(large).ellipse(box, outline=seen, width=width)
    image = image.copy()
    image.paste(Image.new("RGB", image.size, colour), mask=large.reduce(4))
    return image


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize(("size", "seen"), [(SIZE, 255), (SIZE, 150), ((1536, 1024), 255)])
@pytest.mark.parametrize("quality", [100, 70])
async def test_a_thin_outline_upon_a_texture_is_closed(
    colour: str, size: tuple[int, int], seen: int, quality: int
) -> None:
    picture = texture(*size)
    copy = encoded(outlined(picture, colour, seen), "JPEG", quality=quality)

    mask = await mask_of_markup(copy, "x.jpg", texture_file(*size))

    marked = changeable(mask.content)
    inside = marked.crop((int(0.4 * size[0]), int(0.42 * size[1]), size[0] // 2, int(0.58 * size[1])))
    assert inside.getextrema() == (255, 255)
    assert marked.crop((0, 0, size[0] // 4, size[1])).getextrema() == (0, 0)
    assert 0.08 < mask.share < 0.2


async def test_an_outline_that_a_texture_hides_is_in_the_overlay_too() -> None:
    marked = outlined(texture(*SIZE), "red", 150)

    overlay = await overlay_of(encoded(marked, "JPEG", quality=80), "x.jpg", encoded(texture(*SIZE), "PNG"))

    assert 0.012 < drawn_share(overlay) < 0.05


async def test_a_texture_that_was_changed_everywhere_is_not_followed() -> None:
    picture = drawn(scaled(texture(*SIZE), (120, 90)).resize(SIZE), "circle", "red", 9)  # pyright: ignore[reportUnknownMemberType] - numpy is named in it

    mask = await mask_of_markup(encoded(picture, "PNG"), "x.png", encoded(texture(*SIZE), "PNG"))

    assert changeable(mask.content).getpixel((288, 240)) == 255


async def test_a_small_circle_is_filled_too() -> None:
    marked = PHOTO.copy()
    ImageDraw.Draw(marked).ellipse((300, 200, 324, 224), outline="red", width=2)

    mask = await mask_of_markup(encoded(marked, "PNG"), "x.png", ORIGINAL)

    assert changeable(mask.content).getpixel((312, 212)) == 255


async def test_an_outline_around_everything_needs_no_mask() -> None:
    marked = PHOTO.copy()
    ImageDraw.Draw(marked).rectangle((0, 0, 639, 479), outline="red", width=9)

    with pytest.raises(InputPictureError, match="marks the whole picture"):
        await mask_of_markup(encoded(marked, "PNG"), "x.png", ORIGINAL)


async def test_what_hides_behind_an_appendix_does_not_matter() -> None:
    content = ORIGINAL[:-12] + chunk(b"tEXt", b"a\0b") + chunk(b"IEND")

    assert await meaning_of(content, "x.png", ORIGINAL) is Meaning.PICTURE


@settings(max_examples=examples(25))
@given(
    seed=st.integers(0, 50),
    width=st.integers(200, 600),
    height=st.integers(200, 600),
    what=st.sampled_from(["circle", "line", "words", "box"]),
    thick=st.integers(3, 20),
    quality=st.integers(60, 100),
)
async def test_any_photo_drawn_upon_gives_an_overlay_and_a_mask_of_its_size(
    seed: int, width: int, height: int, what: str, thick: int, quality: int
) -> None:
    picture = photo(width, height, seed)
    original, copy = (
        encoded(picture, "PNG"),
        encoded(drawn(picture, what, (255, 0, 220), thick), "JPEG", quality=quality),
    )

    assert await meaning_of(copy, "x.jpg", original) is Meaning.MARKUP
    overlay, mask = await overlay_of(copy, "x.jpg", original), await mask_of_markup(copy, "x.jpg", original)
    alpha = opened(overlay.content).getchannel("A")
    assert alpha.size == changeable(mask.content).size == (width, height)
    assert alpha.getextrema() == (0, 255)
    assert 0 < drawn_share(overlay) < 0.5
    assert ImageChops.subtract(alpha, changeable(mask.content)).histogram()[255] <= 0.001 * width * height
