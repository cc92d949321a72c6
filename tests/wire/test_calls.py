"""Who calls the bot, and who asks for help, over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.services.requests import format_price
from cogs.edit.pick_picture import DRAW
from tests.wire.house import labels
from tests.wire.test_replies import spoken

if TYPE_CHECKING:
    from tests.wire.house import House


async def test_a_wish_in_a_mention_is_drawn_when_its_button_is_pressed(house: House) -> None:
    server = house.discord.server
    mia = server.add_member("Mia")
    words = await mia.send(server.channel("studio"), f"{server.bot.mention} a lighthouse on a cliff")
    question = await spoken(house, words)
    (draw,) = labels(question)
    assert question.content == DRAW
    assert house.images.calls == []

    await mia.click(question, draw)
    await house.until(lambda: question.deleted)
    result = await spoken(house, words)

    assert result.content.startswith("**#1**")
    assert house.images.calls[-1].prompt == "a lighthouse on a cliff"
    assert draw == f"Draw it · {format_price(house.jobs()[-1].hold_nano)}"


async def test_help_opens_commands_and_its_topics_outlast_a_restart(house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    answer = await (await mia.slash("help")).shown()
    assert "</imagine:" in answer.content
    assert answer.only_for is mia.user

    await house.restart_bot()
    await mia.select(answer, "help", "changing")
    await house.until(lambda: answer.content.startswith("**Changing a picture**"))
