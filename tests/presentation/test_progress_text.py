"""How far a picture is: honest when it runs over, never done before it is, and plain without its bar."""

from __future__ import annotations

import pytest

from bot.presentation.result import far_text, span_text
from bot.services.turns import GenerationProgress, Usual

USUAL = Usual(40.0, 60.0, is_measured=True)
GUESSED = Usual(20.0, 40.0, is_measured=False)
NOW = 1000.0


def after(*seconds: float, usual: Usual = USUAL, total: int = 1, done: int = 0) -> str:
    """What is said when pictures were sent so many seconds ago."""
    return far_text(GenerationProgress(total, done, tuple(NOW - each for each in seconds), usual), NOW)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Usually 40 s."),
        (4, "▱▱▱▱▱ About 10%: usually 40 s."),
        (10, "▰▱▱▱▱ About 25%: usually 40 s."),
        (24, "▰▰▰▱▱ About 60%: usually 40 s."),
        (40, "▰▰▰▰▱ About 95%: usually 40 s."),
        (60, "▰▰▰▰▱ About 95%: usually 40 s."),
        (70, "Longer than usual: 70 s so far, usually 40 s."),
        (200, "Longer than usual: 3 min so far, usually 40 s."),
    ],
)
def test_a_bar_goes_by_the_usual_time_and_says_so_when_it_runs_over(seconds: float, text: str) -> None:
    assert after(seconds) == text


def test_before_it_is_sent_it_is_said_how_long_it_usually_takes() -> None:
    assert after() == "Usually 40 s."
    assert after(total=2, done=1) == "1 of 2 done, each usually 40 s."


def test_what_was_never_measured_is_called_a_guess() -> None:
    assert after(usual=GUESSED) == "20 s by guess."
    assert after(10, usual=GUESSED) == "▰▰▱▱▱ About 50%: 20 s by guess."
    assert after(50, usual=GUESSED) == "Longer than I guessed: 50 s so far, 20 s by guess."


def test_of_several_pictures_those_that_are_there_count() -> None:
    assert after(20, 10, total=4, done=1) == "▰▰▱▱▱ About 44%: 1 of 4 done, each usually 40 s."
    assert after(70, 10, total=4, done=1) == "Longer than usual: 1 of 4 done, 70 s so far, each usually 40 s."


def test_there_is_no_such_thing_as_nothing_to_draw() -> None:
    assert after(total=0) == "Usually 40 s."


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (39.6, "40 s"), (119, "119 s"), (130, "2 min")])
def test_times_are_told_as_people_tell_them(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
