from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault
from bot.sandbox.images import Fault as ImageFault
from bot.sandbox.images import FaultKind
from tests.wire.house import OFFERED, buttons, choose

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member
    from tests.wire.house import House

QUARTER = 15 * 60 + 1  # seconds after which an interaction's token is dead


async def _in_mid_job(house: House, member: Member, *, private: bool = False) -> Invocation:
    house.gate.clear()
    invocation = await member.slash("imagine", prompt="a fox", private=private)
    await house.in_mid_job()
    await house.until(lambda: house.words(invocation))
    return invocation


async def test_a_public_result_is_posted_though_the_token_died_in_mid_job(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    invocation = await _in_mid_job(house, mia)

    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: house.posted(invocation))
    await house.stop_bot()

    assert house.states() == ["settled"]
    assert invocation.response is None, "the progress message stays behind"


async def test_a_public_failure_is_told_though_the_token_died_in_mid_job(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(ImageFault(FaultKind.CUT, after=1))
    invocation = await _in_mid_job(house, mia)

    house.discord.clock.advance(QUARTER)
    house.gate.set()
    words = await house.refusal(invocation)

    assert words.startswith("❌ No picture came")


async def test_a_private_result_goes_by_direct_message_when_the_token_died(house: House) -> None:
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    invocation = await _in_mid_job(house, mia, private=True)

    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)

    (message,) = mia.direct_channel.messages
    assert message.attachments[0].filename == "atelier-1.png"
    assert message is house.posted(invocation)
    assert house.discord.server.channel("studio").visible_to(bob) == []
    assert house.states() == ["settled"]


async def test_the_buttons_of_a_direct_message_work_or_say_why_not(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    await _in_mid_job(house, mia, private=True)
    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)
    (message,) = mia.direct_channel.messages

    answers = [await (await choose(mia, message, value)).shown() for value in ("details", "delete")]

    assert all("wrong on my side" not in answer.content for answer in answers)
    assert all("was deleted" not in answer.content for answer in answers), "the picture is still there"


async def test_a_private_failure_goes_by_direct_message_when_the_token_died(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.images.faults.add(ImageFault(FaultKind.CUT, after=1))
    await _in_mid_job(house, mia, private=True)

    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)

    assert mia.direct_channel.messages[0].content.startswith("❌ No picture came")


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_private_result_waits_behind_the_show_button_when_direct_messages_are_closed(
    house: House, monkeypatch: pytest.MonkeyPatch, *, restarted: bool
) -> None:
    monkeypatch.setattr("bot.delivery.message.LATE_RESERVE", 15 * 60)
    mia, bob = house.discord.server.add_member("Mia"), house.discord.server.add_member("Bob")
    mia.user.accepts_direct_messages = False
    invocation = await _in_mid_job(house, mia, private=True)
    await house.until(lambda: "press Show" in house.words(invocation))
    late = invocation.response
    assert late is not None
    assert buttons(late) == [["Show"]]

    early = await (await mia.click(late, "Show")).shown()
    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: house.discord.traffic.search(r"^/channels/\d+/messages$", "POST", 403))
    if restarted:
        await house.restart_bot()
    await house.until(lambda: house.states() == ["settled"])
    shown = await (await mia.click(late, "Show")).shown()

    assert early.content.startswith("❌ It is not done yet")
    assert shown.content.startswith("**#1**")
    assert shown.only_for is mia.user
    assert len(shown.attachments) == 1
    assert buttons(shown) == OFFERED
    assert bob.user not in {message.only_for for message in invocation.channel.history}


async def test_a_token_that_the_server_refuses_early_is_given_up(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    invocation = await _in_mid_job(house, mia)
    house.discord.faults.add(Fault(r"^/webhooks/", status=401, code=50027, times=None))

    house.gate.set()
    await house.until(lambda: house.posted(invocation))

    assert house.states() == ["settled"]


@pytest.mark.parametrize("left", [False, True])
async def test_again_in_direct_messages_counts_where_it_was_asked_unless_the_member_left(
    house: House, *, left: bool
) -> None:
    mia = house.discord.server.add_member("Mia")
    await _in_mid_job(house, mia, private=True)
    house.discord.clock.advance(QUARTER)
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)
    if left:
        del house.discord.server.guild.members[mia.id]

    again = await mia.click(mia.direct_channel.messages[0], "Again")
    await house.ended(again)

    servers = {job.server_id for job in house.ledger().jobs}
    assert servers == {str(house.discord.server.id)}
    assert len(house.ledger().jobs) == (1 if left else 2)
    assert ("not a member" in house.words(again)) is left
