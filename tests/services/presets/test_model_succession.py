"""A preset's model goes out of service: who draws instead, with what, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.catalog import Catalog
from bot.services.presets import Succession, fitted, left_beside, open_starters
from bot.services.requests import Installation, Wishes, build_request

if TYPE_CHECKING:
    from bot.services.catalog import Model
    from bot.services.presets import Preset

CATALOG = Catalog.load()
NOVEMBER, DECEMBER = date(2026, 11, 20), date(2026, 12, 1)
FLARE, TWO, MINI = (CATALOG.model(name) for name in ("gpt-image-2.5-flare", "gpt-image-2", "gpt-image-1-mini"))


def chain(*successors: tuple[str, str | None, date | None]) -> Catalog:
    """A catalog of models that follow each other: name, successor, shutdown."""
    return Catalog("a", [replace(FLARE, id=name, title=name.upper(), successor=heir, shutdown=end, snapshots=())
                         for name, heir, end in successors])  # fmt: skip


def test_a_model_that_is_served_stays_until_its_last_day() -> None:
    options = Wishes(model="gpt-image-1.5-2025-12-16", size="1024x1536")

    assert Succession(CATALOG, NOVEMBER).model(options) == (options, ())
    assert Succession(CATALOG, DECEMBER, allow_retired=True).model(options) == (options, ())
    assert Succession(CATALOG, DECEMBER).model(Wishes()) == (Wishes(), ())
    assert Succession(CATALOG, DECEMBER).model(options) == (
        replace(options, model="gpt-image-2.5-flare"),
        ("GPT Image 1.5 was shut down on 2026-12-01: GPT Image 2.5 Flare draws instead.",),
    )


def test_successors_of_successors_are_followed_to_one_that_is_served() -> None:
    catalog = chain(("a", "b", NOVEMBER), ("b", "c", NOVEMBER), ("c", None, None))

    assert Succession(catalog, DECEMBER).model(Wishes(model="a"))[0].model == "c"


@pytest.mark.parametrize(
    "catalog",
    [
        chain(("a", "b", NOVEMBER), ("b", "a", NOVEMBER)),
        chain(("a", "b", NOVEMBER), ("b", None, NOVEMBER)),
        Catalog("a", [replace(FLARE, id="a", title="A", prices=None, snapshots=())]),
    ],
)
def test_where_no_successor_is_served_the_usual_model_draws(catalog: Catalog) -> None:
    options, notes = Succession(catalog, DECEMBER).model(Wishes(model="a", quality="high"))

    assert options == Wishes(quality="high")
    assert "the usual one draws instead." in notes[0]


def test_a_model_that_left_the_catalog_is_named_and_the_usual_one_draws() -> None:
    options, notes = Succession(CATALOG, NOVEMBER).model(Wishes(model="dall-e-*3*"))

    assert options == Wishes()
    assert notes == (
        "The model of this preset, dall\\-e\\-\\*3\\*, is not known any more: the usual one draws instead.",
    )


def test_what_the_model_has_stays_without_a_word() -> None:
    options = Wishes(size="1536x1024", quality="max", background="transparent", output_format="webp", compression=80)

    assert fitted(options, FLARE) == (options, [])
    assert fitted(Wishes(), MINI) == (Wishes(), [])


@pytest.mark.parametrize(
    ("options", "model", "became", "note"),
    [
        ({"quality": "max"}, TWO, {"quality": "high"}, "The quality max became high, for GPT Image 2 does not have it"),
        ({"size": "3840x2160"}, MINI, {"size": "1536x1024"}, "The size 3840x2160 became 1536x1024, for GPT Image 1"),
        ({"size": "tall"}, MINI, {"size": "1024x1536"}, "The size tall became 1024x1536"),
        ({"size": "512x512"}, FLARE, {"size": "816x816"}, "The size 512x512 became"),
        ({"size": "unheard-of"}, MINI, {"size": "1024x1024"}, "The size unheard\\-of became 1024x1024"),
        ({"input_fidelity": "high"}, FLARE, {}, "The input fidelity high is left out, for"),
        ({"input_fidelity": "high"}, MINI, {"input_fidelity": "low"}, "The input fidelity high became low"),
        ({"complexity": "low"}, FLARE, {}, "The complexity low is left out"),
        ({"quality": "ultra"}, TWO, {}, "The quality ultra is left out"),
        ({"background": "transparent"}, replace(FLARE, backgrounds=("auto",)), {}, "The background"),
        (
            {"output_format": "webp", "compression": 50},
            replace(FLARE, formats=("png",)),
            {"output_format": "png"},
            "The format webp became png",
        ),
        ({"output_format": "svg"}, FLARE, {"output_format": "svg"}, ""),
    ],
)
def test_what_it_does_not_have_becomes_the_nearest_and_is_said(
    options: dict[str, Any], model: Model, became: dict[str, Any], note: str
) -> None:
    fitting, notes = fitted(Wishes(**options), model)

    assert fitting.said == became
    assert " ".join(notes).startswith(note)


@pytest.mark.parametrize(
    ("options", "chosen", "left"),
    [
        ({"size": "1024x1024", "quality": "low"}, {"size": "wide"}, {"quality": "low"}),
        ({"output_format": "webp", "compression": 40}, {"output_format": "png"}, {}),
        ({"output_format": "gif", "frames": 9}, {"output_format": "png"}, {}),
        ({"background": "transparent"}, {"output_format": "jpeg"}, {}),
        ({"background": "transparent"}, {"output_format": "webp"}, {"background": "transparent"}),
        ({"output_format": "jpeg", "compression": 40}, {"background": "transparent"}, {}),
        ({"output_format": "webp", "compression": 40}, {"background": "transparent"}, "all"),
        ({"quality": "low"}, {}, "all"),
    ],
)
def test_what_is_chosen_beside_a_preset_wins_also_against_what_it_rules_out(
    options: dict[str, Any], chosen: dict[str, Any], left: dict[str, Any] | str
) -> None:
    assert left_beside(Wishes(**options), Wishes(**chosen)).said == (options if left == "all" else left)


DEGREES = st.sampled_from(["low", "medium", "high", "xhigh", "max"])
MODELS = st.sampled_from([model for model in CATALOG.models if not model.is_retired(NOVEMBER)])
OPTIONS = st.builds(
    Wishes,
    size=st.none() | st.sampled_from([size.size for model in CATALOG.models for size in model.suggested_sizes]),
    quality=st.none() | DEGREES,
    count=st.none() | st.integers(1, 4),
    background=st.none() | st.sampled_from(["auto", "opaque", "transparent"]),
    output_format=st.sampled_from(["png", "webp"]),
    input_fidelity=st.none() | st.sampled_from(["low", "high"]),
    complexity=st.none() | st.sampled_from(["low", "medium", "high"]),
)


@given(OPTIONS, MODELS)
def test_whatever_one_model_made_another_makes_in_some_way(options: Wishes, model: Model) -> None:
    fitting, notes = fitted(options, model)
    changed = {name for name in options.said if options.said[name] != fitting.said.get(name)}

    request = build_request(CATALOG, replace(fitting, prompt="a fox", model=model.id), Installation("", 0, NOVEMBER))

    assert request.model == model.id
    assert len(notes) == len(changed)
    assert all(note.endswith(f"for {model.title} does not have it.") for note in notes)


@pytest.mark.parametrize("model", [model for model in CATALOG.models if not model.is_retired(NOVEMBER)])
@pytest.mark.parametrize("starter", open_starters())
def test_every_starter_can_be_made_by_every_model(starter: Preset, model: Model) -> None:
    fitting, notes = fitted(starter.options, model)
    words = starter.template.filled({})

    request = build_request(CATALOG, replace(fitting, prompt=words, model=model.id), Installation("", 0, NOVEMBER))

    assert not notes
    assert not starter.template.missing({})
    assert request.prompt == words
