"""What the real openai client sees of the sandbox image API."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

import openai
import pytest

from bot.sandbox.images import SandboxImages
from tests.sandbox.images.conftest import (
    MODEL,
    SMALL,
    client_of,
    decoded,
    holed,
    make,
    note_types,
    open_stream,
    options,
    picture,
    streamed,
)

if TYPE_CHECKING:
    from openai import AsyncOpenAI

PNG = ("a.png", picture(), "image/png")


@pytest.mark.painted
async def test_a_stream_brings_the_partials_and_then_the_completed_picture(client: AsyncOpenAI) -> None:
    events = await streamed(client, safety_identifier="someone")

    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert [event.partial_image_index for event in events[:2]] == [0, 1]
    assert {(event.size, event.quality, event.background, event.output_format) for event in events} == {
        (SMALL, "low", "opaque", "png")
    }
    pictures = [decoded(base64.b64decode(event.b64_json)) for event in events]
    assert {image.size for image in pictures} == {(1024, 640)}
    assert len({image.tobytes() for image in pictures}) == 3
    assert events[-1].safety_identifier == "someone"
    assert events[-1].usage.total_tokens == events[-1].usage.input_tokens + events[-1].usage.output_tokens


async def test_a_picture_may_be_ready_before_its_partials_which_are_not_billed_then() -> None:
    async with SandboxImages(options(most_partials=1)) as images, client_of(images) as client:
        events = await streamed(client, partial_images=3)
        await images.idle()

    assert [event.type for event in events] == ["image_generation.partial_image", "image_generation.completed"]
    assert images.bill.lines[0].partials == 1


async def test_without_partials_only_the_completed_event_comes(client: AsyncOpenAI) -> None:
    events = await streamed(client, partial_images=0)

    assert [event.type for event in events] == ["image_generation.completed"]


async def test_an_edit_streams_events_of_its_own_name_and_counts_the_inputs(
    client: AsyncOpenAI, images: SandboxImages
) -> None:
    stream: Any = await client.images.edit(
        model=MODEL, prompt="at night", size=SMALL, quality="low",
        image=[PNG, ("b.webp", picture(kind="WEBP"), "image/webp")],
        stream=True, partial_images=1, extra_body={"moderation": "low"},
    )  # fmt: skip
    events = [event async for event in stream]

    assert [event.type for event in events] == ["image_edit.partial_image", "image_edit.completed"]
    assert events[-1].usage.input_tokens_details.image_tokens == 600  # two of 320 x 240: 20 x 15 cells
    call = images.calls[0]
    assert [(file.field, file.name, file.media_type) for file in call.files] == [
        ("image", "a.png", "image/png"),
        ("image", "b.webp", "image/webp"),
    ]
    assert call.files[0].content == PNG[1]
    assert call.fields["moderation"] == "low"
    assert call.fields["partial_images"] == 1


async def test_a_json_answer_holds_every_picture_and_the_usage_of_all(client: AsyncOpenAI) -> None:
    answer = await make(client, n=2)

    assert answer.data is not None
    assert answer.usage is not None
    assert answer.usage.output_tokens_details is not None
    assert len(answer.data) == 2
    assert answer.usage.output_tokens_details.image_tokens == answer.usage.output_tokens
    assert (answer.size, answer.quality, answer.background) == (SMALL, "low", "opaque")


async def test_pictures_differ_from_call_to_call_without_a_seed() -> None:
    async with SandboxImages(options(seed=None, canned_bytes=None)) as images, client_of(images) as client:
        first, second = [await make(client) for _ in range(2)]

    assert first.data != second.data


@pytest.mark.painted
async def test_a_seed_makes_equal_calls_give_equal_pictures(client: AsyncOpenAI) -> None:
    first, second = [await make(client) for _ in range(2)]

    assert first.data == second.data


@pytest.mark.parametrize("output_format", ["png", "jpeg", "webp"])
async def test_canned_pictures_have_the_length_and_format_asked_for(output_format: str) -> None:
    async with SandboxImages(options(canned_bytes=200_000)) as images, client_of(images) as client:
        events = await streamed(client, output_format=output_format, partial_images=1)

    contents = [base64.b64decode(event.b64_json) for event in events]
    assert [len(content) for content in contents] == [200_000, 200_000]
    assert decoded(contents[0]).format == output_format.upper()


async def test_the_models_are_listed_with_their_shutdown_dates(client: AsyncOpenAI) -> None:
    listed = {model.id: model async for model in client.models.list()}

    assert listed["gpt-image-1.5"].shutdown_date == "2026-12-01"
    assert listed[MODEL].shutdown_date is None
    assert "gpt-image-1" not in listed
    assert (await client.models.retrieve(MODEL)).id == MODEL


@pytest.mark.parametrize("model", ["gpt-image-1", "dall-e-3", "gpt-image-9"])
async def test_a_retired_or_unknown_model_is_not_found(client: AsyncOpenAI, model: str) -> None:
    with pytest.raises(openai.NotFoundError) as made:
        await make(client, model=model)
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve(model)

    assert made.value.code == "model_not_found"


async def test_a_wrong_key_is_refused_everywhere(images: SandboxImages) -> None:
    async with client_of(images, api_key="sk-wrong") as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await make(client)
        with pytest.raises(openai.AuthenticationError):
            await client.models.list()
        with pytest.raises(openai.AuthenticationError):
            await client.models.retrieve(MODEL)

    assert refused.value.code == "invalid_api_key"
    assert images.calls == []


async def test_a_blocked_word_is_refused_before_anything_is_made(client: AsyncOpenAI, images: SandboxImages) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await make(client, prompt="a Forbidden thing")

    body: Any = refused.value.body
    assert (refused.value.code, refused.value.type) == ("moderation_blocked", "image_generation_user_error")
    assert body["moderation_details"]["moderation_stage"] == "input"
    assert str(refused.value.request_id) in body["message"]
    assert images.bill.nano == 0


async def test_a_word_that_is_blocked_at_output_fails_after_the_partials(
    client: AsyncOpenAI, images: SandboxImages
) -> None:
    events = await open_stream(client, prompt="a forbidden-output fox")
    seen: list[str] = []
    with pytest.raises(openai.APIError) as refused:
        await note_types(events, seen)
    await images.idle()

    body: Any = refused.value.body
    assert seen == ["image_generation.partial_image"] * 2
    assert refused.value.code == "moderation_blocked"
    assert body["moderation_details"]["moderation_stage"] == "output"
    assert images.bill.lines[0].usage is not None


async def test_pictures_per_minute_are_limited_like_the_providers() -> None:
    async with SandboxImages(options(images_per_minute=2)) as images, client_of(images) as client:
        await make(client, n=2)
        with pytest.raises(openai.RateLimitError) as refused:
            await make(client)

    assert refused.value.code == "rate_limit_exceeded"
    assert 0 < int(refused.value.response.headers["retry-after"]) <= 30
    assert 0 < int(refused.value.response.headers["retry-after-ms"]) <= 30_000
    assert refused.value.response.headers["x-ratelimit-limit-images"] == "2"
    assert refused.value.response.headers["x-ratelimit-remaining-images"] == "0"
    assert refused.value.type == "images"
    assert "on images per min: Limit 2, Used 2, Requested 1. Please try again in " in refused.value.message
    assert [line.outcome for line in images.bill.lines] == ["completed", "refused"]


async def test_the_limit_opens_again_after_its_window() -> None:
    async with SandboxImages(options(images_per_minute=1, rate_window=0.05)) as images, client_of(images) as client:
        await make(client)
        await asyncio.sleep(0.06)
        await make(client)

    assert len(images.bill.charged) == 2


async def test_connections_are_refused_while_unreachable_and_work_again_at_the_same_address(
    images: SandboxImages, client: AsyncOpenAI
) -> None:
    before = images.base_url
    async with images.unreachable():
        with pytest.raises(openai.APIConnectionError):
            await make(client)
    answer = await make(client)

    assert images.base_url == before
    assert answer.data is not None
    assert len(images.calls) == 1


async def test_a_client_that_hangs_up_pays_all_the_same() -> None:
    async with SandboxImages(options(pace=1.0, seconds_per_picture={"low": 60.0})) as images:
        async with client_of(images) as client:
            asking = asyncio.create_task(streamed(client))
            while not images.calls:  # noqa: ASYNC110 - the sandbox tells of no call
                await asyncio.sleep(0.01)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        await images.idle()

    line = images.bill.lines[0]
    assert line.outcome == "disconnected"
    assert line.cost_nano > 0


async def test_a_sandbox_that_closes_books_the_calls_it_cuts_off() -> None:
    slow = options(pace=1.0, seconds_per_picture={"low": 60.0})
    async with SandboxImages(slow) as images, client_of(images) as client:
        events = await open_stream(client)
        async with images.unreachable():
            await images.idle()
        await events.close()

    assert [(line.outcome, line.cost_nano > 0) for line in images.bill.lines] == [("stopped", True)]


@pytest.mark.painted
async def test_only_the_hole_of_a_mask_changes(client: AsyncOpenAI) -> None:
    base = picture((1024, 640))
    mask = holed((1024, 640), (100, 100, 500, 400))

    answer = await client.images.edit(
        model=MODEL, prompt="a boat", size=SMALL, quality="low", image=("a.png", base, "image/png"),
        mask=("m.png", mask, "image/png"),
    )  # fmt: skip

    assert answer.data is not None
    result = decoded(base64.b64decode(answer.data[0].b64_json or "")).convert("RGB")
    changed = [at for at in ((50, 50), (600, 300), (501, 401), (99, 99)) if result.getpixel(at) != (0, 128, 128)]
    assert changed == []
    assert result.getpixel((300, 250)) != (0, 128, 128)
