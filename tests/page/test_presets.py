"""Presets on the page: a starter is chosen and filled in, and what came of it is kept as one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Windows


async def test_a_starter_is_filled_in_and_its_result_kept(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())

    await mia.slash("preset list")
    page = mia.messages.filter(has_text="Book illustration")
    await page.get_by_role("button", name="Look at a preset").click()
    await mia.page.get_by_role("option", name="Sticker · starter").click()
    panel = mia.messages.filter(has_text="Asks for").filter(has_text="Sticker")
    await panel.get_by_role("button", name="Use").click()
    dialog = mia.page.get_by_role("dialog")
    await expect(dialog.get_by_text("Price: $")).to_be_visible(timeout=PATIENCE)
    await dialog.get_by_label("Subject").fill("an owl")
    await dialog.get_by_label("Style").select_option("retro")
    await dialog.get_by_role("button", name="Submit").click()
    picture = await mia.result()
    await picture.get_by_role("button", name="⋯ More").click()
    await mia.page.get_by_role("option", name="Save as preset").click()
    await dialog.get_by_label("Name").fill("Owl sticker")
    await dialog.get_by_label("Pictures to start from").select_option("itself")
    await dialog.get_by_role("button", name="Submit").click()
    kept = mia.messages.filter(has_text="Saved.")

    await expect(kept).to_contain_text("Owl sticker", timeout=PATIENCE)
    await expect(kept.get_by_role("img", name="One picture, from which the preset starts.")).to_be_visible()
    await expect(picture).to_contain_text("an owl in a retro style")
