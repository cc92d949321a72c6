"""The choices of autocompletion: each costs what it says, and Discord takes them all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord_limits import MOST_CHOICES
from bot.presentation.choices import Asked, models_like, quality_choices, size_choices
from bot.services.catalog import partials_for, words_like
from bot.services.requests import estimate_output, format_price
from tests.examples import CATALOG, MODEL

TODAY = date(2026, 11, 20)
LONGEST_NAME = 100  # characters; https://discord.com/developers/docs/interactions/application-commands
ONE = Asked(most_partials=3)
EVERY_MODEL = [pytest.param(model, id=model.id) for model in CATALOG.offered(TODAY)]


def price(model: object, size: str, quality: str, most_partials: int = 3) -> str:
    chosen = CATALOG.model(str(getattr(model, "id", model)))
    partials = partials_for(quality, min(most_partials, chosen.most_partial_images))
    return format_price(estimate_output(chosen, size, quality, partials))


@pytest.mark.parametrize("most_partials", [0, 3])
def test_each_quality_shows_what_pricing_says(most_partials: int) -> None:
    choices = quality_choices(MODEL, "1536x1024", Asked(most_partials))

    assert [value for _, value in choices] == list(MODEL.qualities)
    assert all(name == f"{value} · {price(MODEL, '1536x1024', value, most_partials)}" for name, value in choices)


def test_a_quality_is_found_by_its_beginning() -> None:
    assert [value for _, value in quality_choices(MODEL, "1024x1024", ONE, " M")] == ["medium", "max"]
    assert quality_choices(MODEL, "1024x1024", ONE, "best") == []


def test_each_size_shows_its_word_its_pixels_and_its_price() -> None:
    choices = size_choices(MODEL, "low", ONE)

    assert choices[0] == (f"square 1024×1024 · {price(MODEL, '1024x1024', 'low')}", "1024x1024")
    assert len(choices) == len(MODEL.suggested_sizes)


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("portrait", ["1024x1536", "1088x1344"]),  # by itself, and Instagram's
        ("1920x1080", ["1920x1088"]),
        ("16/9", ["1536x864"]),
        ("story", ["1088x1920"]),
        ("4:1", ["2448x816"]),
        ("vert", ["1024x1536"]),
        ("1536", ["1536x1024", "1024x1536", "1536x864", "864x1536"]),
        ("1536×1024", ["1536x1024"]),
        ("1040x1040", ["1040x1040"]),
        (" 1040 X 1040 ", ["1040x1040"]),
        ("9", []),
        ("a big one", []),
    ],
)
def test_a_size_is_found_by_word_or_number_or_taken_as_it_was_typed(typed: str, values: list[str]) -> None:
    assert [value for _, value in size_choices(MODEL, "low", ONE, typed)] == values


@pytest.mark.parametrize(
    ("model_id", "typed", "label"),
    [
        (MODEL.id, "1920 by 1080", "1920×1080 becomes 1920×1088"),
        (MODEL.id, "1024X1536", "portrait 1024×1536"),
        (MODEL.id, "Story", "story (1080×1920) becomes 1088×1920"),
        (MODEL.id, "16:9", "16:9 1536×864"),
        (MODEL.id, "4k", "4k (3840×2160)"),
        (MODEL.id, "uh", "UHD (3840×2160)"),
        (MODEL.id, "4:1", "nearest to 4:1: 2448×816"),
        ("gpt-image-1.5", "16:9", "16:9 becomes 1536×1024"),
        ("gpt-image-1.5", "banner", "nearest to banner (1500×500): 1536×1024"),
    ],
)
def test_a_size_says_before_it_is_paid_for_what_becomes_of_what_was_typed(
    model_id: str, typed: str, label: str
) -> None:
    model = CATALOG.model(model_id)

    name, size = size_choices(model, "low", ONE, typed)[0]

    assert name == f"{label} · {price(model, size, 'low')}"


@given(st.text(max_size=8) | st.sampled_from([word[:cut] for word in words_like("") for cut in (1, 2, 5)]))
def test_whatever_is_typed_discord_takes_the_choices(typed: str) -> None:
    for model in (MODEL, CATALOG.model("gpt-image-1.5")):
        choices = size_choices(model, "low", ONE, typed)

        assert len(choices) <= MOST_CHOICES
        assert len({size for _, size in choices}) == len(choices)
        assert all(len(name) <= LONGEST_NAME and model.check_size(size) == size for name, size in choices)


def test_a_model_is_found_by_title_or_id() -> None:
    offered = CATALOG.offered(TODAY)

    by_title, by_id = models_like(offered, "2.6 SUN"), models_like(offered, " GPT-image-2.6-sunburst ")

    assert [model.id for model in by_title] == [model.id for model in by_id] == ["gpt-image-2.6-sunburst"]
    assert models_like(offered) == list(offered)


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_discord_takes_every_list_of_choices(model: object) -> None:
    chosen = CATALOG.model(str(getattr(model, "id", "")))
    offered = [
        quality_choices(chosen, chosen.default_size, ONE),
        size_choices(chosen, chosen.default_quality, ONE),
    ]

    for choices in offered:
        assert 0 < len(choices) <= MOST_CHOICES
        assert all(0 < len(name) <= LONGEST_NAME and 0 < len(value) <= LONGEST_NAME for name, value in choices)


def test_the_price_is_that_of_all_pictures_asked_for() -> None:
    one = quality_choices(MODEL, "1024x1024", Asked(0), "medium")
    four = quality_choices(MODEL, "1024x1024", Asked(0, count=4), "medium")

    assert (one, four) == ([("medium · $0.014", "medium")], [("medium · $0.053", "medium")])


@pytest.mark.parametrize("count", [1, 3])
def test_every_picture_pays_for_its_input_pictures_and_one_of_unknown_shape_counts_as_the_dearest(count: int) -> None:
    asked = Asked(0, count, ((512, 512), None))

    ((name, _),) = quality_choices(MODEL, "1024x1024", asked, "medium")

    inputs = 8_000 * (1024 + 1536) + 2 * 5_000 * MODEL.text_tokens_per_input
    assert name == f"medium · {format_price(count * (estimate_output(MODEL, '1024x1024', 'medium') + inputs))}"


def test_each_frame_of_a_gif_has_its_price_where_the_model_makes_gifs() -> None:
    opened = replace(MODEL, formats=(*MODEL.formats, "gif"))
    asked = Asked(3, output_format="gif", frames=4)

    one = estimate_output(MODEL, "1024x1024", "low")
    assert quality_choices(opened, "1024x1024", asked, "low") == [(f"low · {format_price(4 * one)}", "low")]
    assert quality_choices(MODEL, "1024x1024", asked, "low") == quality_choices(MODEL, "1024x1024", ONE, "low")


def test_high_fidelity_has_its_price() -> None:
    old = CATALOG.model("gpt-image-1.5")

    ((low, _),) = quality_choices(old, "1024x1024", Asked(0, inputs=((512, 512),), fidelity="low"), "low")
    ((high, _),) = quality_choices(old, "1024x1024", Asked(0, inputs=((512, 512),), fidelity="high"), "low")

    assert (low, high) == ("low · $0.011", "low · $0.045")
