"""Both models' tokens on the bill, against what the client was told."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.conversations import SandboxOpenAI
from bot.sandbox.conversations.main_models import MAIN_MODELS
from bot.sandbox.conversations.tokens import Reading, seen_tokens, word_price
from bot.sandbox.images.bill import Bill
from bot.sandbox.images.tokens import WordUsage
from tests.sandbox.conversations.conftest import ask, told, tool
from tests.sandbox.images.conftest import client_of, options

if TYPE_CHECKING:
    from pathlib import Path

    from openai import AsyncOpenAI
    from openai.types.responses import Response

LONG = "a lighthouse on a cliff at dusk, " * 120


def price(response: Response) -> int:
    """What a response of gpt-6-luna and gpt-image-2.5-flare costs by what it reports, in nano-dollars."""
    assert response.usage is not None
    assert response.tool_usage is not None
    usage, drawn = response.usage, response.tool_usage.image_gen
    cached, kept = usage.input_tokens_details.cached_tokens, usage.input_tokens_details.cache_write_tokens
    words = (usage.input_tokens - cached - kept) * 100 + cached * 10 + kept * 125 + usage.output_tokens * 500
    seen = drawn.cached_tokens or 0
    details = drawn.input_tokens_details
    return (
        words + details.text_tokens * 5_000 + (details.image_tokens - seen) * 8_000 + seen * 2_000
        + drawn.output_tokens * 30_000
    )  # fmt: skip


async def test_a_chain_costs_what_its_responses_report_cached_input_too(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    first = (await told(client, LONG, tools=tool(partial_images=2)))[-1].response
    second = await ask(client, "in snow", previous_response_id=first.id)
    third = await ask(client, "at night", previous_response_id=second.id)
    await api.idle()

    chain = (first, second, third)
    assert [line.cost_nano for line in api.bill.lines] == [price(response) for response in chain]
    assert first.usage.input_tokens_details.cached_tokens > 0  # the second pass reads the first one's context again
    assert second.usage.input_tokens_details.cached_tokens > first.usage.input_tokens_details.cached_tokens
    assert third.tool_usage.image_gen.cached_tokens == 640  # the first picture was seen in the turn before
    assert first.usage.output_tokens_details.reasoning_tokens == 64
    assert [(line.endpoint, line.pictures, line.partials) for line in api.bill.lines] == [
        ("responses", 1, 2), ("responses", 1, 0), ("responses", 1, 0),
    ]  # fmt: skip


async def test_a_cold_cache_gives_nothing(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    first = await ask(client, LONG)
    second = await ask(client, "in snow", previous_response_id=first.id)
    api.travel(3600)
    third = await ask(client, "at night", previous_response_id=second.id)

    assert third.tool_usage.image_gen.cached_tokens is None
    warm, cold = (each.usage.input_tokens_details.cached_tokens / each.usage.input_tokens for each in (second, third))
    assert cold < warm


async def test_a_kept_bill_holds_the_words_too(tmp_path: Path) -> None:
    kept = tmp_path / "bill"
    async with SandboxOpenAI(options(bill=kept)) as api, client_of(api) as client:
        await ask(client)
        await api.idle()

    assert Bill(kept).lines == api.bill.lines
    assert Bill(kept).lines[0].words is not None


@given(st.lists(st.integers(0, 300_000), min_size=1, max_size=6), st.integers(0, 300_000))
def test_the_cache_never_gives_or_takes_more_than_was_read(contexts: list[int], known: int) -> None:
    reading = Reading(MAIN_MODELS["gpt-6-luna"], known)
    for context in contexts:
        reading.of(context)

    assert reading.read == sum(contexts)
    assert 0 <= reading.cached + reading.kept <= reading.read


def test_a_model_without_cache_writes_bills_them_as_read() -> None:
    model = MAIN_MODELS["gpt-5.5"]
    reading = Reading(model, 0)
    reading.of(5_000)
    reading.of(6_000)
    usage = WordUsage(model.id, reading.read, reading.cached, reading.kept, 10, 0)

    assert (reading.cached, reading.kept) == (4_992, 0)
    assert word_price(model, usage) == (11_000 - 4_992) * 5_000 + 4_992 * 500 + 10 * 30_000


def test_a_picture_is_seen_in_patches_up_to_what_its_detail_allows() -> None:
    assert seen_tokens(1024, 1024, "high") == ceil(32 * 32 * 1.2)
    assert seen_tokens(3840, 2160, "original") == 9_792
    assert seen_tokens(3840, 2160, "high") == 2_940
    assert seen_tokens(3840, 2160, "low") == 307
