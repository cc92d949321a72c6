from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.text import LARGEST, NOTHING, change_of, number_of


@given(st.integers(1, LARGEST), st.integers(0, 30))
def test_what_can_be_kept_is_read(number: int, zeros: int) -> None:
    assert number_of("0" * zeros + str(number)) == number


@given(st.integers(LARGEST + 1, 10**90))
def test_what_is_larger_than_anything_names_nothing(number: int) -> None:
    assert number_of(str(number)) == NOTHING


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1_000", " 1", "1.0", "0x1", "\u0663", "\uff13", "\u00b2", "1e3", "9" * 5000]
)
def test_what_is_no_plain_number_names_nothing(text: str) -> None:
    assert number_of(text) == NOTHING


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        ("none", "<#5>", "The log channel: changed from none to <#5>."),
        ("", "added <#5>", "The log channel: added <#5>."),
    ],
)
def test_a_change_is_said_from_what_to_what(before: str, after: str, sentence: str) -> None:
    assert change_of("the log channel", before, after) == sentence
