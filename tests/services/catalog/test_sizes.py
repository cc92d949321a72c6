"""Sizes as people write them, and the nearest that a model makes."""

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.errors import UnsupportedOptionError
from bot.services.catalog import SAME_SHAPE, Catalog, FoundSize, Model, strain

if TYPE_CHECKING:
    from bot.services.catalog.sizes import FreeSizes

CATALOG = Catalog.load()
FREE = CATALOG.model("gpt-image-2.5-flare")
FIXED = CATALOG.model("gpt-image-1.5")
RULE = cast("FreeSizes", FREE.sizes)

EDGES = st.integers(min_value=1, max_value=99_999)


def is_legal(width: int, height: int) -> bool:
    """The rule as the provider's guide says it, written anew."""
    long, short = max(width, height), min(width, height)
    return (
        width % 16 == 0
        and height % 16 == 0
        and long <= 3840
        and long <= 3 * short
        and 655_360 <= width * height <= 8_294_400
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1024x1024", "1024x1024"),
        ("1536X1024", "1536x1024"),
        ("1024 x 1536", "1024x1536"),
        ("  1024  ×  1536 ", "1024x1536"),
        ("1024*1536", "1024x1536"),
        ("1024", "1024x1024"),
        ("1024x640", "1024x640"),
        ("3840x2160", "3840x2160"),
        ("2880x2880", "2880x2880"),
        ("1536x864", "1536x864"),
        ("Square", "1024x1024"),
        ("portrait", "1024x1536"),
        ("large   wide", "2560x1440"),
        ("1:1", "1024x1024"),
        ("3:2", "1536x1024"),
        ("16:9", "1536x864"),
        ("9 : 16", "864x1536"),
        ("4:3", "1472x1104"),
        ("21:9", "1904x816"),
        ("3:1", "2160x720"),
        ("HD", "1280x720"),
        ("full  HD", "1920x1088"),
        ("1080p", "1920x1088"),
        ("4K", "3840x2160"),
        ("1920x1080", "1920x1088"),  # the nearest that the model makes
        ("1000", "1008x1008"),
        ("3850x2160", "3840x2160"),
        ("1920 by 1080", "1920x1088"),
        ("1920X1080 px", "1920x1088"),
        ("1920 px × 1080 px", "1920x1088"),
        ("1920:1080", "1536x864"),  # a ratio whatever the numbers
        ("100:100", "1024x1024"),
        ("512:512", "1024x1024"),
        ("1024 / 1536", "1024x1536"),
        ("250:100", "2000x800"),
        ("1920:1080 4k", "3840x2160"),
        ("16/9", "1536x864"),
        ("16x9", "1536x864"),
        ("16 by 9", "1536x864"),
        ("aspect ratio 16:9", "1536x864"),
        ("8.5x11 in", "1088x1408"),
        ("1.91:1", "1728x912"),
        ("30 x 40 cm", "1104x1472"),
        ("1024 px", "1024x1024"),
        ("1600 16:9", "1600x896"),  # a number beside a shape is the long edge
        ("2mp", "1408x1408"),
        ("2.5 megapixels 16:9", "2048x1152"),
        ("16:9 4k", "3840x2160"),
        ("4K, portrait", "2160x3840"),
        ("square 4k", "2880x2880"),  # as many pixels as it has
        ("9:16 HD", "720x1280"),
        ("full-hd", "1920x1088"),
        ("story", "1088x1920"),
        ("reel", "1088x1920"),
        ("banner", "1504x512"),
        ("wallpaper", "1920x1088"),
        ("4k wallpaper", "3840x2160"),
        ("phone", "1088x2336"),
        ("poster", "1024x1536"),
        ("A4", "1120x1584"),
        ("a4 landscape", "1584x1120"),
        ("Landscape_A4", "1584x1120"),
        ("instagram", "1088x1088"),
        ("instagram portrait", "1088x1344"),
        ("youtube thumbnail", "1280x720"),
        ("YouTube-Thumbnail", "1280x720"),
        ("icon", "1024x1024"),
        ("vertical", "1024x1536"),
        ("portrait 1920x1080", "1088x1920"),
        ("portrait square", "1024x1024"),
        ("portrait 1600", "1072x1600"),
        ("tall", "864x1536"),
    ],
)
def test_a_size_is_understood_as_people_write_it(text: str, size: str) -> None:
    assert FREE.check_size(text) == size


