"""How a picture was made, in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.presentation.story import DONE, NAMES, PREVIEW, alt_text, changed_how, made_how
from bot.services.requests import Change
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
    assert alt_text(REQUEST, PREVIEW) == "Preview of: a red fox in snow"


def test_of_a_long_story_the_oldest_words_are_left_out() -> None:
    text = alt_text(replace(REQUEST, change=Change.EDIT, prompt="make it blue", story=("x" * 900, "y" * 300)))

    assert len(text) == 1024
    assert text.startswith("Generated picture: …xxx")
    assert text.endswith(f"{'y' * 300}; then: make it blue")


@given(WORDS, st.lists(WORDS, max_size=5), st.sampled_from(Change))
def test_the_alt_text_fits_and_ends_with_the_newest_words(prompt: str, story: list[str], change: Change) -> None:
    text = alt_text(replace(REQUEST, prompt=prompt, story=tuple(story), change=change))

    assert len(text) <= 1024
    newest = alt_text(replace(REQUEST, prompt=prompt, change=change)).removeprefix("Generated picture").lstrip(": ")
    assert text.endswith(newest) or newest.endswith("…")


@pytest.mark.parametrize("change", Change)
def test_what_no_words_of_a_member_tell_is_told_in_ours(change: Change) -> None:
    assert (change in DONE) == (not change.needs_words)
