"""What a prompt asks to be laid out: stickers, sprite sheets, icon sets, floor plans, and words on a picture."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.sandbox.images.art.lettering import quoted_words
from bot.sandbox.images.art.painter import Commission, paint

CLEAR, WHITE = 0, (255, 255, 255, 255)


def drawn(prompt: str, **changes: Any) -> Image.Image:  # noqa: ANN401 - passed on
    values: dict[str, Any] = {"width": 512, "height": 512, "quality": "low", "seed": 3}
    return paint(Commission(prompt, **{**values, **changes}))


def figures(image: Image.Image) -> int:
    """How many separate things there are, looked at coarsely."""
    solid = image.getchannel("A").point([0] * 128 + [255] * 128).reduce(4)
    seen, count = set[tuple[int, int]](), 0
    for y in range(solid.height):
        for x in range(solid.width):
            if (x, y) in seen or not solid.getpixel((x, y)):
                continue
            count += 1
            edge = [(x, y)]
            while edge:
                at = edge.pop()
                if at in seen or not (0 <= at[0] < solid.width and 0 <= at[1] < solid.height):
                    continue
                if solid.getpixel(at):
                    seen.add(at)
                    edge += [(at[0] + across, at[1] + down) for across in (-1, 0, 1) for down in (-1, 0, 1)]
    return count


@pytest.mark.parametrize(("words", "count"), [("8 steps", 8), ("4 frames", 4), ("3 poses", 3), ("some steps", 8)])
def test_a_sprite_sheet_has_as_many_figures_as_steps(words: str, count: int) -> None:
    sheet = drawn(f"a sprite sheet of a small orange fox in {words} of walking", transparent=True)

    assert (sheet.mode, figures(sheet)) == ("RGBA", count)


def test_no_two_steps_beside_each_other_are_the_same() -> None:
    sheet = drawn("a sprite sheet of a fox in 4 steps", transparent=True)
    cells = [sheet.crop((place * 128, 192, place * 128 + 128, 320)) for place in range(4)]

    assert all(ImageChops.difference(one, other).getbbox() for one, other in pairwise(cells))


def test_icons_are_alone_in_their_cells_as_many_as_are_named_or_as_fit() -> None:
    named = drawn("icons: house, boat, fox, owl in navy and amber", transparent=True)
    usual = drawn("a set of icons", transparent=True)

    assert figures(named) == 4
    for place in range(9):
        left, top = place % 3 * 170, place // 3 * 170
        assert usual.crop((left, top, left + 170, top + 170)).getchannel("A").getbbox() is not None


def test_a_sticker_has_a_white_rim_all_around_and_nothing_beyond() -> None:
    sticker = drawn("a die-cut sticker of a red fox", transparent=True)
    alpha = sticker.getchannel("A")
    row = [sticker.getpixel((x, 256)) for x in range(512)]
    first = next(pixel for pixel in row if isinstance(pixel, tuple) and pixel[3] == 255)

    assert figures(sticker) == 1
    assert first == WHITE
    assert all(alpha.getpixel(corner) == CLEAR for corner in ((0, 0), (511, 0), (0, 511), (511, 511)))


@pytest.mark.parametrize("prompt", ["a sticker of an owl", "a sprite sheet of a cat", "three icons"])
def test_on_an_opaque_background_they_stand_on_a_plain_ground(prompt: str) -> None:
    image = drawn(prompt)

    assert image.mode == "RGB"
    assert max(ImageStat.Stat(image.crop((0, 0, 512, 4))).stddev) < 3


@pytest.mark.parametrize(
    ("style", "ground"), [("black lines on white", (250, 249, 245)), ("a blueprint", (28, 70, 130))]
)
def test_a_floor_plan_is_lines_on_a_plain_ground_inside_a_margin(style: str, ground: tuple[int, int, int]) -> None:
    plan = drawn(f"an architect's floor plan of a flat with a kitchen and two bedrooms: {style}")
    colours = plan.getcolors(1 << 20) or []

    assert max(colours)[1] == ground
    assert ImageChops.difference(plan, Image.new("RGB", plan.size, ground)).getbbox() == (40, 40, 473, 473)


def test_other_rooms_make_another_plan_with_colours_where_they_are_asked_for() -> None:
    plans = [
        drawn(f"floor plan with {rooms}, soft colours with furniture")
        for rooms in ("a kitchen", "a kitchen and a hall", "a castle")
    ]

    assert ImageChops.difference(plans[0], plans[1]).getbbox()
    assert plans[0].getpixel((300, 100)) == (206, 226, 206)
    assert ImageChops.difference(plans[0], plans[2]).getbbox()


def test_what_is_quoted_is_lettered_at_the_top_and_only_there() -> None:
    plain, lettered = drawn("a harbour, poster"), drawn('a harbour, poster "QUAY" and “open late”')
    box = ImageChops.difference(plain, lettered).getbbox()

    assert quoted_words('say "one" “two” „three” "four"') == ["one", "two", "three"]
    assert quoted_words('nothing "" here, 5" tall') == []
    assert box is not None
    assert box[1] > 10
    assert box[3] < 200


def test_long_words_fit_the_picture() -> None:
    lettered = drawn(f'a harbour "{"W" * 60}"')
    box = ImageChops.difference(drawn("a harbour"), lettered).getbbox()

    assert box is not None
    assert box[0] > 10
    assert box[2] < 502
