"""What people say below a picture: what is talk costs nothing, what is a wish is made at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogs.edit.remarks import LONGEST, is_talk


def sentences(name: str) -> list[str]:
    """One a line, in many languages: a new one that somebody finds is a line more."""
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line]


TALK, WISHES = sentences("remarks.txt"), sentences("wishes.txt")


def test_the_tables_are_long_and_no_sentence_stands_twice() -> None:
    assert len(set(TALK)) == len(TALK) > 300
    assert len(set(WISHES)) == len(WISHES) > 250


@pytest.mark.parametrize("words", TALK)
def test_what_is_talk_is_no_wish(words: str) -> None:
    assert is_talk(words)


@pytest.mark.parametrize("words", WISHES)
def test_what_is_a_wish_is_no_talk(words: str) -> None:
    assert not is_talk(words)


@pytest.mark.parametrize("written", ["{}", "  {}  ", "#3 {}", "#3: {}"])
def test_case_room_and_the_pictures_number_change_nothing(written: str) -> None:
    for words in ("thanks", "LOVE it", "Merci Beaucoup"):
        assert is_talk(written.format(words))
    for words in ("make it blue", "With Snow"):
        assert not is_talk(written.format(words))


@pytest.mark.parametrize("sign", ["?", "\uff1f", "\u061f", "\u00bf", "\u2753", "\u2049"])
def test_a_question_is_talk_in_any_language(sign: str) -> None:
    assert is_talk(f"xyzzy plugh{sign}")


def test_what_is_long_is_talk_only_if_it_asks() -> None:
    long = "love it " * LONGEST

    assert not is_talk(long)
    assert is_talk(f"{long}?")


@pytest.mark.parametrize("words", ["", "123", "!!!", "\U0001f600"])
def test_without_words_nothing_is_said(words: str) -> None:
    assert not is_talk(words)


def test_nothing_that_is_typed_takes_long() -> None:
    for part in ("ha", "a ", "lol", "!", "x-", "\u3042", "so "):
        is_talk(part * (LONGEST // len(part)))
