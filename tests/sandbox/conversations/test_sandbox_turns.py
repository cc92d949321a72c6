"""What the real openai client sees of a conversation: its events, its chain, its words."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest

from bot.sandbox.conversations import ConversationOptions, SandboxOpenAI
from bot.sandbox.images import Fault, FaultKind
from tests.sandbox.conversations.conftest import FORCED, ask, calls_of, keeping_nothing, opened, said, told, tool
from tests.sandbox.images.conftest import client_of, decoded, holed, options, picture

if TYPE_CHECKING:
    from openai import AsyncOpenAI

DAY = 24 * 3600.0


def last(events: list[Any]) -> Any:  # noqa: ANN401 - a response
    """The response that the last event shows."""
    assert events[-1].type == "response.completed"
    return events[-1].response


@pytest.mark.painted
async def test_a_stream_brings_previews_the_picture_in_its_item_and_then_words(client: AsyncOpenAI) -> None:
    events = await told(client, tools=tool(partial_images=2))

    kinds = [event.type.removeprefix("response.") for event in events if "delta" not in event.type]
    assert kinds == [
        "created", "in_progress", "output_item.added", "output_item.done", "output_item.added",
        "image_generation_call.in_progress", "image_generation_call.generating",
        "image_generation_call.partial_image", "image_generation_call.partial_image",
        "image_generation_call.completed", "output_item.done", "output_item.added", "content_part.added",
        "output_text.done", "content_part.done", "output_item.done", "completed",
    ]  # fmt: skip
    assert [event.sequence_number for event in events] == list(range(len(events)))
    (call,) = calls_of(last(events))
    assert decoded(base64.b64decode(call.result)).size == (1024, 640)
    assert (call.status, call.action, call.size, call.quality) == ("completed", "generate", "1024x640", "low")
    assert "a red fox" in call.revised_prompt
    assert last(events).output_text == "Done. Tell me what to change next."
    partials = [event for event in events if event.type.endswith("partial_image")]
    assert [event.partial_image_index for event in partials] == [0, 1]
    assert {event.item_id for event in partials} == {call.id}


async def test_a_picture_may_be_ready_before_its_previews() -> None:
    async with SandboxOpenAI(options(most_partials=0)) as api, client_of(api) as client:
        events = await told(client, tools=tool(partial_images=2))

    assert len(calls_of(last(events))) == 1
    assert not [event for event in events if event.type.endswith("partial_image")]


async def test_who_goes_on_edits_the_picture_that_was_made(client: AsyncOpenAI) -> None:
    first = await ask(client)
    second = await ask(client, "make it blue", previous_response_id=first.id)

    assert [calls_of(each)[0].action for each in (first, second)] == ["generate", "edit"]
    assert second.previous_response_id == first.id
    assert second.usage.input_tokens > first.usage.input_tokens
    assert second.tool_usage.image_gen.input_tokens_details.image_tokens == 640  # 1024 x 640 in cells of 32 pixels


@pytest.mark.painted
async def test_a_picture_that_is_sent_is_edited_inside_its_mask(client: AsyncOpenAI) -> None:
    base, mask = picture((1024, 640)), holed((1024, 640), (100, 100, 500, 400))
    address = f"data:image/png;base64,{base64.b64encode(mask).decode()}"

    answer = await ask(client, said("a boat", base), tools=tool(action="edit", input_image_mask={"image_url": address}))

    result = decoded(base64.b64decode(calls_of(answer)[0].result)).convert("RGB")
    assert result.getpixel((50, 50)) == (0, 128, 128)
    assert result.getpixel((300, 250)) != (0, 128, 128)
    assert "input_image_mask" not in answer.tools[0].to_dict()


@pytest.mark.painted
async def test_an_older_response_may_be_gone_on_from_by_several(client: AsyncOpenAI) -> None:
    first = await ask(client)
    left, right = [await ask(client, words, previous_response_id=first.id) for words in ("in snow", "at night")]

    assert calls_of(left)[0].result != calls_of(right)[0].result


@pytest.mark.parametrize(
    ("words", "answer"),
    [("something unkind", "I would rather not"), ("change something", "What would you like me to change")],
)
async def test_the_main_model_may_answer_in_words_alone(
    client: AsyncOpenAI, api: SandboxOpenAI, words: str, answer: str
) -> None:
    response = await ask(client, words)
    await api.idle()

    assert calls_of(response) == []
    assert response.output_text.startswith(answer)
    assert response.tool_usage.image_gen.total_tokens == 0
    assert [(line.pictures, line.usage, line.cost_nano > 0) for line in api.bill.lines] == [(0, None, True)]


async def test_who_forces_the_tool_gets_a_picture_and_no_words(client: AsyncOpenAI) -> None:
    response = await ask(client, "something unkind", **FORCED)

    assert len(calls_of(response)) == 1
    assert response.output_text == ""


async def test_without_the_tool_there_are_words_only(client: AsyncOpenAI) -> None:
    response = await ask(client, "hello", tools=[])
    kept_back = await ask(client, "hello", tool_choice="none")

    assert response.output_text == "You said: hello"
    assert calls_of(kept_back) == []


ENHANCING: dict[str, Any] = {"tools": [], "instructions": "You rewrite prompts.", "store": False}


async def test_without_the_tool_a_prompt_is_written_anew_and_a_picture_described(
    api: SandboxOpenAI, client: AsyncOpenAI
) -> None:
    more = await ask(client, "a red fox.", **ENHANCING)
    again = await ask(client, "a red fox.", **ENHANCING)
    wide = await ask(client, said("Write its prompt.", picture((320, 160), "navy")), **ENHANCING)
    tall = await ask(client, said("Write its prompt.", picture((160, 320), "white")), **ENHANCING)

    assert more.output_text.startswith("a red fox, seen from a little below")
    assert again.output_text == more.output_text
    assert wide.output_text == "A wide picture in black: one scene, dark, with little light, plain and clear."
    assert tall.output_text == "A tall picture in white: one scene, bright, in full light, plain and clear."
    assert [(line.pictures, line.cost_nano > 0) for line in api.bill.lines] == [(0, True)] * 4


async def test_without_the_tool_it_may_refuse_or_not_come_to_an_end(client: AsyncOpenAI) -> None:
    events = await told(client, "something unkind", **ENHANCING)
    endless = await ask(client, "an endless fox", **ENHANCING, max_output_tokens=200)

    (message,) = [item for item in events[-1].response.output if item.type == "message"]
    assert [(part.type, part.refusal[:20]) for part in message.content] == [("refusal", "I would rather not m")]
    assert "response.refusal.done" in [event.type for event in events]
    assert (endless.status, endless.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert endless.output_text.startswith("an endless fox and more")


async def test_without_the_tool_a_stream_may_be_cut(api: SandboxOpenAI, client: AsyncOpenAI) -> None:
    api.faults.add(Fault(FaultKind.CUT))
    with pytest.raises(openai.APIConnectionError):
        await told(client, "a red fox", **ENHANCING)
    await api.idle()

    assert api.bill.nano > 0


async def test_a_response_is_shown_again_until_it_is_deleted(client: AsyncOpenAI) -> None:
    made = await ask(client)

    again = await client.responses.retrieve(made.id)
    await client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(made.id)
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, previous_response_id=made.id)

    assert again.output == made.output
    assert (refused.value.code, refused.value.param) == ("previous_response_not_found", "previous_response_id")


async def test_a_response_is_forgotten_after_thirty_days(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    made = await ask(client)
    api.travel(29.9 * DAY)
    later = await ask(client, "at night", previous_response_id=made.id)
    api.travel(0.2 * DAY)

    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, previous_response_id=made.id)
    assert refused.value.code == "previous_response_not_found"
    assert (await client.responses.retrieve(later.id)).id == later.id


async def test_what_is_not_stored_cannot_be_gone_on_from(client: AsyncOpenAI) -> None:
    made = await ask(client, store=False)

    with pytest.raises(openai.BadRequestError):
        await ask(client, previous_response_id=made.id)
    with pytest.raises(openai.NotFoundError) as missing:
        await ask(client, [*said("again"), {"type": "image_generation_call", "id": calls_of(made)[0].id}])
    assert "not persisted when `store` is set to false" in missing.value.message


async def test_an_organization_that_keeps_nothing_stores_nothing() -> None:
    async with keeping_nothing() as api, client_of(api) as client:
        made = await ask(client, store=True)

        with pytest.raises(openai.BadRequestError):
            await ask(client, previous_response_id=made.id)


async def test_a_made_picture_may_be_named_or_sent_again_with_its_thoughts(client: AsyncOpenAI) -> None:
    made = await ask(client)
    call = calls_of(made)[0]
    whole = {"type": "image_generation_call", "id": call.id, "result": call.result, "status": "completed"}

    named = await ask(client, [*said("in snow"), {"type": "image_generation_call", "id": call.id}])
    thoughts: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": []}
    sent = await ask(client, [thoughts, whole, *said("in snow")])
    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, [whole, *said("in snow")])

    assert [calls_of(each)[0].action for each in (named, sent)] == ["edit", "edit"]
    assert "without its required 'reasoning' item" in refused.value.message


async def test_an_endpoint_without_responses_knows_no_such_address() -> None:
    async with SandboxOpenAI(options(), ConversationOptions(offered=False)) as api, client_of(api) as client:
        with pytest.raises(openai.NotFoundError) as refused:
            await ask(client)

    assert "Invalid URL (POST /v1/responses)" in refused.value.message


async def test_words_beyond_the_bound_are_cut_and_the_response_is_incomplete(client: AsyncOpenAI) -> None:
    response = await ask(client, "hello there, how are you today?", tools=[], max_output_tokens=70)

    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert "You said".startswith(response.output_text[:8])
    assert response.usage.output_tokens <= 70


@pytest.mark.parametrize(("bound", "thought"), [(16, 16), (66, 64)])
async def test_a_bound_too_small_for_the_tool_makes_no_picture(client: AsyncOpenAI, bound: int, thought: int) -> None:
    response = await ask(client, max_output_tokens=bound)

    assert (response.status, calls_of(response)) == ("incomplete", [])
    assert (response.usage.output_tokens, response.usage.output_tokens_details.reasoning_tokens) == (bound, thought)


async def test_the_connection_that_closes_ends_what_is_in_the_foreground() -> None:
    slow = SandboxOpenAI(options(pace=1.0, seconds_per_picture={"low": 60.0}))
    async with slow, client_of(slow) as client:
        stream = await opened(client)
        first = await anext(aiter(stream))
        await stream.close()
        await slow.idle()
        with pytest.raises(openai.NotFoundError):
            await client.responses.retrieve(first.response.id)

    assert [(line.outcome, line.pictures) for line in slow.bill.lines] == [("disconnected", 1)]


async def test_what_is_in_the_background_goes_on_and_is_followed_again(api: SandboxOpenAI, client: AsyncOpenAI) -> None:
    stream = await opened(client, background=True, tools=tool(partial_images=1))
    first = await anext(aiter(stream))
    await stream.close()
    await api.idle()

    again = await client.responses.retrieve(first.response.id)
    rest: Any = await client.responses.retrieve(first.response.id, stream=True, starting_after=first.sequence_number)
    kinds = [event.type async for event in rest]

    assert first.type == "response.created"
    assert (again.status, len(calls_of(again))) == ("completed", 1)
    assert kinds[0] == "response.queued"
    assert kinds[-1] == "response.completed"


async def test_a_background_response_is_polled_and_can_be_cancelled() -> None:
    slow = SandboxOpenAI(options(pace=1.0, seconds_per_picture={"low": 60.0}))
    async with slow, client_of(slow) as client:
        made = await ask(client, background=True)
        polled = await client.responses.retrieve(made.id)
        ended = await client.responses.cancel(made.id)
        once_more = await client.responses.cancel(made.id)
        await slow.idle()

    assert made.status == "queued"
    assert polled.status in {"queued", "in_progress"}
    assert (ended.status, once_more.status) == ("cancelled", "cancelled")


async def test_what_is_in_the_foreground_is_neither_cancelled_nor_streamed_again(client: AsyncOpenAI) -> None:
    made = await ask(client)

    with pytest.raises(openai.BadRequestError):
        await client.responses.cancel(made.id)
    with pytest.raises(openai.BadRequestError):
        await client.responses.retrieve(made.id, stream=True)


async def test_only_the_latest_turns_are_remembered_as_far_as_there_is_room() -> None:
    async with SandboxOpenAI(options(remembered_bytes=2_000)) as api, client_of(api) as client:
        await ask(client, "a red fox")
        await ask(client, "a blue fox")
        both = [turn["input"] for turn in api.turns]
        await ask(client, "a green fox" + " " * 2_000)

    assert both == ["a red fox", "a blue fox"]
    assert [turn["input"].strip() for turn in api.turns] == ["a green fox"]
