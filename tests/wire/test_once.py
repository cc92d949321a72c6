"""A private question, a dialog and *Try again* promise one payment: whoever uses one again reads what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.discord import Upload, Way
from bot.sandbox.images import Fault, FaultKind
from cogs.edit.buttons import NOT_OFFERED
from tests.examples import png
from tests.wire.house import buttons, labels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.discord import Invocation, Member, Message
    from tests.wire.house import House

ONCE = "❌ This can be used once, and it was"


@pytest.fixture(autouse=True)
def slow_presses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No two presses are so close that they would count as a double click."""
    monkeypatch.setattr("bot.discord_ui.intake.DOUBLE", timedelta(0))


async def vary_own(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """What presses the button that *Vary image* shows on a result."""
    shown = await (await mia.message_command("Vary image", await house.imagine(mia))).shown()
    (vary,) = labels(shown)
    return lambda: mia.click(shown, vary)


async def vary_others(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """The same on somebody's photo."""
    ben = house.discord.server.add_member("Ben")
    photo = await ben.send(house.discord.server.channel("studio"), "look", [Upload("photo.png", png(64, 64))])
    shown = await (await mia.message_command("Vary image", photo)).shown()
    (vary,) = labels(shown)
    return lambda: mia.click(shown, vary)


async def which(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """What answers the question which picture is meant, each time with another."""
    shown = await (await mia.click(await house.imagine(mia, count=2), "Vary")).shown()
    choices = labels(shown)
    return lambda: mia.click(shown, choices.pop())


async def dialog(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """What sends the dialog of ✏️ Edit."""
    opening = await mia.click(await house.imagine(mia), "Edit")
    await house.until(lambda: opening.modal is not None)
    return lambda: mia.submit_modal(opening, {"prompt": "make it snowy"})


async def failure(house: House, mia: Member) -> Message:
    """What is said where no picture was made."""
    house.images.faults.add(Fault(FaultKind.OUTPUT_BLOCKED))
    failed = await mia.slash("imagine", prompt="a fox")
    await house.refusal(failed)
    assert failed.response is not None
    return failed.response


async def retry(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """What presses *Try again*."""
    told = await failure(house, mia)
    return lambda: mia.click(told, "Try again")


async def reword(house: House, mia: Member) -> Callable[[], Awaitable[Invocation]]:
    """What sends the dialog of *Change the words*."""
    opening = await mia.click(await failure(house, mia), "Change the words")
    await house.until(lambda: opening.modal is not None)
    return lambda: mia.submit_modal(opening, {"prompt": "a tame fox"})


OFFERS = [vary_own, which, dialog, retry, reword]


@pytest.mark.parametrize("offered", [*OFFERS, vary_others], ids=lambda each: each.__name__)
async def test_what_was_offered_once_is_paid_once(
    offered: Callable[[House, Member], Awaitable[Callable[[], Awaitable[Invocation]]]],
    house: House,
    mia: Member,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def not_closed(*_: object) -> None:
        """The second press overtakes it."""

    monkeypatch.setattr("bot.discord_ui.questions.Questions.close", not_closed)
    use = await offered(house, mia)
    made = await house.result(await use())
    calls = len(house.images.calls)
    again = await (await use()).shown()

    number = made.content.partition("**#")[2].partition("**")[0]
    link = f"https://discord.com/channels/{house.discord.server.id}/{made.channel.id}/{made.id}"
    assert again.content.startswith(f"{ONCE}: it made [#{number}]({link}). Nothing more was begun")
    assert again.only_for is mia.user
    assert len(house.images.calls) == calls


@pytest.mark.parametrize("offered", OFFERS, ids=lambda each: each.__name__)
async def test_what_was_used_is_known_over_restarts(
    offered: Callable[[House, Member], Awaitable[Callable[[], Awaitable[Invocation]]]], house: House, mia: Member
) -> None:
    use = await offered(house, mia)
    await house.restart_bot()
    await house.result(await use())
    calls = len(house.images.calls)
    await house.restart_bot()
    again = await (await use()).shown()

    assert again.content.startswith(f"{ONCE}: it made [#")
    assert len(house.images.calls) == calls


async def test_an_offer_of_long_ago_is_not_taken_up(house: House, mia: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    use = await dialog(house, mia)
    calls = len(house.images.calls)
    monkeypatch.setattr("bot.discord_ui.intake.OFFERED_FOR", timedelta(hours=-1))
    refused = await (await use()).shown()

    assert refused.content.startswith("❌ This is more than a month old. Ask once more where it came from.")
    assert len(house.images.calls) == calls


async def test_what_is_used_while_it_is_being_made_says_so(house: House, mia: Member) -> None:
    use = await dialog(house, mia)
    house.gate.clear()
    first = await use()
    await house.in_mid_job(len(house.images.calls) or 1)
    await house.until(lambda: len(house.jobs()) == 2)
    again = await (await use()).shown()
    house.gate.set()
    await house.result(first)

    assert again.content.startswith(ONCE)
    assert len(house.jobs()) == 2


async def test_what_led_to_no_picture_says_so(house: House, mia: Member) -> None:
    use = await vary_own(house, mia)
    await house.restart_bot()  # then the question is not closed
    house.images.faults.add(Fault(FaultKind.OUTPUT_BLOCKED))
    await house.refusal(await use())
    again = await (await use()).shown()

    assert again.content.startswith(f"{ONCE}, but no picture came of it")


async def test_what_was_refused_before_anything_was_reserved_may_be_used_again(house: House, mia: Member) -> None:
    use = await vary_own(house, mia)
    await house.restart_bot(ATELIER_MEMBER_DAILY_IMAGES=1)
    refused = await (await use()).shown()
    await house.restart_bot()
    made = await house.result(await use())

    assert "allowance" in refused.content
    assert made.content.startswith("**#2**")


async def test_the_question_of_vary_image_is_closed_by_its_answer(house: House, mia: Member) -> None:
    shown = await (await mia.message_command("Vary image", await house.imagine(mia))).shown()
    await house.result(await mia.click(shown, labels(shown)[0]))
    await house.until(lambda: not buttons(shown))

    assert shown.content == "You chose #1."


async def test_the_offer_of_vary_image_goes_down_the_ladder(house: House, mia: Member) -> None:
    picture = await house.imagine(mia)
    house.discord.faults.refuse(Way.FIRST_ANSWER, 50035, status=400, having=("components",))

    shown = await (await mia.message_command("Vary image", picture)).shown()

    assert shown.only_for is mia.user
    assert (shown.content, buttons(shown)) == (NOT_OFFERED, [])
    assert len(house.images.calls) == 1
