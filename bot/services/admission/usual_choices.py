"""What is made for who says nothing: by their defaults, their server's, or the catalog's, as far as they may. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bot.errors import RequestRefused, UnknownModelError
from bot.language import phrase
from bot.services.catalog import MOST_PIXELS, USUAL_GIF_SIZE, dimensions
from bot.services.policy import Aspect, LayeredDefaults, Permit, Whose, all_qualities
from bot.services.requests import MOST_PICTURES, estimate_output
from bot.services.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.policy import Choice

T = TypeVar("T")

CLOSED = phrase("is not open to you here")
UNKNOWN = phrase("is not known any more")
LONGEST_SHOWN = 60  # characters of what was chosen once


@dataclass(frozen=True, slots=True)
class UsualChoice(Generic[T]):
    """What is usual.

    Attributes:
        value: what is made.
        whose: by whom it is set.
        note: that it is another than they have set, and why, as a sentence; else empty.
    """

    value: T
    whose: Whose = Whose.BOT
    note: str = ""


@dataclass(frozen=True)
class Usual:
    """What is usual for somebody.

    Attributes:
        permit: what they may ask for.
        defaults: theirs, above their server's.
        default_model: the installation's.
        today: the day by which models are retired, in UTC.
        allow_retired: the operator's endpoint may still serve what OpenAI has shut down.
    """

    catalog: Catalog
    default_model: str
    today: date
    allow_retired: bool = False
    permit: Permit = field(default_factory=Permit)
    defaults: LayeredDefaults = field(default_factory=LayeredDefaults)

    @property
    def retired_on(self) -> date | None:
        """The day by which models are retired; None where retired ones are served."""
        return None if self.allow_retired else self.today

    def serves(self, name: str) -> bool:
        """Whether a model of this name can be had."""
        try:
            return self.catalog.serves(self.catalog.model(name), self.retired_on)
        except UnknownModelError:
            return False

    def model(self) -> UsualChoice[str]:
        """The name of the model: a retired one's successor, and what is permitted instead of what is not."""
        wanted, whose = self.defaults.of(Aspect.MODEL)
        name = wanted if isinstance(wanted, str) else self.default_model
        served, why = self._served(name)
        usual = usual_model(self.catalog, self.permit, served, self.today)
        if whose is Whose.BOT and usual != served:
            return UsualChoice(usual)
        if usual != served:
            why = CLOSED
        if not why:
            return UsualChoice(usual, whose)
        chosen = shown(self.catalog.title_of(name), LONGEST_SHOWN)
        note = phrase(
            "{default} {why}: {model} draws instead.",
            default=whose.named(Aspect.MODEL, chosen),
            why=why,
            model=self.catalog.title_of(usual),
        )
        return UsualChoice(usual, whose, note)

    def quality(self, model: Model) -> UsualChoice[str]:
        """The quality: of what this model has and is permitted the dearest that is not above what was chosen."""
        wanted, whose = self.defaults.of(Aspect.QUALITY)
        ranks = all_qualities(self.catalog)
        if wanted not in ranks:
            return UsualChoice(usual_quality(self.permit, model))
        permitted = [quality for quality in model.qualities if self.permit.allows_quality(quality)]
        below = [quality for quality in permitted if ranks.index(quality) <= ranks.index(str(wanted))]
        usual = (below[-1:] or permitted[:1] or [usual_quality(self.permit, model)])[0]
        if usual == wanted:
            return UsualChoice(usual, whose)
        why = CLOSED if wanted in model.qualities else phrase("is not in {model}", model=model.title)
        return UsualChoice(usual, whose, _instead(whose.named(Aspect.QUALITY, str(wanted)), why, usual))

    def size(self, model: Model) -> UsualChoice[str]:
        """The size, ``WIDTHxHEIGHT`` in pixels: what this model makes that is nearest to what was chosen."""
        wanted, whose = self.defaults.of(Aspect.SIZE)
        if not isinstance(wanted, str):
            return UsualChoice(usual_size(self.permit, model))
        default = whose.named(Aspect.SIZE, shown(wanted, LONGEST_SHOWN))
        try:
            found = model.nearest_size(wanted)
        except RequestRefused:
            usual = usual_size(self.permit, model)
            return UsualChoice(usual, whose, _instead(default, UNKNOWN, usual))
        if self.permit.allows_size(found.size):
            note = phrase("{said} became {size}: {why}.", said=default, size=found.size, why=found.why)
            return UsualChoice(found.size, whose, note if found.why else "")
        across, down = model.sizes.like(*dimensions(found.size), self.permit.most_pixels or MOST_PIXELS)
        fitting = f"{across}x{down}"
        usual = fitting if self.permit.allows_size(fitting) else usual_size(self.permit, model)
        return UsualChoice(usual, whose, _instead(default, phrase("is larger than you may ask for here"), usual))

    def gif_size(self, model: Model) -> UsualChoice[str]:
        """The size of an animation, which nobody's default is: all of its frames must find room on one sheet."""
        wanted = self.size(model)
        if wanted.whose is Whose.BOT:
            return UsualChoice(USUAL_GIF_SIZE)
        default, why = wanted.whose.named(Aspect.SIZE, wanted.value), phrase("is not that of animations")
        return UsualChoice(USUAL_GIF_SIZE, wanted.whose, _instead(default, why, USUAL_GIF_SIZE))

    def output_format(self, model: Model, possible: Sequence[str] | None = None) -> UsualChoice[str | None]:
        """The format, of those that are possible; None for the model's own."""
        wanted, whose = self.defaults.of(Aspect.FORMAT)
        if not isinstance(wanted, str):
            return UsualChoice(None)
        if wanted not in model.formats:
            default, why = whose.named(Aspect.FORMAT, wanted), phrase("is not in {model}", model=model.title)
            return UsualChoice(None, whose, _instead(default, why, model.formats[0]))
        return UsualChoice(wanted, whose) if possible is None or wanted in possible else UsualChoice(None)

    def count(self) -> UsualChoice[int]:
        """How many pictures, where somebody could choose."""
        wanted, whose = self.defaults.of(Aspect.COUNT)
        if not isinstance(wanted, int):
            return UsualChoice(1)
        most = min(self.permit.most_count or MOST_PICTURES, MOST_PICTURES)
        if wanted <= most:
            return UsualChoice(wanted, whose)
        default, why = whose.named(Aspect.COUNT, str(wanted)), phrase("is more than you may ask for at once here")
        return UsualChoice(most, whose, _instead(default, why, str(most)))

    def private(self) -> UsualChoice[bool]:
        """Whether only they see what comes of it, where somebody could choose."""
        wanted, whose = self.defaults.of(Aspect.PRIVATE)
        return UsualChoice(bool(wanted), whose)

    def previews(self, most: int) -> UsualChoice[int]:
        """The most previews of a picture; `most` are the installation's."""
        wanted, whose = self.defaults.of(Aspect.PREVIEWS)
        return UsualChoice(most if wanted is None else min(int(wanted), most), whose)

    def of(self, aspect: Aspect, most_partials: int) -> UsualChoice[Choice]:
        """What is usual in one aspect; `most_partials` are the most previews of the installation."""
        model = self.catalog.model(self.model().value)
        output_format = self.output_format(model)
        finders: dict[Aspect, Callable[[], UsualChoice[Any]]] = {
            Aspect.MODEL: self.model,
            Aspect.SIZE: lambda: self.size(model),
            Aspect.QUALITY: lambda: self.quality(model),
            Aspect.COUNT: self.count,
            Aspect.FORMAT: lambda: replace(output_format, value=output_format.value or model.formats[0]),
            Aspect.PRIVATE: self.private,
            Aspect.PREVIEWS: lambda: self.previews(most_partials),
        }
        return finders[aspect]()

    def _served(self, name: str) -> tuple[str, str]:
        """The name of what draws in place of a model, and why another does; empty where none does."""
        try:
            model = self.catalog.model(name)
        except UnknownModelError:
            return self._served(self.default_model)[0], UNKNOWN
        if self.catalog.serves(model, self.retired_on):
            return name, ""
        successor = self.catalog.successor(model, self.retired_on)
        instead = self.default_model if successor is None else successor.id
        if not model.shutdown:
            return instead, phrase("has no known price")
        return instead, phrase("was shut down on {day}", day=str(model.shutdown))


