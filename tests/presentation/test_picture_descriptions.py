"""How a picture was made, in words; and what is said of what a mask kept is true to the pixel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import LOCALES, language_of
from bot.presentation.picture_descriptions import (
    DONE,
    MARKLESS,
    MAY_DIFFER,
    NAMES,
    PREVIEW,
    alt_text,
    changed_how,
    kept_how,
    made_how,
    opening_of,
    sheet_text,
)
from bot.services.requests import Base, Change, ImageRequest, StoredImage
from tests.examples import REQUEST, STORED, picture

TITLE = "GPT Image 2.5 Flare"
WORDS = st.text(max_size=3000)


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, []),
        ({"background": "transparent"}, ["transparent"]),
        ({"background": "opaque"}, []),
        ({"references": (STORED,)}, ["from a picture"]),
        ({"references": (STORED,) * 3}, ["from 3 pictures"]),
        ({"input_fidelity": "high"}, ["high input fidelity"]),
        ({"complexity": "low"}, ["low complexity"]),
        ({"compression": 80}, ["compression 80"]),
        ({"frames": 9, "frame_ms": 200}, ["9 frames", "200 ms each"]),
        ({"svg_author": "gpt-6"}, ["written by gpt-6"]),
    ],
)
def test_whatever_else_was_asked_for_is_said(changes: dict[str, Any], facts: list[str]) -> None:
    request = replace(REQUEST, **changes)

    assert made_how(request, TITLE, ()) == [TITLE, "1024×1024", "medium", *facts]


@pytest.mark.parametrize(
    ("changes", "facts"),
    [
        ({}, []),
        ({"references": (STORED,) * 2}, ["with another picture"]),
        ({"references": (STORED,) * 4}, ["with 3 other pictures"]),
        ({"mask": STORED}, ["with a mask"]),
        ({"markup": STORED}, ["with a drawing"]),
    ],
)
def test_a_change_begins_with_what_was_done_to_what(changes: dict[str, Any], facts: list[str]) -> None:
    request = replace(REQUEST, **{"change": Change.EDIT, "parent": 4820, "references": (STORED,), **changes})

    assert made_how(request, TITLE, ()) == ["Edit of #4820", TITLE, "1024×1024", "medium", *facts]


def test_the_size_told_is_the_pictures_whatever_was_asked_for() -> None:
    shapes = [(1254, 1254), (1254, 1254), (4000, 3000)]
    pictures = [picture(image=replace(STORED, width=width, height=height)) for width, height in shapes]

    assert made_how(REQUEST, TITLE, pictures)[1] == "1254×1254, 4000×3000"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change.EDIT, "Edit of #7"),
        (Change.VARY, "Variation of #7"),
        (Change.FINISH, "Finished version of #7"),
        (Change.ZOOM_OUT, "Wider view (1.5×) of #7"),
        (Change.ZOOM_OUT_TWICE, "Wider view (2×) of #7"),
        (Change.PAN_LEFT, "#7 panned left"),
        (Change.PAN_DOWN, "#7 panned down"),
        (Change.SQUARE, "Square version of #7"),
        (Change.PORTRAIT, "Portrait version of #7"),
        (Change.LANDSCAPE, "Landscape version of #7"),
        (Change.CUT_OUT, "#7 without background"),
    ],
)
def test_a_change_is_named_by_what_it_makes(change: Change, words: str) -> None:
    assert changed_how(replace(REQUEST, change=change, parent=7)) == words


def test_every_change_has_a_name() -> None:
    assert set(NAMES) == set(Change)


def test_other_peoples_pictures_have_no_number() -> None:
    assert changed_how(replace(REQUEST, change=Change.EDIT)) == "Edit of a picture"
    assert changed_how(replace(REQUEST, change=Change.CUT_OUT)) == "A picture without background"


def test_every_change_without_words_is_told_to_who_cannot_see() -> None:
    assert {change for change in Change if not change.needs_words} == set(DONE)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, "Generated picture: a red fox in snow"),
        ({"prompt": "a red\nfox *in* snow"}, "Generated picture: a red fox *in* snow"),
        (
            {"change": Change.EDIT, "prompt": "make it blue", "story": ("a lighthouse", "at dusk")},
            "Generated picture: a lighthouse; then: at dusk; then: make it blue",
        ),
        (
            {"change": Change.ZOOM_OUT_TWICE, "prompt": "", "story": ("a lighthouse",)},
            "Generated picture: a lighthouse; then: zoomed out 2×",
        ),
        ({"change": Change.VARY, "prompt": "more snow"}, "Generated picture: varied: more snow"),
        (
            {"change": Change.EDIT, "prompt": " ", "markup": STORED, "story": ("a lighthouse",)},
            "Generated picture: a lighthouse; then: changed as drawn upon it",
        ),
        ({"prompt": ""}, "Generated picture"),
    ],
)
def test_the_alt_text_tells_the_whole_story(changes: dict[str, Any], text: str) -> None:
    assert alt_text(replace(REQUEST, **changes)) == text


def test_a_preview_is_said_to_be_one() -> None:
    assert alt_text(REQUEST, PREVIEW) == "Preview: a red fox in snow"


@pytest.mark.parametrize(
    ("stands", "opening"),
    [
        ((4822, 1, 1), "Generated picture #4822"),
        ((4822, 2, 4), "Generated picture #4822, 2 of 4"),
        ((4822, 1, 1, True), "Preview of #4822"),
        ((4822, 2, 4, True), "Preview of #4822, 2 of 4"),
        ((0, 1, 1), "Generated picture"),
        ((0, 2, 4), "Generated picture 2 of 4"),
        ((0, 2, 4, True), "Preview 2 of 4"),
    ],
)
def test_an_alt_text_begins_with_the_number_that_people_call_it_by(stands: tuple[Any, ...], opening: str) -> None:
    number, place, count, *preview = stands

    assert opening_of(number, place, count, preview=any(preview)) == opening


def test_of_a_long_story_the_oldest_words_are_left_out() -> None:
    text = alt_text(replace(REQUEST, change=Change.EDIT, prompt="make it blue", story=("x" * 900, "y" * 300)))

    assert len(text) == 1024
    assert text.startswith("Generated picture: …xxx")
    assert text.endswith(f"{'y' * 300}; then: make it blue")


@given(WORDS, st.lists(WORDS, max_size=5), st.sampled_from(Change))
def test_the_alt_text_fits_and_ends_with_the_newest_words(prompt: str, story: list[str], change: Change) -> None:
    text = alt_text(replace(REQUEST, prompt=prompt, story=tuple(story), change=change))

    assert len(text) <= 1024
    assert all(len(language_of(locale).translate(text)) <= 1024 for locale in LOCALES)
    newest = alt_text(replace(REQUEST, prompt=prompt, change=change)).removeprefix("Generated picture").lstrip(": ")
    assert text.endswith(newest) or newest.endswith("…")


@pytest.mark.parametrize("change", Change)
def test_what_no_words_of_a_member_tell_is_told_in_ours(change: Change) -> None:
    assert (change in DONE) == (not change.needs_words)


SAME = (1024, 1024)
LARGE = (4000, 4000)


def base(was: tuple[int, int] = SAME, laid: tuple[int, int] | None = None, **changes: Any) -> Base:  # noqa: ANN401 - any field of it
    """What a result is laid into: a picture of this size, or a canvas where it lies in another."""
    stored = STORED if laid else replace(STORED, width=was[0], height=was[1])
    return replace(Base(stored, stored, was, laid or was), **changes)


def masked(**changes: Any) -> ImageRequest:  # noqa: ANN401 - any field of it
    usual: dict[str, Any] = {"change": Change.EDIT, "references": (STORED,), "mask": STORED, "base": base()}
    return replace(REQUEST, **usual | changes)


def sized(size: tuple[int, int], media_type: str = "image/png") -> StoredImage:
    return replace(STORED, width=size[0], height=size[1], media_type=media_type)


@pytest.mark.parametrize(
    ("changes", "media_type", "told"),
    [
        ({}, "image/png", "The rest is exactly as it was."),
        ({}, "image/webp", "The rest is exactly as it was."),
        ({"compression": 100}, "image/webp", "The rest is put back from the picture itself: compressed anew."),
        (
            {},
            "image/jpeg",
            "The rest is put back from the picture itself: compressed anew as a JPEG, which has no transparency.",
        ),
        (
            {"base": base(picture=sized(SAME, "image/jpeg"))},
            "image/jpeg",
            "The rest is put back from the picture itself: compressed anew as a JPEG.",
        ),
        (
            {"base": base(losses=("RGB instead of CMYK",))},
            "image/png",
            "The rest is put back from the picture itself: RGB instead of CMYK.",
        ),
        ({"base": None}, "image/png", "The rest is put back from the picture itself: as it was sent."),
        (
            {"base": base(LARGE)},
            "image/png",
            "The rest is exactly as it was. What changed was asked for at 1024×1024 and fitted to 4000×4000.",
        ),
        (
            {"change": Change.ZOOM_OUT},
            "image/png",
            "What is there of the old picture is exactly as it was.",
        ),
        (
            {"change": Change.ZOOM_OUT, "base": base(LARGE, (683, 683))},
            "image/png",
            "What is there of the old picture is put back from the picture itself: scaled from 4000×4000 to 683×683.",
        ),
    ],
)
def test_only_what_is_the_same_in_every_pixel_is_called_exact(
    changes: dict[str, Any], media_type: str, told: str
) -> None:
    request = masked(**changes)
    size = LARGE if request.base and request.base.picture.width == LARGE[0] else SAME

    made = picture(7, composed=True, image=sized(size, media_type))

    assert kept_how(request, [made]) == [told, MARKLESS]


@pytest.mark.parametrize(
    ("changes", "size", "told"),
    [
        ({}, SAME, MAY_DIFFER),
        ({"base": None}, SAME, MAY_DIFFER),
        ({"base": base((3000, 2000))}, (1536, 1024), f"{MAY_DIFFER} The picture of 3000×2000 became 1536×1024."),
        (
            {"change": Change.ZOOM_OUT_TWICE, "base": base((1024, 1024), (512, 512))},
            (2048, 2048),
            MAY_DIFFER,  # in a canvas that came twice as large it has its scale again
        ),
        (
            {"change": Change.ZOOM_OUT, "base": base(SAME, (683, 683))},
            SAME,
            f"{MAY_DIFFER} The picture of 1024×1024 became 683×683.",
        ),
        ({"output_format": "svg"}, SAME, "An SVG cannot keep the outside exactly: look at it."),
        (
            {"output_format": "svg", "change": Change.PAN_UP},
            SAME,
            "An SVG cannot keep what was there exactly: look at it.",
        ),
    ],
)
def test_what_could_not_be_put_back_is_said_with_what_became_of_its_scale(
    changes: dict[str, Any], size: tuple[int, int], told: str
) -> None:
    assert kept_how(masked(**changes), [picture(7, image=sized(size))]) == [told]


@pytest.mark.parametrize("changes", [{"mask": None}, {"exact": False}])
def test_nothing_is_said_where_nothing_was_to_be_kept(changes: dict[str, Any]) -> None:
    assert kept_how(masked(**changes), [picture()]) == []


def test_nothing_is_said_of_no_picture() -> None:
    assert kept_how(masked(), []) == []


def test_several_pictures_are_told_apart() -> None:
    pictures = [picture(1, composed=True), picture(2), picture(3, composed=True)]

    assert kept_how(masked(), pictures) == [
        "#1, #3: The rest is exactly as it was.",
        f"#2: {MAY_DIFFER}",
        f"#1, #3: {MARKLESS}",
    ]


def test_a_copy_that_lost_something_is_not_called_exact_but_its_original_is() -> None:
    pictures = [picture(1, composed=True), picture(2, composed=True)]

    assert kept_how(masked(), pictures, copied={2}) == [
        "#1: The rest is exactly as it was.",
        "#2: In the original, which I keep, the rest is exactly as it was; this is a copy of it.",
        MARKLESS,
    ]


def test_what_was_kept_is_told_in_another_language_though_its_losses_were_read_from_the_database() -> None:
    told = kept_how(masked(base=base(losses=("RGB instead of CMYK",))), [picture(7, composed=True)])

    assert language_of("de").translate(told[0]) == (
        "Der Rest wurde wieder aus dem Bild selbst eingesetzt: RGB statt CMYK."
    )


def test_a_contact_sheet_is_told_in_another_language_within_what_discord_takes() -> None:
    german = language_of("de").translate(sheet_text(["#1", "#2", "x" * 2000]))

    assert german.startswith("Übersichtsbogen mit 3 Bildern in Dreierreihen: #1; #2; xxx")
    assert len(german) == 1024
    assert language_of("de").translate(sheet_text(["#1"])) == "Übersichtsbogen mit einem Bild: #1."
