"""Turns on a real wire: what is sent, what is made of the answers, and what became of those that broke off."""

from __future__ import annotations

import asyncio
import io
import json
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import openai
import pytest
from aiohttp import web
from PIL import Image

from bot.errors import (
    ConversationForgottenError,
    ImageFailure,
    NoConversationsError,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.openai_images import OpenAIImages, conversations
from bot.sandbox.conversations import ConversationOptions, SandboxOpenAI
from bot.sandbox.images import Fault, FaultKind, ImageOptions
from bot.services.catalog import ToolTokens, Usage
from bot.services.jobs import Begun, InputImage, PartialImage, Reply
from bot.services.requests import INSTRUCTIONS, ImageRequest, Talk, Task
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

OPTIONS = ImageOptions(pace=0, today=date(2026, 11, 20), canned_bytes=1)
K = FaultKind
TALK = Talk("gpt-6-luna", "conversation-1")
FOX = ImageRequest("a fox 🦊", "gpt-image-2.5-flare", "1024x640", "low", partial_images=2, talk=TALK)


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxOpenAI]:
    async with SandboxOpenAI(OPTIONS) as opened:
        yield opened


@pytest.fixture
async def provider(sandbox: SandboxOpenAI) -> AsyncIterator[OpenAIImages]:
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as opened:
        yield opened


@pytest.fixture(autouse=True)
def impatient_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "FIRST_LOOK", 0.01)
    monkeypatch.setattr(conversations, "LONGEST_PAUSE", 0.02)


def turn(words: str = "a fox 🦊", **changes: Any) -> ImageRequest:  # noqa: ANN401 - fields of every type
    """A turn with these words, and these fields of its talk changed."""
    return replace(FOX, prompt=words, talk=replace(TALK, **changes))


async def items_of(
    provider: OpenAIImages, request: ImageRequest = FOX, *inputs: InputImage
) -> list[Begun | PartialImage | Reply]:
    return [item async for item in provider.answer(request, inputs, "someone")]


async def reply_of(provider: OpenAIImages, request: ImageRequest = FOX, *inputs: InputImage) -> Reply:
    reply = (await items_of(provider, request, *inputs))[-1]
    assert isinstance(reply, Reply)
    return reply


def picture(role: Any = "image", *, clear: bool = False) -> InputImage:  # noqa: ANN401 - a literal
    file = io.BytesIO()
    image = Image.new("RGBA", (64, 48), "red")
    if clear:
        image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    image.save(file, "PNG")
    return InputImage(f"{role}.png", "image/png", file.getvalue(), role)


def size_of(content: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(content)).size


# What is sent


async def test_a_turn_sends_exactly_what_was_ordered(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    await reply_of(provider)

    (sent,) = sandbox.turns
    assert sent == {
        "model": "gpt-6-luna",
        "instructions": INSTRUCTIONS[Task.TURN],
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "a fox 🦊"}]}],
        "tools": [
            {
                "type": "image_generation", "model": "gpt-image-2.5-flare", "action": "auto", "size": "1024x640",
                "quality": "low", "output_format": "png", "moderation": "auto", "partial_images": 2,
            },
        ],
        "max_tool_calls": 1,
        "parallel_tool_calls": False,
        "max_output_tokens": 2000,
        "reasoning": {"effort": "low"},
        "truncation": "disabled",
        "stream": True,
        "store": True,
        "background": True,
        "safety_identifier": "someone",
        "prompt_cache_key": "conversation-1",
    }  # fmt: skip


async def test_pictures_and_a_mask_are_sent_with_the_words_and_the_tool(
    sandbox: SandboxOpenAI, provider: OpenAIImages
) -> None:
    request = replace(
        turn(said=("a boat",)), model="gpt-image-2.6-flare", background="transparent", output_format="webp",
        compression=80, complexity="low",
    )  # fmt: skip
    reply = await reply_of(provider, request, picture(), picture("mask", clear=True))

    (sent,) = sandbox.turns
    words, image = sent["input"][0]["content"]
    (tool,) = sent["tools"]
    assert words["text"].startswith("What was asked for so far, oldest first:\n- a boat\n")
    assert words["text"].endswith("Now: a fox 🦊")
    assert (image["detail"], image["image_url"][:22]) == ("high", "data:image/png;base64,")
    assert tool["input_image_mask"]["image_url"].startswith("data:image/png;base64,")
    assert {name: tool[name] for name in ("background", "complexity", "output_compression")} == {
        "background": "transparent", "complexity": "low", "output_compression": 80,
    }  # fmt: skip
    assert reply.pictures[0].action == "edit"


