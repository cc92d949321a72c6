"""The page for everybody: axe's rules, a telephone's width, and a keyboard alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.page.windows import PHONE

if TYPE_CHECKING:
    from tests.page.windows import Window, Windows

FITS = "one => one.scrollWidth <= one.clientWidth && one.scrollHeight <= one.clientHeight + 2"
AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")


async def breaches(window: Window) -> list[str]:
    """Which rules of axe the page breaks as it stands, and where."""
    if not await window.page.evaluate("'axe' in window"):
        await window.page.evaluate(AXE)
    found: dict[str, Any] = await window.page.evaluate("axe.run()")
    return [f"{one['id']}: {node['html']}" for one in found["violations"] for node in one["nodes"]]


@pytest.mark.parametrize("dark", [False, True])
async def test_axe_finds_nothing_wherever_one_looks(windows: Windows, *, dark: bool) -> None:
    mia = await windows.open("Mia", windows.room(), dark=dark)
    assert await breaches(mia) == []

    await mia.imagine("a fox", quality="low")
    assert await breaches(mia) == []

    await mia.words.press_sequentially("/")
    await mia.page.get_by_role("listbox").wait_for()
    assert await breaches(mia) == []

    await mia.words.press_sequentially("imagine ")
    await mia.page.locator(".composer .command").wait_for()
    assert await breaches(mia) == []

    await mia.button("Behind the scenes").click()
    await mia.page.get_by_role("complementary", name="Behind the scenes").wait_for()
    assert await breaches(mia) == []


async def test_a_telephone_shows_all_of_it_without_scrolling_sideways(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room("reference-pictures-for-the-fair"), PHONE)
    await mia.button("Servers and channels").click()
    await mia.page.locator(".nav-open").wait_for()
    await mia.page.keyboard.press("Escape")
    await mia.imagine("a fox", quality="low")

    assert await mia.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    for cut in (".beginning h2", ".chat > header .name"):
        assert await mia.page.locator(cut).evaluate(FITS), cut
    assert await breaches(mia) == []


async def test_axe_finds_nothing_in_a_dialog_and_before_a_picture(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    result = await mia.imagine("a fox", quality="low")
    await result.locator(".picture").click()
    await mia.page.locator("dialog[open]").wait_for()
    assert await breaches(mia) == []

    await mia.page.keyboard.press("Escape")
    await result.get_by_role("button", name="Edit").click()
    await mia.page.locator("dialog[open]").wait_for()
    assert await breaches(mia) == []


async def test_a_picture_is_made_with_the_keyboard_alone(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    await mia.words.focus()
    await mia.page.keyboard.type("/imag")
    await mia.page.get_by_role("listbox").get_by_role("option").first.wait_for()
    await mia.page.keyboard.press("Enter")
    await mia.option("prompt").wait_for()
    await mia.page.keyboard.type("a fox")
    await mia.page.keyboard.press("Enter")

    await mia.result()
