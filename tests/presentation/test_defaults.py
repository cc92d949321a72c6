"""A panel of defaults says what is set, by whom, and what each choice costs; Discord takes whatever is set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.presentation.choices import Asked, price_text
from bot.presentation.defaults import DefaultOption, shown_defaults
from bot.services.admission import NONE
from bot.services.policy import Aspect, DefaultChoices, LayeredDefaults, Permit, Whose
from tests.examples import MODEL
from tests.services.admission.drafts import FIXED, Desk
from tests.services.admission.test_usual_choices import usual

DRAFTING = Desk().drafting


def options(
    aspect: Aspect,
    permit: Permit | None = None,
    **chosen: Any,  # noqa: ANN401 - choices
) -> tuple[DefaultOption, ...]:
    shown = shown_defaults(DRAFTING, usual(permit, **chosen), Whose.OWN)
    return next(each.options for each in shown.defaults if each.aspect is aspect)


def test_every_quality_shows_what_a_picture_costs_with_it() -> None:
    offered = options(Aspect.QUALITY, quality="high", size="864x1536")

    assert [(each.value, each.is_chosen) for each in offered[1:]] == [(q, q == "high") for q in MODEL.qualities]
    assert [each.about for each in offered[1:]] == [
        f"{price_text(MODEL, '864x1536', quality, Asked(3))} a picture" for quality in MODEL.qualities
    ]
    assert offered[0] == DefaultOption(
        "Quality: medium, the bot's (no default of yours)",
        NONE,
        f"{price_text(MODEL, '864x1536', 'medium', Asked(3))} a picture",
        is_chosen=False,
    )


def test_each_model_costs_what_it_would_make_of_the_other_defaults() -> None:
    offered = {each.value: each.about for each in options(Aspect.MODEL, quality="max", size="864x1536")}

    assert offered[MODEL.id] == f"{price_text(MODEL, '864x1536', 'max', Asked(3))} a picture"
    assert offered[FIXED.id] == f"{price_text(FIXED, '1024x1536', 'high', Asked(3))} a picture"


def test_how_many_shows_what_they_cost_together() -> None:
    offered = options(Aspect.COUNT, Permit(most_count=2))

    assert [each.label for each in offered[1:]] == ["1 picture", "2 pictures"]
    assert offered[2].about == f"{price_text(MODEL, '1024x1024', 'medium', Asked(3, count=2))} together"


def test_fewer_previews_are_cheaper() -> None:
    none, *_, most = options(Aspect.PREVIEWS, quality="high")[1:]

    assert (none.label, none.about) == ("No previews", f"{price_text(MODEL, '1024x1024', 'high', Asked(0))} a picture")
    assert (most.label, most.about) == (
        "At most 3 previews",
        f"{price_text(MODEL, '1024x1024', 'high', Asked(3))} a picture",
    )


def test_what_was_chosen_once_and_is_offered_no_more_is_shown_as_chosen() -> None:
    first, kept, *_ = options(Aspect.QUALITY, quality="max", model=FIXED.id)

    assert not first.is_chosen
    assert (kept.label, kept.is_chosen) == ("Max quality", True)


@pytest.mark.parametrize("whose", [Whose.OWN, Whose.SERVER])
def test_a_line_says_whose_a_default_is_and_what_became_of_it(whose: Whose) -> None:
    chosen = DefaultChoices(quality="max", model=FIXED.id)
    layers = LayeredDefaults(own=chosen) if whose is Whose.OWN else LayeredDefaults(server=chosen)
    found = {
        each.aspect: each.text for each in shown_defaults(DRAFTING, replace(usual(), defaults=layers), whose).defaults
    }

    assert found[Aspect.MODEL] == f"**Model**: GPT Image 1.5, {whose}"
    assert found[Aspect.QUALITY] == (
        f"**Quality**: high, {whose}\n-# {whose.named(Aspect.QUALITY, 'max')} is not in GPT Image 1.5: I used high."
    )
    assert found[Aspect.COUNT] == "**How many**: 1 picture, the bot's"
