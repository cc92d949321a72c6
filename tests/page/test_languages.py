"""People read the bot in the language that they choose on the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Window, Windows

SAID = ".messages li.message:has(.tag) .body :is(.md, .embed, .components, [role=group], select, button:not(.mention))"
ENGLISH = re.compile(
    r"\b(the|your|you|this|were|is|not|of|for|with|picture|pictures|charged|left|more)\b", re.IGNORECASE
)
CHROME = ("Dismiss message", "Open the picture:")  # the page's own words, which stand for those of Discord's client


async def test_nothing_of_a_german_tour_is_english(windows: Windows) -> None:
    noor = await windows.open("Noor", windows.room())
    choice = noor.page.get_by_role("combobox", name="Your language")
    await choice.select_option("de")
    await noor.words.press_sequentially("/imag")
    await expect(noor.page.get_by_role("option", name="Zeichnet ein Bild nach deinen Worten.")).to_be_visible()
    await noor.words.fill("")
    result = await noor.imagine("ein Leuchtturm", quality="low", private="True")
    await expect(result).to_contain_text("für")
    await result.get_by_role("button", name="⋯ Mehr").click()
    await noor.page.get_by_role("option", name="Details").click()
    await noor.messages.filter(has_text="Erstellt mit").wait_for()
    await result.get_by_role("button", name="Ändern").click()
    dialog = noor.page.get_by_role("dialog")
    await expect(dialog.get_by_label("Was sich ändern soll")).to_have_value("ein Leuchtturm", timeout=PATIENCE)
    await noor.page.keyboard.press("Escape")
    await result.click(button="right", position={"x": 5, "y": 5})
    await expect(noor.page.get_by_role("menuitem", name="Bild beschreiben")).to_be_visible()
    await noor.page.keyboard.press("Escape")
    for command, answer in TOUR.items():
        await noor.slash(command)
        await noor.messages.filter(has_text=answer).last.wait_for()
    limits = noor.messages.filter(has_text=TOUR["quota show"]).locator(".embed time").first

    await expect(limits).to_have_text(re.compile(r"in \d+ (Stunden?|Minuten?|Tagen?)|morgen"))
    await expect(choice).to_have_value("de")
    assert await english(noor) == []
    await choice.select_option("en-US")


TOUR = {
    "help": "Was du hier tun kannst",
    "history": "Deine Bilder",
    "settings": "Deine Standardeinstellungen auf diesem Server",
    "quota show": "Limits dieses Servers",
    "studio status": "Bilderstellung auf diesem Server",
    "studio moderation": "Der übliche Filter der Bild-API entscheidet.",
    "studio defaults": "Die Standardeinstellungen dieses Servers",
    "studio audit": "Entscheidungen",
}


async def english(window: Window) -> list[str]:
    """What the bot says in this window in words that German does not have."""
    said = await window.page.locator(SAID).all_inner_texts()
    assert said
    return [text for text in said if not text.startswith(CHROME) and ENGLISH.search(text)]
