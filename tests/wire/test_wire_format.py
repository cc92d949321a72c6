"""Every house's traffic is held against Discord's description when it closes; here, that the check itself can fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Upload
from bot.sandbox.images import Fault, FaultKind
from tests.pictures.samples import encoded, gradient
from tests.wire.house import choose
from tests.wire.openapi import WHY_SKIPPED, OfficialDescription
from tests.wire.traffic_check import misfits

if TYPE_CHECKING:
    from tests.wire.house import House


@pytest.fixture
def official(description: OfficialDescription | None) -> OfficialDescription:
    if description is None:
        pytest.skip(WHY_SKIPPED)
    return description


async def test_a_whole_conversation_fits_the_official_description(house: House, official: OfficialDescription) -> None:
    mia = house.discord.server.add_member("Mia")
    upload = Upload("one.jpg", encoded(gradient(320, 200), "JPEG"))

    message = await house.imagine(mia, count=4, image1=upload)
    which = await (await choose(mia, message, "details")).shown()
    await (await mia.click(which, "#3")).shown()
    await house.ended(await mia.click(message, "Again"), await mia.slash("imagine", prompt="a fox", private=True))
    house.images.faults.add(Fault(FaultKind.CUT))
    await house.refusal(await mia.slash("imagine", prompt="a fox"))
    await mia.autocomplete("imagine", focused="size", prompt="a fox")
    for label in ("#2", "All"):
        await mia.click(await (await choose(mia, message, "delete")).shown(), label)
        await house.until(lambda: message.deleted or len(message.attachments) < 4)
    await house.until(lambda: message.deleted)

    assert misfits(official, house.discord.traffic) == []


async def test_what_does_not_fit_is_found(house: House, official: OfficialDescription) -> None:
    mia = house.discord.server.add_member("Mia")
    await house.imagine(mia)
    (sent,) = house.sends()
    whole = dict(sent.body)

    sent.body["content"] = 7
    found = misfits(official, house.discord.traffic)
    sent.body.update(whole)

    assert len(found) == 1
    assert found[0].startswith("request POST /channels/")
