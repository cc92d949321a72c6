"""People read the bot in the language that they choose on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    from tests.page.windows import Windows


async def test_a_member_reads_the_help_and_their_result_in_german(windows: Windows) -> None:
    noor = await windows.open("Noor", windows.room())
    choice = noor.page.get_by_role("combobox", name="Your language")
    await choice.select_option("de")
    await noor.slash("help")
    await noor.messages.filter(has_text="Was du hier tun kannst").wait_for(timeout=PATIENCE)
    result = await noor.imagine("a fox in the snow", quality="low", private="True")

    await expect(result).to_contain_text("für")
    await expect(result.get_by_role("button", name="Ändern")).to_be_visible()
    await expect(choice).to_have_value("de")
    await choice.select_option("en-US")


async def test_who_reads_latin_american_spanish_has_prices_as_there(windows: Windows) -> None:
    noor = await windows.open("Noor", windows.room())
    choice = noor.page.get_by_role("combobox", name="Your language")
    await choice.select_option("es-419")
    result = await noor.imagine("a fox in the snow", quality="low", private="True")

    await expect(result.get_by_role("button", name="Otra vez · USD\xa00.0")).to_be_visible()
    await expect(choice).to_have_value("es-419")
    await choice.select_option("en-US")
