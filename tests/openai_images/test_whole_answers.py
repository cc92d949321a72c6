"""Animations and drawings: what is asked for, what comes whole, and what goes wrong with it."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from PIL import Image, ImageSequence

from bot.errors import ImageFailure, OutcomeUnknownError, PromptBlockedError, ProviderBusyError, RequestRejectedError
from bot.openai_images import OpenAIImages
from bot.openai_images.answers import AnswerReader
from bot.sandbox.images import Fault, FaultKind, ImageOptions, SandboxImages
from bot.services.catalog import AuthorTokens, Usage
from bot.services.jobs import FinishedImage, InputImage
from bot.services.requests import ImageRequest
from tests.examples import png
from tests.serving import serving

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable

HELD = "Whether it is billed is not known yet, so its price stays held."
OPTIONS = ImageOptions(pace=0, today=date(2026, 11, 20), previews=("gif", "svg"), seed=1)
MODEL, SMALL = "gpt-image-2.6-flare", "816x816"
GIF = ImageRequest("a fox 🦊", MODEL, SMALL, "low", output_format="gif", frames=3, frame_ms=200)
SVG = ImageRequest("a fox 🦊", MODEL, SMALL, "low", output_format="svg", svg_author="gpt-6-luna")
BASE = (InputImage("image-1.png", "image/png", png(64, 48)),)
SENT = {
    "model": MODEL,
    "prompt": "a fox 🦊",
    "size": SMALL,
    "quality": "low",
    "n": 1,
    "moderation": "auto",
    "safety_identifier": "someone",
}


@pytest.fixture
async def sandbox() -> AsyncIterator[SandboxImages]:
    async with SandboxImages(OPTIONS) as opened:
        yield opened


@pytest.fixture
async def images(sandbox: SandboxImages) -> AsyncIterator[OpenAIImages]:
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as opened:
        yield opened


async def made(images: OpenAIImages, request: ImageRequest, inputs: tuple[InputImage, ...] = ()) -> FinishedImage:
    """The only thing that comes."""
    (finished,) = [image async for image in images.make(request, inputs, "someone")]
    assert isinstance(finished, FinishedImage)
    return finished


@pytest.mark.parametrize(
    ("request_", "inputs", "more"),
    [
        (GIF, (), {"output_format": "gif", "frame_count": 3, "frame_duration_ms": 200}),
        (GIF, BASE, {"output_format": "gif", "frame_count": 3, "frame_duration_ms": 200}),
        (SVG, (), {"output_format": "svg", "svg": {"model": "gpt-6-luna"}}),
        (SVG, BASE, {"output_format": "svg", "svg[model]": "gpt-6-luna"}),
    ],
    ids=["gif", "gif of a picture", "svg", "svg of a picture"],
)
async def test_no_stream_is_asked_for(
    sandbox: SandboxImages,
    images: OpenAIImages,
    request_: ImageRequest,
    inputs: tuple[InputImage, ...],
    more: dict[str, object],
) -> None:
    await made(images, request_, inputs)

    (call,) = sandbox.calls
    assert call.fields == SENT | more
    assert call.endpoint == ("edits" if inputs else "generations")


async def test_an_animation_comes_with_all_its_frames_and_its_price(
    sandbox: SandboxImages, images: OpenAIImages
) -> None:
    finished = await made(images, GIF)
    await sandbox.idle()

    (line,) = sandbox.bill.lines
    billed = line.usage
    assert billed is not None
    assert finished.usage == Usage(billed.text, billed.image, billed.output)
    assert (finished.author, finished.request_id) == (None, sandbox.calls[0].id)
    with Image.open(BytesIO(finished.content)) as animation:
        assert (animation.format, animation.size) == ("GIF", (816, 816))
        assert [frame.info["duration"] for frame in ImageSequence.Iterator(animation)] == [200] * 3


async def test_a_drawing_comes_with_what_its_author_read_and_wrote(
    sandbox: SandboxImages, images: OpenAIImages
) -> None:
    finished = await made(images, SVG)
    await sandbox.idle()

    (line,) = sandbox.bill.lines
    assert line.usage is not None
    assert line.usage.author is not None
    assert finished.author == AuthorTokens(line.usage.author.input, line.usage.author.output)
    assert finished.content.startswith(b"<svg ")
    assert line.cost_nano > line.usage.author.nano_dollars > 0


@pytest.mark.parametrize("request_", [GIF, SVG], ids=["gif", "svg"])
@pytest.mark.parametrize(
    ("kind", "expected", "charged", "says"),
    [
        (FaultKind.CUT, OutcomeUnknownError, "unknown", "the connection to the image API was lost"),
        (FaultKind.SILENCE, OutcomeUnknownError, "unknown", "the connection to the image API was lost"),
        (FaultKind.INVALID_BASE64, OutcomeUnknownError, "unknown", "a damaged picture, or none"),
        (FaultKind.SERVER_ERROR, OutcomeUnknownError, "unknown", "the image API had an internal error"),
        (FaultKind.OUTPUT_BLOCKED, PromptBlockedError, "unknown", "(after drawing)"),
        (FaultKind.MODERATION_BLOCKED, PromptBlockedError, "no", "(before drawing)"),
        (FaultKind.RATE_LIMIT, ProviderBusyError, "no", "The image API is busy"),
    ],
    ids=lambda value: value.value if isinstance(value, FaultKind) else "",
)
async def test_a_fault_is_told_for_what_it_is_and_never_asked_again(
    sandbox: SandboxImages,
    request_: ImageRequest,
    kind: FaultKind,
    expected: type[ImageFailure],
    charged: str,
    says: str,
) -> None:
    sandbox.faults.add(Fault(kind, seconds=5.0, times=5))

    patience = 1.0 if kind is FaultKind.SILENCE else 60.0
    async with OpenAIImages(sandbox.api_key, sandbox.base_url, patience) as images:
        with pytest.raises(ImageFailure) as caught:
            await made(images, request_)

    assert (type(caught.value), caught.value.charged) == (expected, charged)
    assert says in caught.value.sentence
    if isinstance(caught.value, PromptBlockedError):
        assert caught.value.named == ("violence",)
    assert caught.value.sentence.endswith(HELD if charged == "unknown" else "Nothing was charged.")
    assert len(sandbox.calls) == 1


async def test_tokens_that_nobody_reported_are_not_made_up(sandbox: SandboxImages, images: OpenAIImages) -> None:
    sandbox.faults.add(Fault(FaultKind.NO_USAGE))

    finished = await made(images, SVG)

    assert (finished.usage, finished.author) == (None, None)


async def test_a_project_without_access_is_told_so(images: OpenAIImages) -> None:
    with pytest.raises(RequestRejectedError) as caught:
        await made(images, replace(GIF, model="gpt-image-2.5-flare"))

    assert caught.value.sentence == (
        "The image API refused this request: Output format 'gif' requires access to a preview for model "
        "'gpt-image-2.5-flare'. Choose another format, or ask whoever runs me. Nothing was charged."
    )


async def read(*pieces: bytes) -> FinishedImage:
    """The only thing in an answer that comes in these pieces."""

    async def body() -> AsyncGenerator[bytes]:
        for piece in pieces:
            yield piece

    async def fetch(address: str) -> bytes:
        raise AssertionError(address)

    (finished,) = [image async for image in AnswerReader(fetch, "req_1").pictures(body())]
    assert isinstance(finished, FinishedImage)
    return finished


@asynccontextmanager
async def answering(respond: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncGenerator[OpenAIImages]:
    """A client before an image API that answers so."""
    app = web.Application()
    app.router.add_post("/v1/images/generations", respond)
    async with serving(app) as address, OpenAIImages("key", f"{address}/v1", 5.0) as images:
        yield images


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"<html>not today</html>", "garbled"),
        (b"\xff\xfe", "garbled"),
        (b"{}", "damaged"),
        (b"[1]", "damaged"),
        (b'{"data": []}', "damaged"),
        (b'{"data": 3}', "damaged"),
        (b'{"data": [7]}', "damaged"),
        (b'{"data": [{"b64_json": null}]}', "damaged"),
        (b'{"data": [{"b64_json": ""}]}', "damaged"),
    ],
)
async def test_an_answer_without_a_picture_leaves_the_charge_open(body: bytes, code: str) -> None:
    async def respond(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json", headers={"x-request-id": "req_9"})

    async with answering(respond) as images:
        with pytest.raises(OutcomeUnknownError) as caught:
            await made(images, GIF)

    assert (caught.value.code, caught.value.request_id) == (code, "req_9")


@pytest.mark.parametrize(
    ("reported", "author"),
    [
        ({"input_tokens": 10, "output_tokens": 50, "reasoning_tokens": 20, "total_tokens": 60}, AuthorTokens(10, 50)),
        ({"input_tokens": 10, "output_tokens": 50, "reasoning_tokens": 20, "total_tokens": 80}, AuthorTokens(10, 70)),
        ({"input_tokens": 10, "output_tokens": 50}, None),
        ({"input_tokens": -1, "output_tokens": 50, "total_tokens": 49}, None),
        ({"input_tokens": 1e999, "output_tokens": 50, "total_tokens": 49}, None),
        ("many", None),
        (None, None),
    ],
)
async def test_thoughts_of_an_author_are_counted_once_and_never_forgotten(
    reported: Any,  # noqa: ANN401 - whatever may come
    author: AuthorTokens | None,
) -> None:
    body = json.dumps({"data": [{"b64_json": "QUJD"}], "svg_usage": reported}).encode()

    finished = await read(body)

    assert (finished.content, finished.author) == (b"ABC", author)


async def test_an_answer_that_is_larger_than_any_picture_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.openai_images.event_stream.LARGEST_ANSWER", 20)

    with pytest.raises(ValueError, match="too large"):
        await read(b'{"data": [{"b64_', b'json": "aaaa"}]}')
