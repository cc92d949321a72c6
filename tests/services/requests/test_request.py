"""A request as it is kept: with its files, and with the words that its pictures were made from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.requests import DRAWN, Change, ImageRequest, StoredImage

REQUEST = ImageRequest('"Füchse" 🦊', "gpt-image-2.5-flare", "1536x864", "low")
FOX = StoredImage("a" * 64, "image/png", 640, 480, 1000, number=7)
HAT = StoredImage("b" * 64, "image/webp", 64, 48, 100)
MASK = StoredImage("c" * 64, "image/png", 640, 480, 99)
WORDS = st.text(max_size=20)


def test_a_request_survives_the_database() -> None:
    request = REQUEST.with_references([FOX, HAT])

    kept = ImageRequest.from_json(request.to_json())

    assert kept == request
    assert (kept.width, kept.height) == (1536, 864)


@given(
    st.builds(
        ImageRequest,
        prompt=WORDS,
        model=WORDS,
        size=st.just("1024x1024"),
        quality=WORDS,
        references=st.lists(st.sampled_from([FOX, HAT])).map(tuple),
        change=st.sampled_from(Change),
        parent=st.none() | st.integers(1, 9),
        story=st.lists(WORDS).map(tuple),
        mask=st.sampled_from([None, MASK]),
        markup=st.sampled_from([None, MASK]),
        exact=st.booleans(),
        input_fidelity=st.none() | WORDS,
        complexity=st.none() | WORDS,
        compression=st.none() | st.integers(0, 100),
        moderation=st.sampled_from(["auto", "low"]),
        frames=st.none() | st.integers(2, 16),
        frame_ms=st.none() | st.integers(10, 1000),
        svg_author=st.none() | WORDS,
    )
)
def test_whatever_is_asked_survives_the_database(request: ImageRequest) -> None:
    assert ImageRequest.from_json(request.to_json()) == request


def test_a_request_from_before_there_were_changes_is_read_as_a_new_one() -> None:
    reference = {"digest": "a" * 64, "media_type": "image/png", "width": 640, "height": 480, "byte_size": 1000}
    early = json.dumps(
        {
            "prompt": "a fox",
            "model": "gpt-image-2",
            "size": "1024x1024",
            "quality": "low",
            "count": 2,
            "background": "auto",
            "output_format": "png",
            "partial_images": 1,
            "references": [reference],
        }
    )

    found = ImageRequest.from_json(early)

    assert found == ImageRequest(
        "a fox", "gpt-image-2", "1024x1024", "low", 2, partial_images=1, references=(replace(FOX, number=None),)
    )
    assert (found.change, found.parent, found.story, found.mask, found.exact) == (Change.NEW, None, (), None, True)


def test_the_files_are_sent_pictures_first_then_mask_or_drawing() -> None:
    request = REQUEST.with_references([FOX, HAT])

    assert request.files == (FOX, HAT)
    assert replace(request, mask=MASK).files == (FOX, HAT, MASK)
    assert replace(request, markup=MASK).files == (FOX, HAT, MASK)
    assert REQUEST.files == ()


def test_the_story_of_a_picture_ends_with_the_words_of_its_own_request() -> None:
    first = replace(REQUEST, prompt="a fox")
    varied = replace(first, prompt="", change=Change.VARY, story=first.whole_story)
    edited = replace(first, prompt="a red hat", change=Change.EDIT, story=varied.whole_story)

    assert first.whole_story == ("a fox",)
    assert varied.whole_story == ("a fox",)
    assert replace(varied, prompt=" \n").whole_story == ("a fox",)
    assert edited.whole_story == ("a fox", "a red hat")


def test_the_model_is_told_what_the_change_and_the_words_say() -> None:
    assert REQUEST.sent_prompt == REQUEST.prompt
    assert "a fox" in replace(REQUEST, change=Change.VARY, prompt="", story=("a fox",)).sent_prompt


@pytest.mark.parametrize(
    ("prompt", "story", "words"),
    [
        ("a hat", ("a fox",), "a hat"),
        ("", ("a fox", "a hat"), "a hat"),
        (DRAWN, ("a fox",), "a fox"),
        (DRAWN, (), ""),
    ],
)
def test_a_pictures_own_words_are_those_that_were_last_said_of_it(
    prompt: str, story: tuple[str, ...], words: str
) -> None:
    assert replace(REQUEST, prompt=prompt, story=story).own_words == words
