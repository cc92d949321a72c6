"""Prompt help on the page: words written anew, before and after, and a picture described; then drawn."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import NORMAL, PATIENCE, PHONE, as_file, picture

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from tests.page.windows import Windows


async def test_words_are_written_anew_for_a_price_and_drawn(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    await mia.slash("enhance", prompt="a red fox")
    dialog = mia.page.get_by_role("dialog")
    price = dialog.get_by_text("At most $0.002 for the words; no picture yet")
    await expect(price).to_be_visible(timeout=PATIENCE)
    await dialog.get_by_role("button", name="Submit").click()
    answer = mia.messages.filter(has_text="After")
    await expect(answer).to_contain_text("a red fox, seen from a little below", timeout=PATIENCE)
    await expect(answer).to_contain_text("No picture was made; these words cost")
    await answer.get_by_role("button", name="Draw the new words").click()

    await expect((await mia.result()).locator(".picture img")).to_have_js_property(
        "complete", value=True, timeout=PATIENCE
    )


async def test_before_and_after_stand_side_by_side_on_a_computer_and_one_below_the_other_on_a_phone(
    windows: Windows,
) -> None:
    mia = await windows.open("Mia", windows.room())
    await mia.slash("enhance", prompt="a red fox")
    await mia.page.get_by_role("dialog").get_by_role("button", name="Submit").click()
    fields = mia.messages.filter(has_text="After").locator(".field")
    await expect(fields).to_have_count(2, timeout=PATIENCE)
    on_computer, on_phone = await tops_of(fields), await tops_of(fields, PHONE)

    assert on_computer[0] == on_computer[1]
    assert on_phone[0] < on_phone[1]


async def tops_of(found: Locator, size: tuple[int, int] = NORMAL) -> list[float]:
    """Where each begins, from above, in a window of this size."""
    await found.page.set_viewport_size({"width": size[0], "height": size[1]})
    boxes = [await found.nth(place).bounding_box() for place in range(await found.count())]
    return [box["y"] for box in boxes if box is not None]


async def test_a_picture_is_described_for_a_price_and_its_words_are_edited_first(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    await mia.words.press_sequentially("/describe ")
    await mia.option("image").set_input_files([as_file("mine.png", picture())])
    await mia.page.locator(".command .go").click()
    await mia.page.get_by_role("button", name="Describe · $0.002").click()
    answer = mia.messages.filter(has_text="A square picture in")
    await answer.get_by_role("button", name="Edit first").click()
    dialog = mia.page.get_by_role("dialog")
    await expect(dialog.get_by_label("What to make")).to_have_value(
        re.compile("A square picture in .*"), timeout=PATIENCE
    )
    await dialog.get_by_role("button", name="Submit").click()

    await expect((await mia.result()).locator(".picture img")).to_have_js_property(
        "complete", value=True, timeout=PATIENCE
    )
