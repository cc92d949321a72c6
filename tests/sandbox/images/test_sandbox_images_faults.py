"""Every fault on demand, as the real openai client meets it, and whether the bill shows it."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

import openai
import pytest

from bot.sandbox.images import Fault, FaultKind, SandboxImages
from tests.sandbox.images.conftest import client_of, decoded, make, note_types, open_stream, options, streamed

if TYPE_CHECKING:
    from openai import AsyncOpenAI


K = FaultKind
DONE = "image_generation.completed"
PARTIAL = "image_generation.partial_image"


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("fault", "raised", "code"),
    [
        (Fault(K.MODERATION_BLOCKED), openai.BadRequestError, "moderation_blocked"),
        (Fault(K.CONTENT_POLICY), openai.BadRequestError, "content_policy_violation"),
        (Fault(K.INVALID_VALUE), openai.BadRequestError, "invalid_value"),
        (Fault(K.USER_ERROR), openai.BadRequestError, None),
        (Fault(K.BILLING_HARD_LIMIT), openai.BadRequestError, "billing_hard_limit_reached"),
        (Fault(K.INVALID_KEY), openai.AuthenticationError, "invalid_api_key"),
        (Fault(K.NOT_VERIFIED), openai.PermissionDeniedError, None),
        (Fault(K.MODEL_NOT_FOUND), openai.NotFoundError, "model_not_found"),
        (Fault(K.INSUFFICIENT_QUOTA), openai.RateLimitError, "insufficient_quota"),
        (Fault(K.RATE_LIMIT), openai.RateLimitError, "rate_limit_exceeded"),
        (Fault(K.SERVER_ERROR), openai.InternalServerError, "server_error"),
        (Fault(K.BAD_GATEWAY, status=524), openai.InternalServerError, None),
        (Fault(K.SLOW_DOWN), openai.InternalServerError, "slow_down"),
        (Fault(K.GATEWAY_TIMEOUT), openai.InternalServerError, None),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else "",
)
async def test_a_status_fault_comes_before_any_stream(
    images: SandboxImages, client: AsyncOpenAI, fault: Fault, raised: type[openai.APIStatusError], code: str | None,
    stream: bool,  # noqa: FBT001 - a case of the table
) -> None:  # fmt: skip
    images.faults.add(fault)

    with pytest.raises(raised) as failed:
        await make(client, stream=stream)
    line = images.bill.lines[0]

    assert failed.value.code == code
    assert failed.value.request_id == line.call_id
    assert (line.outcome, line.code) == (fault.kind.value, code)
    assert (line.cost_nano > 0) == fault.charged == (fault.kind is K.GATEWAY_TIMEOUT)


@pytest.mark.parametrize(
    ("fault", "header"),
    [
        (Fault(K.RATE_LIMIT), "1"),
        (Fault(K.RATE_LIMIT, retry_after=7), "7"),
        (Fault(K.SLOW_DOWN), None),
        (Fault(K.SLOW_DOWN, retry_after=0.5), "0.5"),
    ],
)
async def test_retry_after_is_sent_as_asked(
    images: SandboxImages, client: AsyncOpenAI, fault: Fault, header: str | None
) -> None:
    images.faults.add(fault)

    with pytest.raises(openai.APIStatusError) as failed:
        await make(client)

    assert failed.value.response.headers.get("retry-after") == header


async def test_an_html_fault_has_no_json_body(images: SandboxImages, client: AsyncOpenAI) -> None:
    images.faults.add(Fault(K.BAD_GATEWAY))

    with pytest.raises(openai.InternalServerError) as failed:
        await make(client)

    assert failed.value.status_code == 502
    assert isinstance(failed.value.body, str)
    assert failed.value.body.startswith("<html>")


@pytest.mark.parametrize("stream", [True, False])
async def test_a_connection_closed_before_the_headers_is_a_connection_error(
    images: SandboxImages, client: AsyncOpenAI, *, stream: bool
) -> None:
    images.faults.add(Fault(K.CLOSE_BEFORE_HEADERS))

    with pytest.raises(openai.APIConnectionError):
        await make(client, stream=stream)
    await images.idle()

    assert images.bill.nano == 0


async def test_a_call_that_hangs_times_out_and_is_billed(images: SandboxImages) -> None:
    images.faults.add(Fault(K.HANG_BEFORE_HEADERS))

    async with client_of(images, timeout=0.2) as client:
        with pytest.raises(openai.APITimeoutError):
            await make(client)
    await images.idle()

    assert [(line.outcome, line.cost_nano > 0) for line in images.bill.lines] == [("disconnected", True)]


async def test_a_hang_ends_with_a_closed_connection(images: SandboxImages, client: AsyncOpenAI) -> None:
    images.faults.add(Fault(K.HANG_BEFORE_HEADERS, seconds=0.01))

    with pytest.raises(openai.APIConnectionError):
        await make(client)
    await images.idle()

    assert images.bill.lines[0].outcome == "hang_before_headers"


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_a_cut_comes_after_the_partials_asked_for(images: SandboxImages, client: AsyncOpenAI, after: int) -> None:
    images.faults.add(Fault(K.CUT, after=after))
    events = await open_stream(client)
    seen: list[str] = []

    with pytest.raises(openai.APIConnectionError):
        await note_types(events, seen)
    await images.idle()

    assert seen == [PARTIAL] * after
    line = images.bill.lines[0]
    assert line.usage is not None
    assert (line.partials, line.usage.output) == (after, 107 + 100 * after)


async def test_a_cut_after_partials_comes_after_them_also_where_pictures_are_ready_early() -> None:
    async with SandboxImages(options(most_partials=0)) as images, client_of(images) as client:
        images.faults.add(Fault(K.CUT, after=1))
        events = await open_stream(client)
        seen: list[str] = []

        with pytest.raises(openai.APIConnectionError):
            await note_types(events, seen)

    assert seen == [PARTIAL]


async def test_a_json_answer_can_be_cut_too(images: SandboxImages, client: AsyncOpenAI) -> None:
    images.faults.add(Fault(K.CUT))

    with pytest.raises(openai.APIConnectionError):
        await make(client)


@pytest.mark.parametrize(
    ("fault", "types", "billed"),
    [
        (Fault(K.END_WITHOUT_COMPLETED, after=1), [PARTIAL], True),
        (Fault(K.PLAIN_JSON), [], True),
        (Fault(K.FLAT_ERROR_EVENT, after=1), [PARTIAL, "error"], False),
        (Fault(K.FLAT_ERROR_EVENT, after=1, billed=True), [PARTIAL, "error"], True),
        (Fault(K.EARLY_FINAL, after=1), [PARTIAL, DONE], True),
        (Fault(K.SLOW_DRIP, seconds=0.05), [PARTIAL, PARTIAL, DONE], True),
        (Fault(K.SILENCE, after=1, seconds=0.05), [PARTIAL, PARTIAL, DONE], True),
        (Fault(K.NO_USAGE), [PARTIAL, PARTIAL, DONE], True),
        (
            Fault(K.UNKNOWN_EVENTS),
            [
                *("keepalive", "image_generation.in_progress", PARTIAL) * 2,
                *("keepalive", "image_generation.in_progress", DONE),
            ],
            True,
        ),
    ],
    ids=lambda value: value.kind.value if isinstance(value, Fault) else "",
)
async def test_a_stream_goes_on_as_the_fault_says(
    images: SandboxImages, client: AsyncOpenAI, fault: Fault, types: list[str], billed: bool  # noqa: FBT001 - a case
) -> None:  # fmt: skip
    images.faults.add(fault)

    events = await streamed(client)
    await images.idle()

    assert [event.type for event in events] == types
    assert (images.bill.nano > 0) == billed
    if fault.kind is K.NO_USAGE:
        assert events[-1].usage is None


@pytest.mark.parametrize(("kind", "code"), [(K.ERROR_EVENT, "server_error"), (K.OUTPUT_BLOCKED, "moderation_blocked")])
async def test_an_error_event_is_raised_in_mid_stream(
    images: SandboxImages, client: AsyncOpenAI, kind: FaultKind, code: str
) -> None:
    images.faults.add(Fault(kind, after=1))

    with pytest.raises(openai.APIError) as failed:
        await streamed(client)
    await images.idle()

    assert not isinstance(failed.value, openai.APIStatusError)
    assert failed.value.code == code
    assert (images.bill.nano > 0) == (kind is K.OUTPUT_BLOCKED)


async def test_a_json_call_blocked_at_output_says_so(images: SandboxImages, client: AsyncOpenAI) -> None:
    images.faults.add(Fault(K.OUTPUT_BLOCKED))

    with pytest.raises(openai.BadRequestError) as failed:
        await make(client)

    body: Any = failed.value.body
    assert body["moderation_details"]["moderation_stage"] == "output"
    assert [(line.outcome, line.code) for line in images.bill.lines] == [("output_blocked", "moderation_blocked")]


@pytest.mark.parametrize("stream", [True, False])
async def test_the_result_can_be_spoilt(images: SandboxImages, client: AsyncOpenAI, *, stream: bool) -> None:
    results: list[str] = []
    for kind in (K.INVALID_BASE64, K.BROKEN_PICTURE, K.WRONG_FORMAT):
        images.faults.add(Fault(kind))
        if stream:
            results.append((await streamed(client, partial_images=0))[-1].b64_json)
        else:
            answer = await make(client)
            results.append((answer.data or [])[0].b64_json or "")

    with pytest.raises(binascii.Error):
        base64.b64decode(results[0])
    with pytest.raises(OSError, match="truncated"):
        decoded(base64.b64decode(results[1]))
    assert decoded(base64.b64decode(results[2])).format == "JPEG"
    await images.idle()
    assert all(line.cost_nano for line in images.bill.lines)


@pytest.mark.parametrize("kind", [K.SLOW_DRIP, K.SILENCE])
async def test_a_slow_json_answer_arrives_whole(images: SandboxImages, client: AsyncOpenAI, kind: FaultKind) -> None:
    images.faults.add(Fault(kind, seconds=0.05))

    answer = await make(client)

    assert answer.data is not None


async def test_a_fault_hits_as_often_as_asked_and_only_prompts_that_match(
    images: SandboxImages, client: AsyncOpenAI
) -> None:
    images.faults.add(Fault(K.SERVER_ERROR, times=2, match="fox"))
    images.faults.add(Fault(K.CUT, match="whale"))
    outcomes: list[str] = []
    for prompt in ("a cat", "a fox", "a fox", "a fox"):
        await asyncio.gather(make(client, prompt=prompt), return_exceptions=True)
        outcomes.append(images.bill.lines[-1].outcome)
    waiting = images.faults.waiting
    images.faults.clear()

    assert outcomes == ["completed", "server_error", "server_error", "completed"]
    assert [fault.kind for fault in waiting] == [K.CUT]
    assert images.faults.waiting == ()


async def test_a_fault_of_streams_waits_for_a_stream(images: SandboxImages, client: AsyncOpenAI) -> None:
    images.faults.add(Fault(K.ERROR_EVENT))

    answer = await make(client)

    assert answer.data is not None
    assert len(images.faults.waiting) == 1


def test_every_kind_is_explained() -> None:
    explained = re.findall(r"^\s+([A-Z_0-9]+):", FaultKind.__doc__ or "", re.MULTILINE)

    assert sorted(explained) == sorted(kind.name for kind in FaultKind)
