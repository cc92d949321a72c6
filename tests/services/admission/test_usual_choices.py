"""What is made for who says nothing: their defaults, as far as there is such a thing today, with a word where not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.services.admission import Usual, UsualChoice
from bot.services.catalog import Catalog, Model
from bot.services.policy import NO_CHOICES, DefaultChoices, LayeredDefaults, Permit, Whose
from tests.examples import CATALOG, MODEL

TODAY, DECEMBER = date(2026, 11, 20), date(2026, 12, 1)
OLDER = CATALOG.model("gpt-image-2")
FIXED = CATALOG.model("gpt-image-1.5")
ENDED = "was shut down on 2026-12-01"


def usual(
    permit: Permit | None = None,
    today: date = TODAY,
    *,
    default: str = MODEL.id,
    allow_retired: bool = False,
    **chosen: Any,  # noqa: ANN401 - choices
) -> Usual:
    defaults = LayeredDefaults(DefaultChoices(**chosen))
    return Usual(CATALOG, default, today, allow_retired, permit or Permit(), defaults)


def test_who_has_chosen_nothing_gets_the_bots_and_is_told_nothing() -> None:
    nobody = usual()

    assert nobody.model() == UsualChoice(MODEL.id)
    assert nobody.quality(MODEL) == UsualChoice("medium")
    assert nobody.size(MODEL) == UsualChoice("1024x1024")
    assert nobody.output_format(MODEL) == UsualChoice(None)
    assert nobody.count() == UsualChoice(1)
    assert nobody.private() == UsualChoice(value=False)
    assert nobody.previews(3) == UsualChoice(3)


def test_a_members_own_choice_counts_before_the_servers_which_counts_before_the_bots() -> None:
    own, server = DefaultChoices(quality="low", private=False), DefaultChoices(quality="high", count=4, private=True)
    layered = replace(usual(), defaults=LayeredDefaults(own, server))

    assert layered.quality(MODEL) == UsualChoice("low", Whose.OWN)
    assert layered.count() == UsualChoice(4, Whose.SERVER)
    assert layered.private() == UsualChoice(value=False, whose=Whose.OWN)
    assert layered.model() == UsualChoice(MODEL.id, Whose.BOT)


@pytest.mark.parametrize(
    ("chosen", "today", "model", "note"),
    [
        (OLDER.id, TODAY, OLDER.id, ""),
        (OLDER.snapshots[0], TODAY, OLDER.snapshots[0], ""),
        (FIXED.id, TODAY, FIXED.id, ""),
        (FIXED.id, DECEMBER, MODEL.id, f"Your default model ({FIXED.title}) {ENDED}: {MODEL.title} draws instead."),
        (
            "dall-e-7",
            TODAY,
            MODEL.id,
            f"Your default model (dall\\-e\\-7) is not known any more: {MODEL.title} draws instead.",
        ),
    ],
)
def test_a_retired_default_model_is_its_successor_with_a_word(chosen: str, today: date, model: str, note: str) -> None:
    assert usual(today=today, model=chosen).model() == UsualChoice(model, Whose.OWN, note)


def test_an_endpoint_that_serves_retired_models_goes_on_with_them() -> None:
    assert usual(today=DECEMBER, allow_retired=True, model=FIXED.id).model() == UsualChoice(FIXED.id, Whose.OWN)


def test_the_bots_own_default_has_a_successor_too() -> None:
    note = f"My default model ({FIXED.title}) {ENDED}: {MODEL.title} draws instead."

    assert usual(today=DECEMBER, default=FIXED.id).model() == UsualChoice(MODEL.id, Whose.BOT, note)


def test_a_successor_that_is_retired_itself_has_its_own_and_without_one_the_bots_default_draws() -> None:
    gone = replace(OLDER, shutdown=TODAY, successor=FIXED.id)
    chain = Catalog(MODEL.id, [replace(FIXED, shutdown=TODAY, successor=MODEL.id), gone, MODEL])
    circle = Catalog(MODEL.id, [replace(FIXED, shutdown=TODAY, successor=OLDER.id), gone, MODEL])
    unpriced = Catalog(MODEL.id, [replace(OLDER, prices=None), MODEL])

    found = [replace(usual(model=OLDER.id), catalog=each).model() for each in (chain, circle, unpriced)]

    assert [each.value for each in found] == [MODEL.id] * 3
    assert "has no known price" in found[2].note


def test_a_default_model_that_is_not_open_to_somebody_is_one_that_is_with_a_word() -> None:
    permit = Permit(models=(MODEL.id,))
    note = f"Your default model ({OLDER.title}) is not open to you here: {MODEL.title} draws instead."

    assert usual(permit, model=OLDER.id).model() == UsualChoice(MODEL.id, Whose.OWN, note)
    assert usual(permit, default=OLDER.id).model() == UsualChoice(MODEL.id)  # the bot's is nobody's choice


@pytest.mark.parametrize(
    ("chosen", "model", "qualities", "quality", "why"),
    [
        ("high", MODEL, None, "high", ""),
        ("max", OLDER, None, "high", f"is not in {OLDER.title}"),
        ("xhigh", FIXED, None, "high", f"is not in {FIXED.title}"),
        ("high", MODEL, ("low", "medium"), "medium", "is not open to you here"),
        ("low", MODEL, ("high", "max"), "high", "is not open to you here"),
        ("max", OLDER, ("low",), "low", f"is not in {OLDER.title}"),
        ("high", MODEL, (), "medium", "is not open to you here"),
    ],
)
def test_a_default_quality_that_is_not_to_be_had_is_the_dearest_below_it_with_a_word(
    chosen: str, model: Model, qualities: tuple[str, ...] | None, quality: str, why: str
) -> None:
    found = usual(Permit(qualities=qualities), quality=chosen).quality(model)

    note = why and f"Your default quality ({chosen}) {why}: I used {quality}."
    assert found == UsualChoice(quality, Whose.OWN, note)


def test_a_quality_that_no_model_has_any_more_is_as_if_it_was_not_chosen() -> None:
    assert usual(quality="sublime").quality(MODEL) == UsualChoice("medium")


@pytest.mark.parametrize(
    ("chosen", "model", "most_pixels", "size", "note"),
    [
        ("1088x1920", MODEL, None, "1088x1920", ""),
        (
            "1088x1920",
            FIXED,
            None,
            "1024x1536",
            "Your default size (1088x1920) became 1024x1536: this model makes only 1024x1024, 1536x1024 and 1024x1536.",
        ),
        ("3840x1280", FIXED, None, "1536x1024", None),  # not near, and no refusal
        (
            "3840x2160",
            MODEL,
            1024 * 1024,
            "1280x720",
            "Your default size (3840x2160) is larger than you may ask for here: I used 1280x720.",
        ),
        ("1536x1024", FIXED, 1024 * 1024, "1024x1024", None),
        ("1536x1024", FIXED, 100, "1024x1024", None),  # which is refused then
        ("round", MODEL, None, "1024x1024", "Your default size (round) is not known any more: I used 1024x1024."),
    ],
)
def test_a_default_size_that_is_not_to_be_had_is_the_nearest_with_a_word(
    chosen: str, model: Model, most_pixels: int | None, size: str, note: str | None
) -> None:
    found = usual(Permit(most_pixels=most_pixels), size=chosen).size(model)

    assert (found.value, found.whose) == (size, Whose.OWN)
    assert found.note == note if note is not None else found.note.startswith(f"Your default size ({chosen}) ")


def test_a_default_format_that_a_model_does_not_make_is_its_own_with_a_word() -> None:
    opened = replace(MODEL, formats=(*MODEL.formats, "gif"))

    assert usual(output_format="webp").output_format(MODEL) == UsualChoice("webp", Whose.OWN)
    assert usual(output_format="gif").output_format(opened) == UsualChoice("gif", Whose.OWN)
    assert usual(output_format="gif").output_format(opened, ("png", "jpeg")) == UsualChoice(None)  # of an edit
    assert usual(output_format="gif").output_format(MODEL) == UsualChoice(
        None, Whose.OWN, f"Your default format (gif) is not in {MODEL.title}: I used png."
    )


def test_a_default_count_above_what_somebody_may_ask_for_is_that_with_a_word() -> None:
    note = "Your default number of pictures (4) is more than you may ask for at once here: I used 2."

    assert usual(Permit(most_count=2), count=4).count() == UsualChoice(2, Whose.OWN, note)
    assert usual(count=4).count() == UsualChoice(4, Whose.OWN)


@pytest.mark.parametrize(("chosen", "most", "previews"), [(0, 3, 0), (2, 3, 2), (3, 1, 1), (None, 2, 2)])
def test_there_are_never_more_previews_than_the_operator_has(chosen: int | None, most: int, previews: int) -> None:
    assert usual(previews=chosen).previews(most).value == previews


CHOICES = st.builds(
    DefaultChoices,
    model=st.none() | st.sampled_from([model.id for model in CATALOG.models] + ["gone"]),
    size=st.none() | st.sampled_from(["1024x1024", "3840x2160", "864x1536", "2160x720", "?"]),
    quality=st.none() | st.sampled_from(["low", "medium", "high", "xhigh", "max", "?"]),
    count=st.none() | st.integers(1, 4),
    output_format=st.none() | st.sampled_from(["png", "jpeg", "webp", "gif", "svg"]),
    previews=st.none() | st.integers(0, 3),
)
PERMITS = st.builds(
    Permit,
    models=st.none() | st.sets(st.sampled_from([model.id for model in CATALOG.models])).map(tuple),
    qualities=st.none() | st.sets(st.sampled_from(["low", "medium", "high", "xhigh", "max"]), min_size=1).map(tuple),
    most_pixels=st.none() | st.integers(655_360, 8_294_400),
    most_count=st.none() | st.integers(1, 4),
)


@given(CHOICES, CHOICES, PERMITS, st.sampled_from([TODAY, DECEMBER]))
def test_whatever_was_chosen_what_is_made_can_be_made_and_every_other_choice_has_its_word(
    own: DefaultChoices, server: DefaultChoices, permit: Permit, today: date
) -> None:
    somebody = Usual(CATALOG, MODEL.id, today, permit=permit, defaults=LayeredDefaults(own, server))
    name = somebody.model()
    model = CATALOG.model(name.value)
    quality, size, output_format, count = (
        somebody.quality(model),
        somebody.size(model),
        somebody.output_format(model),
        somebody.count(),
    )

    assert CATALOG.serves(model, today)
    assert quality.value in model.qualities
    assert model.check_size(size.value) == size.value
    assert output_format.value is None or output_format.value in model.formats
    assert 1 <= count.value <= (permit.most_count or 4)
    for choice, wanted in (
        (name, own.model or server.model),
        (size, own.size or server.size),
        (count, own.count or server.count),
        (output_format, own.output_format or server.output_format),
    ):
        assert wanted is None or choice.value == wanted or choice.note
        assert not choice.note or choice.note.endswith(".")


def test_nobodys_defaults_are_the_same_as_none() -> None:
    assert LayeredDefaults(NO_CHOICES, NO_CHOICES) == LayeredDefaults()
