"""Earlier pictures, on a contact sheet as people see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.page.windows import Windows

DRAWN = "image => image.complete && image.naturalWidth > 0"
SIZE = "image => [image.naturalWidth, image.naturalHeight]"


async def test_earlier_pictures_are_found_on_a_sheet_and_one_is_opened(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    for prompt in ("a heron in reeds", "a heron at dawn", "a grey heron, ink drawing", "a heron over a village"):
        await mia.imagine(prompt, quality="low")

    await mia.slash("history", search="heron")
    page = mia.messages.filter(has_text="Your pictures · “heron”").first
    sheet = page.get_by_role("img", name=re.compile(r"^Contact sheet of 4 pictures in rows of two: #\d+, a heron over"))
    await sheet.wait_for()
    await mia.page.wait_for_function(DRAWN, arg=await sheet.element_handle())
    size = await sheet.evaluate(SIZE)
    await page.get_by_role("button", name="Open a picture").click()
    await mia.page.get_by_role("option", name=re.compile("a heron at dawn$")).click()
    opened = mia.messages.filter(has_text="a heron at dawn").last
    await opened.get_by_role("button", name=re.compile("^Again")).wait_for()

    classes = await page.get_attribute("class")
    assert size == [732, 732]
    assert "ephemeral" in (classes or "")
    await sheet.scroll_into_view_if_needed()  # for the screenshot
