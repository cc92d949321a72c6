"""A result reaches its member in whatever way Discord takes it, and the words say why it came that way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault, Options, Permission, RateLimits
from bot.sandbox.discord.faults import Way
from tests.wire.house import OFFERED, buttons

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Invocation, Member, Message
    from tests.wire.house import House, OpenHouse

REFUSALS = [
    *[(403, 50001), (403, 50013), (403, 50083), (400, 50083), (403, 20009), (400, 20009), (400, 50035), (404, 10003)],
    *[(400, 0), (401, 0), (405, 0), (409, 40099), (451, 0)],  # of which nobody has heard yet
]
DELETION = r"^/webhooks/.*/messages/\d+$"


def studio(house: House) -> Channel:
    return house.discord.server.channel("studio")


async def in_mid_job(
    house: House, member: Member, where: Channel | None = None, *, private: bool = False
) -> Invocation:
    house.gate.clear()
    invocation = await member.slash("imagine", prompt="a fox", private=private, channel=where)
    await house.in_mid_job()
    await house.until(lambda: house.words(invocation).startswith("🎨"))
    return invocation


async def told_directly(house: House, member: Member) -> Message:
    """The direct message with the result."""
    house.gate.set()
    await house.until(lambda: any(each.attachments for each in member.direct_channel.messages))
    (message,) = member.direct_channel.messages
    assert buttons(message) == OFFERED
    return message


async def kept(house: House) -> None:
    """Wait until it is written down that Discord took it nowhere."""
    await house.until(lambda: house.count_requests("kept_at IS NOT NULL") == 1)


async def everything_written(house: House) -> None:
    await house.until(lambda: house.unanswered() == 0)


def still_drawing(channel: Channel) -> list[str]:
    return [each.content for each in channel.messages if each.content.startswith("🎨") or each.loading]


# --- down the ladder


@pytest.mark.parametrize(("status", "code"), REFUSALS)
async def test_what_the_channel_refuses_for_good_stands_in_the_answer_at_once(
    house: House, mia: Member, status: int, code: int
) -> None:
    house.discord.faults.refuse(Way.MESSAGE, code, status=status, channel=studio(house))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.words(invocation).startswith("**#1**"))

    response = invocation.response
    assert response is not None
    assert len(response.attachments) == 1
    assert buttons(response) == OFFERED
    assert "This is no message of its own, because " in response.content
    assert len(house.sends()) <= 2, "what waiting cannot cure is not waited for"
    await everything_written(house)


async def test_what_is_refused_with_its_buttons_is_posted_without_them(house: House, mia: Member) -> None:
    house.discord.faults.refuse(Way.MESSAGE, 50035, status=400, having=("components",))

    message = await house.imagine(mia)

    assert message.channel is studio(house)
    assert (len(message.attachments), buttons(message)) == (1, [])
    assert "Discord refused the buttons" in message.content


async def test_a_private_result_whose_buttons_are_refused_comes_without_them(house: House, mia: Member) -> None:
    house.discord.faults.refuse(Way.FOLLOW_UP_EDIT, 50035, status=400, having=("components",))

    invocation = await mia.slash("imagine", prompt="a fox", private=True)
    await house.until(lambda: house.words(invocation).startswith("**#1**"))

    assert invocation.response is not None
    assert invocation.response.only_for is mia.user
    assert len(invocation.response.attachments) == 1
    assert "Discord refused the buttons" in invocation.response.content


@pytest.mark.parametrize(("status", "code"), [(403, 50083), (400, 50083), (400, 20009), (403, 50013), (404, 10008)])
@pytest.mark.parametrize("private", [False, True])
async def test_what_neither_channel_nor_answer_take_goes_by_direct_message(
    house: House, mia: Member, *, private: bool, status: int, code: int
) -> None:
    invocation = await in_mid_job(house, mia, private=private)
    for way in (Way.MESSAGE, Way.EDIT):
        house.discord.faults.refuse(way, code, status=status, channel=studio(house))
    house.discord.faults.refuse(Way.FOLLOW_UP_EDIT, code, status=status)

    message = await told_directly(house, mia)
    await everything_written(house)

    assert f"You asked in <#{studio(house).id}>. The answer comes here, because " in message.content
    assert still_drawing(studio(house)) == []
    assert invocation.response is None


async def test_the_progress_says_that_the_result_went_by_direct_message(house: House, mia: Member) -> None:
    for way in (Way.MESSAGE, Way.FOLLOW_UP_EDIT, Way.EDIT):
        channel = None if way is Way.FOLLOW_UP_EDIT else studio(house)
        house.discord.faults.refuse(way, 20009, status=400, channel=channel, having=("files",))

    invocation = await mia.slash("imagine", prompt="a fox")
    await told_directly(house, mia)
    await everything_written(house)

    assert house.words(invocation) == (
        f"✅ #1: sent to <@{mia.id}> as a direct message, because Discord's filter for explicit content stopped it."
    )


# --- kept


async def press_show(member: Member, message: Message) -> Message:
    (label,) = [label for row in buttons(message) for label in row if label.startswith("Show")]
    return await (await member.click(message, label)).shown()


async def offered(house: House, member: Member) -> Message:
    """What is offered after the member's next command."""
    used = await member.slash("usage")
    await house.until(lambda: used.followups)
    (offer,) = used.followups
    assert offer.only_for is member.user
    return offer


