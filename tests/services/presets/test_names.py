"""What a preset may be called."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import PresetRefusedError
from bot.services.presets import LONGEST_NAME, checked_name, suggested_name
from bot.services.presets.names import key_of
from bot.services.text import shown


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Poster", "Poster"),
        ("  our \n brand   kit ", "our brand kit"),
        ("it's R&D's no. 1, v2+!", "it's R&D's no. 1, v2+!"),
        ("ملصق", "ملصق"),
        ("東京の夜", "東京の夜"),
        ("สติกเกอร์", "สติกเกอร์"),
        ("🎄 xmas 👍🏽 ❤️", "🎄 xmas 👍🏽 ❤️"),
        ("cafe\u0301", "café"),
    ],
)
def test_names_in_any_script_are_kept_in_one_line(typed: str, name: str) -> None:
    assert checked_name(typed) == name


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "...",
        "<@123>",
        "@everyone",
        "**bold**",
        "[x](https://example.com)",
        "server:poster",
        "\u202eretsop",
        "pos\u200bter",
        "\u2066poster",
        "\ufeff",
        "\u3164",
        "\u2800",
        "\u0301",
        "Z\u0300\u0301\u0302\u0303algo",
        "a\0b",
        "`code`",
        "a|b",
        "#4821",
        "x/y",
    ],
)
def test_names_that_cannot_be_read_or_do_something_are_refused(typed: str) -> None:
    with pytest.raises(PresetRefusedError, match="this one has a sign that I cannot take, or none to be read"):
        checked_name(typed)


def test_the_longest_name_is_taken_and_a_longer_one_refused() -> None:
    assert checked_name("x" * LONGEST_NAME) == "x" * LONGEST_NAME
    with pytest.raises(PresetRefusedError, match="this one has 112 characters"):
        checked_name("x" * 112)


@given(st.text(max_size=50))
def test_whatever_is_taken_formats_and_mentions_nothing(typed: str) -> None:
    with suppress(PresetRefusedError):
        name = checked_name(typed)

        assert checked_name(name) == name
        assert not set("<>@#*~`|[]()/:\\\n") & set(name)
        assert shown(name, LONGEST_NAME).replace("\\", "") == name


def test_names_are_the_same_in_any_case_width_and_spacing() -> None:
    assert key_of("Our  BRAND") == key_of("our brand") == key_of("\uff4f\uff55\uff52 brand")
    assert key_of("straße") == key_of("STRASSE")
    assert key_of("a") != key_of("ä")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("a red fox, in snow", "a red fox, in snow"),
        ("**A** fox <@1> (sleeping): at dusk", "A fox 1 sleeping at dusk"),
        ("x" * 41, ""),
        ("fox " * 20, "fox fox fox fox fox fox fox fox fox fox"),
        ("...", ""),
        ("", ""),
        ("Z\u0300\u0301\u0302\u0303", ""),
    ],
)
def test_a_name_is_suggested_from_the_words(words: str, name: str) -> None:
    assert suggested_name(words) == name


@given(st.text(max_size=300))
def test_what_is_suggested_is_a_name_or_nothing(words: str) -> None:
    name = suggested_name(words)

    assert not name or checked_name(name) == name
