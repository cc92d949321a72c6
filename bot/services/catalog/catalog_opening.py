"""The catalog as whoever runs the bot has set it up: a default model that is served, and what is in preview."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ConfigurationError, UnknownModelError
from bot.services.catalog.catalog import Catalog

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date


def open_catalog(
    default_model: str,
    *,
    gif: bool,
    svg_author: str | None,
    retired_on: date | None,
    names: Iterable[str] = (),
) -> Catalog:
    """The catalog that comes with Atelier, with the early formats that are switched on.

    Args:
        default_model: the model of the settings.
        gif: whether gif may be chosen.
        svg_author: the text model that writes svg drawings; None leaves them off.
        names: models that the endpoint calls otherwise.
        retired_on: today, in UTC, where models that were shut down are not served; None where they may be.

    Raises:
        ConfigurationError: the default model, one of the names or the author cannot be had.
    """
    catalog = Catalog.load()
    try:
        model = catalog.model(default_model)
        model.priced()
    except UnknownModelError as error:
        raise ConfigurationError([f"ATELIER_MODEL: {error.sentence}"]) from None
    for name in names:
        try:
            catalog.model(name)
        except UnknownModelError as error:
            raise ConfigurationError([f"ATELIER_MODEL_NAMES: {error.sentence}"]) from None
    if retired_on is not None and model.is_retired(retired_on):
        instead = model.successor or catalog.default_id
        raise ConfigurationError([f"ATELIER_MODEL: {model.id} was shut down on {model.shutdown}. Use {instead}."])
    try:
        return catalog.opened(gif=gif, svg_author=svg_author)
    except UnknownModelError as error:
        raise ConfigurationError([f"ATELIER_SVG_AUTHOR: {error.sentence}"]) from None
