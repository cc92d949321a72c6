"""Estimates are upper bounds, costs are exact, and money is shown as it is."""

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnknownModelError, UnsupportedOptionError
from bot.sandbox.images.models import MODELS as SANDBOX_MODELS
from bot.sandbox.images.tokens import PER_PARTIAL, input_tokens, output_tokens
from bot.sandbox.images.tokens import Usage as SandboxUsage
from bot.services.catalog import Catalog, Model, Prices, Usage
from bot.services.requests import (
    NANO_PER_USD,
    Change,
    ImageRequest,
    StoredImage,
    estimate_choice,
    estimate_output,
    format_price,
    format_usd,
)
from bot.services.requests.pricing import cost, estimate, is_plausible

CATALOG = Catalog.load()
MODELS = {model.id: model for model in CATALOG.models}
TOKENS = st.integers(min_value=0, max_value=10**7)


def picture(width: int = 1024, height: int = 1024) -> StoredImage:
    return StoredImage("0" * 64, "image/png", width, height, 1000)


def request(
    model: str = "gpt-image-2.5-flare",
    *,
    prompt: str = "a fox",
    quality: str = "medium",
    partial_images: int = 0,
    references: tuple[StoredImage, ...] = (),
) -> ImageRequest:
    return ImageRequest(prompt, model, "1024x1024", quality, partial_images=partial_images, references=references)


def usages_within(bound: Usage) -> st.SearchStrategy[Usage]:
    return st.builds(
        Usage,
        st.integers(0, bound.text_input),
        st.integers(0, bound.image_input),
        st.integers(0, bound.image_output),
        st.integers(0, bound.text_output),
    )


@pytest.mark.parametrize(
    ("model_id", "size", "printed"),
    [
        ("gpt-image-2", "1024x1024", (".006", ".053", ".211")),
        ("gpt-image-2", "1536x1024", (".005", ".041", ".165")),
        ("gpt-image-2", "1024x1536", (".005", ".041", ".165")),
        ("gpt-image-2.5-flare", "1024x1024", (".0059", ".0132", ".0527", ".0937", ".2107")),
        ("gpt-image-2.5-sunburst", "1024x1024", (".0059", ".0132", ".0527", ".0937", ".2107")),
        ("gpt-image-1.5", "1024x1024", (".009", ".034", ".133")),
        ("gpt-image-1.5", "1024x1536", (".013", ".05", ".2")),
        ("chatgpt-image-latest", "1536x1024", (".013", ".05", ".2")),
    ],
)
def test_the_price_of_a_choice_is_the_printed_one(model_id: str, size: str, printed: tuple[str, ...]) -> None:
    model = MODELS[model_id]

    for quality, figure in zip(model.qualities, printed, strict=True):
        found = Decimal(estimate_output(model, size, quality)) / NANO_PER_USD
        assert found.quantize(Decimal(figure), ROUND_HALF_UP) == Decimal(figure)


@pytest.mark.parametrize(
    ("model_id", "size", "printed"),
    [
        ("gpt-image-1", "1024x1024", (".011", ".042", ".167")),  # the tokens of the last cost .1664
        ("gpt-image-1", "1024x1536", (".016", ".063", ".25")),
        ("gpt-image-1-mini", "1024x1024", (".005", ".011", ".036")),
        ("gpt-image-1-mini", "1024x1536", (".006", ".015", ".052")),
        ("gpt-image-1-mini", "1536x1024", (".006", ".015", ".052")),
    ],
)
def test_the_price_of_a_choice_is_near_what_is_printed_loosely(
    model_id: str, size: str, printed: tuple[str, ...]
) -> None:
    model = MODELS[model_id]

    for quality, figure in zip(model.qualities, printed, strict=True):
        found = Decimal(estimate_output(model, size, quality)) / NANO_PER_USD
        assert abs(found - Decimal(figure)) < Decimal("0.001")


@pytest.mark.parametrize("size", ["1024x1024", "1024x1536", "1536x1024"])
def test_the_mini_model_is_never_held_below_its_printed_price(size: str) -> None:
    model = MODELS["gpt-image-1-mini"]
    printed = (5, 11, 36) if size == "1024x1024" else (6, 15, 52)

    held = [estimate_output(model, size, quality) for quality in model.qualities]

    assert all(nano >= thousandths * 1_000_000 for nano, thousandths in zip(held, printed, strict=True))


