"""Failures and questions climb the same ladder; what comes twice is answered once; clocks may be wrong."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Fault, Permission
from bot.sandbox.discord.faults import Way
from bot.sandbox.images import Fault as ImageFault
from bot.sandbox.images import FaultKind
from tests.wire.house import buttons

if TYPE_CHECKING:
    from bot.sandbox.discord import Channel, Member, Message
    from tests.wire.house import House

CALLBACK = r"^/interactions/.*/callback$"


def studio(house: House) -> Channel:
    return house.discord.server.channel("studio")


async def directly(house: House, member: Member) -> Message:
    await house.until(lambda: member.direct_channel.messages)
    (message,) = member.direct_channel.messages
    return message


# --- failures


@pytest.mark.parametrize(("status", "code"), [(403, 50083), (400, 50083), (403, 50001), (404, 10008), (400, 50035)])
@pytest.mark.parametrize("private", [False, True])
async def test_a_failure_that_is_taken_nowhere_there_goes_by_direct_message(
    house: House, mia: Member, *, private: bool, status: int, code: int
) -> None:
    house.images.faults.add(ImageFault(FaultKind.CUT))
    house.discord.faults.refuse(Way.FOLLOW_UP_EDIT, code, status=status)
    for way in (Way.MESSAGE, Way.EDIT):
        house.discord.faults.refuse(way, code, status=status, channel=studio(house))

    await mia.slash("imagine", prompt="a fox", private=private)
    message = await directly(house, mia)
    await house.until(lambda: house.unanswered() == 0)

    assert message.content.startswith("❌ No picture came")
    assert f"You asked in <#{studio(house).id}>. The answer comes here, because " in message.content
    assert studio(house).messages == []


async def test_a_failure_that_is_taken_nowhere_is_offered_at_the_next_command(house: House, mia: Member) -> None:
    house.images.faults.add(ImageFault(FaultKind.CUT))
    mia.user.accepts_direct_messages = False
    house.discord.faults.refuse(Way.FOLLOW_UP_EDIT, 50013)
    for way in (Way.MESSAGE, Way.EDIT):
        house.discord.faults.refuse(way, 50013, channel=studio(house))
    await mia.slash("imagine", prompt="a fox")
    await house.until(lambda: house.count_requests("kept_at IS NOT NULL") == 1)
    house.discord.faults.clear()

    used = await mia.slash("usage")
    await house.until(lambda: used.followups)
    (offer,) = used.followups
    shown = await (await mia.click(offer, "Show what happened")).shown()
    await house.until(lambda: house.unanswered() == 0)

    assert shown.content.startswith("❌ No picture came")


async def test_what_is_asked_in_a_locked_thread_is_not_made_and_that_is_said_directly(
    house: House, mia: Member
) -> None:
    thread = mia.start_thread(studio(house), "Foxes")
    house.discord.faults.refuse(Way.FIRST_ANSWER, 50083)

    await mia.slash("imagine", prompt="a fox", channel=thread)
    message = await directly(house, mia)

    assert message.content.startswith("❌ I could not answer you there, because the thread is archived or locked.")
    assert house.images.calls == []
    assert house.ledger().sums.held_nano == 0


@pytest.mark.parametrize("denied", [Permission.SEND_MESSAGES, Permission.VIEW_CHANNEL])
async def test_a_reply_that_cannot_be_answered_there_is_answered_directly(
    house: House, mia: Member, denied: Permission
) -> None:
    picture = await house.imagine(mia)
    if denied is Permission.VIEW_CHANNEL:
        house.discord.faults.refuse(Way.MESSAGE, 50001, channel=studio(house))
    else:
        house.discord.server.set_permissions(studio(house), house.discord.server.bot, deny=denied)

    await mia.reply(picture, "make it red")
    message = await directly(house, mia)

    assert "Nothing was made, and nothing was charged." in message.content
    assert len(house.images.calls) == 1


# --- questions


async def test_a_question_whose_buttons_are_refused_says_how_to_answer(house: House, mia: Member) -> None:
    pictures = await house.imagine(mia, count=2)
    house.discord.faults.refuse(Way.MESSAGE, 50035, status=400, having=("components",))

    reply = await mia.reply(pictures, "make it red")
    await house.until(lambda: studio(house).messages[-1].reply_to is reply)

    question = studio(house).messages[-1]
    assert buttons(question) == []
    assert "egin your words with its number" in question.content


@pytest.mark.parametrize(("status", "code"), [(403, 50013), (400, 50083), (404, 10003)])
async def test_a_question_that_is_taken_nowhere_there_goes_by_direct_message(
    house: House, mia: Member, status: int, code: int
) -> None:
    pictures = await house.imagine(mia, count=2)
    house.discord.faults.refuse(Way.MESSAGE, code, status=status, channel=studio(house))

    await mia.reply(pictures, "make it red")
    question = await directly(house, mia)

    assert "egin your words with its number" in question.content
    assert f"You asked in <#{studio(house).id}>." in question.content
    assert buttons(question) == []


async def test_talk_that_can_be_asked_about_by_no_button_is_told_how_it_becomes_a_wish(
    house: House, mia: Member
) -> None:
    picture = await house.imagine(mia)
    house.discord.faults.refuse(Way.MESSAGE, 50035, status=400, having=("components",))

    reply = await mia.reply(picture, "why is the sky green?")
    await house.until(lambda: studio(house).messages[-1].reply_to is reply)

    told = studio(house).messages[-1]
    assert buttons(told) == []
    assert told.content.endswith("If it was: on the message with the picture, Apps, Edit image.")
    assert len(house.images.calls) == 1


async def test_a_press_whose_question_may_have_no_buttons_says_how_to_answer(house: House, mia: Member) -> None:
    pictures = await house.imagine(mia, count=2)
    house.discord.faults.refuse(Way.FIRST_ANSWER, 50035, status=400, having=("components",))

    question = await (await mia.click(pictures, "Vary")).shown()

    assert question.only_for is mia.user
    assert question.content.startswith("Vary: which picture? Discord refused my buttons for it.")
    assert buttons(question) == []


async def test_a_press_whose_question_is_taken_nowhere_there_is_asked_directly(house: House, mia: Member) -> None:
    pictures = await house.imagine(mia, count=2)
    house.discord.faults.refuse(Way.FIRST_ANSWER, 50083)

    await mia.click(pictures, "Vary")
    question = await directly(house, mia)

    assert question.content.startswith("Vary: which picture?")
    assert "because the thread is archived or locked" in question.content
    assert f"You asked in <#{studio(house).id}>." in question.content


# --- twice


async def test_a_command_that_is_dispatched_twice_is_answered_once(house: House, mia: Member) -> None:
    house.gate.clear()
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    house.repeat_last_event("INTERACTION_CREATE")
    house.gate.set()

    message = await house.result(invocation)

    assert message.attachments
    assert len(house.images.calls) == 1
    assert len(house.discord.traffic.search(CALLBACK, "POST")) == 1
    assert [each.content for each in studio(house).messages] == [message.content]


async def test_a_command_that_came_to_a_process_before_is_answered_once(house: House, mia: Member) -> None:
    house.gate.clear()
    invocation = await mia.slash("imagine", prompt="a fox")
    await house.in_mid_job()
    (session,) = house.discord.gateway.sessions
    event = next(each for each in reversed(session.missed_since(0)) if each["t"] == "INTERACTION_CREATE")
    house.gate.set()
    message = await house.result(invocation)
    await house.restart_bot()
    (session,) = house.discord.gateway.sessions

    session.dispatch("INTERACTION_CREATE", event["d"])
    later = await house.imagine(mia, "an owl")

    assert later.content.startswith("**#2**")
    assert [each.id for each in studio(house).messages] == [message.id, later.id]
    assert mia.direct_channel.messages == []


@pytest.mark.parametrize("private", [False, True])
async def test_nothing_is_said_and_made_of_what_somebody_else_has_deferred(
    house: House, mia: Member, *, private: bool
) -> None:
    house.discord.faults.add(Fault(CALLBACK, status=400, code=40060))

    invocation = await mia.slash("imagine", prompt="a fox", private=private)
    await house.until(lambda: house.states() == ["released"])
    await house.imagine(mia, "an owl")

    assert invocation.response is None
    assert house.ledger().sums.held_nano == 0
    assert mia.direct_channel.messages == []
    assert len(house.images.calls) == 1


async def test_a_refusal_that_somebody_else_has_given_is_not_given_again(house: House, mia: Member) -> None:
    house.discord.faults.add(Fault(CALLBACK, status=400, code=40060))

    await mia.slash("imagine", prompt="a fox", size="7x7")
    await house.until(lambda: not house.discord.faults.waiting)  # else it may meet the owl
    await house.imagine(mia, "an owl")

    assert mia.direct_channel.messages == []


async def test_a_press_that_is_dispatched_twice_counts_once(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    again = await mia.click(picture, "Again")
    house.repeat_last_event("INTERACTION_CREATE")

    await house.result(again)
    await house.imagine(mia, "an owl")

    assert len(house.images.calls) == 3


# --- clocks


@pytest.mark.parametrize("minutes", [-60 * 24, -20, -14, 14, 60 * 24])
@pytest.mark.parametrize("restarted", [False, True])
async def test_private_answers_arrive_whatever_our_clock_says(
    house: House, mia: Member, monkeypatch: pytest.MonkeyPatch, *, minutes: int, restarted: bool
) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + 60 * minutes)
    house.gate.clear()

    invocation = await mia.slash("imagine", prompt="a fox", private=True)
    await house.in_mid_job()
    if restarted:
        house.gate.set()
        await house.restart_bot()
    house.gate.set()
    await house.until(lambda: house.words(invocation).startswith(("**#1**", "❌")))

    assert invocation.response is not None
    assert invocation.response.only_for is mia.user
    assert mia.direct_channel.messages == []