@pytest.mark.parametrize("private", [False, True])
async def test_files_that_discord_takes_nowhere_are_kept_behind_a_button(
    house: House, mia: Member, *, private: bool
) -> None:
    ben = house.discord.server.add_member("Ben")
    faults = [
        house.discord.faults.refuse(way, 20009, status=400, having=("files",))
        for way in (Way.MESSAGE, Way.FOLLOW_UP_EDIT, Way.RESPONSE_EDIT, Way.EDIT)
    ]

    invocation = await mia.slash("imagine", prompt="a fox", private=private)
    await house.until(lambda: "made and kept" in house.words(invocation))
    await everything_written(house)
    response = invocation.response
    assert response is not None
    assert buttons(response) == [["Show"]]
    assert (response.only_for is mia.user) is private
    refused_still = await press_show(mia, response)
    if not private:
        assert "Only the member who asked" in (await press_show(ben, response)).content
    house.discord.faults.clear()
    shown = await press_show(mia, response)

    assert faults
    assert "I cannot show it here either, because Discord's filter" in refused_still.content
    assert shown.content.startswith("**#1**")
    assert shown.only_for is mia.user
    assert len(shown.attachments) == 1


def refuse_everything(house: House, invocation: Invocation) -> None:
    """Nothing is taken any more but first answers, and what follows to other interactions."""
    for way in (Way.MESSAGE, Way.EDIT, Way.DIRECT_CHANNEL):
        house.discord.faults.refuse(way, 50007, status=403)
    house.discord.faults.add(Fault(rf"^/webhooks/\d+/{invocation.token}/", status=403, code=50013, times=None))
    house.discord.faults.add(Fault(r"^/channels/\d+/messages/\d+$", "DELETE", status=403, code=50013, times=None))


@pytest.mark.parametrize("private", [False, True])
@pytest.mark.parametrize("restarted", [False, True])
async def test_what_is_taken_nowhere_is_offered_at_the_next_command(
    house: House, mia: Member, *, private: bool, restarted: bool
) -> None:
    invocation = await in_mid_job(house, mia, private=private)
    refuse_everything(house, invocation)
    house.gate.set()
    await kept(house)
    if restarted:
        await house.restart_bot()

    offer = await offered(house, mia)
    shown = await press_show(mia, offer)
    await everything_written(house)

    assert buttons(offer) == [["Show #1"]]
    assert shown.content.startswith("**#1**")
    assert (len(shown.attachments), buttons(shown)) == (1, OFFERED)
    assert shown.only_for is mia.user
    assert [each for each in studio(house).messages if each.attachments and each.only_for is None] == []
    assert len(house.images.calls) == 1


async def test_what_was_taken_nowhere_is_posted_by_the_next_start_where_it_is_taken_again(
    house: House, mia: Member
) -> None:
    invocation = await in_mid_job(house, mia)
    refuse_everything(house, invocation)
    house.gate.set()
    await kept(house)
    await house.stop_bot()
    house.discord.faults.clear()

    await house.start_bot()
    message = await house.result(invocation)
    await everything_written(house)
    used = await mia.slash("usage")
    await used.shown()

    assert len(message.attachments) == 1
    assert still_drawing(studio(house)) == []
    assert used.followups == []


