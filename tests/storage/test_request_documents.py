"""Requests as the database keeps them: every field comes back, and what earlier versions wrote is still read."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PICTURE_DELETED
from bot.language import Language
from bot.services.requests import Base, Change, ImageRequest, StoredImage, Talk

WORDS = st.text(st.characters(codec="utf-8"), max_size=40)
NUMBERS = st.integers(1, 2**53)
FILES = st.builds(
    StoredImage,
    digest=st.text("0123456789abcdef", min_size=64, max_size=64),
    media_type=st.sampled_from(("image/png", "image/jpeg", "image/webp")),
    width=st.integers(1, 10_000),
    height=st.integers(1, 10_000),
    byte_size=st.integers(1, 50_000_000),
    number=st.none() | NUMBERS,
)
EDGES = st.tuples(st.integers(1, 10_000), st.integers(1, 10_000))
BASES = st.builds(Base, picture=FILES, mask=FILES, was=EDGES, laid=EDGES, losses=st.lists(WORDS, max_size=2).map(tuple))
TALKS = st.builds(
    Talk,
    main_model=WORDS,
    key=WORDS,
    previous=st.none() | WORDS,
    said=st.lists(WORDS, max_size=2).map(tuple),
    context_tokens=NUMBERS,
    is_stored=st.booleans(),
)
GIVEN = {
    "prompt": WORDS,
    "model": WORDS,
    "size": st.builds("{}x{}".format, st.integers(1, 4096), st.integers(1, 4096)),
    "quality": WORDS,
    "count": st.integers(1, 4),
    "background": WORDS,
    "output_format": WORDS,
    "partial_images": st.integers(0, 3),
    "references": st.lists(FILES, max_size=3).map(tuple),
    "change": st.sampled_from(Change),
    "parent": st.none() | NUMBERS,
    "story": st.lists(WORDS, max_size=3).map(tuple),
    "mask": st.none() | FILES,
    "markup": st.none() | FILES,
    "exact": st.booleans(),
    "base": st.none() | BASES,
    "input_fidelity": st.none() | WORDS,
    "complexity": st.none() | WORDS,
    "compression": st.none() | st.integers(0, 100),
    "moderation": st.sampled_from(("auto", "low")),
    "frames": st.none() | st.integers(1, 60),
    "frame_ms": st.none() | st.integers(1, 10_000),
    "svg_author": st.none() | WORDS,
    "notes": st.lists(WORDS, max_size=2).map(tuple),
    "talk": st.none() | TALKS,
}
# As the first schema's bots wrote it.
OLD = (
    '{"background": "auto", "count": 3, "model": "gpt-image-2", "output_format": "png", "partial_images": 0, '
    '"prompt": "a fox", "quality": "low", "references": [{"byte_size": 2000000, "digest": "ff", "height": 768, '
    '"media_type": "image/png", "width": 1024}], "size": "1024x768"}'
)


def test_no_field_is_left_out_of_these_tests() -> None:
    assert set(GIVEN) == {field.name for field in fields(ImageRequest)}


@given(st.builds(ImageRequest, **GIVEN))
def test_every_field_comes_back_from_the_database(request: ImageRequest) -> None:
    text = request.to_json()

    assert ImageRequest.from_json(text) == request
    assert ImageRequest.from_json(text).to_json() == text


def test_what_an_earlier_version_wrote_is_read_with_what_was_usual_then() -> None:
    request = ImageRequest.from_json(OLD)

    assert request == ImageRequest(
        "a fox",
        "gpt-image-2",
        "1024x768",
        "low",
        3,
        references=(StoredImage("ff", "image/png", 1024, 768, 2_000_000),),
    )
    assert (request.change, request.story, request.whole_story) == (Change.NEW, (), ("a fox",))


def test_notes_are_told_in_any_language_and_those_of_an_earlier_version_in_english() -> None:
    kept = ImageRequest("a fox", "gpt-image-2", "1024x768", "low", notes=(PICTURE_DELETED, "a note"))
    (deleted, note) = ImageRequest.from_json(kept.to_json()).notes

    assert (deleted, note) == (PICTURE_DELETED, "a note")
    assert Language("de").translate(deleted) == Language("de").translate(PICTURE_DELETED) != PICTURE_DELETED
    assert ImageRequest.from_json(OLD.replace('"size"', '"notes": ["a note"], "size"')).notes == ("a note",)


@pytest.mark.parametrize("change", Change)
def test_a_change_is_kept_by_its_word(change: Change) -> None:
    request = ImageRequest("a fox", "gpt-image-2", "1024x768", "low", change=change)

    assert json.loads(request.to_json())["change"] == change.value
