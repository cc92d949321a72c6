"""A sandbox with conversations that answers at once, and the real openai client before it."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.conversations import ConversationOptions, SandboxOpenAI
from tests.sandbox.images.conftest import client_of, options, options_for, picture

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from openai import AsyncOpenAI

MAIN = "gpt-6-luna"
TOOL: dict[str, Any] = {
    "type": "image_generation", "model": "gpt-image-2.5-flare", "size": "1024x640", "quality": "low",
}  # fmt: skip
TURN: dict[str, Any] = {"model": MAIN, "tools": [TOOL], "reasoning": {"effort": "low"}}
FORCED: dict[str, Any] = {"tool_choice": {"type": "image_generation"}}


def tool(**changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - fields of every type
    """The tool with these fields changed, as ``tools``."""
    return [{**TOOL, **changes}]


def said(words: str, *files: bytes) -> list[dict[str, Any]]:
    """What somebody says, with pictures."""
    images = [{"type": "input_image", "detail": "high", "image_url": address(file)} for file in files]
    return [{"role": "user", "content": [{"type": "input_text", "text": words}, *images]}]


def address(content: bytes | None = None) -> str:
    return f"data:image/png;base64,{base64.b64encode(content or picture()).decode()}"


async def ask(client: AsyncOpenAI, words: object = "a red fox", **changes: Any) -> Any:  # noqa: ANN401 - a response
    """A whole response to these words."""
    create: Any = client.responses.create
    return await create(**{**TURN, "input": words, **changes})


async def opened(client: AsyncOpenAI, words: object = "a red fox", **changes: Any) -> Any:  # noqa: ANN401 - a stream
    """The stream of a response to these words."""
    return await ask(client, words, **{**changes, "stream": True})


async def told(client: AsyncOpenAI, words: object = "a red fox", **changes: Any) -> list[Any]:  # noqa: ANN401 - passed on
    """All events of it."""
    return [event async for event in await opened(client, words, **changes)]


def calls_of(response: Any) -> list[Any]:  # noqa: ANN401 - a response
    """The tool's calls in a response."""
    return [item for item in response.output if item.type == "image_generation_call"]


@pytest.fixture
async def api(request: pytest.FixtureRequest) -> AsyncIterator[SandboxOpenAI]:
    async with SandboxOpenAI(options_for(request)) as sandbox:
        yield sandbox


@pytest.fixture
async def client(api: SandboxOpenAI) -> AsyncIterator[AsyncOpenAI]:
    async with client_of(api) as openai:
        yield openai


def keeping_nothing() -> SandboxOpenAI:
    return SandboxOpenAI(options(), ConversationOptions(zero_retention=True))