def test_a_width_that_no_height_goes_with_is_passed_over() -> None:
    rule = FREE.sizes

    assert rule.holding(16, 16, 8_294_400) == (816, 816)


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("1920x1080", "1920x1080 became 1920x1088: both edges must be multiples of 16."),
        ("1080p", "1080p (1920x1080) became 1920x1088: both edges must be multiples of 16."),
        ("512x512", "512x512 became 816x816: it needs at least 655,360 pixels in all."),
        ("4000x2000", "4000x2000 became 3840x1920: no edge may be longer than 3840 pixels."),
        ("3840x3840", "3840x3840 became 2880x2880: it may have at most 8,294,400 pixels in all."),
        ("story", "story (1080x1920) became 1088x1920: both edges must be multiples of 16."),
        ("50mp", "50mp became 2880x2880: no edge may be longer than 3840 pixels."),
        ("a4", ""),  # nobody has said how many pixels
        ("16:9", ""),
        ("2mp", ""),  # about so many
        ("4k", ""),
    ],
)
def test_where_another_size_is_made_than_was_said_a_sentence_says_why(text: str, note: str) -> None:
    assert FREE.find_size(text).note == note


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "2560x640",
            "2560x640 is not possible: the long edge may be at most 3 times the short edge. Try 2496x832.",
        ),
        (
            "100:1",
            "100:1 is not possible: no edge may be longer than 3840 pixels. Try 3840x1280.",
        ),
        ("4:1", "4:1 is not possible: the long edge may be at most 3 times the short edge. Try 2448x816."),
        (
            "1584x396",
            "1584x396 is not possible: the long edge may be at most 3 times the short edge. Try 1584x528.",
        ),
    ],
)
def test_a_size_with_nothing_near_is_refused_with_the_rule_and_the_nearest(text: str, sentence: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        FREE.check_size(text)

    assert refusal.value.sentence == sentence
    assert not FREE.nearest_size(text).near


@pytest.mark.parametrize(
    "text",
    [
        "",
        "banana",
        "9" * 5000,
        "9" * 5000 + "x" + "9" * 5000,
        "100000x1024",
        "\u0661\u0660\u0662\u0664",  # Arabic digits
        "\uff11\uff10\uff12\uff14",  # full-width digits
        "1\u0660\u0662\u0664x1024",
        "1024x1\u0660\u0662\u0664",
        "-1024x1024",
        "0x1024",
        "0",
        "01024x1024",
        "1024x",
        "1024x1024x1024",
        "1e3x1e3",
        "16:0",
        "100000:1",
        "100:0",
        "1024\n1024",
        "px",
        "4k 2mp",
        "story banner",
        "portrait landscape",
        "square 16:9",
        "1920x1080 9:16",
        "16:9 cats",
        "4kids",
        "12:",
        "1920-1080",
        "1.5x",
    ],
)
def test_what_is_no_size_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=r"is not a size\. Write width and height in pixels") as refusal:
        FREE.check_size(text)

    assert len(refusal.value.sentence) < 250


def test_an_automatic_size_is_refused_since_nobody_knows_its_price() -> None:
    with pytest.raises(UnsupportedOptionError, match="price of an automatic size is not known"):
        FREE.check_size("auto")


@pytest.mark.parametrize(
    ("text", "size"), [("1536x1024", "1536x1024"), ("2:3", "1024x1536"), ("landscape", "1536x1024")]
)
def test_a_model_with_fixed_sizes_takes_them(text: str, size: str) -> None:
    assert FIXED.check_size(text) == size


@pytest.mark.parametrize(
    ("text", "size", "said"),
    [
        ("1536x864", "1536x1024", "1536x864"),
        ("16:9", "1536x1024", "16:9"),
        ("2048", "1024x1024", "2048x2048"),
        ("9:16", "1024x1536", "9:16"),
        ("4k", "1536x1024", "4k (3840x2160)"),
        ("a4", "1024x1536", "a4"),
    ],
)
def test_a_model_with_fixed_sizes_makes_the_nearest_and_says_so(text: str, size: str, said: str) -> None:
    found = FIXED.find_size(text)

    assert found.size == size
    assert found.note == f"{said} became {size}: this model makes only 1024x1024, 1536x1024 and 1024x1536."