async def test_models_go_by_the_names_of_the_endpoint(sandbox: SandboxOpenAI) -> None:
    names = {"my-main": "gpt-6-luna", "my-image": "gpt-image-2.5-flare"}
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0, names) as provider:
        await reply_of(provider, replace(turn(main_model="my-main"), model="my-image"))

    assert (sandbox.turns[0]["model"], sandbox.turns[0]["tools"][0]["model"]) == ("gpt-6-luna", "gpt-image-2.5-flare")


async def test_what_is_no_turn_is_not_sent(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    with pytest.raises(RequestRejectedError):
        await items_of(provider, replace(FOX, talk=None))

    assert sandbox.turns == []


# What comes


async def test_the_id_comes_first_then_previews_then_the_reply(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    begun, *previews, reply = await items_of(provider)
    await sandbox.idle()

    assert isinstance(begun, Begun)
    assert [preview.index for preview in previews if isinstance(preview, PartialImage)] == [0, 1]
    assert isinstance(reply, Reply)
    assert reply.response_id == begun.response_id
    assert reply.words == "Done. Tell me what to change next."
    assert (size_of(reply.pictures[0].content), reply.pictures[0].action) == ((1024, 640), "generate")
    assert reply.pictures[0].revised_prompt.startswith("a fox 🦊")
    assert (reply.refusal, reply.is_cut) == (None, False)
    assert reply.request_id == sandbox.bill.lines[0].call_id


async def test_both_models_tokens_are_those_of_the_bill(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    first = await reply_of(provider)
    second = await reply_of(provider, turn("in snow, " * 200, previous=first.response_id))
    third = await reply_of(provider, turn("at night", previous=second.response_id))
    await sandbox.idle()

    for reply, line in zip((first, second, third), sandbox.bill.lines, strict=True):
        assert reply.main is not None
        assert line.words is not None
        assert line.usage is not None
        main, words, usage = reply.main, line.words, line.usage
        assert (main.input, main.output, main.cached, main.cache_write) == (
            words.read, words.written, words.cached, words.kept,
        )  # fmt: skip
        assert reply.tool == ToolTokens(Usage(usage.text, usage.image, usage.output), 0, usage.cached_image)
    assert third.tool is not None
    assert third.tool.cached_image > 0


async def test_words_alone_are_a_reply_without_pictures(provider: OpenAIImages) -> None:
    reply = await reply_of(provider, turn("change something"))

    assert (reply.pictures, reply.refusal) == ((), None)
    assert reply.words.startswith("What would you like me to change")
    assert reply.main is not None


async def test_words_that_reach_their_bound_are_cut(provider: OpenAIImages) -> None:
    reply = await reply_of(provider, turn("change something", most_written=70))

    assert reply.is_cut
    assert reply.words


@pytest.mark.parametrize("kind", [K.EMPTY_OUTPUT, K.STILL_GENERATING, K.UNKNOWN_EVENTS, K.PLAIN_JSON, K.SECOND_CALL])
async def test_the_picture_is_found_wherever_it_stands(
    sandbox: SandboxOpenAI, provider: OpenAIImages, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind))
    # What is answered whole must not be in the background, or it is answered before it is made.
    reply = await reply_of(provider, turn(is_stored=kind is not K.PLAIN_JSON))

    assert [size_of(drawn.content) for drawn in reply.pictures] == [(1024, 640)] * (2 if kind is K.SECOND_CALL else 1)
    assert reply.words


async def test_a_whole_answer_of_the_background_is_asked_for_again(
    sandbox: SandboxOpenAI, provider: OpenAIImages
) -> None:
    sandbox.faults.add(Fault(K.PLAIN_JSON))

    assert (await reply_of(provider)).pictures
    assert len(sandbox.turns) == 1


@pytest.mark.parametrize(
    ("kind", "has_main", "has_tool"),
    [(K.NO_USAGE, False, False), (K.NO_TOOL_USAGE, True, False), (K.ZERO_TOOL_USAGE, True, True)],
)
async def test_usage_that_lacks_is_not_made_up(
    sandbox: SandboxOpenAI, provider: OpenAIImages, kind: FaultKind, *, has_main: bool, has_tool: bool
) -> None:
    sandbox.faults.add(Fault(kind))
    reply = await reply_of(provider)

    assert (reply.main is not None, reply.tool is not None) == (has_main, has_tool)


# What the safety check says


async def test_a_call_that_is_blocked_is_told_with_its_stage_and_categories(
    sandbox: SandboxOpenAI, provider: OpenAIImages
) -> None:
    sandbox.faults.add(Fault(K.CALL_FAILED))
    reply = await reply_of(provider)

    assert reply.refusal == ("The image API's safety check blocked this (before drawing). Reword it and try again.")
    assert reply.named == ("violence",)
    assert reply.words.startswith("I could not make this picture")


async def test_a_filter_is_a_refusal_too(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    sandbox.faults.add(Fault(K.CONTENT_FILTER))

    assert (await reply_of(provider)).refusal == "The image API's safety check blocked this. Reword it and try again."


# What fails


@pytest.mark.parametrize(
    ("fault", "raised", "charged"),
    [
        (Fault(K.MODERATION_BLOCKED), PromptBlockedError, "no"),
        (Fault(K.OUTPUT_BLOCKED), PromptBlockedError, "unknown"),
        (Fault(K.INVALID_KEY), ProviderAccountError, "no"),
        (Fault(K.INSUFFICIENT_QUOTA), ProviderAccountError, "no"),
        (Fault(K.RATE_LIMIT), ProviderBusyError, "no"),
        (Fault(K.ERROR_BODY), ProviderBusyError, "no"),
        (Fault(K.SERVER_ERROR), OutcomeUnknownError, "unknown"),
        (Fault(K.CLOSE_BEFORE_HEADERS), OutcomeUnknownError, "unknown"),
        (Fault(K.ERROR_EVENT), OutcomeUnknownError, "unknown"),
        (Fault(K.FLAT_ERROR_EVENT), OutcomeUnknownError, "unknown"),
        (Fault(K.RESPONSE_FAILED), OutcomeUnknownError, "unknown"),
        (Fault(K.INVALID_BASE64), OutcomeUnknownError, "unknown"),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else "",
)
@pytest.mark.parametrize("is_stored", [True, False])
async def test_a_failure_is_typed_as_for_pictures_and_asked_for_once(
    sandbox: SandboxOpenAI, provider: OpenAIImages, fault: Fault, raised: type[ImageFailure], charged: str, *,
    is_stored: bool,
) -> None:  # fmt: skip
    sandbox.faults.add(fault)

    with pytest.raises(raised) as failed:
        await items_of(provider, turn(is_stored=is_stored))

    assert failed.value.charged == charged
    assert len(sandbox.turns) == 1


async def test_what_is_forgotten_is_told_anew_with_the_pictures_and_the_words_before(
    sandbox: SandboxOpenAI, provider: OpenAIImages
) -> None:
    request = turn("at night", previous="resp_gone", kept_inputs=1, said=("a boat",))
    reply = await reply_of(provider, request, picture(), picture())
    await sandbox.idle()

    first, second = sandbox.turns
    assert (first["previous_response_id"], "previous_response_id" in second) == ("resp_gone", False)
    assert [len(sent["input"][0]["content"]) for sent in (first, second)] == [2, 3]
    assert first["input"][0]["content"][0]["text"] == "at night"
    assert second["input"][0]["content"][0]["text"].startswith("What was asked for so far, oldest first:\n- a boat\n")
    assert reply.pictures[0].action == "edit"
    assert [(line.code, line.cost_nano > 0) for line in sandbox.bill.lines] == [
        ("previous_response_not_found", False), (None, True),
    ]  # fmt: skip


async def test_what_goes_on_from_nothing_cannot_be_forgotten() -> None:
    body = b'{"error": {"code": "previous_response_not_found", "message": "gone"}}'
    async with answering(body, status=400) as odd:
        with pytest.raises(ConversationForgottenError) as failed:
            await items_of(odd)

    assert failed.value.charged == "no"


@pytest.mark.parametrize("main_model", ["gpt-6-luna", "gpt-5.3-codex-spark"])
async def test_an_endpoint_or_a_model_without_the_tool_is_told_apart(main_model: str) -> None:
    talk = ConversationOptions(offered=main_model != "gpt-6-luna")
    async with (
        SandboxOpenAI(OPTIONS, talk) as sandbox,
        OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as provider,
    ):
        with pytest.raises(NoConversationsError) as failed:
            await items_of(provider, turn(main_model=main_model))

    assert failed.value.charged == "no"


async def test_a_main_model_that_is_gone_is_not_an_endpoint_without_conversations() -> None:
    gone = ImageOptions(pace=0, today=date(2026, 12, 20), canned_bytes=1)
    async with SandboxOpenAI(gone) as sandbox, OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as provider:
        with pytest.raises(RequestRejectedError) as failed:
            await items_of(provider, turn(main_model="gpt-5-mini"))

    assert not isinstance(failed.value, NoConversationsError)


# What became of a turn whose connection was lost


@pytest.mark.parametrize("kind", [K.CUT, K.END_WITHOUT_COMPLETED])
async def test_a_turn_that_broke_off_is_found_and_not_paid_twice(
    sandbox: SandboxOpenAI, provider: OpenAIImages, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, after=1))
    reply = await reply_of(provider)
    await sandbox.idle()

    assert size_of(reply.pictures[0].content) == (1024, 640)
    assert reply.main is not None
    assert [line.pictures for line in sandbox.bill.lines] == [1]


@pytest.mark.parametrize("kind", [K.CUT, K.END_WITHOUT_COMPLETED])
async def test_a_turn_that_is_not_stored_stays_unknown(
    sandbox: SandboxOpenAI, provider: OpenAIImages, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, after=1))

    with pytest.raises(OutcomeUnknownError):
        await items_of(provider, turn(is_stored=False))


async def test_one_asks_again_while_nobody_answers_and_then_while_it_is_made_still() -> None:
    slow = SandboxOpenAI(replace(OPTIONS, pace=1.0, seconds_per_picture={"low": 0.3}))
    async with (
        slow,
        OpenAIImages(slow.api_key, slow.base_url, 60.0) as provider,
        aclosing(provider.answer(turn(), (), "someone")) as items,
    ):
        begun = await anext(items)
        rest = asyncio.create_task(_rest(items))
        async with slow.unreachable():
            await slow.idle()
        *_, reply = await rest

    assert isinstance(begun, Begun)
    assert isinstance(reply, Reply)
    assert [line.pictures for line in slow.bill.lines] == [1]


async def test_an_error_at_the_provider_is_waited_out_too() -> None:
    slow = SandboxOpenAI(replace(OPTIONS, pace=1.0, seconds_per_picture={"low": 0.3}))
    slow.faults.add(Fault(K.CUT))
    async with (
        slow,
        OpenAIImages(slow.api_key, slow.base_url, 60.0) as provider,
        aclosing(provider.answer(turn(), (), "someone")) as items,
    ):
        await anext(items)
        slow.down = Fault(K.SERVER_ERROR)
        rest = asyncio.create_task(_rest(items))
        await slow.idle()
        slow.down = None
        *_, reply = await rest

    assert isinstance(reply, Reply)
    assert len(slow.turns) == 1


async def _rest(items: AsyncGenerator[Begun | PartialImage | Reply]) -> list[Begun | PartialImage | Reply]:
    return [item async for item in items]


async def test_after_a_restart_a_turn_is_found_by_its_id(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    async with aclosing(provider.answer(turn(), (), "someone")) as items:
        begun = await anext(items)
    assert isinstance(begun, Begun)

    reply = await provider.recover(begun.response_id)

    assert size_of(reply.pictures[0].content) == (1024, 640)
    assert len(sandbox.turns) == 1


@pytest.mark.parametrize("kind", [K.ERROR_EVENT, K.STUCK])
async def test_what_is_never_done_stays_unknown(sandbox: SandboxOpenAI, kind: FaultKind) -> None:
    sandbox.faults.add(Fault(kind))
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 0.3) as provider:
        with pytest.raises(OutcomeUnknownError):
            await items_of(provider)
        with pytest.raises(OutcomeUnknownError) as gone:
            await provider.recover("resp_gone")

    assert gone.value.code == "lost"


async def test_a_cancelled_response_is_unknown(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    sandbox.faults.add(Fault(K.STUCK))
    async with aclosing(provider.answer(turn(), (), "someone")) as items:
        begun = await anext(items)
        assert isinstance(begun, Begun)
        async with openai.AsyncOpenAI(api_key=sandbox.api_key, base_url=sandbox.base_url) as client:
            await client.responses.cancel(begun.response_id)

    with pytest.raises(OutcomeUnknownError) as failed:
        await provider.recover(begun.response_id)
    assert failed.value.code == "cancelled"


# What others may answer


@asynccontextmanager
async def answering(
    body: bytes, content_type: str = "application/json", status: int = 200
) -> AsyncGenerator[OpenAIImages]:
    """A provider before an endpoint that always answers this."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, content_type=content_type)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with serving(app) as address, OpenAIImages("key", f"{address}/v1", 5.0) as provider:
        yield provider


@pytest.mark.parametrize(
    ("usage", "image_gen"),
    [
        ({"input_tokens": True, "output_tokens": 1}, {"input_tokens": 1}),
        ({"input_tokens": 1, "output_tokens": 1, "input_tokens_details": {"cached_tokens": 2}}, "none"),
        (7, {"input_tokens": 3, "output_tokens": 1, "total_tokens": 4, "input_tokens_details": [1]}),
    ],
)
async def test_odd_counts_are_no_counts(usage: object, image_gen: object) -> None:
    body: dict[str, Any] = {
        "id": "resp_1", "object": "response", "status": "completed", "usage": usage,
        "tool_usage": {"image_gen": image_gen},
        "output": [{"type": "message", "id": "m", "content": [{"type": "refusal", "refusal": "No."}, 3]}, 4],
    }  # fmt: skip
    async with answering(json.dumps(body).encode()) as provider:
        reply = await reply_of(provider)

    assert (reply.words, reply.main, reply.tool) == ("No.", None, None)


async def test_cached_tokens_that_cannot_be_are_paid_in_full() -> None:
    counted = {
        "input_tokens": 4, "input_tokens_details": {"text_tokens": 4, "image_tokens": 0}, "output_tokens": 1,
        "total_tokens": 5, "cached_tokens_details": {"cached_text_tokens": 9, "cached_image_tokens": 0},
    }  # fmt: skip
    body: dict[str, Any] = {"id": "resp_1", "status": "completed", "output": [], "tool_usage": {"image_gen": counted}}
    async with answering(json.dumps(body).encode()) as provider:
        reply = await reply_of(provider)

    assert reply.tool == ToolTokens(Usage(4, 0, 1))


@pytest.mark.parametrize("body", [b"\x89PNG and so on", b"<html>", b'{"status": "completed", "output": 1'])
async def test_what_is_no_response_is_garbled(body: bytes) -> None:
    async with answering(body) as provider:
        with pytest.raises(OutcomeUnknownError) as failed:
            await items_of(provider)

    assert failed.value.code == "garbled"


async def test_words_of_an_event_count_where_no_item_has_them() -> None:
    events = (
        'data: {"type":"response.output_text.done","item_id":"m","text":"Which one?"}\n\n'
        'data: {"type":"response.image_generation_call.partial_image","partial_image_b64":"!"}\n\n'
        'data: {"type":"response.output_item.done",'
        '"item":{"type":"image_generation_call","id":"i","status":"failed"}}\n\n'
        'data: {"type":"response.completed","response":{"id":"resp_1"}}\n\n'
    )
    async with answering(events.encode(), "text/event-stream") as provider:
        begun, reply = await items_of(provider)

    assert begun == Begun("resp_1")
    assert isinstance(reply, Reply)
    assert (reply.words, reply.pictures) == ("Which one?", ())
    assert reply.refusal == "The image API could not make this picture. Say it in other words, or try again."


async def test_who_is_not_there_is_not_asked(sandbox: SandboxOpenAI, provider: OpenAIImages) -> None:
    async with sandbox.unreachable():
        with pytest.raises(ProviderUnreachableError):
            await items_of(provider)


WORDING = replace(TALK, task=Task.ENHANCE, is_stored=False)


async def test_words_about_a_prompt_come_with_their_tokens_or_as_a_refusal_or_cut(provider: OpenAIImages) -> None:
    more = await reply_of(provider, replace(FOX, talk=WORDING))
    no = await reply_of(provider, replace(FOX, prompt="an unkind fox", talk=WORDING))
    cut = await reply_of(provider, replace(FOX, prompt="an endless fox", talk=replace(WORDING, most_written=200)))

    assert more.words.startswith("a fox 🦊, seen from")
    assert (more.main is not None, more.tool, more.pictures) == (True, ToolTokens(Usage(0, 0, 0)), ())
    assert [each.is_declined for each in (more, no, cut)] == [False, True, False]
    assert [each.is_cut for each in (more, no, cut)] == [False, False, True]
    assert no.words.startswith("I would rather not")


async def test_words_whose_stream_was_cut_are_unknown_and_not_asked_for_again(
    provider: OpenAIImages, sandbox: SandboxOpenAI
) -> None:
    sandbox.faults.add(Fault(K.CUT))
    with pytest.raises(OutcomeUnknownError):
        await reply_of(provider, replace(FOX, talk=WORDING))

    assert len(sandbox.turns) == 1
