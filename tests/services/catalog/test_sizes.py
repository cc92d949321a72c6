"""Sizes as people write them, and the nearest that a model makes."""

from typing import TYPE_CHECKING, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnsupportedOptionError
from bot.services.catalog import Catalog

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
    ],
)
def test_a_size_is_understood_as_people_write_it(text: str, size: str) -> None:
    assert FREE.check_size(text) == size


def test_a_width_that_no_height_goes_with_is_passed_over() -> None:
    rule = FREE.sizes

    assert rule.holding(16, 16, 8_294_400) == (816, 816)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("512x512", "512x512 is not possible: it needs at least 655,360 pixels in all. Try 816x816."),
        ("4000x2000", "4000x2000 is not possible: no edge may be longer than 3840 pixels. Try 3840x1920."),
        ("3840x3840", "3840x3840 is not possible: it may have at most 8,294,400 pixels in all. Try 2880x2880."),
        (
            "2560x640",
            "2560x640 is not possible: the long edge may be at most 3 times the short edge. Try 2496x832.",
        ),
        ("4:1", "4:1 is not possible: the long edge may be at most 3 times the short edge. Try 1584x528."),
    ],
)
def test_an_impossible_size_is_refused_with_the_rule_and_the_nearest(text: str, sentence: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        FREE.check_size(text)

    assert refusal.value.sentence == sentence


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
        "100:1",
        "1024\n1024",
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


@pytest.mark.parametrize(("text", "name"), [("1536x864", "1536x864"), ("16:9", "16:9"), ("2048", "2048x2048")])
def test_a_model_with_fixed_sizes_refuses_others_with_the_list(text: str, name: str) -> None:
    with pytest.raises(UnsupportedOptionError) as refusal:
        FIXED.check_size(text)

    assert refusal.value.sentence == (
        f"{name} is not possible: this model makes only 1024x1024, 1536x1024 and 1024x1536."
    )


def test_a_fixed_size_is_found_by_its_ratio_even_when_it_has_no_word() -> None:
    assert FIXED.sizes.of_ratio(6, 4) == (1536, 1024)


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


@given(st.integers(1, 99), st.integers(1, 99))
def test_every_possible_ratio_has_a_size_of_exactly_that_ratio(across: int, down: int) -> None:
    width, height = RULE.of_ratio(across, down)

    assert width * down == height * across
    assert is_legal(width, height) == (max(across, down) <= 3 * min(across, down))


@given(EDGES, EDGES)
def test_turning_a_size_turns_the_nearest(width: int, height: int) -> None:
    found, turned = RULE.nearest(width, height), RULE.nearest(height, width)

    assert found[0] * found[1] == turned[0] * turned[1]
    assert sorted(found) == sorted(turned)


@given(st.text(max_size=60))
def test_any_text_is_a_legal_size_or_refused_with_a_sentence(text: str) -> None:
    size, sentence = "1024x1024", "."
    try:
        size = FREE.check_size(text)
    except UnsupportedOptionError as refusal:
        sentence = refusal.sentence

    width, height = map(int, size.split("x"))
    assert is_legal(width, height)
    assert sentence.endswith(".")
