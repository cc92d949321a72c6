"""The client on a real wire: what it sends, what it makes of the answers, and what it never does twice."""

from __future__ import annotations

import asyncio
import base64
import io
import json
from contextlib import aclosing, asynccontextmanager
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from PIL import Image

from bot.errors import (
    ImageFailure,
    OutcomeUnknownError,
    PromptBlockedError,
    ProviderAccountError,
    ProviderBusyError,
    ProviderUnreachableError,
    RequestRejectedError,
)
from bot.openai_images import OpenAIImages
from bot.openai_images.picture_texts import PictureText
from bot.sandbox.images import ONLY_IN_CONVERSATIONS, Fault, FaultKind, ImageOptions, SandboxImages
from bot.services.catalog import Usage
from bot.services.jobs import FinishedImage, InputImage, PartialImage
from bot.services.requests import ImageRequest
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

OPTIONS = ImageOptions(pace=0, today=date(2026, 11, 20), canned_bytes=50_000)
HELD = "Whether it is billed is not known yet, so its price stays held."
FOX = ImageRequest(prompt="a fox 🦊", model="gpt-image-2.5-flare", size="1024x1024", quality="low", partial_images=2)
MADE: tuple[None, str, str] = (None, "", "")
WITHOUT_USAGE = {FaultKind.NO_USAGE, FaultKind.ODD_USAGE, FaultKind.BARE_FILE}


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxImages]:
    async with SandboxImages(OPTIONS) as opened:
        yield opened


@pytest.fixture
async def images(sandbox: SandboxImages) -> AsyncIterator[OpenAIImages]:
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as opened:
        yield opened


async def made(
    images: OpenAIImages, request: ImageRequest = FOX, inputs: tuple[InputImage, ...] = ()
) -> list[PartialImage | FinishedImage]:
    return [image async for image in images.make(request, inputs, "someone")]


def png() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return file.getvalue()


# What is sent


async def test_a_generation_sends_exactly_what_was_ordered(sandbox: SandboxImages, images: OpenAIImages) -> None:
    await made(images)

    (call,) = sandbox.calls
    assert (call.endpoint, call.files) == ("generations", ())
    assert call.fields == {
        "model": "gpt-image-2.5-flare",
        "prompt": "a fox 🦊",
        "size": "1024x1024",
        "quality": "low",
        "output_format": "png",
        "n": 1,
        "stream": True,
        "partial_images": 2,
        "moderation": "auto",
        "safety_identifier": "someone",
    }


async def test_an_edit_sends_its_pictures_in_order_and_the_moderation_too(
    sandbox: SandboxImages, images: OpenAIImages
) -> None:
    inputs = (InputImage("image-1.png", "image/png", png()), InputImage("image-2.png", "image/png", png() + b"\0"))
    request = ImageRequest(
        prompt="red",
        model="gpt-image-2.5-flare",
        size="1536x1024",
        quality="medium",
        background="transparent",
        output_format="webp",
        partial_images=1,
    )

    await made(images, request, inputs)

    (call,) = sandbox.calls
    assert call.endpoint == "edits"
    assert call.fields == {
        "model": "gpt-image-2.5-flare",
        "prompt": "red",
        "size": "1536x1024",
        "quality": "medium",
        "background": "transparent",
        "output_format": "webp",
        "n": 1,
        "stream": True,
        "partial_images": 1,
        "moderation": "auto",
        "safety_identifier": "someone",
    }
    assert [(file.field, file.name, file.media_type, file.content) for file in call.files] == [
        ("image", picture.name, picture.media_type, picture.content) for picture in inputs
    ]


async def test_count_is_never_sent(sandbox: SandboxImages, images: OpenAIImages) -> None:
    await made(images, ImageRequest("fox", "gpt-image-2.5-flare", "1024x1024", "low", count=4))

    assert [call.fields["n"] for call in sandbox.calls] == [1]


# What comes


