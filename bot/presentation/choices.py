"""The choices of autocompletion, each with its price for as many pictures as are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import RequestRefused
from bot.services.pricing import estimate_output, format_usd, partials_for

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.services.catalog import Catalog, Model

MOST_CHOICES = 25  # Discord's limit
LONGEST_CHOICE = 100  # characters of a name and of a value; Discord's limit


def quality_choices(model: Model, size: str, most_partials: int, typed: str, count: int = 1) -> list[tuple[str, str]]:
    """(``medium · $0.019``, ``medium``) for each quality of the model that begins with what was typed."""
    return [
        (f"{quality} · {_price(model, size, quality, most_partials, count)}", quality)
        for quality in model.qualities
        if quality.startswith(typed.strip().lower())
    ]


def size_choices(model: Model, quality: str, most_partials: int, typed: str, count: int = 1) -> list[tuple[str, str]]:
    """(``square 1024×1024 · $0.019``, ``1024x1024``) for sizes worth offering, or the one that was typed."""
    wanted = typed.strip().lower().replace("×", "x")
    offered = [
        (
            f"{choice.word} {_shown(choice.size)} · {_price(model, choice.size, quality, most_partials, count)}",
            choice.size,
        )
        for choice in model.suggested_sizes
        if wanted in f"{choice.word} {choice.size}"
    ]
    if offered or not wanted:
        return offered[:MOST_CHOICES]
    try:
        size = model.check_size(typed)
    except RequestRefused:
        return []
    return [(f"{_shown(size)} · {_price(model, size, quality, most_partials, count)}", size)]


def model_choices(
    catalog: Catalog, today: date, size: str, quality: str, most_partials: int, typed: str, count: int = 1
) -> list[tuple[str, str]]:
    """(``GPT Image 2.5 Flare · $0.019``, id) for the models offered today."""
    wanted = typed.strip().lower()
    return [
        (
            f"{model.title} · {_price(model, _size(model, size), _quality(model, quality), most_partials, count)}",
            model.id,
        )
        for model in _matching(catalog.offered(today), wanted)
    ][:MOST_CHOICES]


def _matching(models: Iterable[Model], wanted: str) -> Iterable[Model]:
    return (model for model in models if wanted in model.id or wanted in model.title.lower())


def _size(model: Model, size: str) -> str:
    try:
        return model.check_size(size)
    except RequestRefused:
        return model.default_size


def _quality(model: Model, quality: str) -> str:
    return quality if quality in model.qualities else model.default_quality


def _shown(size: str) -> str:
    return size.replace("x", "×")


def _price(model: Model, size: str, quality: str, most_partials: int, count: int) -> str:
    """What pressing Enter costs: all pictures that are asked for, with their previews."""
    partials = partials_for(quality, min(most_partials, model.most_partial_images))
    return format_usd(count * estimate_output(model, size, quality, partials))
