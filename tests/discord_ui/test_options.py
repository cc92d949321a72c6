"""Choices with prices: what else is filled in counts, and what is not typed to its end does not spoil them."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import discord
import pytest

from bot.discord_ui.options import PricedOptions, shape_of
from bot.presentation.choices import Asked, price_text
from bot.services.policy import DefaultChoices
from tests.examples import CATALOG, MODEL, REQUESTER
from tests.services.admission.drafts import FIXED, OLDER, Desk

if TYPE_CHECKING:
    from bot.services.catalog import Model

TODAY = date(2026, 11, 20)


class Filled(dict[str, Any]):
    """The other options, as discord.py gives them: iterated as pairs, None where one is missing."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - an option's value
        return self.get(name)

    def __iter__(self) -> Any:  # noqa: ANN401 - as discord.py's
        return iter(self.items())


def attachment(width: int | None, height: int | None) -> discord.Attachment:
    data: Any = {"id": "1", "filename": "a.png", "size": 9, "url": "u", "proxy_url": "u"}
    shape = {"width": width, "height": height}
    state: Any = SimpleNamespace(http=None)
    return discord.Attachment(data=data | shape, state=state)


def typing(locale: str = "en-US", **filled: Any) -> discord.Interaction[Any]:  # noqa: ANN401 - values of options
    """An interaction in which an option is being typed."""
    who = {"guild_id": REQUESTER.server_id, "channel_id": REQUESTER.channel_id, "channel": None}
    user = SimpleNamespace(id=REQUESTER.user_id)
    return cast("discord.Interaction[Any]", SimpleNamespace(**who, user=user, locale=locale, namespace=Filled(filled)))


def priced(*, edits: bool = False, **desk: Any) -> PricedOptions:  # noqa: ANN401 - what leads permit, and defaults
    return PricedOptions(Desk(**desk).drafting, edits=edits)


@pytest.mark.parametrize(
    ("filled", "asked"),
    [
        ({}, Asked(3)),
        ({"count": 2}, Asked(3, count=2)),
        ({"count": "ma"}, Asked(3)),
        ({"image": discord.Object(5), "image2": attachment(640, 480)}, Asked(3, inputs=(None, (640, 480)))),
        ({"mask": attachment(None, None)}, Asked(3, inputs=(None,))),
        ({"format": "gif", "frames": 4}, Asked(3, output_format="gif", frames=4)),
        ({"format": "gif", "frames": 99}, Asked(3, output_format="gif")),
        ({"fidelity": "high"}, Asked(3, fidelity="high")),
        ({"model": "no such one"}, Asked(3)),
    ],
)
async def test_what_else_is_filled_in_counts_as_far_as_it_makes_sense(filled: dict[str, Any], asked: Asked) -> None:
    (choice,) = await priced().qualities(typing(**filled), "low")

    assert choice.name == f"low · {price_text(MODEL, MODEL.default_size, 'low', asked)}"


async def test_only_what_the_member_may_use_is_offered() -> None:
    options = priced(models=(MODEL.id,), qualities=("low",), most_pixels=1024 * 1024)

    offered = [await each(typing(), "") for each in (options.models, options.qualities, options.sizes)]

    assert [[choice.value for choice in choices] for choices in offered] == [[MODEL.id], ["low"], ["1024x1024"]]


@pytest.mark.parametrize(
    ("own", "filled", "priced_as"),
    [
        ({}, {}, (MODEL, "1024x1024", Asked(3))),
        ({"model": OLDER.id}, {}, (OLDER, "1024x1024", Asked(3))),
        ({"model": OLDER.id}, {"model": MODEL.id}, (MODEL, "1024x1024", Asked(3))),
        ({"size": "2560x1440"}, {}, (MODEL, "2560x1440", Asked(3))),
        ({"size": "2560x1440"}, {"size": "square"}, (MODEL, "1024x1024", Asked(3))),
        ({"count": 4}, {}, (MODEL, "1024x1024", Asked(3, count=4))),
        ({"count": 4}, {"count": 1}, (MODEL, "1024x1024", Asked(3))),
        ({"previews": 0}, {}, (MODEL, "1024x1024", Asked(0))),
    ],
)
async def test_prices_are_by_the_members_defaults_where_nothing_is_filled_in(
    own: dict[str, Any], filled: dict[str, Any], priced_as: tuple[Model, str, Asked]
) -> None:
    options, (model, size, asked) = priced(own=DefaultChoices(**own)), priced_as

    offered = await options.qualities(typing(**filled), "")

    assert [choice.name for choice in offered] == [
        f"{quality} · {price_text(model, size, quality, asked)}" for quality in model.qualities
    ]


async def test_each_size_has_its_price_in_the_default_quality() -> None:
    choice, *_ = await priced(server=DefaultChoices(quality="high")).sizes(typing(), "square")

    assert choice.name == f"square 1024×1024 · {price_text(MODEL, '1024x1024', 'high', Asked(3))}"


async def test_each_model_has_the_price_of_what_it_would_make() -> None:
    options = priced(own=DefaultChoices(quality="max", size="864x1536"))

    offered = {choice.value: choice.name for choice in await options.models(typing(), "gpt-image-")}

    assert offered[MODEL.id].endswith(price_text(MODEL, "864x1536", "max", Asked(3)))
    assert offered[FIXED.id].endswith(price_text(FIXED, "1024x1536", "high", Asked(3)))  # what is nearest to them
    assert list(offered) == [model.id for model in CATALOG.offered(TODAY)]


@pytest.mark.parametrize("model", ["gpt-image-1", "gpt-im", "dall-e-3", ""])
async def test_a_model_that_is_not_served_is_as_if_none_was_named(model: str) -> None:
    (choice,) = await priced().qualities(typing(model=model), "low")

    assert choice.name == f"low · {price_text(MODEL, MODEL.default_size, 'low', Asked(3))}"


async def test_an_edit_has_the_price_of_the_pictures_own_shape() -> None:
    options = priced(edits=True, own=DefaultChoices(size="3840x2160"))

    (known,) = await options.qualities(typing(image=attachment(640, 480)), "low")
    (unknown,) = await options.qualities(typing(image=attachment(None, None)), "low")

    assert known.name == f"low · {price_text(MODEL, '944x704', 'low', Asked(3, inputs=((640, 480),)))}"
    assert unknown.name == f"low · {price_text(MODEL, MODEL.default_size, 'low', Asked(3, inputs=(None,)))}"


@pytest.mark.parametrize(
    ("width", "height", "shape"), [(640, 480, (640, 480)), (None, None, None), (0, 480, None), (640, 0, None)]
)
def test_a_files_shape_is_known_if_discord_says_it(
    width: int | None, height: int | None, shape: tuple[int, int] | None
) -> None:
    assert shape_of(attachment(width, height)) == shape


async def test_prices_and_what_becomes_of_a_size_are_told_in_the_language_of_who_types() -> None:
    german = typing("de")
    (quality,) = await priced().qualities(german, "low")
    (model,) = await priced(models=(MODEL.id,)).models(german, "")
    nearest, *_ = await priced().sizes(german, "999x1001")

    assert re.fullmatch(r"low · 0,[0-9]{3}\s\$", quality.name)
    assert re.fullmatch(rf"{MODEL.title} · 0,[0-9]{{2,3}}\s\$", model.name)
    assert re.fullmatch(r"999×1001 wird zu [0-9]+×[0-9]+ · 0,[0-9]{2,3}\s\$", nearest.name)