@pytest.mark.parametrize("inputs", [(), (InputImage("image-1.png", "image/png", png()),)], ids=["generation", "edit"])
async def test_previews_come_first_and_the_result_last(
    sandbox: SandboxImages, images: OpenAIImages, inputs: tuple[InputImage, ...]
) -> None:
    *previews, result = await made(images, inputs=inputs)

    assert [preview.index for preview in previews if isinstance(preview, PartialImage)] == [0, 1]
    assert isinstance(result, FinishedImage)
    assert len(result.content) == 50_000
    assert result.content.startswith(b"\x89PNG")
    assert result.request_id == sandbox.calls[0].id


async def test_the_usage_is_what_the_bill_says(sandbox: SandboxImages, images: OpenAIImages) -> None:
    inputs = (InputImage("image-1.png", "image/png", png()),)
    result = (await made(images, inputs=inputs))[-1]
    await sandbox.idle()

    billed = sandbox.bill.lines[0].usage
    assert billed is not None
    assert isinstance(result, FinishedImage)
    assert result.usage == Usage(billed.text, billed.image, billed.output)
    assert billed.image > 0


async def test_a_stream_that_is_left_early_is_closed(sandbox: SandboxImages, images: OpenAIImages) -> None:
    sandbox.faults.add(Fault(FaultKind.SILENCE, after=1))

    async with aclosing(images.make(FOX, (), "someone")) as stream:
        async for image in stream:
            assert isinstance(image, PartialImage)
            break
    async with asyncio.timeout(300):
        await sandbox.idle()

    assert sandbox.bill.lines[0].outcome == "disconnected"


# What goes wrong

FAULTS: dict[FaultKind, tuple[type[ImageFailure] | None, str, str]] = {
    FaultKind.MODERATION_BLOCKED: (
        PromptBlockedError,
        "no",
        ("The image API's safety check blocked this (before drawing). Reword it and try again. Nothing was charged."),
    ),
    FaultKind.CONTENT_POLICY: (
        PromptBlockedError,
        "no",
        "The image API's safety check blocked this. Reword it and try again. Nothing was charged.",
    ),
    FaultKind.OUTPUT_BLOCKED: (
        PromptBlockedError,
        "unknown",
        f"The image API's safety check blocked this (after drawing). Reword it and try again. {HELD}",
    ),
    FaultKind.INVALID_VALUE: (
        RequestRejectedError,
        "no",
        (
            "The image API refused this request: Invalid size '1000x1000'. Width and height must both be divisible by "
            "16. Nothing was charged."
        ),
    ),
    FaultKind.USER_ERROR: (
        RequestRejectedError,
        "no",
        (
            "The image API refused this request: The image could not be generated from this request. Please change it "
            "and try again. Nothing was charged."
        ),
    ),
    FaultKind.MODEL_NOT_FOUND: (
        RequestRejectedError,
        "no",
        "The image API does not offer this model to us. Choose another model. Nothing was charged.",
    ),
    **dict.fromkeys(
        (FaultKind.BILLING_HARD_LIMIT, FaultKind.INSUFFICIENT_QUOTA),
        (
            ProviderAccountError,
            "no",
            (
                "The account that pays for pictures has no money left, or its spend limit is reached. "
                "Please tell whoever runs me. Nothing was charged."
            ),
        ),
    ),
    **dict.fromkeys(
        (FaultKind.INVALID_KEY, FaultKind.NOT_VERIFIED),
        (
            ProviderAccountError,
            "no",
            (
                "The account that pays for pictures was refused by the image API (key, verification or permission). "
                "Please tell whoever runs me. Nothing was charged."
            ),
        ),
    ),
    FaultKind.RATE_LIMIT: (
        ProviderBusyError,
        "no",
        "The image API is busy. Try again in a minute. Nothing was charged.",
    ),
    **dict.fromkeys(
        (FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY, FaultKind.SLOW_DOWN, FaultKind.GATEWAY_TIMEOUT),
        (OutcomeUnknownError, "unknown", f"No picture came: the image API had an internal error. {HELD}"),
    ),
    **dict.fromkeys(
        (FaultKind.CLOSE_BEFORE_HEADERS, FaultKind.HANG_BEFORE_HEADERS, FaultKind.CUT, FaultKind.SILENCE),
        (OutcomeUnknownError, "unknown", f"No picture came: the connection to the image API was lost. {HELD}"),
    ),
    **dict.fromkeys(
        (FaultKind.END_WITHOUT_COMPLETED,),
        (OutcomeUnknownError, "unknown", f"No picture came: the image API's answer was cut off. {HELD}"),
    ),
    **dict.fromkeys(
        (FaultKind.ERROR_EVENT, FaultKind.FLAT_ERROR_EVENT),
        (OutcomeUnknownError, "unknown", f"No picture came: the image API stopped with an error. {HELD}"),
    ),
    FaultKind.INVALID_BASE64: (
        OutcomeUnknownError,
        "unknown",
        f"No picture came: the image API sent a damaged picture, or none. {HELD}",
    ),
    FaultKind.REDIRECT: (
        RequestRejectedError,
        "no",
        (
            "No picture came: the image API sent me to another address, where I do not follow. Please tell whoever "
            "runs me. Nothing was charged."
        ),
    ),
    **dict.fromkeys(
        (FaultKind.ENDLESS, FaultKind.GZIP_BOMB),
        (OutcomeUnknownError, "unknown", f"No picture came: the image API's answer was garbled. {HELD}"),
    ),
    **dict.fromkeys(
        (
            FaultKind.PLAIN_JSON,
            FaultKind.DATA_ADDRESS,
            FaultKind.LINK,
            FaultKind.BARE_FILE,
            FaultKind.ODD_TYPE,
            FaultKind.OTHER_SIZE,
        ),
        MADE,
    ),
    FaultKind.ODD_USAGE: MADE,
    FaultKind.UNKNOWN_EVENTS: MADE,
    FaultKind.EARLY_FINAL: MADE,
    FaultKind.NO_USAGE: MADE,
    FaultKind.BROKEN_PICTURE: MADE,  # the file's own check finds it
    FaultKind.WRONG_FORMAT: MADE,
    FaultKind.SLOW_DRIP: MADE,
}


