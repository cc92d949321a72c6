"""What asks for words about a prompt: what it is told, what it holds, what it costs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.openai_images.turn_parameters import turn_order
from bot.sandbox.conversations.main_models import MAIN_MODELS
from bot.sandbox.conversations.memory import Memory
from bot.sandbox.conversations.response_request import read_model, read_response_request
from bot.sandbox.conversations.simulated_model import THOUGHT
from bot.sandbox.conversations.tokens import Reading, word_price
from bot.sandbox.images.tokens import WordUsage
from bot.services.catalog import Catalog, MainTokens, Usage
from bot.services.jobs import InputImage
from bot.services.requests import ImageRequest, StoredImage, Talk, Task, pricing, turn_usage
from bot.services.requests.turn_pricing import context_bound
from bot.services.turns.durations import Kind
from tests.pictures.samples import encoded, gradient

if TYPE_CHECKING:
    from typing import Any

CATALOG = Catalog.load()
MAINS = sorted(CATALOG.models[0].main_models)
TODAY, NOW = date(2026, 11, 20), datetime(2026, 11, 20, tzinfo=UTC)
SHOWN = InputImage("shown.png", "image/png", encoded(gradient(96, 64), "PNG"))
PICTURE = StoredImage("a" * 64, "image/png", 96, 64, 100)


def wording(
    task: Task = Task.ENHANCE,
    words: str = "a fox",
    main: str = "gpt-6-luna",
    **changes: Any,  # noqa: ANN401 - fields of every type
) -> ImageRequest:
    """What asks for words, as `Conversations.wording` makes it, with these fields of its talk changed."""
    talk = replace(Talk(main, task.value, is_stored=False, task=task), **changes)
    references = (PICTURE,) if task is Task.DESCRIBE else ()
    return ImageRequest(words, "gpt-image-2.5-flare", "1024x1024", "low", references=references, talk=talk)


def order_of(request: ImageRequest, *inputs: InputImage) -> dict[str, Any]:
    assert request.talk is not None
    return turn_order(request, request.talk, inputs, "someone", {})


@pytest.mark.parametrize("task", [Task.ENHANCE, Task.DESCRIBE])
def test_words_alone_are_ordered_without_a_tool_and_nothing_of_them_is_kept(task: Task) -> None:
    order = order_of(wording(task))

    assert {"tools", "max_tool_calls", "previous_response_id"}.isdisjoint(order)
    assert (order["store"], order["background"], order["max_output_tokens"]) == (False, False, 2_000)
    assert "Answer with the prompt alone" in order["instructions"]


def test_a_prompt_is_written_anew_without_the_pictures_and_a_picture_is_described_by_itself() -> None:
    enhanced = order_of(wording(), SHOWN)["input"][0]["content"]
    described = order_of(wording(Task.DESCRIBE, ""), SHOWN)["input"][0]["content"]
    told = order_of(wording(Task.DESCRIBE, "", language="de"), SHOWN)["input"][0]["content"]

    assert [part["type"] for part in enhanced] == ["input_text"]
    assert enhanced[0]["text"] == "a fox"
    assert [part["type"] for part in described] == ["input_text", "input_image"]
    assert described[0]["text"] == "Write the prompt of this picture."
    assert told[0]["text"] == "Write the prompt of this picture. Its language: de."


def test_it_counts_as_no_picture_and_is_booked_in_the_text_models_name() -> None:
    request = wording()
    picture = replace(request, talk=None)
    turn = replace(request, talk=Talk("gpt-6-luna", "key"))

    assert [each.is_wording for each in (request, picture, turn)] == [True, False, False]
    assert [each.images_per_job for each in (request, picture, turn)] == [0, 1, 1]
    assert (request.billed_model, turn.billed_model) == ("gpt-6-luna", "gpt-image-2.5-flare")
    assert Kind.of(request) == Kind("gpt-6-luna", "", "words")
    assert CATALOG.title_of(request.billed_model) == "GPT-6 Luna"


def test_it_is_read_from_the_database_as_it_was_written_also_by_earlier_versions() -> None:
    request = wording(Task.DESCRIBE, language="ja")
    before = json.loads(replace(request, talk=Talk("gpt-6-luna", "key")).to_json())
    for field in ("task", "language"):
        del before["talk"][field]

    assert ImageRequest.from_json(request.to_json()) == request
    assert ImageRequest.from_json(json.dumps(before)).talk == Talk("gpt-6-luna", "key")


@given(
    st.sampled_from([Task.ENHANCE, Task.DESCRIBE]), st.sampled_from(MAINS), st.text(max_size=400),
    st.integers(0, 10**5), st.integers(16, 2_000),
)  # fmt: skip
def test_words_cost_what_they_are_billed_and_never_more_than_is_held(
    task: Task, main: str, words: str, known: int, most: int
) -> None:
    request, model = wording(task, words or "a fox", main, most_written=most), CATALOG.model("gpt-image-2.5-flare")
    assert request.talk is not None
    order = json.loads(json.dumps(order_of(request, SHOWN)))
    asked = read_response_request("req_1", order, read_model(order, TODAY), Memory(lambda: NOW, 30), TODAY, ())
    reading = Reading(asked.model, known)
    reading.of(asked.tokens)
    billed = word_price(asked.model, WordUsage(main, reading.read, reading.cached, reading.kept, most, THOUGHT["low"]))
    usage = turn_usage(model, request, MainTokens(reading.read, most, reading.cached, reading.kept), None, 0)
    estimate = pricing.estimate(model, request)

    assert asked.tokens <= context_bound(request, request.talk)
    assert usage is not None
    assert pricing.cost(model.priced(), usage) == billed <= estimate.nano
    assert estimate.usage == Usage(0, 0, 0, author_nano=estimate.nano)
    assert asked.model == MAIN_MODELS[main]
