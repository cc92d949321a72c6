"""Talk below pictures, over the wire: it costs nothing until somebody says that it is a wish."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.services.pricing import format_price
from cogs.edit.picking import OFFER
from tests.wire.house import labels
from tests.wire.test_replies import below, spoken

if TYPE_CHECKING:
    from tests.wire.house import House


@pytest.mark.parametrize("talk", ["why is the sky green?", "Perfekt, danke", "так держать", "とても素敵ですね", "شكرا"])
async def test_talk_is_asked_about_and_its_button_outlives_the_bot(talk: str, house: House) -> None:
    mia = house.discord.server.add_member("Mia")
    words = await mia.reply(await house.imagine(mia), talk)
    question = await spoken(house, words)
    calls, (change,) = len(house.images.calls), labels(question)
    await house.restart_bot()
    await mia.click(question, change)
    await house.until(lambda: question.deleted and below(house, words))

    assert question.content == OFFER.format("#1")
    assert calls == 1
    result = await spoken(house, words)
    assert result.content.startswith("**#2**")
    assert house.images.calls[-1].prompt == talk
    assert change == f"Change it · {format_price(house.jobs()[-1].hold_nano)}"
