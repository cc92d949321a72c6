"""The main models: data that is whole, priced, and goes on its day."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest

from bot.errors import UnknownModelError
from bot.services.catalog import Catalog, MainModel, seen_tokens
from bot.services.catalog.file import CatalogError

TEXT = resources.files("bot.services.catalog").joinpath("models.toml").read_text("utf-8")
CATALOG = Catalog.load()
MAIN = '\n[[main_models]]\nid = "main"\ntitle = "Main"\nefforts = ["low"]\nwindow = 1000\n'


def test_every_model_knows_the_same_main_models_the_usual_one_first() -> None:
    assert {tuple(model.main_models) for model in CATALOG.models} == {tuple(CATALOG.models[0].main_models)}
    assert next(iter(CATALOG.models[0].main_models)) == "gpt-6-luna"


def test_what_the_cache_gives_is_never_dearer_than_what_is_read() -> None:
    for main in CATALOG.models[0].main_models.values():
        prices = main.priced()
        assert prices.cached_input <= prices.input <= prices.cache_write == prices.dearest_input


def test_a_main_model_goes_on_its_day() -> None:
    model = MainModel("main", "Main", ("low",), 1000, shutdown=date(2026, 12, 11), successor="gpt-6-luna")

    assert not model.is_retired(date(2026, 12, 10))
    assert model.is_retired(date(2026, 12, 11))
    assert not MainModel("main", "Main", ("low",), 1000).is_retired(date(2040, 1, 1))


def test_a_main_model_without_a_price_is_refused() -> None:
    catalog = Catalog.parse(TEXT + MAIN)

    with pytest.raises(UnknownModelError, match="I know: gpt-6-luna"):
        catalog.models[0].main_model("main")
    with pytest.raises(UnknownModelError, match="The price of Main is not known"):
        catalog.models[0].main_models["main"].priced()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        (MAIN.replace('"main"', '"gpt-6-luna"'), "names a main model twice"),
        (MAIN.replace('["low"]', "[]"), "it has no effort"),
        (f"{MAIN}shutdown = 2027-01-01\n", "successor None is no main model"),
        (f"{MAIN}prices = {{ input = 1, cached_input = 0, cache_write = 1, output = 1 }}\n", "cached_input"),
        (f"{MAIN}colour = 1\n", "colour"),
    ],
)
def test_an_entry_that_does_not_fit_is_refused(entry: str, fault: str) -> None:
    with pytest.raises(CatalogError, match=fault):
        Catalog.parse(TEXT + entry)


def test_a_picture_is_seen_in_patches() -> None:
    assert (seen_tokens(1024, 1024), seen_tokens(3840, 2160), seen_tokens(1, 1)) == (1229, 9792, 2)
