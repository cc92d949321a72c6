"""A turn's estimate is an upper bound of both models' bills, and its cost is exact."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UnknownModelError
from bot.openai_images.turn_parameters import turn_order
from bot.sandbox.conversations.content import Entry
from bot.sandbox.conversations.main_models import MAIN_MODELS
from bot.sandbox.conversations.memory import Memory, Response
from bot.sandbox.conversations.response_request import read_model, read_response_request
from bot.sandbox.conversations.simulated_model import THOUGHT
from bot.sandbox.conversations.tokens import Reading, word_price
from bot.sandbox.images.inputs import InputPicture
from bot.sandbox.images.tokens import Usage as SandboxUsage
from bot.sandbox.images.tokens import WordUsage, input_tokens, output_tokens
from bot.services.catalog import Catalog, MainTokens, ToolTokens, Usage
from bot.services.requests import ImageRequest, Talk, after_bound, pricing, turn_usage
from bot.services.requests.pricing import cost, estimate
from bot.services.requests.turn_pricing import MOST_TOOL_INPUTS, context_bound, main_cost

if TYPE_CHECKING:
    from bot.sandbox.conversations.response_request import ResponseRequest

CATALOG = Catalog.load()
MAINS = CATALOG.models[0].main_models
IMAGE_MODELS = ("gpt-image-2", "gpt-image-2.5-flare", "gpt-image-2.6-sunburst", "gpt-image-1.5")
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
COUNTS = st.integers(0, 10**6)


def turn(words: str = "a fox", **changes: Any) -> ImageRequest:  # noqa: ANN401 - fields of every type
    """A turn with these words, and these fields of its talk changed."""
    return ImageRequest(
        words, "gpt-image-2.5-flare", "1024x1024", "low", talk=replace(Talk("gpt-6-luna", "key"), **changes)
    )


def test_the_sandbox_and_the_catalog_have_the_same_prices() -> None:
    for main in MAINS.values():
        other, prices = MAIN_MODELS[main.id], main.priced()
        assert (prices.input, prices.cached_input, prices.cache_write, prices.output) == (
            other.read, other.cached, int(other.kept), other.written,
        )  # fmt: skip
        assert set(main.efforts) <= set(other.efforts)


@given(COUNTS, COUNTS, COUNTS, COUNTS, st.sampled_from(sorted(MAINS)))
def test_a_main_models_cost_is_its_bill_to_the_nano_dollar(
    plain: int, cached: int, kept: int, written: int, name: str
) -> None:
    read = plain + cached + kept
    billed = word_price(MAIN_MODELS[name], WordUsage(name, read, cached, kept, written, 0))

    assert main_cost(MAINS[name], MainTokens(read, written, cached, kept)) == billed


@given(
    st.sampled_from(IMAGE_MODELS), st.integers(1, 10**5), st.integers(0, 10**5), st.integers(400, 10**5),
    st.fractions(0, 1), st.builds(MainTokens, st.integers(1, 10**6), st.integers(1, 10**6)),
)  # fmt: skip
def test_what_a_turn_is_settled_at_is_both_models_bill(
    model_id: str, text: int, image: int, output: int, share: Any, main: MainTokens  # noqa: ANN401 - a fraction
) -> None:  # fmt: skip
    model, cached = CATALOG.model(model_id), int(image * share)
    request = replace(turn(), model=model_id)
    assert request.talk is not None
    usage = turn_usage(model, request, main, ToolTokens(Usage(text, image, output), 0, cached), 1)

    assert usage is not None
    words = word_price(MAIN_MODELS["gpt-6-luna"], WordUsage("gpt-6-luna", main.input, 0, 0, main.output, 0))
    family = _family(model_id)
    assert cost(model.priced(), usage) == words + SandboxUsage(text, image, output, None, cached).nano_dollars(family)


def _family(model_id: str) -> Any:  # noqa: ANN401 - the sandbox's
    from bot.sandbox.images.models import MODELS  # noqa: PLC0415 - of the sandbox, for this only

    return MODELS[model_id].family


@st.composite
def chains(draw: st.DrawFn) -> tuple[ImageRequest, tuple[Entry, ...], bool]:
    """A turn, what the provider keeps of its conversation, and whether its caches are warm."""
    sizes = st.sampled_from([(1024, 1024), (1536, 1024), (2560, 1440), (1024, 640)])
    entries: list[Entry] = []
    pictures = 0
    for _ in range(draw(st.integers(0, 6))):
        entries.append(Entry("user", draw(st.text(max_size=300)), is_new=False))
        if draw(st.booleans()):
            width, height = draw(sizes)
            picture = InputPicture(b"", width, height)
            entries.append(Entry("assistant", picture=picture, detail="original", made_by="ig", is_new=False))
            pictures += 1
    width, height = draw(sizes)
    talk = Talk(
        draw(st.sampled_from(sorted(MAINS))), "key", "resp_before" if entries else None,
        context_tokens=sum(entry.tokens for entry in entries), context_pictures=pictures,
        most_written=draw(st.integers(100, 2_000)),
    )  # fmt: skip
    request = ImageRequest(
        draw(st.text(max_size=400)) or "a fox", draw(st.sampled_from(IMAGE_MODELS[:3])), f"{width}x{height}",
        draw(st.sampled_from(["low", "medium", "high"])), partial_images=draw(st.integers(0, 3)), talk=talk,
    )  # fmt: skip
    return request, tuple(entries), draw(st.booleans())


def asked_by(request: ImageRequest, before: tuple[Entry, ...]) -> ResponseRequest:
    """What the sandbox understands of a turn that goes on from these entries."""
    assert request.talk is not None
    order = json.loads(json.dumps(turn_order(request, request.talk, (), "someone", {})))
    memory = Memory(lambda: NOW, 30)
    memory.keep(Response("resp_before", {"status": "completed"}, NOW, NOW, context=before))
    return read_response_request("req_1", order, read_model(order, TODAY), memory, TODAY, ())


@given(chains())
def test_no_turn_of_the_sandbox_costs_more_than_is_held_for_it(
    chain: tuple[ImageRequest, tuple[Entry, ...], bool],
) -> None:
    request, before, is_warm = chain
    assert request.talk is not None
    asked, model = asked_by(request, before), CATALOG.model(request.model)
    reading = Reading(asked.model, request.talk.context_tokens if is_warm else 0)
    reading.of(asked.tokens)
    written = request.talk.most_written  # the worst: all of it is told to the tool
    made = Entry("assistant", picture=InputPicture(b"", request.width, request.height), detail="original")
    reading.of(asked.tokens + written + made.tokens)
    words = WordUsage(asked.model.id, reading.read, reading.cached, reading.kept, written, THOUGHT["low"])
    sizes = [(entry.picture.width, entry.picture.height) for entry in before if entry.picture is not None]
    assert asked.tool is not None
    text, image = input_tokens(asked.tool.model, "", sizes[:MOST_TOOL_INPUTS], None, 1)
    drawn = output_tokens(asked.tool.model, request.quality, request.width, request.height, 1, "x")
    usage = SandboxUsage(text + written, image, drawn + 100 * request.partial_images)

    billed = word_price(asked.model, words) + usage.nano_dollars(asked.tool.model.family)
    assert billed <= estimate(model, request).nano
    assert asked.tokens <= context_bound(request, request.talk)
    assert asked.tokens + written + made.tokens <= after_bound(request, request.talk) + 4


def test_a_turn_holds_more_than_its_picture_alone() -> None:
    model, request = CATALOG.model("gpt-image-2.5-flare"), turn()

    assert estimate(model, request).nano > estimate(model, replace(request, talk=None)).nano


@pytest.mark.parametrize(
    ("main", "tool", "pictures"),
    [
        (None, ToolTokens(Usage(1, 0, 500)), 1),
        (MainTokens(0, 5), ToolTokens(Usage(1, 0, 500)), 1),
        (MainTokens(5, 0), ToolTokens(Usage(1, 0, 500)), 1),
        (MainTokens(5, 5), None, 1),
        (MainTokens(5, 5), ToolTokens(Usage(0, 0, 0)), 1),
        (MainTokens(5, 5), ToolTokens(Usage(1, 0, 200)), 3),
    ],
)
def test_what_cannot_be_right_is_not_believed(main: MainTokens | None, tool: ToolTokens | None, pictures: int) -> None:
    request = turn()
    assert request.talk is not None

    assert turn_usage(CATALOG.model(request.model), request, main, tool, pictures) is None


def test_words_alone_cost_the_main_models_tokens() -> None:
    request = turn()
    assert request.talk is not None
    usage = turn_usage(CATALOG.model(request.model), request, MainTokens(1_000, 50), None, 0)

    assert usage == Usage(0, 0, 0, 0, 1_000 * 100 + 50 * 500)


def test_what_is_no_turn_is_not_settled_as_one() -> None:
    request = replace(turn(), talk=None)

    assert turn_usage(CATALOG.model(request.model), request, MainTokens(5, 5), None, 0) is None


def test_a_model_without_cached_prices_is_paid_in_full() -> None:
    request = turn()
    assert request.talk is not None
    model = replace(CATALOG.model(request.model), cached_prices=None)
    tool = ToolTokens(Usage(10, 1_000, 500), 4, 600)
    usage = turn_usage(model, request, MainTokens(1, 1), tool, 1)

    assert usage is not None
    assert cost(model.priced(), usage) == 10 * 5_000 + 1_000 * 8_000 + 500 * 30_000 + 600


def test_a_main_model_that_nobody_knows_is_refused() -> None:
    with pytest.raises(UnknownModelError, match="gpt-6-luna"):
        pricing.estimate(CATALOG.model("gpt-image-2.5-flare"), turn(main_model="gpt-9"))