def test_the_price_of_the_usual_choice_is_known_to_the_nano_dollar() -> None:
    flare = MODELS["gpt-image-2.5-flare"]

    assert estimate_output(flare, "1024x1024", "medium") == 13_170_000
    assert estimate_output(flare, "1024x1024", "medium", 2) == 19_170_000


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.id)
def test_no_model_is_free(model: Model) -> None:
    for suggestion in model.suggested_sizes:
        for quality in model.qualities:
            assert estimate_output(model, suggestion.size, quality) > 0

    assert cost(model.priced(), Usage(1, 0, 0)) > 0
    assert cost(model.priced(), Usage(0, 1, 0)) > 0
    assert cost(model.priced(), Usage(0, 0, 1)) > 0


@pytest.mark.parametrize("model", CATALOG.models, ids=lambda model: model.id)
def test_a_better_quality_never_costs_less(model: Model) -> None:
    prices = [estimate_output(model, model.default_size, quality) for quality in model.qualities]

    assert prices == sorted(prices)


def test_a_cost_is_each_kind_of_token_at_its_own_price() -> None:
    found = cost(Prices(5000, 8000, 32_000, 10_000), Usage(48, 194, 272, 209))

    assert found == 48 * 5000 + 194 * 8000 + 272 * 32_000 + 209 * 10_000


@pytest.mark.parametrize("part", ["text_input", "image_input", "image_output", "text_output", "author_nano"])
def test_tokens_below_zero_are_refused(part: str) -> None:
    tokens = {"text_input": 0, "image_input": 0, "image_output": 0} | {part: -1}

    with pytest.raises(ValueError, match=f"{part} is negative"):
        Usage(**tokens)


def test_the_estimate_bounds_the_prompt_by_its_bytes() -> None:
    found = estimate(MODELS["gpt-image-2.5-flare"], request(prompt="Füchse 🦊"))

    assert found.usage == Usage(text_input=12 + 6, image_input=0, image_output=439)
    assert found.nano == 18 * 5000 + 439 * 30_000


def test_a_prompt_that_is_no_proper_text_is_still_bounded() -> None:
    found = estimate(MODELS["gpt-image-2.5-flare"], request(prompt="\ud800"))

    assert found.usage.text_input == 3 + 6


@pytest.mark.parametrize("partial_images", [0, 1, 2, 3])
@pytest.mark.parametrize("model_id", MODELS)
def test_every_preview_adds_a_hundred_output_tokens(model_id: str, partial_images: int) -> None:
    model = MODELS[model_id]

    plain = estimate(model, request(model_id)).usage
    found = estimate(model, request(model_id, partial_images=partial_images)).usage

    assert found.image_output == plain.image_output + 100 * partial_images


@pytest.mark.parametrize(
    ("model_id", "text_per_input", "image_input"),
    [
        ("gpt-image-2", 0, 1024 + 920),
        ("gpt-image-2.5-flare", 10, 1024 + 920),
        ("gpt-image-2.5-sunburst", 10, 1024 + 920),
        ("gpt-image-2.6-flare", 10, 2 * 1536),
        ("gpt-image-1.5", 100, 194 + 194 + 129),
    ],
)
def test_every_input_picture_is_counted(model_id: str, text_per_input: int, image_input: int) -> None:
    references = (picture(1024, 1024), picture(1280, 720))

    found = estimate(MODELS[model_id], request(model_id, references=references)).usage

    assert found.text_input == len("a fox") + 6 + 2 * text_per_input
    assert found.image_input == image_input


@pytest.mark.parametrize("overlay", ["mask", "markup"])
def test_a_mask_or_a_drawing_counts_as_one_more_input_picture(overlay: str) -> None:
    model = MODELS["gpt-image-2.5-flare"]
    asked = request(references=(picture(1280, 720),))

    found = estimate(model, replace(asked, **{overlay: picture(1280, 720)})).usage  # type: ignore[arg-type]  # by its name

    assert found == estimate(model, request(references=(picture(1280, 720), picture(1280, 720)))).usage


def test_our_own_words_and_the_story_are_held_too() -> None:
    asked = replace(request(prompt="nachts 🦊"), change=Change.VARY, story=("ein Füchslein",))

    found = estimate(MODELS["gpt-image-2.5-flare"], asked).usage

    assert found.text_input == len(asked.sent_prompt.encode()) + 6
    assert "Füchslein" in asked.sent_prompt


