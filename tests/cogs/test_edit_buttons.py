"""Vary, Finish, and what stands behind ⋯."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import discord
import pytest

from bot.language import Language
from bot.services.policy import Requester
from bot.services.requests import TITLES, Change, format_price
from bot.services.requests.pricing import estimate
from cogs.edit.buttons import EMOJI, EditButton, VaryButton
from tests.cogs.house import SAID, rule
from tests.cogs.replying import labels
from tests.examples import MODEL, png

if TYPE_CHECKING:
    from simcord import InteractionResult

    from bot.discord_ui.buttons import PictureButton
    from tests.cogs.house import House
    from tests.conftest import OpenHouse

SQUARE, UPRIGHT, WIDE = png(64, 64), png(64, 96), png(96, 64)


def said(house: House, answer: InteractionResult) -> str:
    """What only the member sees, said at once."""
    assert answer.response is not None
    assert answer.response.ephemeral
    assert house.callbacks[-1] == SAID
    return answer.response.content


def price_of_finish(house: House) -> str:
    label = next(label for label in labels(house.posted[-1]) if label.startswith("Finish"))
    return label.removeprefix("Finish · ")


async def test_the_buttons_stand_in_their_order(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(quality="low")

        shown = labels(house.posted[0])
        assert [label.split(" ")[0] for label in shown[:5]] == ["Edit", "Again", "Vary", "Finish", "Star"]
        assert len(shown) == 6


async def test_what_is_behind_more_shows_its_price(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(quality="low")

        select = house.posted[0].components[-1]
        assert isinstance(select, discord.ActionRow)
        (menu,) = select.children
        assert isinstance(menu, discord.SelectMenu)
        told = {option.value: option.description for option in menu.options}
        order = await house.services.requests.of_picture(1, house.server.id)
        assert order is not None
        zoom = house.services.drafting.price_of(order, order.pictures[0], Change.ZOOM_OUT)
        assert zoom is not None
        assert told["zoom-1.5"] == format_price(zoom)
        assert told["cut-out"]
        assert told["reference"] == "A dialog shows the prices"
        assert told["details"] is None


async def test_vary_goes_at_once_with_the_words_and_options_of_the_picture(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(prompt="a red fox", quality="low", size="square", model="gpt-image-2")

        await house.ben.click(house.posted[0], label="Vary")

        request = house.painter.asked[1]
        assert (request.change, request.prompt, request.parent) == (Change.VARY, "", 1)
        assert (request.model, request.size, request.quality, request.count) == ("gpt-image-2", "1024x1024", "low", 1)
        assert "a red fox" in request.sent_prompt
        assert [each.content for each in house.painter.inputs[1]] == [SQUARE]
        assert f"**#2** for <@{house.ben.id}>" in house.posted[1].content


async def test_finish_makes_the_same_in_the_next_quality_at_the_price_on_the_button(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(quality="low")
        price = price_of_finish(house)

        await house.mia.click(house.posted[0], label=f"Finish · {price}")

        request = house.painter.asked[1]
        assert (request.change, request.quality, request.size) == (Change.FINISH, "high", "1024x1024")
        assert price == format_price(estimate(MODEL, request).nano)


async def test_finish_is_not_offered_where_there_is_no_higher_quality(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(quality="high", model="gpt-image-2")

        assert not any(label.startswith("Finish") for label in labels(house.posted[0]))


async def test_an_old_finish_whose_quality_is_gone_says_so(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(quality="low", model="gpt-image-2")
        model = house.services.catalog.model("gpt-image-2")
        object.__setattr__(model, "qualities", ("low", "medium"))

        answer = await house.mia.click(house.posted[0], label=f"Finish · {price_of_finish(house)}")

        assert "has no better quality than low" in said(house, answer)


async def test_a_picture_of_a_model_that_was_shut_down_is_changed_by_another(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(model="gpt-image-2")
        model = house.services.catalog.model("gpt-image-2")
        object.__setattr__(model, "shutdown", date(2026, 1, 1))

        await house.mia.click(house.posted[0], label="Vary")

        assert house.painter.asked[1].model == "gpt-image-2.5-flare"


@pytest.mark.parametrize("label", ["Vary", "Finish"])
async def test_of_several_pictures_the_chosen_one_is_meant(label: str, opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(count=2, quality="low")
        shown = next(each for each in labels(house.posted[0]) if each.startswith(label))

        question = await house.mia.click(house.posted[0], label=shown)
        assert question.response is not None
        await house.mia.click(question.response, label="#2")

        assert house.painter.asked[-1].parent == 2
        assert len(house.posted) == 2


@pytest.mark.parametrize(("way", "title"), [("button", "Vary"), ("select", "Zoom out 2×")])
async def test_the_question_which_one_names_the_action_and_is_answered_once(
    way: str, title: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(count=2)
        message = house.posted[0]
        if way == "button":
            question = await house.ben.click(message, label="Vary")
        else:
            question = await house.ben.select(message, ["zoom-2"], custom_id="more:1")
        assert question.response is not None
        asked = question.response.content
        await house.ben.click(question.response, label="#2")

        assert asked == f"{title}: which picture?"
        assert question.response.content == "You chose #2."
        assert question.response.attachments == []
        assert not question.response.components
        assert len(house.painter.asked) == 3


async def test_a_second_press_of_the_same_answer_makes_nothing(
    opened: OpenHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord_ui.intake.DOUBLE", timedelta(0))
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(count=2)
        question = await house.ben.click(house.posted[0], label="Vary")
        assert question.response is not None
        await house.restart()  # then the question is not closed, and its buttons stay

        await house.ben.click(question.response, label="#2")
        again = said(house, await house.ben.click(question.response, label="#2"))
        await house.ben.click(question.response, label="#1")

        assert again.startswith("❌ This can be used once, and it was: it made [#3](https://discord.com/channels/")
        assert again.endswith("). Nothing more was begun, and nothing more is charged.")
        assert [request.parent for request in house.painter.asked[2:]] == [2]


async def test_who_was_refused_may_answer_once_more(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(count=2)
        question = await house.ben.click(house.posted[0], label="Vary")
        assert question.response is not None
        await rule(house, may_edit=False)
        refused = said(house, await house.ben.click(question.response, label="#2"))
        await rule(house)
        await house.ben.click(question.response, label="#2")

        assert "You cannot start from pictures here" in refused
        assert house.painter.asked[-1].parent == 2


async def test_again_and_vary_say_what_they_cost(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(count=2, quality="low")
        await house.ben.click(house.posted[0], label="Again")
        question = await house.ben.click(house.posted[0], label="Vary")
        assert question.response is not None
        await house.ben.click(question.response, label="#1")

        again, vary = (estimate(MODEL, house.painter.asked[place]).nano for place in (2, 4))
        assert labels(house.posted[0])[1:3] == [f"Again · {format_price(2 * again)}", f"Vary · {format_price(vary)}"]


async def test_the_buttons_work_after_a_restart(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine()
        await house.restart()

        await house.mia.click(house.posted[0], label="Vary")
        await house.mia.select(house.posted[0], ["zoom-2"], custom_id="more:1")

        assert [request.change for request in house.painter.asked[1:]] == [Change.VARY, Change.ZOOM_OUT_TWICE]


async def test_under_a_private_result_changes_are_private(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        first = await house.imagine(private=True)
        assert first.response is not None

        varied = await house.mia.click(first.response, label="Vary")
        zoomed = await house.mia.select(first.response, ["zoom-1.5"], custom_id="more:1")

        for answer in (varied, zoomed):
            assert answer.response is not None
            assert answer.response.ephemeral
        assert house.posted == []


# --- in direct messages, where a late private result ends up


async def offer_directly(house: House, button: PictureButton) -> discord.Message:
    """A direct message of the bot to Mia with this button."""
    view = discord.ui.View(timeout=None)
    view.add_item(button)
    channel = await house.bot.create_dm(discord.Object(house.mia.id))
    await channel.send("your result", view=view)
    message = house.mia.user.dm_channel.last_message
    assert message is not None
    return message


async def test_in_direct_messages_it_counts_where_the_picture_was_asked_for(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(private=True)
        message = await offer_directly(house, VaryButton(1))

        await house.mia.user.click(message, label="Vary")

        kept = await house.services.requests.of_picture(2, house.server.id)
        assert kept is not None
        assert kept.requester == Requester(house.server.id, house.channel.id, house.mia.id)
        assert house.posted == []


async def test_the_dialog_can_be_sent_in_direct_messages(opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = SQUARE
        await house.imagine(private=True)
        message = await offer_directly(house, EditButton(1))

        dialog = await house.mia.user.click(message, label="Edit")
        await house.mia.user.submit_modal(dialog, {"prompt": "make it snowy"})

        assert house.painter.asked[1].prompt == "make it snowy"
        kept = await house.services.requests.of_picture(2, house.server.id)
        assert kept is not None
        assert kept.requester.channel_id == house.channel.id


async def test_who_has_left_the_server_cannot_go_on_in_direct_messages(opened: OpenHouse) -> None:
    async with opened() as house:
        await house.imagine(private=True)
        message = await offer_directly(house, VaryButton(1))
        house.server.remove_member(house.mia)

        answer = await house.mia.user.click(message, label="Vary")

        assert "You are not a member of the server" in said(house, answer)


# --- ⋯


async def test_everything_that_can_be_done_without_words_stands_behind_more(opened: OpenHouse) -> None:
    async with opened() as house:
        offered = [(choice.value, choice.label) for choice in house.bot.more.choices]

        assert offered[: len(EMOJI)] == [(change.value, TITLES[change]) for change in EMOJI]
        assert offered[len(EMOJI)] == ("reference", "Use as reference")
        assert Language("de").translate(offered[3][1]) == "Nach rechts erweitern"


@pytest.mark.parametrize("change", list(EMOJI))
async def test_each_choice_does_what_it_says(change: Change, opened: OpenHouse) -> None:
    async with opened() as house:
        house.painter.content = UPRIGHT if change in {Change.SQUARE, Change.LANDSCAPE} else WIDE
        await house.imagine(prompt="a red fox")

        await house.ben.select(house.posted[0], [change.value], custom_id="more:1")

        request = house.painter.asked[1]
        assert (request.change, request.parent, request.prompt) == (change, 1, "")
        assert f"**#2** for <@{house.ben.id}>" in house.posted[1].content


@pytest.mark.parametrize(
    ("content", "choice", "sentence"),
    [
        (SQUARE, "square", "#1 is square already."),
        (UPRIGHT, "portrait", "#1 is in portrait format already."),
        (WIDE, "landscape", "#1 is in landscape format already."),
    ],
)
async def test_a_shape_that_the_picture_has_is_refused(
    content: bytes, choice: str, sentence: str, opened: OpenHouse
) -> None:
    async with opened() as house:
        house.painter.content = content
        await house.imagine()

        answer = await house.mia.select(house.posted[0], [choice], custom_id="more:1")

        assert sentence in said(house, answer)
        assert len(house.painter.asked) == 1
