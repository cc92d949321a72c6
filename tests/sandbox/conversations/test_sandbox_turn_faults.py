"""Every fault of a conversation on demand, as the real openai client meets it, and whether the bill shows it."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest

from bot.sandbox.images import Fault, FaultKind
from tests.sandbox.conversations.conftest import ask, calls_of, opened, told, tool
from tests.sandbox.images.conftest import client_of, decoded, make, note_types

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from PIL import Image

    from bot.sandbox.conversations import SandboxOpenAI

K = FaultKind
PARTIAL = "response.image_generation_call.partial_image"


@pytest.mark.parametrize(
    ("fault", "raised", "code"),
    [
        (Fault(K.MODERATION_BLOCKED), openai.BadRequestError, "moderation_blocked"),
        (Fault(K.INSUFFICIENT_QUOTA), openai.RateLimitError, "insufficient_quota"),
        (Fault(K.RATE_LIMIT), openai.RateLimitError, "rate_limit_exceeded"),
        (Fault(K.SERVER_ERROR), openai.InternalServerError, "server_error"),
        (Fault(K.BAD_GATEWAY), openai.InternalServerError, None),
        (Fault(K.CLOSE_BEFORE_HEADERS), openai.APIConnectionError, None),
        (Fault(K.HANG_BEFORE_HEADERS, seconds=0.01), openai.APIConnectionError, None),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else "",
)
async def test_a_fault_before_the_stream_is_that_of_pictures(
    client: AsyncOpenAI, api: SandboxOpenAI, fault: Fault, raised: type[openai.APIError], code: str | None
) -> None:
    api.faults.add(fault)

    with pytest.raises(raised) as failed:
        await told(client)
    await api.idle()

    assert failed.value.code == code
    assert (api.bill.nano > 0) == fault.charged


async def test_a_kept_response_may_be_gone_all_the_same(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    first = await ask(client)
    api.faults.add(Fault(K.FORGOTTEN))

    with pytest.raises(openai.BadRequestError) as refused:
        await ask(client, previous_response_id=first.id)

    assert refused.value.code == "previous_response_not_found"


async def test_a_limit_may_come_with_a_status_of_success(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.ERROR_BODY))

    answer = await client.responses.with_raw_response.create(model="gpt-6-luna", input="a fox")

    assert answer.status_code == 200
    assert b"rate_limit_exceeded" in answer.content


@pytest.mark.parametrize("kind", [K.ERROR_EVENT, K.OUTPUT_BLOCKED])
async def test_a_nested_error_is_raised_in_mid_stream(client: AsyncOpenAI, api: SandboxOpenAI, kind: FaultKind) -> None:
    api.faults.add(Fault(kind, after=1))
    seen: list[str] = []
    stream = await opened(client, tools=tool(partial_images=2))

    with pytest.raises(openai.APIError) as failed:
        await note_types(stream, seen)
    await api.idle()

    assert seen.count(PARTIAL) == 1
    assert failed.value.code == ("moderation_blocked" if kind is K.OUTPUT_BLOCKED else "server_error")
    assert (api.bill.nano > 0) == (kind is K.OUTPUT_BLOCKED)


@pytest.mark.parametrize(("kind", "last"), [(K.FLAT_ERROR_EVENT, "error"), (K.RESPONSE_FAILED, "response.failed")])
async def test_other_failures_are_events_and_free(
    client: AsyncOpenAI, api: SandboxOpenAI, kind: FaultKind, last: str
) -> None:
    api.faults.add(Fault(kind))
    events = await told(client)
    await api.idle()

    assert events[-1].type == last
    assert api.bill.nano == 0


@pytest.mark.parametrize("kind", [K.CUT, K.END_WITHOUT_COMPLETED])
async def test_a_stream_that_breaks_has_no_last_event_and_is_billed(
    client: AsyncOpenAI, api: SandboxOpenAI, kind: FaultKind
) -> None:
    api.faults.add(Fault(kind, after=1))
    seen: list[str] = []
    stream = await opened(client, tools=tool(partial_images=2))
    if kind is K.CUT:
        with pytest.raises(openai.APIConnectionError):
            await note_types(stream, seen)
    else:
        await note_types(stream, seen)
    await api.idle()

    assert seen[-1] == PARTIAL
    assert [(line.outcome, line.pictures) for line in api.bill.lines] == [(kind.value, 1)]


@pytest.mark.parametrize("kind", [K.CUT, K.END_WITHOUT_COMPLETED])
async def test_what_breaks_in_the_background_is_there_to_be_asked_for(
    client: AsyncOpenAI, api: SandboxOpenAI, kind: FaultKind
) -> None:
    api.faults.add(Fault(kind))
    stream = await opened(client, background=True)
    first = await anext(aiter(stream))
    await stream.close()
    await api.idle()

    made = await client.responses.retrieve(first.response.id)
    assert (made.status, len(calls_of(made))) == ("completed", 1)


async def test_a_response_may_stay_in_the_queue(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.STUCK))
    made = await ask(client, background=True)
    await asyncio.sleep(0.05)

    assert (await client.responses.retrieve(made.id)).status == "queued"
    assert (await client.responses.cancel(made.id)).status == "cancelled"
    await api.idle()
    assert api.bill.nano == 0


async def test_a_failed_call_is_told_in_words_and_costs_them_only(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.CALL_FAILED))
    made = await ask(client)
    await api.idle()

    (call,) = calls_of(made)
    assert (call.status, call.result, call.error.code) == ("failed", None, "moderation_blocked")
    assert call.error.moderation_details.categories == ["violence"]
    assert "safety check" in made.output_text
    assert [(line.pictures, line.usage, line.cost_nano > 0) for line in api.bill.lines] == [(0, None, True)]


async def test_a_filter_ends_a_response_before_any_picture(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.CONTENT_FILTER))
    made = await ask(client)

    assert (made.status, made.incomplete_details.reason, calls_of(made)) == ("incomplete", "content_filter", [])


async def test_the_main_model_may_claim_a_picture_that_it_never_asked_for(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    api.faults.add(Fault(K.ONLY_CLAIMED))
    made = await ask(client)

    assert (calls_of(made), made.output_text[:22]) == ([], "Here is your picture. ")


async def test_the_tool_may_be_called_twice_and_is_billed_twice(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.SECOND_CALL))
    made = await ask(client)
    await api.idle()

    assert len(calls_of(made)) == 2
    assert api.bill.pictures == 2
    assert made.tool_usage.image_gen.output_tokens == api.bill.tokens - made.tool_usage.image_gen.input_tokens


@pytest.mark.parametrize(
    ("kind", "has_words", "counted"),
    [(K.NO_USAGE, False, None), (K.NO_TOOL_USAGE, True, None), (K.ZERO_TOOL_USAGE, True, 0)],
)
async def test_usage_may_lack(
    client: AsyncOpenAI, api: SandboxOpenAI, kind: FaultKind, has_words: bool, counted: int | None  # noqa: FBT001 - a case of the table
) -> None:  # fmt: skip
    api.faults.add(Fault(kind))
    made: Any = await ask(client)
    await api.idle()

    assert (made.usage is not None) is has_words
    assert (made.tool_usage and made.tool_usage.image_gen.total_tokens) == counted
    assert api.bill.tokens > 0


async def test_the_last_event_may_list_nothing_and_an_item_may_not_be_done(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    for kind in (K.EMPTY_OUTPUT, K.STILL_GENERATING):
        api.faults.add(Fault(kind))
    empty, open_item = await told(client), await told(client)

    assert empty[-1].response.output == []
    assert calls_of(open_item[-1].response)[0].status == "generating"
    assert calls_of(open_item[-1].response)[0].result


async def test_the_picture_may_be_spoilt(client: AsyncOpenAI, api: SandboxOpenAI) -> None:
    results: list[str] = []
    for kind in (K.INVALID_BASE64, K.BROKEN_PICTURE, K.WRONG_FORMAT, K.OTHER_SIZE):
        api.faults.add(Fault(kind))
        results.append(calls_of(await ask(client))[0].result)

    assert results[0].startswith("!")
    with pytest.raises(OSError, match="truncated"):
        decoded(base64.b64decode(results[1]))
    pictures: list[Image.Image] = [decoded(base64.b64decode(result)) for result in results[2:]]
    assert [(image.format, image.size) for image in pictures] == [("JPEG", (1024, 640)), ("PNG", (1254, 1254))]


async def test_a_stream_may_be_answered_whole_and_hold_what_nobody_knows(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    api.faults.add(Fault(K.PLAIN_JSON))
    assert await told(client) == []
    api.faults.add(Fault(K.UNKNOWN_EVENTS))
    assert "response.keepalive.odd" in [event.type for event in await told(client)]


async def test_faults_of_conversations_wait_for_one_and_those_of_pictures_pass_it(
    client: AsyncOpenAI, api: SandboxOpenAI
) -> None:
    api.faults.add(Fault(K.ONLY_CLAIMED))
    api.faults.add(Fault(K.LINK))

    await make(client)
    await ask(client)

    assert api.faults.waiting == ()


async def test_silence_lasts_until_the_client_is_tired(api: SandboxOpenAI) -> None:
    api.faults.add(Fault(K.SILENCE))
    async with client_of(api, timeout=0.3) as impatient:
        with pytest.raises(openai.APITimeoutError):
            await told(impatient)
    await api.idle()

    assert [line.outcome for line in api.bill.lines] == ["silence"]