DOWN = {
    FaultKind.SERVER_ERROR,
    FaultKind.BAD_GATEWAY,
    FaultKind.SLOW_DOWN,
    FaultKind.GATEWAY_TIMEOUT,
    FaultKind.CLOSE_BEFORE_HEADERS,
    FaultKind.HANG_BEFORE_HEADERS,
}


def test_the_table_of_faults_is_whole() -> None:
    assert set(FAULTS) == set(FaultKind) - ONLY_IN_CONVERSATIONS


@pytest.mark.parametrize("kind", FAULTS, ids=lambda kind: kind.value)
async def test_a_fault_is_told_for_what_it_is_and_never_asked_again(sandbox: SandboxImages, kind: FaultKind) -> None:
    expected, charged, sentence = FAULTS[kind]
    lasting = 5.0 if kind in {FaultKind.HANG_BEFORE_HEADERS, FaultKind.SILENCE} else 0.1
    sandbox.faults.add(Fault(kind, seconds=lasting, times=5))
    previews: list[PartialImage] = []
    results: list[FinishedImage] = []

    async def play(images: OpenAIImages) -> None:
        async for image in images.make(FOX, (), "someone"):
            if isinstance(image, FinishedImage):
                results.append(image)
            else:
                previews.append(image)

    patience = 1.0 if lasting > 1 else 60.0
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, patience) as images:
        if expected is None:
            await play(images)
            assert len(results) == 1
            assert (results[0].usage is None) == (kind in WITHOUT_USAGE)
        else:
            with pytest.raises(ImageFailure) as caught:
                await play(images)
            assert caught.value.outage == (kind in DOWN)
            assert (type(caught.value), caught.value.charged) == (expected, charged)
            assert caught.value.sentence == sentence
            assert results == []
    assert len(sandbox.calls) == 1


