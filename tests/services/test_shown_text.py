"""Nothing that people type can do more than be read when we show it."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.text import one_line, shown

MARKUP = "\\*_~`|>#-+[]()<:@&!\n\t @everyone@here<@1><#2>https://a.bc0123.\u200b\u202e\u2066\ufeff\u200d"
HOSTILE = st.text(st.one_of(st.sampled_from(MARKUP), st.characters()), max_size=120)
LENGTHS = st.integers(min_value=1, max_value=150)


@given(HOSTILE, LENGTHS)
def test_no_sign_that_means_something_to_discord_is_left_bare(text: str, most: int) -> None:
    safe = shown(text, most)

    bare = re.sub(r"\\.", "", safe)  # an escaped sign is only itself
    assert not re.search(r"[\\*_~`|>#\-+\[\]()<:/@&!]", bare)


@given(HOSTILE, LENGTHS)
def test_escaping_changes_nothing_but_backslashes(text: str, most: int) -> None:
    assert re.sub(r"\\(.)", r"\1", shown(text, most)) == one_line(text, most)


@given(HOSTILE, LENGTHS)
def test_a_line_is_one_line_without_anything_invisible_and_not_too_long(text: str, most: int) -> None:
    line = one_line(text, most)

    assert len(line) <= most
    assert line == line.strip()
    assert "  " not in line
    assert {unicodedata.category(sign) for sign in line} & {"Cc", "Cf", "Zl", "Zp"} <= (
        {"Cf"} if "\u200d" in line else set()
    )
    assert not re.search(r"[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]", line)


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("a red fox", "a red fox"),
        ("@everyone", r"\@everyone"),
        ("<@123> <@&4> <#5>", r"\<\@123\> \<\@\&4\> \<\#5\>"),
        ("[win](https://evil.example)", r"\[win\]\(https\:\/\/evil.example\)"),
        ("https://evil.example", r"https\:\/\/evil.example"),
        ("discord.gg/evil", r"discord.gg\/evil"),
        ("<t:1:R> <:smile:12>", r"\<t\:1\:R\> \<\:smile\:12\>"),
        (
            "**bold** __under__ ~~gone~~ ||hidden|| `code`",
            r"\*\*bold\*\* \_\_under\_\_ \~\~gone\~\~ \|\|hidden\|\| \`code\`",
        ),
        ("# title\n> quote\n- item", r"\# title \> quote \- item"),
        ("a\\*b", r"a\\\*b"),
        ("right\u202eto left", "rightto left"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("tab\tand\r\nnew\u2028line", "tab and new line"),
        ("nul\0 and bell\a", "nul and bell"),
    ],
)
def test_known_tricks_are_harmless(typed: str, safe: str) -> None:
    assert shown(typed, 200) == safe


@pytest.mark.parametrize("emoji", ["🦊", "👩🏽‍🚀", "👨‍👩‍👧‍👦", "❤️", "🏳️‍🌈", "日本語", "é", "مرحبا"])
def test_words_and_emoji_of_all_the_world_are_kept(emoji: str) -> None:
    assert shown(f"a {emoji} b", 200) == f"a {emoji} b"


def test_a_long_text_ends_in_an_ellipsis() -> None:
    assert one_line("a red fox in snow", 10) == "a red fox…"
    assert one_line("a red fox", 9) == "a red fox"


def test_a_text_of_invisible_signs_is_empty() -> None:
    assert one_line("\u200b\u202e \n\ufeff", 10) == ""
