"""The bill against what the client was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sandbox.images.conftest import MODEL, picture, streamed

if TYPE_CHECKING:
    from openai import AsyncOpenAI

    from bot.sandbox.images import SandboxImages


async def test_the_bill_adds_up_to_the_usage_that_was_reported(images: SandboxImages, client: AsyncOpenAI) -> None:
    completed = (await streamed(client, partial_images=3))[-1]
    answer = await client.images.edit(
        model=MODEL, prompt="two of them", size="1024x1024", quality="medium", n=2,
        image=("a.png", picture(), "image/png"),
    )  # fmt: skip
    await images.idle()

    assert answer.usage is not None
    bill, (first, second) = images.bill, images.bill.lines
    assert bill.tokens == completed.usage.total_tokens + answer.usage.total_tokens
    assert bill.pictures == 3
    assert bill.nano == first.cost_nano + second.cost_nano
    assert first.cost_nano == completed.usage.input_tokens * 5_000 + completed.usage.output_tokens * 30_000
    assert (first.partials, second.partials) == (3, 0)
    assert (second.endpoint, second.size, second.quality, second.pictures) == ("edits", "1024x1024", "medium", 2)
    assert second.input_bytes == len(picture())
    assert bill.charged == bill.lines
