"""The account that pays is refused: one call, a sentence, nothing reserved; and it goes on by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Permission
from bot.sandbox.images import Fault, FaultKind, Trouble

if TYPE_CHECKING:
    from bot.sandbox.discord import Member
    from tests.wire.house import House, OpenHouse

TELL = "Please tell whoever runs me. Nothing was charged."


async def asks(house: House, member: Member) -> str:
    """What a member reads who asks for a picture that does not come."""
    return await house.refusal(await member.slash("imagine", prompt="a fox"))


@pytest.mark.parametrize("by_type", [False, True], ids=["code", "type only"])
@pytest.mark.parametrize("trouble", [each for each in Trouble if each is not Trouble.NO_MODEL_ACCESS])
async def test_trouble_is_told_after_one_call_and_then_before_any(
    house: House, mia: Member, trouble: Trouble, *, by_type: bool
) -> None:
    house.images.account.trouble, house.images.account.by_type = trouble, by_type

    first, second = await asks(house, mia), await asks(house, mia)

    assert TELL in first
    assert TELL in second
    assert len(house.images.calls) == 1
    assert house.states() == ["released"]


@pytest.mark.parametrize(
    ("trouble", "seen_by_all"),
    [(Trouble.REVOKED_KEY, None), (Trouble.INSUFFICIENT_QUOTA, True), (Trouble.INSUFFICIENT_QUOTA, False)],
)
async def test_it_goes_on_without_a_restart(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch, trouble: Trouble, *, seen_by_all: bool | None
) -> None:
    if seen_by_all is False:
        monkeypatch.setattr("bot.services.jobs.provider_account.FIRST_PAUSE", 0.1)
    house.images.account.trouble, house.images.account.seen_by_all = trouble, seen_by_all
    await asks(house, mia)

    house.images.account.trouble = None

    async def is_well() -> bool:
        invocation = await mia.slash("imagine", prompt="an owl")
        await house.ended(invocation)
        return house.posted(invocation) is not None

    while not await is_well():
        pass
    assert house.states()[-1] == "settled"


@pytest.mark.parametrize(
    "kind", [FaultKind.MODERATION_BLOCKED, FaultKind.CONTENT_POLICY, FaultKind.USER_ERROR, FaultKind.OUTPUT_BLOCKED]
)
async def test_a_request_that_is_refused_for_what_it_asks_shows_that_the_account_is_well(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch, kind: FaultKind
) -> None:
    monkeypatch.setattr("bot.services.jobs.provider_account.FIRST_PAUSE", 0.0)
    house.images.account.trouble, house.images.account.seen_by_all = Trouble.INSUFFICIENT_QUOTA, False
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    channel = house.discord.server.channel("random")
    await (await lead.slash("studio log", channel_=channel)).answered()
    await asks(house, mia)
    house.images.account.trouble = None
    house.images.faults.add(Fault(kind))

    refused = await asks(house, mia)
    await house.until(lambda: [each for each in channel.messages if each.content.startswith("🟢")])

    assert "The account that pays" not in refused
    assert (await house.imagine(mia, "an owl")).attachments


async def test_a_wrong_key_is_told_at_the_start(
    open_house: OpenHouse, capsys: pytest.CaptureFixture[str], unused_tcp_port: int
) -> None:
    house = await open_house()
    await house.start_bot(OPENAI_API_KEY="sk-wrong", ATELIER_HTTP_PORT=str(unused_tcp_port))
    mia = house.discord.server.add_member("Mia")
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)

    words = await asks(house, mia)
    status = await lead.slash("studio status")
    await status.answered()

    assert TELL in words
    assert house.images.calls == []
    assert house.states() == []
    printed = capsys.readouterr().out
    assert "the image API refuses the account" in printed
    assert "sk-wrong" not in printed
    assert "No picture can be made" in json.dumps(status.response.components if status.response else "")


async def test_leads_read_the_providers_words_once_and_that_all_is_well(house: House, mia: Member) -> None:
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    channel = house.discord.server.channel("random")
    await (await lead.slash("studio log", channel_=channel)).answered()
    house.images.account.trouble = Trouble.WRONG_KEY

    await asks(house, mia)
    await asks(house, mia)
    house.images.account.trouble = None
    await house.imagine(mia)
    await house.until(lambda: len([each for each in channel.messages if each.content[:1] in "🔴🟢"]) == 2)

    refused, well = [each.content for each in channel.messages if each.content[:1] in "🔴🟢"]
    assert "Incorrect API key provided" in refused
    assert "abcd" not in refused
    assert well.startswith("🟢")


async def test_a_model_without_access_leaves_the_others(house: House, mia: Member) -> None:
    house.images.account.trouble, house.images.account.model = Trouble.UNVERIFIED, "gpt-image-2.5-flare"

    words = await asks(house, mia)

    assert TELL in words
    assert (await house.imagine(mia, model="gpt-image-2")).attachments
