"""What is usual is what was measured, of the pictures most like it, and a guess that says so until there is enough."""

from __future__ import annotations

import pytest

from bot.services.turns.durations import (
    FIRST_GUESS,
    FIRST_GUESSES,
    MOST_KINDS,
    WINDOW,
    Durations,
    Kind,
    Measurements,
    Usual,
)
from tests.services.fakes import a_request

LOW = Kind("flare", "1024x1024", "low")
WIDE = Kind("flare", "1536x1024", "low")
HIGH = Kind("flare", "1024x1024", "high")


def measured(*seconds: float, kind: Kind = LOW) -> Durations:
    durations = Durations()
    for each in seconds:
        durations.add(kind, each)
    return durations


@pytest.mark.parametrize("quality", [*FIRST_GUESSES, "unheard-of"])
def test_until_enough_were_seen_it_is_a_guess_and_says_so(quality: str) -> None:
    guess = FIRST_GUESSES.get(quality, FIRST_GUESS)
    kind = Kind("flare", "1024x1024", quality)

    assert measured(1, 2, kind=kind).usual(kind) == Usual(guess, 2 * guess, is_measured=False)


def test_what_was_asked_for_before_is_told_anew_after_the_next_picture() -> None:
    durations = measured(10, 10, 10)
    before = durations.usual(LOW)
    for _ in range(4):
        durations.add(LOW, 30)

    assert (before.seconds, durations.usual(LOW).seconds) == (10, 30)


def test_one_that_took_for_ever_does_not_change_what_is_usual() -> None:
    usual = measured(12, 10, 11, 600).usual(LOW)

    assert usual.is_measured
    assert usual.seconds == pytest.approx(11.5)


def test_nine_of_ten_take_no_longer_than_the_longest_usual() -> None:
    usual = measured(*range(1, 11)).usual(LOW)

    assert usual.longest == pytest.approx(9)


def test_only_the_latest_count() -> None:
    assert measured(*[60] * WINDOW, *[10] * WINDOW).usual(LOW).longest == pytest.approx(10)


def test_another_size_is_expected_to_take_as_long_until_it_was_seen() -> None:
    durations = measured(30, 30, 30)
    assert durations.usual(WIDE).seconds == pytest.approx(30)
    for _ in range(3):
        durations.add(WIDE, 50)

    assert durations.usual(WIDE).seconds == pytest.approx(50)
    assert durations.usual(LOW).seconds == pytest.approx(30)


def test_another_quality_is_expected_to_take_longer_by_as_much_as_the_guesses_say() -> None:
    usual = measured(*[2 * FIRST_GUESSES["low"]] * 3).usual(HIGH)

    assert usual.seconds == pytest.approx(2 * FIRST_GUESSES["high"])


def test_another_model_tells_nothing() -> None:
    assert not measured(1, 1, 1).usual(LOW._replace(model="sunburst")).is_measured


def test_animations_and_drawings_are_another_kind() -> None:
    kinds = [Kind.of(a_request(output_format=form)) for form in ("png", "jpeg", "webp", "gif", "svg")]

    assert [kind.form for kind in kinds] == ["", "", "", "gif", "svg"]
    assert not measured(1, 1, 1, kind=kinds[3]).usual(kinds[0]).is_measured


def test_what_took_no_time_is_no_fault() -> None:
    assert measured(0, 0, 0).usual(LOW).seconds > 0


def test_kinds_that_nobody_asked_for_of_late_are_forgotten() -> None:
    durations = measured(1, 1, 1)
    for number in range(MOST_KINDS):
        durations.add(Kind("flare", f"{number}x1", "low"), 5)

    assert durations.usual(LOW).seconds == pytest.approx(5)


async def test_a_new_process_knows_what_the_earlier_ones_measured() -> None:
    class Earlier:
        async def latest(self, most: int) -> list[tuple[Kind, float]]:
            return [(LOW, 30.0)] * min(3, most)

    measurements = Measurements()
    await measurements.look_back(Earlier())
    measurements.add(LOW, drawn=30.0, kept=90.0)

    assert measurements.drawn.usual(LOW).seconds == measurements.kept.usual(LOW).seconds == pytest.approx(30)
    assert measurements.kept.usual(LOW).longest == pytest.approx(90)
