"""The panel of defaults on the page: read as it stands, changed with a mouse or a keyboard, on a telephone too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.page.test_access import breaches
from tests.page.windows import NORMAL, PATIENCE, PHONE

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.page.windows import Window, Windows


async def panel(window: Window, command: str = "settings") -> Locator:
    await window.slash(command)
    found = window.messages.filter(has=window.page.get_by_role("button", name="Reset all"))
    await found.wait_for()
    return found


@pytest.mark.parametrize("size", [NORMAL, PHONE])
async def test_a_member_reads_and_changes_their_defaults(size: tuple[int, int], windows: Windows) -> None:
    room = windows.room()
    mia = await windows.open("Mia", room, size, dark=size == PHONE)
    shown = await panel(mia)
    before = await breaches(mia)

    await shown.get_by_role("button", name="Quality: ").click()
    await mia.page.get_by_role("option", name=re.compile("^Low")).click()
    await expect(shown).to_contain_text("Quality: low, yours", timeout=PATIENCE)
    await shown.get_by_role("button", name="Write a size").click()
    await mia.page.get_by_role("dialog").get_by_label("Size").fill("a4 landscape")
    await mia.page.keyboard.press("Enter")
    await expect(shown).to_contain_text("1584×1120, yours", timeout=PATIENCE)
    after = await breaches(mia)

    assert before == after == []
    assert await mia.page.evaluate("document.documentElement.scrollWidth") <= size[0]


async def test_a_lead_chooses_for_the_server(windows: Windows) -> None:
    noor = await windows.open("Noor", windows.room())
    shown = await panel(noor, "studio defaults")

    await shown.get_by_role("button", name="Previews: ").click()
    await noor.page.get_by_role("option", name=re.compile("^No previews")).click()
    await expect(shown).to_contain_text("Previews: none, this server's", timeout=PATIENCE)
    await shown.get_by_role("button", name="Reset all").click()

    await expect(shown).to_contain_text("Previews: at most 3, the bot's", timeout=PATIENCE)
