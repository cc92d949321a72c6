"""The image API goes down and comes back: told once, tried by free calls, everything made, nothing paid twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Permission
from bot.sandbox.images import Fault, FaultKind

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    for pause, seconds in {"FIRST_LOOK": 0.1, "LONGEST_LOOK": 0.1, "FIRST_TRIAL": 0.1, "LASTING": 0.0}.items():
        monkeypatch.setattr(f"bot.services.jobs.outage.{pause}", seconds)
    monkeypatch.setattr("bot.services.jobs.job_runner.REFRESH", 0.1)


def progress(invocation: Invocation) -> str:
    return invocation.original.content if invocation.original is not None else ""


async def test_an_outage_is_told_once_and_what_waited_is_made_when_it_is_over(house: House, mia: Member) -> None:
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    channel = house.discord.server.channel("random")
    await (await lead.slash("studio log", channel_=channel)).answered()
    house.images.down = Fault(FaultKind.SLOW_DOWN, retry_after=0.1)

    asked = [await mia.slash("imagine", prompt=f"fox {number}") for number in range(3)]
    await house.until(lambda: all("The image API is overloaded" in progress(each) for each in asked))
    await house.until(lambda: [each for each in channel.messages if each.content.startswith("🔴")])
    status = await lead.slash("studio status")
    await status.answered()
    house.images.down = None
    for each in asked:
        await house.ended(each)
    await house.until(lambda: [each for each in channel.messages if each.content.startswith("🟢")])

    assert all(house.posted(each) is not None for each in asked)
    assert house.states() == ["settled"] * 3
    assert [each.content[0] for each in channel.messages if each.content[:1] in "🔴🟢"] == ["🔴", "🟢"]
    assert "The image API is overloaded" in str(status.response.components if status.response else "")
    assert len([line for line in house.images.bill.lines if line.cost_nano]) == 3


async def test_an_unreachable_image_api_keeps_nobody_from_being_served_later(house: House, mia: Member) -> None:
    async with house.images.unreachable():
        asked = await mia.slash("imagine", prompt="an owl")
        await house.until(lambda: "The image API cannot be reached" in progress(asked))
        assert "nothing is charged for it yet" in progress(asked)

    await house.ended(asked)

    assert house.posted(asked) is not None
    assert house.states() == ["settled"]
