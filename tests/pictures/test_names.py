"""File names of strangers inside our sentences."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pictures.files.names import shown_name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "“cat.png”"),
        ("IMG_2034 (1).jpeg", "“IMG_2034 (1).jpeg”"),
        ("Пёс été.webp", "“Пёс été.webp”"),
        ("**bold**_it_ `code` ~~x~~ ||y||.png", "“bold it code x y .png”"),
        ("[click](https://evil.example/x).png", "“click (https evil.example x).png”"),
        ("@everyone <@123> <#4>.png", "“everyone 123 4 .png”"),
        ("evil\u202egnp.exe", "“evil gnp.exe”"),
        ("two\nlines\x00.png", "“two lines .png”"),
        ("x" * 90 + ".jpeg", "“" + "x" * 34 + "….jpeg”"),
        ("x" * 90, "“" + "x" * 39 + "…”"),
        ("x" * 90 + ".verylongend", "“" + "x" * 39 + "…”"),
        ("\u200b\u2066", "“picture”"),
        ("", "“picture”"),
    ],
)
def test_a_name_is_shown_without_markup_mentions_or_hidden_characters(name: str, shown: str) -> None:
    assert shown_name(name) == shown


@given(st.text(max_size=500))
def test_no_name_brings_anything_that_discord_reads_as_markup(name: str) -> None:
    shown = shown_name(name)

    assert len(shown) <= 42
    assert not set(shown) & set("*`~|<>[]@#:/\\")
    assert not any(unicodedata.category(character).startswith("C") for character in shown)
    assert "__" not in shown
