"""The drawn pictures: what the words of a prompt change, and what files carry."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageOps, ImageStat

from bot.sandbox.images.art.animals import COATS
from bot.sandbox.images.art.files import canned, encode, sketch
from bot.sandbox.images.art.painter import Commission, paint
from bot.sandbox.images.art.textures import dice
from bot.sandbox.images.art.theme import COLOURS, PLACES, STYLES, SUBJECTS, TIMES, WEATHERS, read_prompt
from tests.sandbox.images.conftest import decoded, holed, picture

SIZE = (320, 256)


def drawn(prompt: str, **changes: Any) -> Image.Image:  # noqa: ANN401 - passed on
    values: dict[str, Any] = {"width": SIZE[0], "height": SIZE[1], "quality": "low", "seed": 3}
    return paint(Commission(prompt, **{**values, **changes}))


def brightness(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L")).mean[0]


def difference(first: Image.Image, second: Image.Image) -> float:
    return sum(ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean)


@pytest.mark.parametrize(
    ("prompt", "time", "place", "subjects"),
    [
        ("a red fox asleep in fresh snow at dawn", "dawn", "meadow", {"fox": COLOURS["red"]}),
        ("a lighthouse in a storm at night", "night", "sea", {"lighthouse": None}),
        ("a bowl of oranges, still life", None, "table", {"fruit": None}),
        ("a small harbour town in summer, watercolor", "day", "harbour", {}),
        ("a portrait of a violet robot", None, "studio", {"robot": COLOURS["violet"]}),
        ("misty mountains with a lake", None, "lake", {}),
        ("an orange cat", None, "meadow", {"cat": COLOURS["orange"]}),
        ("poppies and a cup of tea", None, "table", {"flowers": COLOURS["red"], "cup": None}),
        ("a castle", None, "mountains", {"castle": None}),
        ("a bowl of lemons", None, "table", {"fruit": COLOURS["yellow"]}),
        ("green apples", None, "table", {"fruit": COLOURS["green"]}),
    ],
)
def test_a_prompt_is_read_word_by_word(
    prompt: str, time: str | None, place: str, subjects: dict[str, tuple[int, int, int] | None]
) -> None:
    theme = read_prompt(prompt, dice(1))

    assert time in {None, theme.time}
    assert theme.place == place
    assert dict(theme.subjects) == subjects


def test_a_prompt_that_says_nothing_known_still_has_a_place_and_an_hour() -> None:
    themes = [read_prompt("日本 xyzzy", dice(seed)) for seed in range(30)]

    assert {theme.place for theme in themes} <= set(PLACES)
    assert len({(theme.place, theme.time) for theme in themes}) > 3


EVERY = [
    *PLACES.values(), *SUBJECTS.values(), *WEATHERS.values(), *STYLES.values(), *TIMES.values(),
    *(f"a {animal} asleep" for animal in COATS), "a storm at night", "a lake in the snow", "tulips by a lake",
]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "quality"), [*((words, "low") for words in EVERY), *((words, "max") for words in PLACES.values())]
)
def test_every_word_that_is_known_can_be_drawn(words: str, quality: str) -> None:
    image = drawn(words, quality=quality, seed=len(words))

    assert image.size == SIZE
    assert ImageStat.Stat(image.convert("L")).stddev[0] > 5


@pytest.mark.parametrize("subject", [members.split()[0] for members in SUBJECTS.values()])
def test_a_subject_can_stand_alone_on_a_clear_background(subject: str) -> None:
    image = drawn(f"a {subject}", transparent=True)

    lowest, highest = image.getchannel("A").getextrema()
    assert image.mode == "RGBA"
    assert (lowest, highest) == (0, 255)


def test_night_is_darker_than_day() -> None:
    assert brightness(drawn("mountains at night")) < brightness(drawn("mountains by day")) * 0.6


def test_fruit_has_the_colour_of_its_kind() -> None:
    oranges, lemons = drawn("a bowl of oranges"), drawn("a bowl of lemons")

    assert ImageStat.Stat(lemons).mean[1] > ImageStat.Stat(oranges).mean[1] + 5


def test_equal_commissions_give_equal_pictures_and_other_seeds_others() -> None:
    first, again, other = drawn("a lake"), drawn("a lake"), drawn("a lake", seed=4)

    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_a_long_prompt_does_not_run_out_of_its_strip() -> None:
    short, long = drawn("a lake"), drawn(f"a lake {'and more ' * 900}")

    assert short.size == long.size


def test_an_edit_starts_from_its_first_input_and_changes_it() -> None:
    base = drawn("a small harbour town")
    edited = drawn("make it night", inputs=(encode(base, "png"),))

    assert 0 < brightness(edited) < brightness(base) * 0.8
    shapes = [ImageOps.equalize(image.convert("L")) for image in (edited, base, drawn("a bowl of oranges"))]
    assert difference(shapes[0], shapes[1]) < difference(shapes[0], shapes[2])


@pytest.mark.parametrize("words", [*WEATHERS.values(), *STYLES.values(), "red", "a fox and a balloon", "zzz"])
def test_every_word_changes_an_edit(words: str) -> None:
    base = picture(SIZE)

    assert difference(drawn(words, inputs=(base,)), decoded(base)) > 1


def test_further_inputs_hang_in_a_corner() -> None:
    base, red = picture(SIZE), picture((50, 90), "red")
    without, with_red = drawn("calm", inputs=(base,)), drawn("calm", inputs=(base, *[red] * 9))

    changed = ImageChops.difference(without, with_red).getbbox()
    assert changed is not None
    assert changed[2] > SIZE[0] * 0.9
    assert changed[1] < SIZE[1] * 0.1


def test_sixteen_inputs_are_all_seen() -> None:
    base = picture(SIZE)
    colours = [(16 * step, 255 - 16 * step, 128) for step in range(15)]
    seen = drawn("calm", inputs=(base, *(picture((60, 60), colour) for colour in colours)))

    shades = {colour for _, colour in seen.getcolors(SIZE[0] * SIZE[1]) or []}
    assert [colour for colour in colours if colour not in shades] == []


def test_what_a_mask_keeps_is_the_same_to_the_pixel_and_the_rest_is_new() -> None:
    base = drawn("a small harbour town")
    hole = (60, 40, 200, 150)
    edited = drawn("a red fox", inputs=(encode(base, "png"),), mask=holed(SIZE, hole))

    changed = ImageChops.difference(edited, base.convert("RGB"))
    assert changed.getbbox() is not None
    inside = changed.crop((hole[0], hole[1], hole[2] + 1, hole[3] + 1))
    assert ImageStat.Stat(inside.convert("L")).mean[0] > 5
    changed.paste((0, 0, 0), (hole[0], hole[1], hole[2] + 1, hole[3] + 1))
    assert changed.getbbox() is None


def test_a_mask_without_a_hole_changes_nothing() -> None:
    base = picture(SIZE)

    assert drawn("a boat", inputs=(base,), mask=holed(SIZE, None)).tobytes() == decoded(base).tobytes()


def test_a_mask_that_frames_the_picture_extends_it() -> None:
    base = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    base.paste((200, 40, 40, 255), (100, 60, 220, 180))
    mask = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    mask.paste((0, 0, 0, 255), (100, 60, 220, 180))
    wider = drawn("zoom out", inputs=(encode(base, "png"),), mask=encode(mask, "png"))

    assert {wider.getpixel(at) for at in ((10, 10), (160, 120), (300, 200))} == {(200, 40, 40)}


def test_a_masked_edit_can_stay_transparent() -> None:
    base = picture(SIZE, (0, 0, 0, 0), mode="RGBA")
    edited = drawn("a boat", inputs=(base,), mask=holed(SIZE, (50, 50, 150, 150)), transparent=True)

    assert edited.getchannel("A").getpixel((10, 10)) == 0
    assert edited.getchannel("A").getpixel((100, 100)) == 255


@pytest.mark.parametrize("colour", ["teal", (0, 0, 0, 0)])
def test_an_edit_with_a_clear_background_is_clear_somewhere(colour: str | tuple[int, int, int, int]) -> None:
    base = picture(SIZE, colour, mode="RGBA")
    edited = drawn("calm", inputs=(base,), transparent=True)

    assert edited.getchannel("A").getpixel((2, 2)) == 0


@pytest.mark.parametrize("transparent", [True, False])
def test_markup_changes_its_place_and_is_not_painted_itself(*, transparent: bool) -> None:
    markup = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    markup.paste((255, 0, 255, 255), (100, 100, 140, 140))
    edited, plain = (
        drawn("more", inputs=(picture(SIZE),), markup=overlay, transparent=transparent).convert("RGB")
        for overlay in (encode(markup, "png"), None)
    )

    assert edited.getpixel((120, 120)) not in {(255, 0, 255), plain.getpixel((120, 120))}
    assert edited.getpixel((250, 200)) == plain.getpixel((250, 200))


def test_what_is_asked_for_appears_where_it_was_drawn() -> None:
    box = (10, 60, 110, 160)
    markup = Image.new("RGBA", SIZE, (0, 0, 0, 0))
    markup.paste((255, 0, 255, 255), box)
    markup.paste((0, 0, 0, 0), (14, 64, 106, 156))
    inside = (20, 70, 100, 150)

    plain = drawn("calm", inputs=(picture(SIZE),)).crop(inside)
    with_cat, with_words_only = (
        drawn("a black cat", inputs=(picture(SIZE),), markup=overlay).crop(inside)
        for overlay in (encode(markup, "png"), None)
    )

    assert difference(with_cat, plain) > 4 * difference(with_words_only, plain)


def test_previews_come_closer_to_the_picture_one_by_one() -> None:
    image = drawn("a small harbour town", width=512, height=512)
    apart = [difference(sketch(image, index, 3), image) for index in range(3)]

    assert apart[0] > apart[1] > apart[2] > 0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_last_preview_is_never_the_picture(count: int) -> None:
    image = drawn("a lake")

    assert sketch(image, count - 1, count).tobytes() != image.tobytes()


def test_files_carry_a_mark_that_reencoding_loses() -> None:
    image = drawn("a lake")

    assert decoded(encode(image, "png")).info["Software"] == "Atelier sandbox"
    assert [decoded(encode(image, kind)).getexif()[0x0131] for kind in ("jpeg", "webp")] == ["Atelier sandbox"] * 2


def test_less_quality_makes_smaller_files() -> None:
    image = drawn("a lake")

    assert len(encode(image, "webp", 10)) < len(encode(image, "webp", 100))
    assert len(encode(image, "jpeg", 10)) < len(encode(image, "jpeg", 100))


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("length", [100, 70_000, 131_080, 135_000, 1_500_000])
def test_canned_files_have_their_length_and_decode(output_format: str, length: int) -> None:
    content = canned((640, 512), output_format, length)

    assert len(content) == length or (length == 100 and len(content) > 100)
    assert decoded(content).size == (640, 512)


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
def test_canned_files_of_other_numbers_are_other_pictures(output_format: str) -> None:
    contents = [canned((640, 512), output_format, 70_000, number) for number in range(9)]

    assert len(set(contents)) == len(contents)
    assert all(decoded(before).tobytes() != decoded(after).tobytes() for before, after in pairwise(contents))
