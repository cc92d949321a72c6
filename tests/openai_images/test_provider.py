"""The image API's client is loaded when it is first asked, and once."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from bot.openai_images import OpenAIImages, provider
from bot.sandbox.images import ImageOptions, SandboxImages
from bot.services.jobs import FinishedImage
from bot.services.requests import ImageRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from bot.openai_images.client import ImagesClient
    from bot.openai_images.rate_limit_headers import Tell

FOX = ImageRequest(prompt="a fox", model="gpt-image-2.5-flare", size="1024x1024", quality="low", partial_images=1)
OPTIONS = ImageOptions(pace=0.0, canned_bytes=20_000)


def test_a_start_loads_neither_the_library_nor_what_only_figures_need() -> None:
    code = "import sys, bot.running; sys.exit(str({'openai', 'httpx2', 'prometheus_client'} & set(sys.modules)))"

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603 - our own words

    assert ended.stderr.strip() == "set()"


async def test_who_asks_first_and_at_once_shares_one_client(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[ImagesClient] = []
    load = provider.load

    def counted(key: str, url: str, timeout: float, names: Mapping[str, str] | None, tell: Tell) -> ImagesClient:
        loads.append(load(key, url, timeout, names, tell))
        return loads[-1]

    monkeypatch.setattr(provider, "load", counted)
    async with SandboxImages(OPTIONS) as sandbox, OpenAIImages(sandbox.api_key, sandbox.base_url, 60.0) as images:

        async def picture() -> FinishedImage | None:
            async with aclosing(images.make(FOX, (), "someone")) as came:
                async for image in came:
                    if isinstance(image, FinishedImage):
                        return image
            return None

        models, *pictures = await asyncio.gather(images.models(), picture(), picture())

    assert FOX.model in models
    assert all(pictures)
    assert len(loads) == 1


async def test_what_was_never_asked_is_closed_without_a_word() -> None:
    async with OpenAIImages("key", "http://127.0.0.1:1/v1", 5.0):
        pass
