"""A preset's options held against the model that will be used, which may be the successor of its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.errors import RequestRefused, UnknownModelError
from bot.language import beginning, phrase
from bot.services.requests import TRANSPARENT_FORMATS
from bot.services.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.requests import Wishes

STILL_FORMATS = ("png", "jpeg", "webp")  # one of which can stand for another
RANKS = ("low", "medium", "high", "xhigh", "max")  # of qualities, and of whatever else is chosen by degrees
_OF_FORMAT = {"compression", "frames"}  # what only some formats have
LONGEST_SHOWN = 60  # characters of what a preset says


@dataclass(frozen=True, slots=True)
class Succession:
    """Which models there are.

    Attributes:
        today: the day by which models are retired, in UTC.
        allow_retired: the operator uses another endpoint than OpenAI's, which may serve what OpenAI has shut down.
    """

    catalog: Catalog
    today: date
    allow_retired: bool = False

    def model(self, options: Wishes) -> tuple[Wishes, Sequence[str]]:
        """The options with a model that is served still, or none, which is the usual; and sentences about that."""
        if options.model is None:
            return options, ()
        try:
            model = self.catalog.model(options.model)
        except UnknownModelError:
            gone = phrase(
                "The model of this preset, {model}, is not known any more: the usual one draws instead.",
                model=shown(options.model, LONGEST_SHOWN),
            )
            return replace(options, model=None), (gone,)
        retired_on = None if self.allow_retired else self.today
        if self.catalog.serves(model, retired_on):
            return options, ()
        successor = self.catalog.successor(model, retired_on)
        heir = phrase("the usual one") if successor is None else successor.title
        note = phrase(
            "{model} was shut down on {day}: {heir} draws instead.",
            model=model.title,
            day=str(model.shutdown),
            heir=heir,
        )
        return replace(options, model=None if successor is None else successor.id), (note,)


def left_beside(options: Wishes, chosen: Wishes) -> Wishes:
    """What is left of a preset's options beside what somebody chooses, which wins: also against what it rules out."""
    dropped = set(chosen.said)
    if chosen.output_format is not None:
        dropped |= _OF_FORMAT
        if options.background == "transparent" and chosen.output_format not in TRANSPARENT_FORMATS:
            dropped.add("background")
    if chosen.background == "transparent" and options.output_format not in {None, *TRANSPARENT_FORMATS}:
        dropped |= {"output_format", *_OF_FORMAT}
    unsaid: dict[str, Any] = dict.fromkeys(dropped)
    return replace(options, **unsaid)


def fitted(options: Wishes, model: Model) -> tuple[Wishes, Sequence[str]]:
    """The options as this model has them, each the nearest there is; and a sentence for each that is another.

    GIF and SVG stay: nothing is near them. What was chosen is written as the catalog writes it.
    """
    changed: dict[str, Any] = {}
    notes: list[str] = []

    def become(name: str, what: str, value: str | None) -> None:
        changed[name] = value
        was = shown(str(getattr(options, name)), LONGEST_SHOWN)
        said = {"what": beginning(what), "was": was, "model": model.title}
        if value is None:
            notes.append(phrase("{what} {was} is left out, for {model} does not have it.", **said))
        else:
            notes.append(phrase("{what} {was} became {value}, for {model} does not have it.", **said, value=value))

    size = _size(options.size, model)
    if size is not None:
        become("size", phrase("the size"), size)
    for name, what, there in (
        ("quality", phrase("the quality"), model.qualities),
        ("input_fidelity", phrase("the input fidelity"), model.input_fidelity),
        ("complexity", phrase("the complexity"), model.complexity),
    ):
        wanted = getattr(options, name)
        if wanted is not None and wanted not in there:
            become(name, what, _nearest(wanted, there))
    if options.background is not None and options.background not in model.backgrounds:
        become("background", phrase("the background"), None)
    if options.output_format in STILL_FORMATS and options.output_format not in model.formats:
        become("output_format", phrase("the format"), model.formats[0])
        changed["compression"] = None
    return replace(options, **changed), notes


def _size(wanted: str | None, model: Model) -> str | None:
    """Another size where the model makes none near this one; None where it stays."""
    if wanted is None:
        return None
    try:
        found = model.nearest_size(wanted)
    except RequestRefused:  # no size by now
        return model.default_size
    return found.size if found.why else None


def _nearest(wanted: str, there: Sequence[str]) -> str | None:
    """The value nearest by degree, of two the lower, which costs less; None where there is none."""
    if not there or wanted not in RANKS:
        return None
    return min(there, key=lambda value: (abs(RANKS.index(value) - RANKS.index(wanted)), RANKS.index(value)))
