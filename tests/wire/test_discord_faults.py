from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Fault, Limit, Options, Permission, RateLimits
from bot.sandbox.images import Fault as ImageFault
from bot.sandbox.images import FaultKind, ImageOptions
from bot.sandbox.images.art.files import canned
from tests.wire.house import FIRST_ANSWER, OFFERED, buttons, choose

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel
    from tests.wire.house import House, OpenHouse

CALLBACK = r"^/interactions/.*/callback$"
# An answer that arrived, and nobody heard so; discord.py repeats it by itself after a 5xx.
LOST_RECEIPTS: list[dict[str, Any]] = [{"drop": True, "after_effect": True}, {"status": 503, "after_effect": True}]
LOST: list[dict[str, Any]] = [{"drop": True}, *LOST_RECEIPTS]
RESPONSE = r"^/webhooks/.*/messages/"
CHANNEL = r"^/channels/\d+/messages$"
MEBIBYTE = 1024 * 1024


def _studio(house: House) -> Channel:
    return house.discord.server.channel("studio")


# --- the first answer ------------------------------------------------------------------------------------------------


async def test_nothing_is_made_when_discord_does_not_take_the_first_answer(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CALLBACK, status=404, code=10062))

    await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.states() == ["released"])

    assert house.images.calls == []
    assert house.ledger().sums.held_nano == 0


async def test_nothing_is_made_when_the_first_answer_comes_too_late(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CALLBACK, delay=0.2))

    await mia.slash("imagine", prompt="a fox")
    house.discord.clock.advance(FIRST_ANSWER + 1)
    await house.until(lambda: house.states() == ["released"])
    later = await house.imagine(mia)

    assert later.attachments
    assert len(house.images.calls) == 1
    assert house.states() == ["released", "settled"]


@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize("fault", LOST_RECEIPTS)
@pytest.mark.parametrize("private", [False, True])
async def test_a_first_answer_whose_receipt_is_lost_on_the_way_leaves_nobody_waiting(
    house: House, fault: dict[str, Any], *, private: bool
) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CALLBACK, **fault))

    invocation = await mia.slash("imagine", prompt="a fox", private=private)
    await house.ended(invocation)

    await house.until(lambda: house.unanswered() == 0, 10)
    assert house.ledger().sums.held_nano == 0
    assert house.ledger().sums.settled_nano == house.images.bill.nano > 0


@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("command", ["usage", "quota show", "studio setup"])
async def test_a_connection_that_is_lost_as_an_answer_is_promised_costs_nobody_the_answer(
    house: House, command: str, fault: dict[str, Any]
) -> None:
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    house.discord.faults.add(Fault(CALLBACK, **fault))

    options: dict[str, Any] = {"budget": "$20", "each": "10 pictures"} if command == "studio setup" else {}
    invocation = await lead.slash(command, **options)
    await house.ended(invocation)

    assert invocation.ephemeral
    assert "went wrong" not in house.words(invocation)
    assert house.words(invocation) or (invocation.response is not None and invocation.response.embeds)


@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize("fault", LOST)
async def test_a_connection_that_is_lost_as_a_press_is_taken_undoes_nothing(
    house: House, fault: dict[str, Any]
) -> None:
    mia = house.discord.server.add_member("Mia")
    message = await house.imagine(mia)
    asked = await (await choose(mia, message, "delete")).shown()
    house.discord.faults.add(Fault(CALLBACK, **fault))

    await mia.click(asked, "Delete for good")
    await house.until(lambda: message.deleted and asked.content == "Deleted.")


@pytest.mark.usefixtures("hasty_discord_py")
async def test_a_discord_that_is_down_as_a_lead_asks_is_told_as_what_it_is(house: House) -> None:
    lead = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    house.discord.faults.add(Fault(CALLBACK, status=500, times=5))

    invocation = await lead.slash("quota show")
    await house.ended(invocation)

    assert "I lost my connection to Discord" in house.words(invocation)


async def test_a_first_answer_that_was_cut_off_before_it_arrived_is_given_again(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CALLBACK, drop=True))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.ended(invocation)

    assert house.ledger().sums.held_nano == 0
    assert house.ledger().sums.settled_nano == house.images.bill.nano


