"""The catalog: which models there are, what they allow, and what a faulty file says."""

from datetime import date

import pytest

from bot.errors import UnknownModelError, UnsupportedOptionError
from bot.services.catalog import Catalog, Model
from bot.services.catalog.catalog import CatalogError

CATALOG = Catalog.load()
NOVEMBER = date(2026, 11, 20)
NEW = (
    "gpt-image-2.5-flare",
    "gpt-image-2.5-sunburst",
    "gpt-image-2.6-flare",
    "gpt-image-2.6-sunburst",
    "gpt-image-2",
)
LEAVING = ("gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest")

ENTRY = """
id = "new"
title = "The new one"
sizes = { fixed = ["1024x1024"] }
suggested_sizes = [{ word = "square", size = "1024x1024" }]
qualities = ["low"]
default_quality = "low"
formats = ["png"]
backgrounds = ["auto"]
input_fidelity = []
mask = true
markup = false
complexity = []
most_partial_images = 3
reference_limit = 16
input_byte_limit = 50_000_000
input_rule = "full"
text_tokens_per_input = 0
text_output_bound = 0
output = { table = { low = { "1024x1024" = 196 } } }
prices = { text_input = 5.00, image_input = 8, image_output = 30.00, text_output = 0 }
"""


def with_entry(entry: str, families: str = "") -> str:
    return f'default = "new"\n{families}\n[[models]]\n{entry}'


def ids(models: tuple[Model, ...]) -> tuple[str, ...]:
    return tuple(model.id for model in models)


def test_every_model_of_the_provider_is_held_and_no_other() -> None:
    assert ids(CATALOG.models) == (*NEW, *LEAVING, "gpt-image-1")


def test_the_usual_model_is_the_first_that_is_offered() -> None:
    assert CATALOG.default_id == "gpt-image-2.5-flare"
    assert CATALOG.offered(NOVEMBER)[0].id == CATALOG.default_id


@pytest.mark.parametrize(
    ("today", "offered"),
    [
        (date(2026, 10, 22), (*NEW, *LEAVING, "gpt-image-1")),
        (date(2026, 10, 23), (*NEW, *LEAVING)),
        (date(2026, 11, 30), (*NEW, *LEAVING)),
        (date(2026, 12, 1), NEW),
    ],
)
def test_a_model_is_offered_until_the_day_before_it_is_shut_down(today: date, offered: tuple[str, ...]) -> None:
    assert ids(CATALOG.offered(today)) == offered


def test_models_with_an_announced_end_are_offered_last() -> None:
    leaving = ENTRY.replace('"new"', '"old"') + 'shutdown = 2027-01-01\nsuccessor = "new"'
    catalog = Catalog.parse(with_entry(leaving) + "\n[[models]]\n" + ENTRY)

    assert ids(catalog.offered(NOVEMBER)) == ("new", "old")


def test_a_model_without_a_price_is_known_but_never_offered() -> None:
    unpriced = "\n".join(line for line in ENTRY.splitlines() if not line.startswith("prices"))
    catalog = Catalog.parse(with_entry(unpriced))

    assert catalog.offered(NOVEMBER) == ()
    with pytest.raises(UnknownModelError, match="The price of The new one is not known"):
        catalog.model("new").priced()


@pytest.mark.parametrize(
    ("snapshot", "model_id"),
    [
        ("gpt-image-2-2026-04-21", "gpt-image-2"),
        ("gpt-image-2.5-flare-2026-09-08", "gpt-image-2.5-flare"),
        ("gpt-image-2.5-sunburst-2026-09-08", "gpt-image-2.5-sunburst"),
        ("gpt-image-1.5-2025-12-16", "gpt-image-1.5"),
        (" GPT-Image-2 ", "gpt-image-2"),
    ],
)
def test_a_model_answers_to_its_snapshots(snapshot: str, model_id: str) -> None:
    assert CATALOG.model(snapshot).id == model_id


def test_a_model_that_was_shut_down_stays_in_the_catalog() -> None:
    old = CATALOG.model("gpt-image-1")

    assert old.is_retired(NOVEMBER)
    assert old.shutdown == date(2026, 10, 23)


@pytest.mark.parametrize("name", ["dall-e-3", "dall-e-2", "gpt-image-2.6", "gpt-image-2.6-flare-2026-11-04", "", "x"])
def test_an_unknown_model_is_refused_with_a_list_of_those_that_stay(name: str) -> None:
    with pytest.raises(UnknownModelError) as refusal:
        CATALOG.model(name)

    assert all(model_id in refusal.value.sentence for model_id in NEW)
    assert not any(model_id in refusal.value.sentence for model_id in LEAVING)


@pytest.mark.parametrize("name", ["@everyone", "[free](https://example.org)", "`x`", "<@1>", "a" * 5000, "_x_"])
def test_a_refusal_repeats_nothing_that_could_mean_something_to_discord(name: str) -> None:
    with pytest.raises(UnknownModelError, match=r"^That is not a model that I know\. Choose gpt-image-2\.5-flare,"):
        CATALOG.model(name)


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.id)
def test_every_entry_has_sensible_words_and_defaults(model: Model) -> None:
    words = [suggestion.word for suggestion in model.suggested_sizes]

    assert model.default_size == "1024x1024"
    assert model.default_quality == "medium"
    assert model.formats == ("png", "jpeg", "webp")
    assert model.backgrounds == ("auto", "opaque", "transparent")
    assert (model.reference_limit, model.input_byte_limit) == (16, 50_000_000)
    assert (model.most_partial_images, model.mask) == (3, True)
    assert words[:3] == ["square", "landscape", "portrait"]
    assert len(set(words)) == len(words)
    assert 0 < len(model.title) <= 30
    assert hash(model) == hash(CATALOG.model(model.id))