@pytest.mark.parametrize(("width", "height", "more"), [(1024, 1024, 4160), (1536, 1024, 6240), (1024, 1025, 6240)])
def test_high_fidelity_costs_more_for_each_input_picture(width: int, height: int, more: int) -> None:
    model = MODELS["gpt-image-1.5"]
    asked = request("gpt-image-1.5", references=(picture(width, height), picture(width, height)))

    plain = estimate(model, asked).usage
    low = estimate(model, replace(asked, input_fidelity="low")).usage
    high = estimate(model, replace(asked, input_fidelity="high")).usage

    assert low == plain
    assert high == replace(plain, image_input=plain.image_input + 2 * more)


CHARGED = [model for model in CATALOG.models if model.id != "gpt-image-1"]  # which the sandbox does not draw any more


@given(data=st.data(), model=st.sampled_from(CHARGED), change=st.sampled_from(Change), partials=st.integers(0, 3))
def test_no_picture_of_the_sandbox_costs_more_than_was_held(
    data: st.DataObject, model: Model, change: Change, partials: int
) -> None:
    """The sandbox counts tokens by rules of its own; what the provider's pages say, written anew."""
    edges = st.tuples(st.integers(1, 4096), st.integers(1, 4096))
    inputs = tuple(picture(*edge) for edge in data.draw(st.lists(edges, max_size=4)))
    fidelity = data.draw(st.sampled_from([None, *model.input_fidelity]))
    asked = replace(
        request(model.id, prompt=data.draw(st.text()), quality=data.draw(st.sampled_from(model.qualities))),
        size=data.draw(st.sampled_from([each.size for each in model.suggested_sizes])),
        change=change,
        story=tuple(data.draw(st.lists(st.text(), max_size=5))),
        partial_images=partials,
        references=inputs,
        mask=data.draw(st.sampled_from([None, *inputs[:1]])),
        input_fidelity=fidelity,
    )
    held = estimate(model, asked)

    theirs = SANDBOX_MODELS[model.id]
    sizes = [(file.width, file.height) for file in asked.files]
    text, image = input_tokens(theirs, asked.sent_prompt, sizes, fidelity, 1)
    drawn = output_tokens(theirs, asked.quality, asked.width, asked.height, 1, asked.prompt) + PER_PARTIAL * partials
    charged = SandboxUsage(text, image, drawn)
    assert (text <= held.usage.text_input, image <= held.usage.image_input) == (True, True)
    assert drawn <= held.usage.image_output
    assert charged.nano_dollars(theirs.family) <= held.nano


@pytest.mark.parametrize(
    ("references", "prompt_tokens", "billed"),
    [
        ((picture(1024, 1024),), 13, 35),
        ((picture(1024, 1024), picture(1024, 1024)), 13, 50),
        ((picture(480, 1408),), 12, 57),
        ((picture(480, 1408), picture(480, 1408)), 13, 94),
    ],
)
def test_text_tokens_billed_for_edits_on_1_5_are_below_the_estimate(
    references: tuple[StoredImage, ...], prompt_tokens: int, billed: int
) -> None:
    prompt = "x" * prompt_tokens  # the shortest that so many tokens can be

    found = estimate(MODELS["gpt-image-1.5"], request("gpt-image-1.5", prompt=prompt, references=references))

    assert billed <= found.usage.text_input


@pytest.mark.parametrize(("model_id", "bound"), [("gpt-image-1.5", 1000), ("chatgpt-image-latest", 1000)])
def test_models_that_bill_their_thinking_have_a_bound_far_above_what_was_seen(model_id: str, bound: int) -> None:
    seen = Usage(text_input=48, image_input=0, image_output=272, text_output=209)
    model = MODELS[model_id]

    found = estimate(model, request(model_id, prompt="x" * 42, quality="low"))

    assert found.usage.text_output == bound
    assert cost(model.priced(), seen) < found.nano


