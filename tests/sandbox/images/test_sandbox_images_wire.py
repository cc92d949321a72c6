"""The bytes on the wire, without a client library in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aiohttp

from tests.sandbox.images.conftest import PLAIN

if TYPE_CHECKING:
    from bot.sandbox.images import SandboxImages


def signed(images: SandboxImages) -> dict[str, str]:
    return {"Authorization": f"Bearer {images.api_key}"}


async def test_events_are_named_lines_with_every_documented_field(images: SandboxImages) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{images.base_url}/images/generations",
            json={**PLAIN, "stream": True, "partial_images": 1},
            headers=signed(images),
        ) as response,
    ):
        text = await response.text()

    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = [event.split("\n") for event in text.removesuffix("\n\n").split("\n\n")]
    assert [lines[0] for lines in events] == [
        "event: image_generation.partial_image",
        "event: image_generation.completed",
    ]
    partial, completed = (json.loads(lines[1].removeprefix("data: ")) for lines in events)
    shared = {"type", "b64_json", "created_at", "size", "quality", "background", "output_format"}
    assert set(partial) == {*shared, "partial_image_index"}
    assert set(completed) == {*shared, "usage"}
    assert set(completed["usage"]) == {"total_tokens", "input_tokens", "output_tokens", "input_tokens_details"}


async def test_json_has_no_charset_and_the_headers_that_support_asks_for(images: SandboxImages) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{images.base_url}/images/generations", json=PLAIN, headers=signed(images)) as response,
    ):
        await response.read()

    assert response.headers["content-type"] == "application/json"
    assert response.headers["x-request-id"] == images.calls[0].id == images.bill.lines[0].call_id
    assert response.headers["x-ratelimit-limit-requests"] == "250"
    assert "authorization" not in images.calls[0].headers


async def test_an_unknown_address_answers_like_the_api(images: SandboxImages) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{images.base_url}/images/variations", headers=signed(images)) as response,
    ):
        answer = await response.json()

    assert response.status == 404
    assert answer["error"]["message"] == "Invalid URL (GET /v1/images/variations)"
