"""The catalog as the settings want it, or a sentence that names the setting."""

from __future__ import annotations

import pytest

from bot.errors import ConfigurationError
from bot.services.catalog import open_catalog


def test_names_are_of_models_that_there_are() -> None:
    opened = open_catalog(
        "gpt-image-2",
        gif=False,
        svg_author=None,
        retired_on=None,
        names=["gpt-image-2", "gpt-image-2.5-flare-2026-09-08"],
    )

    assert opened.model("gpt-image-2").id == "gpt-image-2"
    with pytest.raises(ConfigurationError, match=r"ATELIER_MODEL_NAMES: .*gpt-imagine.* is not a model that I know"):
        open_catalog("gpt-image-2", gif=False, svg_author=None, retired_on=None, names=["gpt-imagine"])