@given(data=st.data(), model=st.sampled_from(CATALOG.models), partial_images=st.integers(0, 3))
def test_no_usage_within_its_bounds_costs_more_than_the_estimate(
    data: st.DataObject, model: Model, partial_images: int
) -> None:
    asked = request(
        model.id,
        prompt=data.draw(st.text(min_size=1)),
        quality=data.draw(st.sampled_from(model.qualities)),
        partial_images=partial_images,
        references=tuple(
            picture(width, height)
            for width, height in data.draw(st.lists(st.tuples(st.integers(1, 9999), st.integers(1, 9999)), max_size=4))
        ),
    )
    found = estimate(model, asked)
    used = data.draw(usages_within(found.usage))

    assert cost(model.priced(), used) <= found.nano
    assert cost(model.priced(), found.usage) == found.nano


@pytest.mark.parametrize(("size", "quality"), [("1920x1080", "low"), ("1024x1024", "ultra")])
def test_a_choice_that_the_model_does_not_have_has_no_price(size: str, quality: str) -> None:
    with pytest.raises(UnsupportedOptionError):
        estimate_output(MODELS["gpt-image-2.5-flare"], size, quality)


def test_a_model_without_a_price_is_refused_and_never_free() -> None:
    model = replace(MODELS["gpt-image-2.5-flare"], id="new", title="The new one", prices=None)

    with pytest.raises(UnknownModelError, match="The price of The new one is not known"):
        estimate(model, request("new", quality="low"))
    with pytest.raises(UnknownModelError):
        estimate_output(model, "1024x1024", "low")


@pytest.mark.parametrize(
    ("nano", "shown"),
    [
        (0, "$0.00"),
        (1, "<$0.001"),
        (999_999, "<$0.001"),
        (1_000_000, "$0.001"),
        (5_880_000, "$0.006"),
        (9_950_000, "$0.010"),
        (13_170_000, "$0.013"),
        (13_500_000, "$0.014"),
        (20_000_000, "$0.020"),
        (99_499_999, "$0.099"),
        (99_500_000, "$0.10"),
        (99_999_999, "$0.10"),
        (210_720_000, "$0.21"),
        (215_000_000, "$0.22"),
        (214_999_999, "$0.21"),
        (1_000_000_000, "$1.00"),
        (12_400_000_000, "$12.40"),
        (999_995_000_000, "$1,000.00"),
        (1_234_567_890_000_000, "$1,234,567.89"),
        (-13_170_000, "-$0.013"),
        (-1_000_000, "-$0.001"),
        (-1, ">-$0.001"),
    ],
)
def test_money_is_shown_with_two_digits_and_with_three_below_ten_cents(nano: int, shown: str) -> None:
    assert format_usd(nano) == shown


@pytest.mark.parametrize(
    ("nano", "shown"),
    [
        (0, "$0.000"),
        (1, "$0.001"),
        (13_000_000, "$0.013"),
        (13_000_001, "$0.014"),
        (99_000_001, "$0.100"),
        (210_000_000, "$0.210"),
        (210_000_001, "$0.211"),
        (1_250_000_000, "$1.250"),
    ],
)
def test_a_price_is_rounded_up_and_has_three_digits_like_those_near_it(nano: int, shown: str) -> None:
    assert format_price(nano) == shown


@pytest.mark.parametrize(
    ("nanos", "told"),
    [
        ((50_000_000, 5_000_000_000), ["$0.050", "$5.000"]),
        ((0, 20_000_000), ["$0.000", "$0.020"]),
        ((0, 5_000_000_000), ["$0.00", "$5.00"]),
        ((99_500_000, 200_000_000), ["$0.10", "$0.20"]),
        ((-50_000_000, 200_000_000), ["-$0.050", "$0.200"]),
        ((100, 200_000_000), ["<$0.001", "$0.200"]),
    ],
)
def test_amounts_that_stand_together_have_as_many_digits(nanos: tuple[int, ...], told: list[str]) -> None:
    assert [format_usd(nano, nanos) for nano in nanos] == told


@pytest.mark.parametrize(
    ("nano", "beside", "shown"),
    [
        (210_000_001, [5_000_000_000], "$0.22"),
        (210_000_001, [50_000_000], "$0.211"),
        (50_000_001, [5_000_000_000], "$0.051"),
    ],
)
def test_a_price_in_a_sentence_has_as_many_digits_as_what_stands_beside_it(
    nano: int, beside: list[int], shown: str
) -> None:
    assert format_price(nano, beside) == shown


@given(st.one_of(st.integers(0, 10**9), st.integers(0, 10**18)))
def test_a_price_is_never_below_what_is_held(nano: int) -> None:
    shown = Decimal(format_price(nano).removeprefix("$").replace(",", ""))

    assert shown * NANO_PER_USD >= nano


