"""The words of sizes.toml: each says one thing, and every model can do something with it."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest

from bot.services.catalog import Catalog, words_like
from bot.services.catalog.written_sizes import LONGEST_SIZE, normal, read_size

CATALOG = Catalog.load()
FREE = CATALOG.model("gpt-image-2.5-flare")
CONTENT = tomllib.loads(resources.files("bot.services.catalog").joinpath("sizes.toml").read_text("utf-8"))
ENTRIES = [entry for key in ("amounts", "shapes", "things") for entry in CONTENT[key]]
SIZES = [word for entry in ENTRIES for word in entry["words"]]
ALL = [*SIZES, *CONTENT["fillers"], *(word for words in CONTENT["turns"].values() for word in words)]


def test_no_word_stands_twice() -> None:
    assert sorted(word for word in ALL if [each.lower() for each in ALL].count(word.lower()) > 1) == []


@pytest.mark.parametrize("word", SIZES)
def test_every_word_is_a_size_by_itself(word: str) -> None:
    meant = read_size(word.upper())

    assert meant is not None
    assert normal(word) == word.lower()  # no hyphens, which are taken out of what is typed
    assert len(word) <= LONGEST_SIZE
    assert FREE.nearest_size(word).near or word == "linkedin banner"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("insta", ["instagram story", "instagram reel", "instagram", "instagram post", "instagram square", "insta"]),
        ("thumb", ["thumbnail", "youtube thumbnail"]),
        ("vert", ["vertical"]),
        ("pixe", []),  # says nothing about a size
        ("ory", []),  # nothing begins so
    ],
)
def test_names_are_found_by_how_a_word_of_them_begins(typed: str, words: list[str]) -> None:
    assert list(words_like(typed))[: len(words) or 1] == words


def test_who_calls_a_size_by_a_word_is_told_its_pixels() -> None:
    told = {text: getattr(read_size(text), "said", None) for text in ("1920 by 1080", "1024px", "Story", "16:9 4K")}

    assert told == {
        "1920 by 1080": "1920x1080",
        "1024px": "1024x1024",
        "Story": "story (1080x1920)",
        "16:9 4K": "16:9 4k",
    }
