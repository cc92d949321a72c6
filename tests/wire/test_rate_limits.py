"""At the provider's limit nobody is sent away: what comes back one by one is handed on one by one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.images import ImageOptions

if TYPE_CHECKING:
    from tests.wire.house import OpenHouse


def limited(**limits: int) -> ImageOptions:
    return ImageOptions(pace=0.0, canned_bytes=1, rate_window=3.0, **limits)  # type: ignore[arg-type]  # by name


async def test_sixteen_members_at_once_are_all_served_at_five_a_minute(open_house: OpenHouse) -> None:
    house = await open_house(images=limited(images_per_minute=5))
    await house.start_bot()
    members = [house.discord.server.add_member(f"Member {number}") for number in range(16)]

    asked = await asyncio.gather(*(member.slash("imagine", prompt="a fox") for member in members))
    await house.ended(*asked)
    await house.images.idle()

    assert [house.posted(invocation) is not None for invocation in asked] == [True] * 16
    assert house.states() == ["settled"] * 16
    refused = [line for line in house.images.bill.lines if line.outcome == "refused"]
    assert len(refused) < 16  # they learn: not every one of them runs against the limit
    assert house.ledger().sums.settled_nano == house.images.bill.nano


@pytest.mark.painted
async def test_edits_have_a_limit_of_their_own(open_house: OpenHouse) -> None:
    house = await open_house(images=limited(input_images_per_minute=1))
    await house.start_bot()
    mia = house.discord.server.add_member("Mia")
    fox = await house.imagine(mia, "a fox", size="1024x1024", quality="low")

    replies = [await mia.reply(fox, "make it snowy"), await mia.reply(fox, "make it night")]
    words = await mia.slash("imagine", prompt="an owl")
    await house.ended(words)
    await house.until(lambda: house.states() == ["settled"] * 4)

    assert len(replies) == 2
    assert house.ledger().sums.settled_nano == house.images.bill.nano