@pytest.mark.parametrize("text", ["21:9", "banner", "phone", "2000x600"])
def test_a_model_with_fixed_sizes_refuses_shapes_that_are_far_from_its_own(text: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=r"makes only 1024x1024, .*\. Try 1"):
        FIXED.check_size(text)


@pytest.mark.parametrize("text", ["0mp 16:9", "0.00mp 1:99", "9:16 0 mp"])
def test_no_pixels_of_a_shape_are_refused_with_what_is_near(text: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=r"is not possible: .*\. Try [0-9]+x[0-9]+\."):
        FREE.check_size(text)


@pytest.mark.parametrize("text", ["3:2", "square", "vertical", "poster", "1 mp"])
def test_of_a_shape_that_is_made_as_it_was_said_nothing_is_said(text: str) -> None:
    assert FIXED.find_size(text).note == ""


@given(EDGES, EDGES)
def test_the_size_offered_as_nearest_is_legal(width: int, height: int) -> None:
    assert is_legal(*RULE.nearest(width, height))


@given(EDGES, EDGES)
def test_a_size_is_refused_exactly_when_it_is_not_legal(width: int, height: int) -> None:
    assert (RULE.fault(width, height) is None) == is_legal(width, height)


@given(st.integers(1, 240), st.integers(1, 240))
def test_a_legal_size_is_its_own_nearest(across: int, down: int) -> None:
    size = across * 16, down * 16

    found = RULE.nearest(*size)

    assert (found == size) == is_legal(*size)


@example(32, 63, 1)  # the nearest size is of another shape
@given(st.integers(1, 99), st.integers(1, 99), st.integers(1, 50_000_000))
def test_every_possible_ratio_has_a_size_of_about_so_many_pixels(across: int, down: int, pixels: int) -> None:
    width, height = RULE.shaped(across, down, pixels)

    assert is_legal(width, height)
    if max(across, down) <= 2 * min(across, down):  # where no bound is near
        assert strain((width, height), (across, down)) <= SAME_SHAPE
        assert 0.75 <= width * height / min(max(pixels, 655_360), 8_294_400) <= 1.25


@given(EDGES, EDGES)
def test_turning_a_size_turns_the_nearest(width: int, height: int) -> None:
    found, turned = RULE.nearest(width, height), RULE.nearest(height, width)

    assert found[0] * found[1] == turned[0] * turned[1]
    assert sorted(found) == sorted(turned)


WORDS = st.sampled_from(
    ["4k", "16:9", "story", "a4", "landscape", "square", "2mp", "1920x1080", "1024", "wide", "px", "tall", ",", "9/16"]
)
NUMBERS = st.from_regex(r"[0-9]{1,6}[x:/ ]{1,2}[0-9]{1,6}", fullmatch=True)
TYPED = st.text(max_size=70) | st.lists(WORDS, max_size=4).map(" ".join) | NUMBERS


@given(TYPED, st.sampled_from([FREE, FIXED]))
def test_any_text_is_a_legal_size_or_refused_with_a_sentence(text: str, model: Model) -> None:
    size, sentence = model.default_size, "."
    try:
        size = model.check_size(text)
    except UnsupportedOptionError as refusal:
        sentence = refusal.sentence

    width, height = map(int, size.split("x"))
    assert is_legal(width, height) if model is FREE else size in {"1024x1024", "1536x1024", "1024x1536"}
    assert sentence.endswith(".")
    assert len(sentence) < 300


@given(st.integers(1, 240), st.integers(1, 240))
def test_a_legal_size_stays_what_it_is(across: int, down: int) -> None:
    size = f"{across * 16}x{down * 16}"
    assume(is_legal(across * 16, down * 16))

    assert FREE.find_size(size) == FoundSize(size, size)


@given(TYPED)
def test_what_is_found_is_found_again_by_its_size(text: str) -> None:
    try:
        size = FREE.find_size(text).size
    except UnsupportedOptionError:
        return

    assert FREE.find_size(size) == FoundSize(size, size)
