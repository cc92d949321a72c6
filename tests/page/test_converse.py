"""Conversations on the page: a result is gone on with in a thread, where whatever is said is the next instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Windows


async def test_a_result_is_gone_on_with_in_a_thread_by_what_is_said_there(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    lighthouse = await mia.imagine("a lighthouse", quality="low")
    before = len(windows.sandbox.images.turns)

    await lighthouse.get_by_role("button", name="⋯ More").click()
    await mia.page.get_by_role("option", name="Continue in a thread").click()
    await expect(lighthouse.get_by_role("button", name="Open thread")).to_be_visible(timeout=PATIENCE)
    await mia.messages.filter(has_text="Say what to change next in").locator("button.mention").click()
    await mia.messages.filter(has_text="Say what to do next to #").wait_for()
    for number, words in enumerate(("make it snowy", "and now at night")):
        await mia.words.fill(words)
        await mia.words.press("Enter")
        picture = (await mia.result(before=number)).locator(".picture img")
        await expect(picture).to_have_js_property("complete", value=True, timeout=PATIENCE)
        assert await picture.get_attribute("alt")

    turns = windows.sandbox.images.turns[before:]
    assert ["previous_response_id" in turn for turn in turns] == [False, True]
    await mia.page.get_by_role("button", name="End", exact=True).click()
    await expect(mia.messages.last).to_contain_text(
        "This conversation has ended: 2 turns, 2 pictures", timeout=PATIENCE
    )
    await expect(mia.page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=PATIENCE)