@pytest.mark.parametrize("kind", [FaultKind.CUT, FaultKind.END_WITHOUT_COMPLETED, FaultKind.ERROR_EVENT])
async def test_a_failure_in_mid_stream_names_the_providers_request(
    sandbox: SandboxImages, images: OpenAIImages, kind: FaultKind
) -> None:
    sandbox.faults.add(Fault(kind, after=1))

    with pytest.raises(OutcomeUnknownError) as caught:
        await made(images)

    assert caught.value.request_id == sandbox.calls[0].id


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(FaultKind.RATE_LIMIT, retry_after=7), 7.0),
        (Fault(FaultKind.RATE_LIMIT), 1.0),
        (Fault(FaultKind.SLOW_DOWN, retry_after=3), 3.0),
    ],
)
async def test_how_long_to_wait_is_passed_on(
    sandbox: SandboxImages, images: OpenAIImages, fault: Fault, seconds: float
) -> None:
    sandbox.faults.add(fault)

    with pytest.raises(ProviderBusyError) as caught:
        await made(images)

    assert (caught.value.retry_after, caught.value.charged) == (seconds, "no")


async def test_a_server_that_is_not_there_was_certainly_not_asked(sandbox: SandboxImages, images: OpenAIImages) -> None:
    async with sandbox.unreachable():
        with pytest.raises(ProviderUnreachableError) as caught:
            await made(images)

    assert (caught.value.charged, caught.value.retry_after) == ("no", 1.0)
    assert caught.value.sentence == ("I cannot reach the image API. Try again in a few minutes. Nothing was charged.")


# Shapes that the sandbox does not make


@asynccontextmanager
async def streaming(
    *events: dict[str, Any] | str, linger: bool = False, callers: list[object] | None = None
) -> AsyncGenerator[OpenAIImages]:
    """A client of a server that streams just this; `linger` leaves the stream open after it.

    `callers` gets the address that each call comes from.
    """
    over = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        if callers is not None and request.transport is not None:
            callers.append(request.transport.get_extra_info("peername"))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for data in events:
            text = data if isinstance(data, str) else json.dumps(data)
            await response.write(f"data: {text}\n\n".encode())
        if linger:
            await over.wait()
        return response

    app = web.Application()
    app.router.add_post("/v1/images/generations", answer)
    async with serving(app) as address:
        try:
            async with OpenAIImages("key", f"{address}/v1", 300.0) as images:
                yield images
        finally:
            over.set()


def event(name: str, **fields: object) -> dict[str, Any]:
    return {"type": f"image_generation.{name}", **fields}


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


DONE = event("completed", b64_json=encoded(b"the fox"))


@pytest.mark.parametrize(
    "spoilt", [{"b64_json": "A"}, {"b64_json": "ü"}, {"b64_json": None}, {}], ids=["short", "no ASCII", "null", "none"]
)
async def test_a_spoilt_preview_costs_nobody_the_result(spoilt: dict[str, Any]) -> None:
    async with streaming(event("partial_image", partial_image_index=0, **spoilt), DONE) as images:
        (result,) = await made(images)

    assert isinstance(result, FinishedImage)
    assert result.content == b"the fox"


async def test_a_preview_without_a_number_is_the_first() -> None:
    async with streaming(event("partial_image", b64_json=encoded(b"sketch")), DONE) as images:
        preview, _ = await made(images)

    assert preview == PartialImage(0, b"sketch")


@pytest.mark.parametrize("spoilt", [{"b64_json": None}, {}], ids=["null", "none"])
async def test_a_result_without_a_picture_is_of_unknown_outcome(spoilt: dict[str, Any]) -> None:
    async with streaming(event("completed", **spoilt)) as images:
        with pytest.raises(OutcomeUnknownError, match="sent a damaged picture, or none"):
            await made(images)


async def test_an_event_without_a_type_is_passed_over() -> None:
    async with streaming({"note": "of no kind"}, DONE) as images:
        assert len(await made(images)) == 1


async def test_an_answer_that_is_no_json_is_of_unknown_outcome() -> None:
    async with streaming("{half") as images:
        with pytest.raises(OutcomeUnknownError, match="answer was garbled") as caught:
            await made(images)

    assert caught.value.code == "garbled"


async def test_a_large_picture_arrives_whole() -> None:
    content = bytes(range(256)) * 10_000  # more than one step of decoding

    async with streaming(event("completed", b64_json=encoded(content))) as images:
        (result,) = await made(images)

    assert isinstance(result, FinishedImage)
    assert result.content == content