async def test_what_is_kept_is_offered_to_its_member_alone(house: House, mia: Member) -> None:
    ben = house.discord.server.add_member("Ben")
    invocation = await in_mid_job(house, mia)
    refuse_everything(house, invocation)
    house.gate.set()
    await kept(house)

    of_ben = await ben.slash("usage")
    await of_ben.shown()
    await offered(house, mia)

    assert of_ben.followups == []


# --- threads, channels, permissions, people: in mid-job


@pytest.fixture(params=[403, 400])
async def strict_house(request: pytest.FixtureRequest, open_house: OpenHouse) -> House:
    """A house whose archived threads refuse with either status that was seen."""
    house = await open_house(Options(rate_limits=RateLimits.off(), archived_status=request.param))
    await house.start_bot()
    return house


async def test_a_thread_that_is_locked_in_mid_job(strict_house: House) -> None:
    house = strict_house
    mia = house.discord.server.add_member("Mia")
    thread = mia.start_thread(studio(house), "Foxes")
    await in_mid_job(house, mia, thread)
    house.discord.server.archive(thread, locked=True)

    message = await told_directly(house, mia)
    await everything_written(house)
    before = still_drawing(thread)
    await house.stop_bot()
    house.discord.server.unarchive(thread)
    await house.start_bot()
    await house.until(lambda: still_drawing(thread) == [])

    assert "because the thread is archived or locked" in message.content
    assert len(before) == 1, "nobody may change what stands in a locked thread"


async def test_a_reply_in_a_thread_that_is_locked_in_mid_job(strict_house: House) -> None:
    house = strict_house
    mia = house.discord.server.add_member("Mia")
    thread = mia.start_thread(studio(house), "Foxes")
    picture = await house.imagine(mia, channel=thread)
    house.gate.clear()
    await mia.reply(picture, "make it red")
    await house.in_mid_job(2)
    await house.until(lambda: still_drawing(thread))
    house.discord.server.archive(thread, locked=True)

    message = await told_directly(house, mia)

    assert message.content.startswith("**#2**")
    assert "because the thread is archived or locked" in message.content


async def test_a_channel_that_is_deleted_in_mid_job(house: House, mia: Member) -> None:
    channel = house.discord.server.add_channel("soon gone")
    await in_mid_job(house, mia, channel)
    house.discord.server.delete_channel(channel)

    message = await told_directly(house, mia)
    await everything_written(house)

    assert "because the place where you asked is gone, or hidden from me" in message.content


@pytest.mark.parametrize("denied", [Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL, Permission.ATTACH_FILES])
async def test_a_permission_that_is_taken_away_in_mid_job(house: House, mia: Member, denied: Permission) -> None:
    invocation = await in_mid_job(house, mia)
    house.discord.server.set_permissions(studio(house), house.discord.server.bot, deny=denied)
    house.gate.set()
    await house.until(lambda: house.words(invocation).startswith("**#1**"))

    assert f"because I may not post it in <#{studio(house).id}>." in house.words(invocation)
    await everything_written(house)


@pytest.mark.parametrize("denied", [Permission.VIEW_CHANNEL, Permission.ATTACH_FILES])
async def test_a_reply_whose_place_is_closed_to_the_bot_in_mid_job(
    house: House, mia: Member, denied: Permission
) -> None:
    picture = await house.imagine(mia)
    house.gate.clear()
    await mia.reply(picture, "make it red")
    await house.in_mid_job(2)
    await house.until(lambda: still_drawing(studio(house)))
    house.discord.server.set_permissions(studio(house), house.discord.server.bot, deny=denied)
    house.gate.set()
    if denied is Permission.VIEW_CHANNEL:
        message = await told_directly(house, mia)
        assert message.content.startswith("**#2**")
        await house.stop_bot()
        house.discord.server.set_permissions(studio(house), house.discord.server.bot)
        await house.start_bot()
    await house.until(lambda: still_drawing(studio(house)) == [])
    await everything_written(house)

    shown = [*studio(house).messages, *mia.direct_channel.messages]
    assert len([each for each in shown if each.content.startswith("**#2**")]) == 1


