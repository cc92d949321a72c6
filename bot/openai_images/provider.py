"""OpenAI's Image API, which is ready at once: its library is half of what a start would load, and comes when asked."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from importlib import import_module
from typing import TYPE_CHECKING, Self

from typing_extensions import override

from bot.memory import loading
from bot.openai_images.rate_limit_headers import nobody
from bot.services.jobs import ConversationProvider, ImageProvider

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from bot.openai_images.client import ImagesClient
    from bot.openai_images.rate_limit_headers import Tell
    from bot.services.jobs import Begun, FinishedImage, InputImage, PartialImage, Reply
    from bot.services.requests import ImageRequest


class OpenAIImages(ImageProvider, ConversationProvider):
    """Makes pictures, alone or in conversations, by OpenAI's Image API, or another endpoint that speaks like it.

    Args:
        api_key: the secret key.
        base_url: ends in ``/v1`` as a rule.
        timeout: seconds between two bytes of an answer; the job's own deadline stands above it.
        names: what the endpoint calls models of the catalog, where it has names of its own.
        tell: told how the rate limits of a model stand, where answers say so.

    The first call loads the library, in a thread; calls meanwhile wait for the same.
    """

    def __init__(
        self, api_key: str, base_url: str, timeout: float, names: Mapping[str, str] | None = None, tell: Tell = nobody
    ) -> None:
        self._arguments = (api_key, base_url, timeout, names, tell)
        self._loading = asyncio.Lock()
        self._loaded: ImagesClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections."""
        if self._loaded is not None:
            await self._loaded.close()

    async def models(self) -> Mapping[str, str | None]:
        """Ask for the models: see `bot.openai_images.client.ImagesClient.models`."""
        return await (await self._client()).models()

    @override
    async def make(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[PartialImage | FinishedImage]:
        client = await self._client()
        async with aclosing(client.make(request, inputs, safety_identifier)) as images:
            async for image in images:
                yield image
                del image  # as in `bot.openai_images.answers.AnswerReader`

    @override
    async def answer(
        self, request: ImageRequest, inputs: Sequence[InputImage], safety_identifier: str
    ) -> AsyncGenerator[Begun | PartialImage | Reply]:
        conversations = (await self._client()).conversations
        async with aclosing(conversations.answer(request, inputs, safety_identifier)) as items:
            async for item in items:
                yield item
                del item  # as above

    @override
    async def recover(self, response_id: str) -> Reply:
        return await (await self._client()).conversations.recover(response_id)

    async def _client(self) -> ImagesClient:
        async with self._loading:
            if self._loaded is None:
                self._loaded = await asyncio.to_thread(load, *self._arguments)
            return self._loaded


def load(api_key: str, base_url: str, timeout: float, names: Mapping[str, str] | None, tell: Tell) -> ImagesClient:
    """The client itself, with the library that it needs."""
    with loading():
        client: type[ImagesClient] = import_module("bot.openai_images.client").ImagesClient
    return client(api_key, base_url, timeout, names, tell)
