"""Whose default counts: a member's own before the server's, each aspect by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.policy import NO_CHOICES, Aspect, DefaultChoices, LayeredDefaults, Whose

if TYPE_CHECKING:
    from bot.services.policy.default_choices import Choice

OWN = DefaultChoices(quality="low", count=1, private=False, previews=0)
SERVER = DefaultChoices(model="gpt-image-2", quality="high", count=4, private=True, previews=3)


@pytest.mark.parametrize(
    ("aspect", "choice", "whose"),
    [
        (Aspect.MODEL, "gpt-image-2", Whose.SERVER),
        (Aspect.QUALITY, "low", Whose.OWN),
        (Aspect.COUNT, 1, Whose.OWN),
        (Aspect.PRIVATE, False, Whose.OWN),  # no, and none at all, are not the same
        (Aspect.PREVIEWS, 0, Whose.OWN),
        (Aspect.SIZE, None, Whose.BOT),
        (Aspect.FORMAT, None, Whose.BOT),
    ],
)
def test_the_nearest_that_is_chosen_counts(aspect: Aspect, choice: Choice | None, whose: Whose) -> None:
    assert LayeredDefaults(OWN, SERVER).of(aspect) == (choice, whose)


@pytest.mark.parametrize("aspect", Aspect)
def test_a_choice_is_made_and_taken_back_by_itself(aspect: Aspect) -> None:
    made = NO_CHOICES.having(aspect, SERVER.of(aspect) or "x")

    assert made != NO_CHOICES
    assert [each for each in Aspect if made.of(each) is not None] == [aspect]
    assert made.having(aspect, None) == NO_CHOICES


def test_a_sentence_begins_with_whose_a_default_is() -> None:
    assert [whose.named(Aspect.SIZE, "4k") for whose in Whose] == [
        "Your default size (4k)",
        "This server's default size (4k)",
        "My default size (4k)",
    ]
