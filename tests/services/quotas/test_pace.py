"""How long a budget lasts at the pace of its window so far."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.calendar import Window
from bot.services.quotas import pace_text

MONTH = (1000, 2000)


@pytest.mark.parametrize(
    ("spent", "now", "text"),
    [
        (50, 1250, "At this pace it lasts until <t:1500:D>."),
        (25, 1250, "At this pace it lasts until it resets."),
        (1, 1999, "At this pace it lasts until it resets."),
        (99, 1100, "At this pace it lasts until <t:1101:D>."),
    ],
)
def test_it_is_told_until_when_it_lasts(spent: int, now: int, text: str) -> None:
    assert pace_text(Window.MONTH, spent, 100, MONTH, now) == text


@pytest.mark.parametrize(
    ("window", "spent", "now"),
    [
        (Window.MONTH, 0, 1500),
        (Window.MONTH, 100, 1500),
        (Window.MONTH, 120, 1500),
        (Window.MONTH, 50, 1099),
        (Window.DAY, 50, 1500),
        (Window.HOUR, 50, 1500),
    ],
    ids=["nothing spent", "used up", "passed", "too early", "a day", "an hour"],
)
def test_nothing_is_said_where_nobody_can_know_or_plan(window: Window, spent: int, now: int) -> None:
    assert pace_text(window, spent, 100, MONTH, now) == ""


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(1100, 1999))
def test_it_never_tells_a_moment_that_is_past_or_after_the_reset(spent: int, maximum: int, now: int) -> None:
    text = pace_text(Window.WEEK, spent, maximum, MONTH, now)

    if "<t:" in text:
        assert now <= int(text.removeprefix("At this pace it lasts until <t:").removesuffix(":D>.")) < MONTH[1]
