"""A sandbox that answers at once, the real openai client before it, and pictures to send."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from openai import AsyncOpenAI, DefaultAsyncHttpxClient
from PIL import Image, ImageDraw

from bot.sandbox.images import ImageOptions, SandboxImages

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from openai import AsyncStream
    from openai.types import ImagesResponse

MODEL = "gpt-image-2.5-flare"
SMALL = "1024x640"  # the smallest 16:10 picture there is
TODAY = date(2026, 11, 20)
PLAIN: dict[str, Any] = {"model": MODEL, "prompt": "a red fox", "size": SMALL, "quality": "low"}


def options(**changes: Any) -> ImageOptions:  # noqa: ANN401 - options of every type
    """Options of a sandbox that answers at once, with plain pictures."""
    return replace(ImageOptions(pace=0.0, today=TODAY, seed=1, canned_bytes=1), **changes)


def options_for(request: pytest.FixtureRequest) -> ImageOptions:
    """The same for a test; where it is marked so, pictures are really painted."""
    return options(canned_bytes=None) if request.node.get_closest_marker("painted") else options()


async def make(client: AsyncOpenAI, **changes: Any) -> ImagesResponse:  # noqa: ANN401 - fields of every type
    """A plain generation with these fields changed."""
    generate: Any = client.images.generate
    answer: ImagesResponse = await generate(**{**PLAIN, **changes})
    return answer


async def open_stream(client: AsyncOpenAI, **changes: Any) -> AsyncStream[Any]:  # noqa: ANN401 - fields of every type
    """A plain generation with these fields changed, streamed; two previews unless told otherwise."""
    generate: Any = client.images.generate
    opened: AsyncStream[Any] = await generate(**{**PLAIN, "partial_images": 2, **changes, "stream": True})
    return opened


async def streamed(client: AsyncOpenAI, **changes: Any) -> list[Any]:  # noqa: ANN401 - passed on
    """All events of such a stream."""
    return [event async for event in await open_stream(client, **changes)]


def client_of(images: SandboxImages, api_key: str | None = None, timeout: float = 30.0) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=images.base_url,
        api_key=api_key or images.api_key,
        max_retries=0,
        timeout=timeout,
        http_client=DefaultAsyncHttpxClient(verify=_authorities()),
    )


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: each client would read a hundred certificates, for a server without any."""
    return httpx2.create_ssl_context()


def picture(
    size: tuple[int, int] = (320, 240), colour: str | tuple[int, ...] = "teal", kind: str = "PNG", mode: str = "RGB"
) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, colour).save(out, kind)
    return out.getvalue()


def holed(size: tuple[int, int], hole: tuple[int, int, int, int] | None) -> bytes:
    """An opaque black PNG with an alpha channel, clear within the hole."""
    image = Image.new("RGBA", size, (0, 0, 0, 255))
    if hole is not None:
        ImageDraw.Draw(image).rectangle(hole, fill=(0, 0, 0, 0))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def decoded(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


async def note_types(stream: AsyncIterator[Any], seen: list[str]) -> None:
    """Note the types of a stream's events one by one, so that those before a failure are known."""
    async for event in stream:
        seen.append(event.type)  # noqa: PERF401 - a comprehension would lose them


@pytest.fixture
async def images(request: pytest.FixtureRequest) -> AsyncIterator[SandboxImages]:
    async with SandboxImages(options_for(request)) as sandbox:
        yield sandbox


@pytest.fixture
async def client(images: SandboxImages) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(images) as openai:
        yield openai