async def test_a_large_picture_comes_in_large_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []
    feed = PictureText.feed

    def noted(text: PictureText, piece: bytes) -> None:
        lengths.append(len(piece))
        feed(text, piece)

    monkeypatch.setattr(PictureText, "feed", noted)
    async with streaming(event("completed", b64_json=encoded(bytes(3_000_000)))) as images:
        await made(images)

    assert 64 * 1024 < max(lengths) <= 128 * 1024


async def test_two_pictures_share_a_connection() -> None:
    callers: list[object] = []

    async with streaming(DONE, callers=callers) as images:
        await made(images)
        await made(images)

    assert len(callers) == 2
    assert len(set(callers)) == 1


async def test_what_comes_after_the_result_is_read_and_forgotten() -> None:
    async with streaming(DONE, event("completed", b64_json=encoded(b"another")), "{half") as images:
        (result,) = await made(images)

    assert isinstance(result, FinishedImage)
    assert result.content == b"the fox"


async def test_a_stream_that_stays_open_after_the_result_is_not_waited_for() -> None:
    async with streaming(DONE, linger=True) as images, asyncio.timeout(200):
        assert len(await made(images)) == 1


@pytest.mark.parametrize(
    ("usage", "understood"),
    [
        (
            {"output_tokens": 500, "input_tokens_details": {"text_tokens": 9, "image_tokens": 30}},
            Usage(9, 30, 500),
        ),
        (
            {
                "output_tokens": 500,
                "input_tokens_details": {"text_tokens": 9, "image_tokens": 0},
                "output_tokens_details": {"text_tokens": 80, "image_tokens": 420},
            },
            Usage(9, 0, 420, 80),
        ),
        ({"output_tokens": 500}, None),
        ({"output_tokens": None, "input_tokens_details": {"text_tokens": 9, "image_tokens": 0}}, None),
        ({"output_tokens": -1, "input_tokens_details": {"text_tokens": 9, "image_tokens": 0}}, None),
        ({"output_tokens": float("inf"), "input_tokens_details": {"text_tokens": 9, "image_tokens": 0}}, None),
        ("many", None),
        (None, None),
    ],
)
async def test_usage_is_taken_only_where_it_makes_sense(usage: object, understood: Usage | None) -> None:
    async with streaming(DONE | {"usage": usage}) as images:
        (result,) = await made(images)

    assert isinstance(result, FinishedImage)
    assert result.usage == understood


# The first moments


async def test_the_free_call_tells_when_each_model_shuts_down(images: OpenAIImages) -> None:
    dates = await images.models()

    assert dates["gpt-image-1.5"] == "2026-12-01"
    assert dates["gpt-image-2.5-flare"] is None


async def test_the_free_call_knows_nothing_of_a_server_that_is_not_there(
    sandbox: SandboxImages, images: OpenAIImages
) -> None:
    async with sandbox.unreachable():
        with pytest.raises(ProviderUnreachableError) as caught:
            await images.models()

    assert caught.value.outage


async def test_the_free_call_tells_that_the_key_is_refused(sandbox: SandboxImages) -> None:
    async with OpenAIImages("another key", sandbox.base_url, 60.0) as images:
        with pytest.raises(ProviderAccountError) as caught:
            await images.models()

    assert (caught.value.code, caught.value.reach) == ("invalid_api_key", "account")


LACKING = '{"error": {"message": "You have insufficient permissions. Missing scopes: api.model.read", "code": null}}'


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, "<html>sign in</html>"),
        (200, "{}"),
        (200, "{"),
        (200, "[]"),
        (200, '{"data": [{}]}'),
        (404, "{}"),
        (403, LACKING),
        (307, ""),
        (500, ""),
        (200, f'{{"data": "{"x" * 5_000_000}"}}'),
    ],
)
async def test_the_free_call_knows_nothing_where_no_models_are_listed(status: int, answer: str) -> None:
    async def list_models(_request: web.Request) -> web.Response:
        return web.Response(status=status, text=answer, content_type="application/json")

    application = web.Application()
    application.router.add_get("/v1/models", list_models)
    async with serving(application) as address, OpenAIImages("a key", f"{address}/v1", 60.0) as images:
        with pytest.raises(ProviderUnreachableError) as caught:
            await images.models()

    assert caught.value.outage == (status == HTTPStatus.INTERNAL_SERVER_ERROR)  # anything else is an answer
