"""The choices of commands and dialogs, each with its price for all that is asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.discord_limits import MOST_CHOICES
from bot.errors import RequestRefused
from bot.language import joined, phrase
from bot.services.catalog import DEAREST_SHAPES, partials_for, words_like
from bot.services.requests import UNSTREAMED_FORMATS, ImageRequest, StoredImage, estimate_choice, format_price

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.services.catalog import FoundSize, Model

_SIZE = re.compile(r"(?<=[0-9])x(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for beside the choice, as far as it has a price.

    Attributes:
        most_partials: the most previews per picture.
        count: how many pictures.
        inputs: width and height in pixels of each input picture; None where that is not known, which counts as the
            dearest.
        output_format: None is the usual; one that a model does not make has no price there.
        frames: of a gif.
        fidelity: the input fidelity.
    """

    most_partials: int
    count: int = 1
    inputs: tuple[tuple[int, int] | None, ...] = ()
    output_format: str | None = None
    frames: int | None = None
    fidelity: str | None = None


def quality_choices(model: Model, size: str, asked: Asked, typed: str = "") -> list[tuple[str, str]]:
    """(``medium · $0.019``, ``medium``) for each quality of the model that begins with what was typed."""
    return [
        (joined(" · ", [quality, price_text(model, size, quality, asked)]), quality)
        for quality in model.qualities
        if quality.startswith(typed.strip().lower())
    ]


def size_choices(model: Model, quality: str, asked: Asked, typed: str = "") -> list[tuple[str, str]]:
    """(``square 1024×1024 · $0.019``, ``1024x1024``) for sizes worth offering, or what the typed one may mean."""
    wanted = typed.strip().lower().replace("×", "x")
    suggested = {
        choice.size: size_text(f"{choice.word} {choice.size}")
        for choice in model.suggested_sizes
        if wanted in f"{choice.word} {choice.size}"
    }
    meant = _meant(model, typed) if wanted and not (suggested and wanted.isdigit()) else {}
    labels = meant | suggested  # what was typed to its end stands first
    for word in words_like(typed) if wanted else ():
        found = model.nearest_size(word)
        if found.near:
            labels.setdefault(found.size, _size_label(found, found.said.replace(word.lower(), word, 1)))
    return [
        (joined(" · ", [label, price_text(model, size, quality, asked)]), size)
        for size, label in list(labels.items())[:MOST_CHOICES]
    ]


def _meant(model: Model, typed: str) -> dict[str, str]:
    """The size that somebody has typed, if they have, with its label."""
    try:
        found = model.nearest_size(typed)
    except RequestRefused:
        return {}
    return {found.size: _size_label(found, found.said)}


def _size_label(found: FoundSize, name: str) -> str:
    """What is made, and what it stands for, which is called so."""
    said, size = size_text(name), size_text(found.size)
    if not found.near:
        return phrase("nearest to {said}: {size}", said=said, size=size)
    if found.why:
        return phrase("{said} becomes {size}", said=said, size=size)
    return said if size in said else f"{said} {size}"


def models_like(models: Iterable[Model], typed: str = "") -> list[Model]:
    """Those in whose title or id what was typed stands, as many as can be offered."""
    wanted = typed.strip().lower()
    return [model for model in models if wanted in model.id or wanted in model.title.lower()][:MOST_CHOICES]


def size_text(text: str) -> str:
    """``WIDTHxHEIGHT`` as people write it, wherever it stands in a text."""
    return _SIZE.sub("×", text)


def price_text(model: Model, size: str, quality: str, asked: Asked) -> str:
    """What it costs: all pictures that are asked for, with their previews and what they start from; without words."""
    return format_price(price(model, size, quality, asked))


def price(model: Model, size: str, quality: str, asked: Asked) -> int:
    """As `price_text`, in nano-dollars."""
    return asked.count * estimate_choice(model, _request(model, size, quality, asked))


def _request(model: Model, size: str, quality: str, asked: Asked) -> ImageRequest:
    """What would be asked for, as far as it has a price."""
    output_format = asked.output_format if asked.output_format in model.formats else model.formats[0]
    most_partials = 0 if output_format in UNSTREAMED_FORMATS else min(asked.most_partials, model.most_partial_images)
    shapes = (DEAREST_SHAPES[model.input_rule] if shape is None else shape for shape in asked.inputs)
    return ImageRequest(
        prompt="",
        model=model.id,
        size=model.check_size(size),
        quality=quality,
        output_format=output_format,
        partial_images=partials_for(quality, most_partials),
        references=tuple(StoredImage("", "image/png", *shape, byte_size=0) for shape in shapes),
        input_fidelity=asked.fidelity,
        frames=asked.frames,
        svg_author=model.early.author,
    )