def _instead(default: str, why: str, used: str) -> str:
    return phrase("{default} {why}: I used {used}.", default=default, why=why, used=used)


def usual_model(catalog: Catalog, permit: Permit, default: str, today: date) -> str:
    """The name of the model for who names none.

    `default`, if the permit has it. Else the first of the models offered today that is permitted and costs no more than
    the default, each in its usual quality and size; else the cheapest permitted one: nobody gets a dearer picture
    unasked than is needed. If nothing is permitted, `default`, which the check then refuses with a sentence.
    """
    model = catalog.model(default)
    if permit.allows_model(model.id):
        return default
    permitted = [each for each in catalog.offered(today) if permit.allows_model(each.id)]
    if not permitted:
        return default
    most = _usual_cost(permit, model)
    affordable = (each for each in permitted if _usual_cost(permit, each) <= most)
    cheapest = min(permitted, key=lambda each: _usual_cost(permit, each))
    return next(affordable, cheapest).id


def usual_quality(permit: Permit, model: Model) -> str:
    """The quality for who names none.

    The model's default, if the permit has it. Else the dearest permitted one that is cheaper than the default; else
    the cheapest permitted one. If none is permitted, the default, which the check then refuses with a sentence.
    """
    default = model.qualities.index(model.default_quality)
    permitted = [place for place, quality in enumerate(model.qualities) if permit.allows_quality(quality)]
    cheaper = [place for place in permitted if place <= default]
    return model.qualities[(cheaper[-1:] or permitted[:1] or [default])[0]]


def usual_size(permit: Permit, model: Model) -> str:
    """The size, ``WIDTHxHEIGHT`` in pixels, for who names none.

    The model's default, if it is not larger than the permit has it. Else the largest of the suggested sizes that are
    permitted. If none is, the default, which the check then refuses with a sentence.
    """
    permitted = [each.size for each in model.suggested_sizes if permit.allows_size(each.size)]
    if not permitted or permit.allows_size(model.default_size):
        return model.default_size
    return max(permitted, key=_pixels)


def _usual_cost(permit: Permit, model: Model) -> int:
    """Nano-dollars for one picture without previews."""
    return estimate_output(model, usual_size(permit, model), usual_quality(permit, model))


def _pixels(size: str) -> int:
    width, height = dimensions(size)
    return width * height
