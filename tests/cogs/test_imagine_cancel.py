"""Cancel: who may press it, what is asked, and what each answer says. That it does so is shown in `tests/wire`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import pytest

from bot.delivery.replies import CANCELS
from bot.services.jobs import Cancellations, Withdrawal
from cogs.imagine.cancel import DISCARDED, IS_DISCARDED, KEPT, OVER, WORDS_OVER, CancelButton, KeepButton, question_text
from tests.cogs.replying import custom_ids

if TYPE_CHECKING:
    from simcord import InteractionResult

    from bot.discord_ui.buttons import AtelierButton
    from bot.services.jobs import Canceller
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

NOT_YOURS = "❌ Only the member who asked for this picture, or a moderator, can cancel it."
UNKNOWN = "❌ I do not know this request any more."
ONE_PAID = "The image API has one picture already, and is paid for it: at most $0.019."


def test_the_button_under_progress_is_the_one_by_which_progress_is_known_again() -> None:
    assert CancelButton(7).item.custom_id == f"{CANCELS}7"


async def offer(house: House, button: AtelierButton) -> discord.Message:
    """A message of the bot with this button."""
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    await house.bot.get_partial_messageable(house.channel.id).send("🎨 Drawing your picture…", view=view)
    message = house.channel.last_message
    assert message is not None
    return message


async def asked_for(house: House) -> int:
    """The id of a request of Mia's, which has been answered."""
    answer = await house.imagine()
    (order,) = [await house.services.requests.of_picture(1, house.server.id)]
    assert answer is not None
    assert order is not None
    return int(order.id)


def said(answer: InteractionResult) -> str:
    assert answer.response is not None
    assert answer.response.ephemeral
    return answer.response.content


def find(monkeypatch: pytest.MonkeyPatch, withdrawal: Withdrawal, *, discards: bool = True) -> None:
    """Let the services find so much that is not over."""

    async def cancel(_: Cancellations, request_id: str, canceller: Canceller) -> Withdrawal:
        assert request_id == "81"
        assert canceller.server_id
        return withdrawal

    async def discard(_: Cancellations, request_id: str, __: Canceller) -> bool:
        assert request_id == "81"
        return discards

    async def keep(_: Cancellations, request_id: str, __: Canceller) -> bool:
        assert request_id == "81"
        return discards

    monkeypatch.setattr(Cancellations, "cancel", cancel)
    monkeypatch.setattr(Cancellations, "discard", discard)
    monkeypatch.setattr(Cancellations, "keep", keep)


@pytest.mark.parametrize(("whose", "words"), [("mia", f"❌ {OVER}"), ("moderator", f"❌ {OVER}"), ("ben", NOT_YOURS)])
async def test_only_who_asked_and_moderators_may(opened: OpenHouse, whose: str, words: str) -> None:
    async with opened() as house:
        message = await offer(house, CancelButton(await asked_for(house)))
        await house.restart()

        assert said(await getattr(house, whose).click(message, label="Cancel")) == words


async def test_a_request_that_is_not_there_cannot_be_cancelled(opened: OpenHouse) -> None:
    async with opened() as house:
        cancelled = await house.mia.click(await offer(house, CancelButton(7)), label="Cancel")
        kept = await house.mia.click(await offer(house, KeepButton(7)), label="Keep it")

        assert said(cancelled) == said(kept) == UNKNOWN


async def test_what_costs_nothing_is_not_asked_about(opened: OpenHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    find(monkeypatch, Withdrawal(free=2))
    async with opened() as house:
        message = await offer(house, CancelButton(81))
        await house.mia.click(message, label="Cancel")

        assert house.channel.last_message == message


@pytest.mark.parametrize(
    ("label", "discards", "words"),
    [
        ("Keep it", True, KEPT),
        ("Keep it", False, IS_DISCARDED),
        ("Discard it", True, DISCARDED),
        ("Discard it", False, OVER),
    ],
)
async def test_what_is_paid_for_is_asked_about_and_the_answer_takes_the_questions_place(
    opened: OpenHouse,
    monkeypatch: pytest.MonkeyPatch,
    label: str,
    discards: bool,  # noqa: FBT001 - a column of the table
    words: str,
) -> None:
    find(monkeypatch, Withdrawal(paid=1, paid_nano=19_000_000), discards=discards)
    async with opened() as house:
        question = await house.mia.click(await offer(house, CancelButton(81)), label="Cancel")
        asked = said(question)
        assert question.response is not None
        await house.mia.click(question.response, label=label)

        assert asked.endswith("at most $0.019. Keep it, or discard it when it comes?")
        assert question.response.content == words
        assert not question.response.components


@pytest.mark.parametrize(
    ("withdrawal", "text"),
    [
        (Withdrawal(0, 1, 18_000_001), "The image API has one picture already, and is paid for it: at most $0.019."),
        (Withdrawal(0, 1, 19_000_000), "The image API has one picture already, and is paid for it: at most $0.019."),
        (Withdrawal(0, 2, 38_000_000), "The image API has 2 pictures already, and is paid for them: at most $0.038."),
        (
            Withdrawal(1, 1, 19_000_000),
            f"One picture was not sent yet: cancelled, and nothing is charged for it. {ONE_PAID}",
        ),
        (
            Withdrawal(2, 1, 19_000_000),
            f"2 pictures were not sent yet: cancelled, and nothing is charged for them. {ONE_PAID}",
        ),
    ],
)
def test_the_question_says_what_is_paid_for_and_what_is_not(withdrawal: Withdrawal, text: str) -> None:
    assert question_text(withdrawal) == text


async def test_of_words_that_are_there_nothing_is_left_to_cancel(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.words.append("a red fox in deep snow")
        answer = await house.mia.submit_modal(
            await house.mia.slash(house.channel, "enhance", prompt="a red fox"), {"prompt": "a red fox"}
        )
        assert answer.response is not None
        (button, *_) = custom_ids(answer.response)
        message = await offer(house, CancelButton(int(button.split(":")[1].rstrip("!"))))

        assert said(await house.mia.click(message, label="Cancel")) == f"❌ {WORDS_OVER}"


async def test_words_that_are_being_written_are_paid_for_and_not_asked_about(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    find(monkeypatch, Withdrawal(paid=1, paid_nano=1_500_000, of_words=True))
    async with opened() as house:
        told = said(await house.mia.click(await offer(house, CancelButton(81)), label="Cancel"))

        assert told == (
            "❌ The words are being written already, and are paid for: at most $0.002. They are shown in a moment."
        )