# --- progress --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize(
    "fault",
    [
        Fault(RESPONSE, "PATCH", status=500, times=None),
        Fault(RESPONSE, "PATCH", status=503, times=3),
        Fault(RESPONSE, "PATCH", drop=True, times=None),
        Fault(RESPONSE, "PATCH", drop=True, after_effect=True, times=2),
        Fault(RESPONSE, "PATCH", status=429, retry_after=0.05, times=3),
        Fault(RESPONSE, "PATCH", status=404, code=10008, times=None),
    ],
    ids=lambda fault: f"{fault.status or 'dropped'}",
)
async def test_trouble_with_the_progress_does_not_touch_the_result(house: House, fault: Fault) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(fault)

    message = await house.imagine(mia)

    assert message.attachments
    assert house.states() == ["settled"]


@pytest.mark.usefixtures("impatient_end")
async def test_a_result_does_not_wait_for_an_edit_of_the_progress_that_discord_does_not_take(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(RESPONSE, "PATCH", status=500, times=None))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.posted(invocation))

    assert house.states() == ["settled"]


@pytest.mark.usefixtures("impatient_end")
async def test_a_result_does_not_wait_out_a_long_rate_limit_of_the_progress(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(RESPONSE, "PATCH", status=429, retry_after=3600))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.posted(invocation))

    assert house.states() == ["settled"]


async def test_the_limits_of_discord_are_kept(open_house: OpenHouse) -> None:
    house = await open_house(Options(rate_limits=RateLimits(Limit(5, 1.0), Limit(5, 1.0), Limit(5, 1.0))))
    await house.start_bot()
    members = [house.discord.server.add_member(f"Mia {number}") for number in range(8)]

    invocations = [await member.slash("imagine", prompt="a fox") for member in members]
    await house.ended(*invocations)

    assert all(house.posted(invocation) for invocation in invocations)
    assert house.states() == ["settled"] * 8


async def test_a_progress_message_that_a_moderator_deletes_is_not_missed(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    moderator = house.discord.server.add_member("Max", permissions=Permission.MANAGE_MESSAGES)
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    await house.until(lambda: house.words(invocation))
    assert invocation.response is not None
    await moderator.delete(invocation.response)
    house.gate.set()
    message = await house.result(invocation)

    assert message.attachments
    assert len(_studio(house).messages) == 1


async def test_a_failure_is_told_in_the_channel_when_the_progress_message_was_deleted(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    moderator = house.discord.server.add_member("Max", permissions=Permission.MANAGE_MESSAGES)
    house.images.faults.add(ImageFault(FaultKind.CUT, after=1))
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    await house.until(lambda: house.words(invocation))
    assert invocation.response is not None
    await moderator.delete(invocation.response)
    house.gate.set()
    await house.until(lambda: house.posted(invocation))

    (message,) = _studio(house).messages
    assert message.content.startswith("❌ No picture came")


# --- the result ------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("hasty_discord_py")
@pytest.mark.parametrize(
    "fault",
    [
        Fault(CHANNEL, "POST", status=500, times=2),
        Fault(CHANNEL, "POST", status=500, times=7),
        Fault(CHANNEL, "POST", status=502, after_effect=True, times=2),
        Fault(CHANNEL, "POST", drop=True, times=2),
        Fault(CHANNEL, "POST", drop=True, after_effect=True, times=2),
        Fault(CHANNEL, "POST", status=429, retry_after=0.05, times=3),
    ],
    ids=lambda fault: f"{fault.status or 'dropped'}{' after it worked' * fault.after_effect}",
)
async def test_a_result_is_sent_until_it_is_there_and_only_once(house: House, fault: Fault) -> None:
    """I18."""
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(fault)

    message = await house.imagine(mia)

    assert message.attachments
    assert [sent.id for sent in _studio(house).messages] == [message.id]
    assert len(house.sends()) > 1


async def test_a_result_that_discord_does_not_take_now_is_posted_after_a_restart(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CHANNEL, "POST", drop=True, times=None))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: len(house.sends()) == 3)
    await house.stop_bot()
    house.discord.faults.clear()
    await house.start_bot()
    message = await house.result(invocation)

    assert message.attachments
    assert len(house.images.calls) == 1


@pytest.mark.parametrize("status", [None, 500], ids=["dropped", "500"])
@pytest.mark.usefixtures("hasty_discord_py")
async def test_a_result_stays_delivered_when_the_progress_message_cannot_be_removed(
    house: House, status: int | None
) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(RESPONSE, "DELETE", drop=status is None, status=status, times=None))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.posted(invocation))
    await house.stop_bot()

    assert house.unanswered() == 0
    assert len(_studio(house).messages) == 2


