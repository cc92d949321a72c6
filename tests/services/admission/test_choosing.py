"""Who leaves an option out gets the usual, or what they may use instead: never dearer than needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.admission.usual_choices import usual_model, usual_quality, usual_size
from bot.services.policy import Permit
from bot.services.requests import estimate_output
from tests.examples import CATALOG, MODEL

TODAY = date(2026, 11, 20)
OFFERED = CATALOG.offered(TODAY)


def model_for(*models: str) -> str:
    return usual_model(CATALOG, Permit(models=models or None), MODEL.id, TODAY)


def cost(model_id: str) -> int:
    model = CATALOG.model(model_id)
    return estimate_output(model, model.default_size, model.default_quality)


def test_the_default_is_taken_where_it_is_permitted() -> None:
    assert model_for() == MODEL.id
    assert model_for("gpt-image-2", MODEL.id) == MODEL.id


def test_a_pinned_default_stays_pinned() -> None:
    model = next(model for model in CATALOG.models if model.snapshots)
    pinned = model.snapshots[0]

    assert usual_model(CATALOG, Permit((model.id,)), pinned, TODAY) == pinned


def test_where_nothing_that_is_offered_is_permitted_the_default_is_named_and_will_be_refused() -> None:
    assert model_for("gone") == MODEL.id


@given(st.sets(st.sampled_from([model.id for model in OFFERED]), min_size=1))
def test_instead_of_the_default_comes_the_first_that_is_not_dearer_else_the_cheapest(models: set[str]) -> None:
    chosen = model_for(*models)

    permitted = [model.id for model in OFFERED if model.id in models]
    affordable = [model_id for model_id in permitted if cost(model_id) <= cost(MODEL.id)]
    if MODEL.id in models:
        assert chosen == MODEL.id
    elif affordable:
        assert chosen == affordable[0]
    else:
        assert cost(chosen) == min(map(cost, permitted))


@pytest.mark.parametrize(
    ("permitted", "chosen"),
    [
        (None, "medium"),
        (("low", "medium", "max"), "medium"),
        (("low", "high"), "low"),
        (("max", "high"), "high"),
        (("low",), "low"),
        (("unheard",), "medium"),
    ],
)
def test_instead_of_the_default_quality_comes_the_next_cheaper_else_the_cheapest(
    permitted: tuple[str, ...] | None, chosen: str
) -> None:
    assert usual_quality(Permit(qualities=permitted), MODEL) == chosen


@pytest.mark.parametrize(
    ("most_pixels", "chosen"),
    [
        (None, "1024x1024"),
        (4_000_000, "1024x1024"),
        (1024 * 1024, "1024x1024"),
        (1024 * 1024 - 1, "1024x1024"),
    ],
)
def test_the_usual_size_is_the_default_or_what_is_then_refused(most_pixels: int | None, chosen: str) -> None:
    assert usual_size(Permit(most_pixels=most_pixels), MODEL) == chosen


def test_instead_of_too_large_a_default_size_comes_the_largest_that_is_permitted() -> None:
    large_first = tuple(sorted(MODEL.suggested_sizes, key=lambda each: each.size != "2048x2048"))
    turned = replace(MODEL, suggested_sizes=large_first)

    assert usual_size(Permit(most_pixels=1536 * 1024), turned) == "1536x1024"
