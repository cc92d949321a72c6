"""What is chosen for who leaves an option out: the usual, or what they may use instead of it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.catalog import dimensions
from bot.services.requests import estimate_output

if TYPE_CHECKING:
    from datetime import date

    from bot.services.catalog import Catalog, Model
    from bot.services.policy import Permit


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
