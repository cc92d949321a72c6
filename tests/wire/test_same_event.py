"""Discord tells the same once more: after a resumed session, on another connection, after a restart. Done once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Permission, Upload
from tests.examples import png
from tests.wire.house import choose

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation, Member, Message
    from tests.wire.house import House


def last_event(house: House, name: str) -> dict[str, Any]:
    """The newest event of this name, as it was told."""
    (session,) = house.discord.gateway.sessions
    event: dict[str, Any] = [event for event in session.missed_since(0) if event["t"] == name][-1]["d"]
    return event


def tell(house: House, name: str, event: dict[str, Any]) -> None:
    """Tell it to whichever bot runs."""
    (session,) = house.discord.gateway.sessions
    session.dispatch(name, event)


async def nothing_more(house: House, mia: Member) -> None:
    """Wait until the bot has done whatever it does: it has answered something that came later."""
    later = await mia.slash("usage", channel=house.discord.server.channel("random"))
    await house.ended(later)


async def lead_of(house: House) -> Member:
    return house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)


def answers(house: House, invocation: Invocation) -> int:
    """How often an interaction was answered for the first time."""
    return len(house.discord.traffic.search(rf"^/interactions/{invocation.id}/"))


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_command_that_is_told_twice_makes_one_picture(house: House, mia: Member, *, restarted: bool) -> None:
    invocation = await mia.slash("imagine", prompt="a fox")
    event = last_event(house, "INTERACTION_CREATE")
    tell(house, "INTERACTION_CREATE", event)
    await house.result(invocation)
    if restarted:
        await house.restart_bot()

    tell(house, "INTERACTION_CREATE", event)
    await nothing_more(house, mia)

    assert answers(house, invocation) == 1
    assert len(house.images.calls) == 1
    assert house.states() == ["settled"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_what_was_refused_is_not_begun_when_it_is_told_once_more(
    house: House, mia: Member, *, restarted: bool
) -> None:
    lead = await lead_of(house)
    paused = await lead.slash("studio pause")
    await house.until(lambda: house.words(paused))
    invocation = await mia.slash("imagine", prompt="a fox")
    event = last_event(house, "INTERACTION_CREATE")
    words = await house.refusal(invocation)
    resumed = await lead.slash("studio resume")
    await house.until(lambda: house.words(resumed))
    if restarted:
        await house.restart_bot()

    tell(house, "INTERACTION_CREATE", event)
    await nothing_more(house, mia)

    assert "has paused picture making" in words
    assert house.words(invocation) == words
    assert house.images.calls == []
    assert house.jobs() == ()


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_grant_that_is_told_twice_adds_once(house: House, *, restarted: bool) -> None:
    lead = await lead_of(house)
    await house.ended(await lead.slash("quota set", kind="budget", amount="$5", window="month"))
    granted = await lead.slash("quota grant", amount="$2", reason="a campaign")
    event = last_event(house, "INTERACTION_CREATE")
    tell(house, "INTERACTION_CREATE", event)
    await house.ended(granted)
    if restarted:
        await house.restart_bot()
    tell(house, "INTERACTION_CREATE", event)
    await nothing_more(house, lead)

    once_more = await lead.slash("quota grant", amount="$1", reason="another")
    await house.ended(once_more)

    assert "from $5" in house.words(granted)
    assert "to $7" in house.words(granted)
    assert "from $7" in house.words(once_more)
    assert "to $8" in house.words(once_more)


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_reply_that_is_told_twice_changes_the_picture_once(
    house: House, mia: Member, lighthouse: Message, *, restarted: bool
) -> None:
    await mia.reply(lighthouse, "make it snowy")
    event = last_event(house, "MESSAGE_CREATE")
    tell(house, "MESSAGE_CREATE", event)
    await house.until(lambda: house.states() == ["settled"] * 2 and house.unanswered() == 0)
    if restarted:
        await house.restart_bot()

    tell(house, "MESSAGE_CREATE", event)
    await nothing_more(house, mia)

    assert len(house.images.calls) == 2
    assert house.states() == ["settled"] * 2


@pytest.mark.parametrize("button", ["Again", "Vary"])
async def test_a_double_click_is_paid_once(house: House, mia: Member, lighthouse: Message, button: str) -> None:
    first, second = [await mia.click(lighthouse, button) for _ in range(2)]
    await house.until(lambda: house.posted(first) or house.posted(second))
    await nothing_more(house, mia)

    assert len(house.images.calls) == 2
    assert house.states() == ["settled"] * 2
    assert answers(house, second) == 1


async def test_who_presses_again_later_gets_another(
    house: House, mia: Member, lighthouse: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord_ui.intake.DOUBLE", timedelta(0))
    await house.result(await mia.click(lighthouse, "Again"))
    await house.result(await mia.click(lighthouse, "Again"))

    assert house.states() == ["settled"] * 3


async def test_two_members_who_press_at_once_both_get_theirs(house: House, mia: Member, lighthouse: Message) -> None:
    ben = house.discord.server.add_member("Ben")
    pressed = [await member.click(lighthouse, "Again") for member in (mia, ben)]
    await house.ended(*pressed)

    assert all(house.posted(each) for each in pressed)
    assert house.states() == ["settled"] * 3


async def test_a_choice_that_is_told_twice_is_made_once(house: House, mia: Member, lighthouse: Message) -> None:
    chosen = await choose(mia, lighthouse, "pan-left")
    house.repeat_last_event("INTERACTION_CREATE")
    await house.result(chosen)
    await nothing_more(house, mia)

    assert len(house.images.calls) == 2


async def test_files_of_a_command_that_is_told_twice_are_downloaded_and_paid_once(house: House, mia: Member) -> None:
    invocation = await mia.slash("edit", prompt="make it snowy", image=Upload("fox.png", png(64, 64)))
    house.repeat_last_event("INTERACTION_CREATE")
    await house.result(invocation)
    await nothing_more(house, mia)

    assert len(house.images.calls) == 1
    assert house.states() == ["settled"]


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_dialog_that_is_told_twice_is_taken_once(
    house: House, mia: Member, lighthouse: Message, *, restarted: bool
) -> None:
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    submitted = await mia.submit_modal(dialog, {"prompt": "make it snowy", "files": [Upload("fox.png", png(64, 64))]})
    event = last_event(house, "INTERACTION_CREATE")
    tell(house, "INTERACTION_CREATE", event)
    await house.result(submitted)
    if restarted:
        await house.restart_bot()
    tell(house, "INTERACTION_CREATE", event)
    await nothing_more(house, mia)

    assert answers(house, submitted) == 1
    assert len(house.images.calls) == 2
    assert house.states() == ["settled"] * 2


async def test_a_dialog_that_is_told_again_over_resume_is_taken_once(
    house: House, mia: Member, lighthouse: Message
) -> None:
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    submitted = await mia.submit_modal(dialog, {"prompt": "make it snowy"})
    house.repeat_last_event("INTERACTION_CREATE")
    await house.discord.gateway.ask_reconnect()
    await house.until(lambda: house.discord.gateway.resumes == 1)
    house.repeat_last_event("INTERACTION_CREATE")
    await house.result(submitted)
    await nothing_more(house, mia)

    assert len(house.images.calls) == 2


async def test_a_dialog_that_is_sent_twice_is_paid_once(house: House, mia: Member, lighthouse: Message) -> None:
    dialog = await mia.click(lighthouse, "Edit")
    await house.until(lambda: dialog.modal is not None)
    sent: dict[str, object] = {"prompt": "make it snowy", "quality": "low"}
    first, second = [await mia.submit_modal(dialog, sent) for _ in range(2)]
    await house.until(lambda: house.posted(first) or house.posted(second))
    await nothing_more(house, mia)

    assert len(house.images.calls) == 2
    assert house.states() == ["settled"] * 2


async def test_an_amount_that_is_sent_twice_is_granted_once(house: House, mia: Member) -> None:
    lead = await lead_of(house)
    log = house.discord.server.channel("random")
    begun = await lead.slash("studio setup", budget="$20", each="1 picture", log=log)
    await house.until(lambda: house.words(begun))
    await house.imagine(mia)
    refused = await (await mia.slash("imagine", prompt="a fox")).shown()
    await house.ended(await mia.click(refused, "Ask for more"))
    increase = log.messages[-1]
    opened = await lead.click(increase, "Other amount…")
    await house.until(lambda: opened.modal is not None)

    first = await lead.submit_modal(opened, {"amount": "3"})
    house.repeat_last_event("INTERACTION_CREATE")
    second = await lead.submit_modal(opened, {"amount": "3"})
    await house.until(lambda: second.followups or first.followups)
    usage = await (await mia.slash("usage")).shown()
    await house.until(lambda: not usage.loading)

    (told,) = [*first.followups, *second.followups]
    assert told.content.startswith("That was decided already.")
    assert "granted 3 pictures" in increase.content
    assert "3 of 4 pictures left" in usage.content
    assert len(mia.direct_channel.messages) == 1