async def test_a_member_who_leaves_in_mid_job_and_takes_no_direct_messages(house: House, mia: Member) -> None:
    """The picture is there for everybody else; nobody is written to."""
    invocation = await in_mid_job(house, mia)
    mia.user.accepts_direct_messages = False
    house.discord.server.remove_member(mia)
    house.gate.set()

    message = await house.result(invocation)

    assert message.attachments


async def test_a_private_result_of_a_member_who_left_is_kept(house: House, mia: Member) -> None:
    await in_mid_job(house, mia, private=True)
    house.discord.clock.advance(15 * 60 + 1)
    mia.user.accepts_direct_messages = False
    house.discord.server.remove_member(mia)
    house.gate.set()
    await kept(house)
    mia = house.discord.server.add_member("Mia", user=mia.user)

    offer = await offered(house, mia)

    assert (await press_show(mia, offer)).content.startswith("**#1**")


# --- nothing for ever, nothing twice


@pytest.mark.parametrize("status", [403, 400])
async def test_progress_that_discord_lets_nobody_remove_says_that_it_is_over(
    house: House, mia: Member, status: int
) -> None:
    house.discord.faults.add(Fault(DELETION, "DELETE", status=status, code=50013, times=None))
    house.discord.faults.add(Fault(r"^/channels/\d+/messages/\d+$", "DELETE", status=status, code=50013, times=None))

    invocation = await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.words(invocation).startswith("✅"))

    assert house.posted(invocation) is not None
    assert house.words(invocation) == "✅ #1: shown in a message of its own."


async def test_progress_that_cannot_be_changed_now_is_brought_to_an_end_after_a_restart(
    house: House, mia: Member
) -> None:
    invocation = await in_mid_job(house, mia)
    house.discord.faults.add(Fault(r"^/webhooks/", status=403, code=50013, times=None))
    house.discord.faults.add(Fault(r"^/channels/\d+/messages/\d+$", status=403, code=50013, times=None))
    house.gate.set()
    await house.until(lambda: house.posted(invocation))
    await everything_written(house)
    before = still_drawing(studio(house))
    await house.stop_bot()
    house.discord.faults.clear()

    await house.start_bot()
    await house.until(lambda: still_drawing(studio(house)) == [])

    assert len(before) == 1
    assert house.posted(invocation) is not None


async def test_a_result_is_posted_once_though_discord_has_forgotten_its_nonce(house: House, mia: Member) -> None:
    invocation = await in_mid_job(house, mia)
    house.discord.faults.add(Fault(r"^/channels/\d+/messages$", "POST", drop=True, after_effect=True, times=None))
    house.gate.set()
    await house.until(lambda: len(house.sends()) == 3)
    await house.stop_bot()
    house.discord.faults.clear()
    house.discord.clock.advance(3600)

    await house.start_bot()
    await everything_written(house)

    assert len([each for each in studio(house).messages if each.attachments]) == 1
    assert house.posted(invocation) is not None


# --- offered, but not again and again


async def test_what_is_kept_is_offered_once_in_a_while_and_at_once_when_there_is_more(
    house: House, mia: Member
) -> None:
    first = await in_mid_job(house, mia)
    refuse_everything(house, first)
    house.gate.set()
    await kept(house)
    await offered(house, mia)
    again = await mia.slash("usage")
    await again.shown()
    house.discord.faults.clear()
    second = await in_mid_job(house, mia)
    refuse_everything(house, second)
    house.gate.set()
    await house.until(lambda: house.count_requests("kept_at IS NOT NULL") == 2)

    more = await offered(house, mia)

    assert again.followups == []
    assert buttons(more) == [["Show #1", "Show #2"]]


async def test_a_dialog_is_not_disturbed_by_an_offer(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    invocation = await in_mid_job_of(house, mia, 2)
    refuse_everything(house, invocation)
    house.gate.set()
    await kept(house)

    dialog = await mia.click(picture, "Edit")
    await dialog.until(lambda: dialog.modal, 60)
    await offered(house, mia)

    assert dialog.followups == []


async def in_mid_job_of(house: House, member: Member, calls: int) -> Invocation:
    house.gate.clear()
    invocation = await member.slash("imagine", prompt="an owl")
    await house.in_mid_job(calls)
    await house.until(lambda: house.words(invocation).startswith("🎨"))
    return invocation
