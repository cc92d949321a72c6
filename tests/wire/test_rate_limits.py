"""At the provider's limit nobody is sent away: what comes back one by one is handed on one by one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.wire.house import FAST

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation
    from bot.sandbox.images import ImageOptions
    from tests.wire.house import OpenHouse


SLOTS = 4  # unless it is set


def limited(rate_window: float = 3.0, **limits: Any) -> ImageOptions:  # noqa: ANN401 - by their names
    return replace(FAST, rate_window=rate_window, **limits)


async def test_sixteen_members_at_once_are_all_served_at_five_a_minute(open_house: OpenHouse) -> None:
    house = await open_house(images=limited(images_per_minute=5))
    await house.start_bot()
    members = [house.discord.server.add_member(f"Member {number}") for number in range(16)]

    house.gate.clear()
    asked: list[Invocation] = []
    for number, member in enumerate(members, start=1):
        asked.append(await member.slash("imagine", prompt=f"a fox for {member.name}"))
        await house.until(lambda number=number: len(house.jobs()) == number)  # type: ignore[misc]  # one after the other
    await house.until(lambda: any("in line" in str(edit.body) for edit in house.edits()), 60.0)
    house.gate.set()
    await house.ended(*asked)
    await house.images.idle()

    assert [house.posted(invocation) is not None for invocation in asked] == [True] * 16
    assert house.states() == ["settled"] * 16
    refused = [line for line in house.images.bill.lines if line.outcome == "refused"]
    assert len(refused) < 6  # learned from the first answers: hardly any of them runs against the limit
    order = list(dict.fromkeys(call.prompt for call in reversed(house.images.calls)))[::-1]
    places = [order.index(f"a fox for {member.name}") for member in members]
    assert all(abs(place - number) < SLOTS for number, place in enumerate(places))
    assert house.ledger().sums.settled_nano == house.images.bill.nano


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


async def test_edits_that_wait_for_their_limit_keep_no_slot_from_pictures_of_words(open_house: OpenHouse) -> None:
    house = await open_house(images=limited(input_images_per_minute=1, rate_window=3600.0))
    await house.start_bot(concurrency=2)
    members = [house.discord.server.add_member(name) for name in ("Mia", "Noor")]
    foxes = [await house.imagine(each, "a fox", size="1024x1024", quality="low") for each in members]
    await members[0].reply(foxes[0], "make it snowy")
    await house.until(lambda: house.states() == ["settled"] * 3)

    for member, fox in zip(members, foxes, strict=True):
        await member.reply(fox, "make it night")
    await house.until(lambda: len(house.jobs()) == 5)
    owl = await house.discord.server.add_member("Omar").slash("imagine", prompt="an owl")
    message = await house.result(owl)

    assert message.attachments
    assert sorted(house.states()) == ["reserved"] * 2 + ["settled"] * 4
