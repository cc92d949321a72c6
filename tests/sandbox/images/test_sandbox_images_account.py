"""The account behind the key and the limits per minute, as the real API refuses them."""

from __future__ import annotations

import openai
import pytest

from bot.sandbox.images import ImageOptions, SandboxImages, Trouble
from bot.sandbox.images.account import IMAGES, INPUTS, RateLimit
from bot.sandbox.images.refusals import Refusal


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(limit: RateLimit, *asked: int) -> Refusal:
    with pytest.raises(Refusal) as caught:
        limit.admit("gpt-image-2", *asked)
    return caught.value


def test_one_unit_comes_back_at_a_time() -> None:
    clock = Clock()
    limit = RateLimit({IMAGES: None, INPUTS: 5}, 60.0, clock)
    for _ in range(5):
        limit.admit("gpt-image-2", 1, 1)

    refusal = refused(limit, 1, 1)

    assert (refusal.status, refusal.error["type"], refusal.error["code"]) == (429, INPUTS, "rate_limit_exceeded")
    assert (
        "Rate limit reached for gpt-image-2 in organization org-sandbox on input-images per min: Limit 5, Used 5, "
        "Requested 1. Please try again in 12s." in refusal.error["message"]
    )
    assert (refusal.headers["retry-after"], refusal.headers["retry-after-ms"]) == ("12", "12000")
    assert refusal.headers["x-ratelimit-limit-input-images"] == "5"
    assert refusal.headers["x-ratelimit-remaining-input-images"] == "0"
    clock.now = 12.0
    limit.admit("gpt-image-2", 1, 1)
    assert "try again in 12s" in refused(limit, 1, 1).error["message"]
    clock.now = 18.0
    assert "try again in 6s" in refused(limit, 1, 1).error["message"]


def test_a_high_limit_is_worded_in_milliseconds() -> None:
    limit = RateLimit({IMAGES: 250}, 60.0, Clock())
    limit.admit("gpt-image-2", 250)

    assert "try again in 240ms" in refused(limit, 1).error["message"]


def test_kinds_and_models_have_buckets_of_their_own() -> None:
    limit = RateLimit({IMAGES: 1, INPUTS: 1}, 60.0, Clock())
    limit.admit("gpt-image-2", 1)

    limit.admit("gpt-image-2.5-flare", 1, 1)

    assert refused(limit, 1, 0).error["type"] == IMAGES


@pytest.mark.parametrize("by_type", [False, True])
@pytest.mark.parametrize("trouble", Trouble)
async def test_trouble_is_switched_on_and_off_again(trouble: Trouble, *, by_type: bool) -> None:
    async with (
        SandboxImages(ImageOptions(pace=0, canned_bytes=1)) as images,
        openai.AsyncOpenAI(api_key=images.api_key, base_url=images.base_url, max_retries=0) as client,
    ):

        async def make() -> object:
            return await client.images.generate(model="gpt-image-2", prompt="a fox", size="1024x1024", quality="low")

        images.account.trouble, images.account.by_type = trouble, by_type
        with pytest.raises(openai.APIStatusError) as refused:
            await make()
        images.account.trouble = None
        await make()

    assert refused.value.code in ({None} if by_type else {trouble.value, None})
    assert not by_type or refused.value.type == trouble.value
    assert [line.outcome for line in images.bill.lines] == ["refused", "completed"]


@pytest.mark.parametrize(
    ("trouble", "seen_by_all", "is_seen"),
    [
        (Trouble.REVOKED_KEY, None, True),
        (Trouble.INSUFFICIENT_QUOTA, None, False),
        (Trouble.INSUFFICIENT_QUOTA, True, True),
        (Trouble.WRONG_KEY, False, False),
    ],
)
async def test_a_free_call_meets_the_troubles_of_the_key(
    trouble: Trouble, *, seen_by_all: bool | None, is_seen: bool
) -> None:
    async with (
        SandboxImages() as images,
        openai.AsyncOpenAI(api_key=images.api_key, base_url=images.base_url, max_retries=0) as client,
    ):
        images.account.trouble, images.account.seen_by_all = trouble, seen_by_all
        try:
            await client.models.list()
            await client.models.retrieve("gpt-image-2")
        except openai.APIStatusError:
            assert is_seen
        else:
            assert not is_seen


async def test_trouble_may_be_with_one_model_only() -> None:
    async with (
        SandboxImages(ImageOptions(pace=0, canned_bytes=1)) as images,
        openai.AsyncOpenAI(api_key=images.api_key, base_url=images.base_url, max_retries=0) as client,
    ):
        images.account.trouble, images.account.model = Trouble.UNVERIFIED, "gpt-image-2"
        with pytest.raises(openai.PermissionDeniedError, match="must be verified to use the model `gpt-image-2`"):
            await client.images.generate(model="gpt-image-2", prompt="a fox")
        await client.images.generate(model="gpt-image-2.5-flare", prompt="a fox", quality="low")
