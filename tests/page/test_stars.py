"""Stars on the page: the button counts, and enough of them bring a picture into the gallery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Windows


async def test_a_star_is_counted_on_the_button_and_brings_the_picture_into_the_gallery(windows: Windows) -> None:
    wall, room = windows.room("best-of-starred"), windows.room()
    noor, maker = await windows.open("Noor", wall), await windows.open("Noor", room)
    await noor.slash("studio gallery", channel=wall.name, stars="1")
    await noor.messages.filter(has_text="from 1 star").first.wait_for()
    picture = await maker.imagine("a lighthouse", quality="low")
    mia = await windows.open("Mia", room)

    await mia.messages.get_by_role("button", name="Star", exact=True).click()
    await picture.get_by_role("button", name="Star · 1 star").wait_for()
    told = mia.messages.filter(has_text="Only you can see this").filter(has_text="one of your favourites now")
    await expect(told).to_contain_text("Your star brings it into", timeout=PATIENCE)
    post = noor.messages.filter(has=noor.page.locator(".picture"))
    await post.get_by_role("button", name="Star · 1 star").wait_for()
    await mia.slash("history", favourites="True")
    found = mia.messages.filter(has_text="used /history").filter(has_text="Your favourites")
    await found.filter(has_text="a lighthouse").wait_for()

    assert await post.locator(".picture img").get_attribute("alt") == await picture.locator(
        ".picture img"
    ).get_attribute("alt")
    await noor.slash("studio gallery", off="True")
    await noor.messages.filter(has_text="to none").wait_for()
