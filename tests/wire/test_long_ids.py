"""Ids of any length, in whatever a person may send, are not there; nothing goes wrong by them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.sandbox.discord import Permission

if TYPE_CHECKING:
    from bot.sandbox.discord import Invocation
    from tests.wire.house import House, OpenHouse

LONG = ["9" * 19, "9" * 20, str(2**63), str(2**63 - 1), "9" * 60]
BUTTONS = [
    "edit:{}", "again:{}", "vary:{}", "finish:{}", "vary:{}!", "details:{}", "delete:{}", "delete-one:{}",
    "really-delete:{}", "show:{}", "quota-page:{}", "audit:{}", "audit-of-one:{}", "plea-grant:{}:{}", "plea-other:{}",
    "plea-decline:{}", "more:zoom-1.5:{}!", "pick:{}:{}",
]  # fmt: skip
WRONG = "Something went wrong"


async def _answered(house: House, pressed: Invocation) -> str:
    await house.until(lambda: pressed.answer is not None)
    await house.until(lambda: pressed.response is None or not pressed.response.loading)
    return house.words(pressed)


@pytest.mark.parametrize("number", LONG)
async def test_no_button_of_any_number_goes_wrong(open_house: OpenHouse, number: str) -> None:
    house = await open_house()
    lea = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await house.start_bot()
    message = await house.imagine(lea)
    button: Any = message.components[0]["components"][0]

    for form in BUTTONS:
        custom_id = form.replace("{}", number)
        if len(custom_id) <= 100:
            row = {"type": 1, "components": [{**button, "custom_id": custom_id}]}
            message.history.append(replace(message.version, components=(row,)))
            assert WRONG not in await _answered(house, await lea.click(message, custom_id)), custom_id

    assert len(house.images.calls) == 1


@pytest.mark.parametrize("number", [*LONG, "-1", "\u0663", "0"])
async def test_no_charge_of_any_number_goes_wrong(open_house: OpenHouse, number: str) -> None:
    house = await open_house()
    lea = house.discord.server.add_member("Lea", permissions=Permission.MANAGE_GUILD)
    await house.start_bot()

    for reference in (number, f"#{number}", f"{number}:1", f"1:{number}"):
        asked = await lea.slash("quota resolve", charge=reference, outcome="nothing", reason="the bill")
        assert WRONG not in await _answered(house, asked), reference