@pytest.mark.parametrize(
    ("model_id", "qualities", "fidelity", "markup", "complexity"),
    [
        ("gpt-image-2", 3, (), False, ()),
        ("gpt-image-2.5-flare", 5, (), True, ()),
        ("gpt-image-2.5-sunburst", 5, (), True, ()),
        ("gpt-image-2.6-flare", 5, (), True, ("low", "medium", "high")),
        ("gpt-image-2.6-sunburst", 5, (), True, ("low", "medium", "high")),
        ("gpt-image-1.5", 3, ("low", "high"), False, ()),
        ("gpt-image-1-mini", 3, ("low",), False, ()),
    ],
)
def test_each_model_has_the_abilities_of_the_table_of_facts(
    model_id: str, qualities: int, fidelity: tuple[str, ...], *, markup: bool, complexity: tuple[str, ...]
) -> None:
    model = CATALOG.model(model_id)

    assert model.qualities == ("low", "medium", "high", "xhigh", "max")[:qualities]
    assert model.input_fidelity == fidelity
    assert model.markup is markup
    assert model.complexity == complexity


@pytest.mark.parametrize(
    ("model_id", "prices"),
    [
        *((model_id, (5000, 8000, 30_000, 0)) for model_id in NEW),
        ("gpt-image-1.5", (5000, 8000, 32_000, 10_000)),
        ("chatgpt-image-latest", (5000, 8000, 32_000, 10_000)),
        ("gpt-image-1-mini", (2000, 2500, 8000, 0)),
        ("gpt-image-1", (5000, 10_000, 40_000, 0)),
    ],
)
def test_prices_are_the_providers_in_whole_nano_dollars(model_id: str, prices: tuple[int, ...]) -> None:
    found = CATALOG.model(model_id).priced()

    assert (found.text_input, found.image_input, found.image_output, found.text_output) == prices
    assert type(found.image_output) is int


@pytest.mark.parametrize(("text", "found"), [(" High ", "high"), ("max", "max")])
def test_a_quality_is_understood_as_people_write_it(text: str, found: str) -> None:
    assert CATALOG.model("gpt-image-2.5-flare").check_quality(text) == found


@pytest.mark.parametrize("text", ["max", "auto", "hd", ""])
def test_a_quality_that_the_model_does_not_have_is_refused_with_those_it_has(text: str) -> None:
    with pytest.raises(UnsupportedOptionError, match=r"is not a quality of GPT Image 2\. Choose low, medium or high\."):
        CATALOG.model("gpt-image-2").check_quality(text)


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        ("default = ", "models.toml cannot be read"),
        (with_entry(ENTRY.replace("mask = true\n", "")), "models.toml, new: mask: Field required"),
        (with_entry(ENTRY + "colour = 1"), "models.toml, new: colour: Unexpected"),
        (
            with_entry(ENTRY.replace("196 } } }", "196 } }, alowance = 3 }")),
            "models.toml, new: output.*alowance: Unexpected",
        ),
        (with_entry(ENTRY.replace("text_output = 0 }", "text_output = 0, x = 1 }")), "prices.x: Unexpected"),
        (with_entry(ENTRY.replace('id = "new"', "")), "models.toml, a model without an id: id: Field required"),
        (with_entry(ENTRY.replace(", text_output = 0", "")), "models.toml, new: prices.text_output: Field required"),
        (with_entry(ENTRY.replace("30.00", "0.0005")), "models.toml, new: a price of 0.0005 USD .* is finer than"),
        (with_entry(ENTRY.replace("30.00", '"30"')), "models.toml, new: a price is '30', not a number"),
        (with_entry(ENTRY.replace("30.00", "nan")), "models.toml, new: a price is .*NaN.*, not a number"),
        (with_entry(ENTRY.replace("30.00", "0")), "models.toml, new: a price is not above zero"),
        (with_entry(ENTRY.replace("image_input = 8", "image_input = -8")), "a price is not above zero"),
        (with_entry(ENTRY.replace("text_output = 0 }", "text_output = -1 }")), "a price is below zero"),
        (with_entry(ENTRY.replace('quality = "low"', 'quality = "high"')), "the default quality 'high' is not one"),
        (with_entry(ENTRY.replace('["low"]', '["low", "high"]')), "no tokens are known for 1024x1024"),
        (with_entry(ENTRY.replace('size = "1024x1024"', 'size = "1x1"')), "no tokens are known for 1x1"),
        (with_entry(ENTRY + "shutdown = 2027-01-01"), "its successor None is not one of the models"),
        (with_entry(ENTRY + 'family = "f"'), "models.toml, new: there is no family 'f'"),
        (with_entry(ENTRY + 'family = "f"', '[families.f]\nlike = "f"'), "there is no family 'f'"),
        (with_entry(ENTRY) + "\n[[models]]\n" + ENTRY, "models.toml names a model twice"),
        (with_entry(ENTRY).replace('default = "new"', 'default = "x"'), "the default 'x' is not one of its models"),
        ("", "the default '' is not one of its models"),
    ],
)
def test_a_faulty_file_is_refused_with_the_model_and_the_field(toml: str, fault: str) -> None:
    with pytest.raises(CatalogError, match=fault):
        Catalog.parse(toml)


def test_an_entry_says_more_than_its_family() -> None:
    families = '[families.a]\ntitle = "A"\nmask = true\n[families.b]\nlike = "a"\ntitle = "B"'
    entry = ENTRY.replace('title = "The new one"', 'family = "b"').replace("mask = true\n", "")

    model = Catalog.parse(with_entry(entry, families)).model("new")

    assert (model.title, model.mask) == ("B", True)