@given(st.one_of(st.integers(1_000_000, 10**9), st.integers(1_000_000, 10**18)))
def test_shown_money_is_never_off_by_more_than_half_a_unit_of_its_last_digit(nano: int) -> None:
    shown = Decimal(format_usd(nano).removeprefix("$").replace(",", ""))

    exponent = shown.as_tuple().exponent
    assert isinstance(exponent, int)
    assert exponent in {-2, -3}
    assert abs(shown * NANO_PER_USD - nano) * 2 <= NANO_PER_USD * Decimal(10) ** exponent


@given(st.integers(1, 10**18))
def test_money_that_is_not_zero_never_reads_as_zero(nano: int) -> None:
    digits = set(format_usd(nano)) & set("123456789")

    assert digits


@given(TOKENS, TOKENS)
def test_a_cost_is_a_whole_number_of_nano_dollars_and_additive(first: int, second: int) -> None:
    prices = MODELS["gpt-image-1.5"].priced()

    together = cost(prices, Usage(first, first, first + second, second))

    assert together == cost(prices, Usage(first, first, first)) + cost(prices, Usage(0, 0, second, second))


def test_the_price_of_a_choice_leaves_out_the_words() -> None:
    model = CATALOG.model("gpt-image-1.5")
    words = ImageRequest("a fox", model.id, "1024x1024", "low", references=(picture(),))
    whole, choice = estimate(model, words), estimate_choice(model, words)

    usage = replace(whole.usage, text_input=model.text_tokens_per_input, text_output=0)
    assert choice == cost(model.priced(), usage) < whole.nano


# Reports that cannot be


def plausible(model: str, asked: ImageRequest, usage: Usage, hold: int | None = None) -> bool:
    known = MODELS[model]
    held = estimate(known, asked).nano if hold is None else hold
    return is_plausible(known, asked, usage, cost_nano=cost(known.priced(), usage), hold_nano=held)


@given(
    model=st.sampled_from([each.id for each in CHARGED if each.id in SANDBOX_MODELS]),
    data=st.data(),
    words=st.text(min_size=1, max_size=300),
    key=st.text(max_size=9),
)
def test_what_a_picture_really_takes_is_plausible(model: str, data: st.DataObject, words: str, key: str) -> None:
    quality = data.draw(st.sampled_from(MODELS[model].qualities))
    sizes = data.draw(st.lists(st.tuples(st.integers(16, 4000), st.integers(16, 4000)), max_size=4))
    asked = request(model, prompt=words, quality=quality, references=tuple(picture(*size) for size in sizes))
    there = SANDBOX_MODELS[model]
    text, image = input_tokens(there, words, sizes, None, 1)
    output = output_tokens(there, quality, 1024, 1024, 1, key)

    assert plausible(model, asked, Usage(text, image, output))
    assert plausible(model, asked, estimate(MODELS[model], asked).usage)


@pytest.mark.parametrize("model", ["gpt-image-2.5-flare", "gpt-image-2.6-flare", "gpt-image-1.5"])
@pytest.mark.parametrize("share", [0, 0.01, 0.3])
def test_tokens_far_below_what_the_size_takes_cannot_be(model: str, share: float) -> None:
    asked = request(model, quality="high")
    needed = MODELS[model].output.least(1024, 1024, "high")

    assert not plausible(model, asked, Usage(12, 0, int(needed * share)))
    assert plausible(model, asked, Usage(12, 0, needed))


def test_pictures_that_were_sent_cannot_have_been_free() -> None:
    asked = request(references=(picture(), picture()))

    assert not plausible(asked.model, asked, Usage(12, 0, 439))
    assert not plausible(asked.model, asked, Usage(12, 1, 439))
    assert plausible(asked.model, asked, Usage(12, 2048, 439))


def test_long_words_cannot_have_been_free() -> None:
    asked = request(prompt="a fox in the snow " * 1000)

    assert not plausible(asked.model, asked, Usage(0, 0, 439))
    assert plausible(asked.model, asked, Usage(4000, 0, 439))


def test_more_than_the_hold_is_plausible_and_a_hundred_times_it_is_not() -> None:
    asked = request()

    assert plausible(asked.model, asked, Usage(12, 0, 20_000))
    assert not plausible(asked.model, asked, Usage(12, 0, 10**7))
