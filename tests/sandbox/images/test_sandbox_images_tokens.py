"""The sandbox's own token formulas against the published and measured numbers."""

from __future__ import annotations

import pytest

from bot.sandbox.images.models import MODELS, size_fault
from bot.sandbox.images.tokens import Usage, input_tokens, output_tokens, picture_tokens, text_tokens


@pytest.mark.parametrize(
    ("model", "size", "expected"),
    [
        ("gpt-image-2", (1024, 1024), {"low": 196, "medium": 1756, "high": 7024}),
        ("gpt-image-2", (1536, 864), {"low": 120, "medium": 1078, "high": 4312}),
        ("gpt-image-2", (3840, 2160), {"low": 371, "medium": 3336, "high": 13342}),
        ("gpt-image-2.5-flare", (1024, 1024), {"low": 196, "medium": 439, "high": 1756, "xhigh": 3122, "max": 7024}),
        ("gpt-image-2.5-flare", (1024, 1536), {"low": 158, "medium": 343, "high": 1372, "xhigh": 2459, "max": 5488}),
        ("gpt-image-2.5-sunburst", (2048, 2048), {"low": 397, "medium": 892, "xhigh": 6343, "max": 14272}),
        ("gpt-image-2.5-sunburst", (2880, 2880), {"low": 659, "medium": 1483, "high": 5930, "max": 23719}),
        ("gpt-image-1.5", (1024, 1024), {"low": 272, "medium": 1056, "high": 4160}),
        ("gpt-image-1.5", (1024, 1536), {"low": 408, "medium": 1584, "high": 6240}),
        ("gpt-image-1-mini", (1536, 1024), {"low": 400, "medium": 1568, "high": 6208}),
    ],
)
def test_output_tokens_equal_the_published_tables(model: str, size: tuple[int, int], expected: dict[str, int]) -> None:
    counted = {quality: output_tokens(MODELS[model], quality, *size, 1, "") for quality in expected}

    assert counted == expected


@pytest.mark.parametrize(
    ("quality", "size", "least", "most"),
    [
        ("low", (1536, 1024), 616, 664),
        ("medium", (1536, 1024), 1029, 1338),
        ("high", (1536, 1024), 1353, 1372),
        ("high", (3840, 2160), 3289, 3337),
        ("max", (1024, 1024), 6926, 7024),
    ],
)
def test_newest_models_stay_within_what_was_measured(
    quality: str, size: tuple[int, int], least: int, most: int
) -> None:
    model = MODELS["gpt-image-2.6-flare"]
    counted = {output_tokens(model, quality, *size, 1, f"prompt {number}") for number in range(200)}

    assert least <= min(counted) <= max(counted) <= most
    assert len(counted) > 1
    assert output_tokens(model, quality, *size, 1, "x") == output_tokens(model, quality, *size, 1, "x")


def test_several_pictures_are_rounded_up_once() -> None:
    model = MODELS["gpt-image-2.5-flare"]

    assert output_tokens(model, "medium", 1024, 1024, 2, "") == 878
    assert output_tokens(model, "medium", 1536, 1024, 3, "") == 1029


@pytest.mark.parametrize(
    ("model", "size", "fidelity", "expected"),
    [
        ("gpt-image-2", (1024, 1024), None, 1024),
        ("gpt-image-2", (1536, 1024), None, 1536),
        ("gpt-image-2.5-flare", (1280, 720), None, 920),
        ("gpt-image-2.5-flare", (2048, 2048), None, 1521),
        ("gpt-image-2.6-flare", (3840, 2160), None, 1508),
        ("gpt-image-2", (100, 100), None, 49),
        ("gpt-image-2", (1600, 16), None, 850),
        ("gpt-image-1.5", (1024, 1024), None, 194),
        ("gpt-image-1.5", (1024, 1024), "high", 4354),
        ("gpt-image-1.5", (1536, 1024), "high", 6563),
        ("gpt-image-1-mini", (4096, 2048), "low", 323),
    ],
)
def test_input_pictures_cost_what_was_measured(
    model: str, size: tuple[int, int], fidelity: str | None, expected: int
) -> None:
    assert picture_tokens(MODELS[model].family, *size, fidelity) == expected


@pytest.mark.parametrize("prompt", ["a", "a red fox, asleep!", "日本の狐", "🦊" * 50, "x" * 500, "...", ""])
def test_text_never_has_more_tokens_than_bytes(prompt: str) -> None:
    assert text_tokens(prompt) <= len(prompt.encode())


@pytest.mark.parametrize(("model", "text"), [("gpt-image-2", 8), ("gpt-image-2.5-flare", 28)])
def test_an_edit_pays_for_each_input_in_words_too(model: str, text: int) -> None:
    sizes = [(1024, 1024), (1024, 1024)]

    assert input_tokens(MODELS[model], "red fox", sizes, None, 1) == (text, 2048)
    assert input_tokens(MODELS[model], "red fox", sizes, None, 3) == (3 * text, 3 * 2048)


def test_a_call_costs_its_tokens_at_the_models_prices() -> None:
    usage = Usage(text=10, image=100, output=1000)

    assert usage.nano_dollars(MODELS["gpt-image-2.5-flare"].family) == 50_000 + 800_000 + 30_000_000
    assert usage.nano_dollars(MODELS["gpt-image-1-mini"].family) == 20_000 + 250_000 + 8_000_000


def test_the_size_rule_allows_its_own_edges() -> None:
    family = MODELS["gpt-image-2"].family

    assert [size_fault(family, *size) for size in ((1024, 640), (3840, 2160), (3840, 1280), (2880, 2880))] == [None] * 4