@pytest.mark.parametrize("missing", [Permission.SEND_MESSAGES, Permission.ATTACH_FILES], ids=lambda one: one.name)
async def test_the_response_becomes_the_result_where_the_bot_may_not_send(house: House, missing: Permission) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.server.set_permissions(_studio(house), house.discord.server.bot, deny=missing)

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.words(invocation).startswith("**#1**"))

    assert invocation.response is not None
    assert len(invocation.response.attachments) == 1
    assert buttons(invocation.response) == OFFERED
    assert invocation.response.content.startswith("**#1** for")
    assert house.states() == ["settled"]


async def test_a_failure_is_told_where_the_bot_may_not_send(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.discord.server.set_permissions(_studio(house), house.discord.server.bot, deny=Permission.SEND_MESSAGES)
    house.images.faults.add(ImageFault(FaultKind.CUT))

    words = await house.refusal(await mia.slash("imagine", prompt="a fox"))

    assert words.startswith("❌ No picture came")


async def test_the_result_goes_to_the_member_when_the_channel_is_deleted_in_mid_job(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    house.gate.clear()

    await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    for path in (rf"^/channels/{_studio(house).id}/messages", RESPONSE):
        house.discord.faults.add(Fault(path, status=404, code=10003, times=None))
    house.gate.set()
    await house.until(lambda: mia.direct_channel.messages)

    (message,) = mia.direct_channel.messages
    assert len(message.attachments) == 1
    assert house.states() == ["settled"]


# --- upload limits ---------------------------------------------------------------------------------------------------


async def test_a_file_over_the_limit_is_shown_as_a_smaller_copy_and_kept_as_it_is(
    open_house: OpenHouse,
) -> None:
    house = await open_house(images=ImageOptions(pace=0, canned_bytes=11 * MEBIBYTE))
    await house.start_bot(ATELIER_PARTIAL_IMAGES=0)
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia)

    (file,) = message.attachments
    assert file.size <= 10 * MEBIBYTE
    assert "shown as a smaller copy" in message.content
    original = canned((1024, 1024), "png", 11 * MEBIBYTE)
    assert [path.read_bytes() for path in house.kept_files()] == [original]


async def test_a_boosted_server_gets_the_original(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0, canned_bytes=11 * MEBIBYTE))
    house.discord.server.set_boost_tier(2)
    await house.start_bot(ATELIER_PARTIAL_IMAGES=0)
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia)

    assert message.attachments[0].content == canned((1024, 1024), "png", 11 * MEBIBYTE)
    assert "smaller copy" not in message.content


@pytest.mark.parametrize("code", [40005, 50045])
async def test_a_smaller_copy_is_sent_when_discord_takes_less_than_it_says(open_house: OpenHouse, code: int) -> None:
    house = await open_house(images=ImageOptions(pace=0, canned_bytes=9 * MEBIBYTE))
    await house.start_bot(ATELIER_PARTIAL_IMAGES=0)
    mia = house.discord.server.add_member("Mia")
    house.discord.faults.add(Fault(CHANNEL, "POST", status=413, code=code))

    message = await house.imagine(mia)

    assert message.attachments[0].size <= 9 * MEBIBYTE // 2
    assert "shown as a smaller copy" in message.content


async def test_a_private_result_over_the_limit_is_a_smaller_copy_too(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0, canned_bytes=11 * MEBIBYTE))
    await house.start_bot(ATELIER_PARTIAL_IMAGES=0)
    mia = house.discord.server.add_member("Mia")

    invocation = await mia.slash("imagine", prompt="a fox", private=True)
    await house.until(lambda: "#1" in house.words(invocation))

    assert invocation.response is not None
    assert invocation.response.attachments[0].size <= 10 * MEBIBYTE
    assert "shown as a smaller copy" in invocation.response.content


async def test_four_large_pictures_fit_into_one_message(open_house: OpenHouse) -> None:
    house = await open_house(images=ImageOptions(pace=0, canned_bytes=8 * MEBIBYTE))
    await house.start_bot(ATELIER_PARTIAL_IMAGES=0)
    mia = house.discord.server.add_member("Mia")

    message = await house.imagine(mia, count=4)

    assert len(message.attachments) == 4
    assert sum(file.size for file in message.attachments) <= 25 * MEBIBYTE
