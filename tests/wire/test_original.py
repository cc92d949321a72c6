"""⋯ Original file: unchanged where Discord takes it, else in parts of full size; privately, and free."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.sandbox.discord import Way
from cogs.gallery import original
from tests.wire.house import choose

if TYPE_CHECKING:
    from bot.sandbox.discord import Member, Message
    from tests.wire.house import House


def few_bytes(_: object) -> int:
    """A limit that no picture here fits."""
    return 200_000


async def original_of(mia: Member, picture: Message) -> Message:
    """What ⋯ Original file shows."""
    return await (await choose(mia, picture, "original")).shown()


async def test_a_file_that_fits_is_handed_out_unchanged(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    ben = house.discord.server.add_member("Ben")
    shown = await original_of(ben, picture)

    assert shown.only_for is ben.user
    assert shown.content == "#1: the original file, unchanged."
    assert [each.content for each in shown.attachments] == [picture.attachments[0].content]
    assert len(house.images.calls) == 1


@pytest.mark.painted
async def test_a_file_that_is_too_large_comes_in_parts_of_full_size(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(original, "upload_limit", few_bytes)
    picture = await house.imagine(mia)
    shown = await original_of(mia, picture)
    parts = [Image.open(io.BytesIO(each.content)) for each in shown.attachments]
    whole, top = Image.new("RGB", (1024, 1024)), 0
    for part in parts:
        whole.paste(part.convert("RGB"), (0, top))
        top += part.height

    assert len(parts) > 1
    assert shown.content.startswith("#1: the original (1024×1024 pixels, ")
    assert "one below the other, are the very same pixels at full size (lossless WebP)." in shown.content
    assert shown.attachments[0].filename == f"atelier-1-original-1-of-{len(parts)}.webp"
    assert whole.tobytes() == Image.open(io.BytesIO(picture.attachments[0].content)).convert("RGB").tobytes()


@pytest.mark.painted
async def test_more_parts_than_a_message_takes_come_in_several(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(original, "upload_limit", few_bytes)
    monkeypatch.setattr(original, "MOST_FILES", 1)
    picture = await house.imagine(mia)
    shown = await original_of(mia, picture)
    count = int(shown.attachments[0].filename.partition("-of-")[2].partition(".")[0])
    await house.until(lambda: len(house.discord.traffic.search(r"^/webhooks/", "POST")) == count - 1)

    assert count > 1


async def test_what_discord_refuses_as_too_large_all_the_same_comes_in_parts(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    refusal = house.discord.faults.refuse(Way.RESPONSE_EDIT, 40005, status=413, having=("files",))
    refusal.times = 1
    shown = await original_of(mia, picture)

    assert "is too large for Discord here" in shown.content


async def test_an_original_that_is_lost_says_so(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    for file in (house.data_dir / "images").rglob("*"):
        if file.is_file():
            file.unlink()
    shown = await original_of(mia, picture)

    assert shown.content == "❌ I have lost the original of #1. Its message still shows it."
