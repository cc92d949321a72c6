"""Behind the scenes: the bot is killed in mid-picture and comes back; what goes wrong is switched on."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.sandbox.page import live
from tests.page.windows import PATIENCE

if TYPE_CHECKING:
    import pytest

    from bot.sandbox.discord.wire.json_values import Json
    from tests.page.windows import Windows


async def test_the_bot_is_killed_in_mid_picture_and_comes_back(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    behind = mia.page.get_by_role("complementary")
    await mia.button("Behind the scenes").click()
    await behind.get_by_role("button", name="Kill and restart").wait_for()
    pid = windows.sandbox.bot.pid

    await mia.slash("imagine", prompt="a castle in the clouds", quality="max")
    await mia.page.locator(".messages .picture img").wait_for()
    await behind.get_by_role("button", name="Kill and restart").click()
    await mia.messages.filter(has_text=re.compile("not known|unknown|cannot tell|may have")).first.wait_for()

    assert windows.sandbox.bot.pid not in {pid, None}
    await expect(behind.locator(".state.unknown").first).to_be_visible(timeout=PATIENCE)
    await mia.imagine("a fox", quality="low")


async def test_what_stands_behind_the_scenes_is_shown_all_at_once(
    windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes bit by bit moves away from under a finger that is pressing."""
    say_news = live.Window._say_news  # pyright: ignore[reportPrivateUsage] - called through

    async def say_all_but_the_last(window: live.Window, name: str, said: Json) -> None:
        if name == "behind log":
            await told.wait()
        await say_news(window, name, said)

    told = asyncio.Event()
    monkeypatch.setattr(live.Window, "_say_news", say_all_but_the_last)
    mia = await windows.open("Mia", windows.room())
    behind = mia.page.get_by_role("complementary")
    await mia.button("Behind the scenes").click()
    await behind.get_by_text("Looking…").wait_for()
    await mia.page.wait_for_function("import('/static/state.js').then(({ state }) => 'clock' in state.behind)")
    before = await behind.get_by_role("group").all_inner_texts()
    told.set()
    await behind.get_by_text("The books").wait_for()

    assert before == ["Looking…"]
    assert not await behind.get_by_text("Looking…").count()


async def test_what_should_go_wrong_goes_wrong_once(windows: Windows) -> None:
    mia = await windows.open("Mia", windows.room())
    behind = mia.page.get_by_role("complementary")
    await mia.button("Behind the scenes").click()
    await behind.get_by_text("What should go wrong").click()

    await behind.get_by_label("The safety check blocks the words").click()
    await expect(behind.get_by_label("The safety check blocks the words")).to_be_checked(timeout=PATIENCE)
    await mia.slash("imagine", prompt="a harmless fox", quality="low")
    await mia.messages.filter(has_text="safety check").wait_for()
    await expect(behind.get_by_label("The safety check blocks the words")).not_to_be_checked(timeout=PATIENCE)

    full = behind.get_by_label("The disk is full")
    await full.check()
    await mia.slash("imagine", prompt="a fox for which there is no room", quality="low")
    await mia.messages.filter(has_text="I begin nothing new").wait_for()
    await expect(full).to_be_checked(timeout=PATIENCE)
    await full.uncheck()
    await behind.get_by_text("The bot's log").click()
    await expect(behind.get_by_label("The bot's log")).to_contain_text("can be written again", timeout=PATIENCE)

    await mia.imagine("a harmless fox", quality="low")
    call = behind.locator(".call").first
    await call.locator("summary").click()
    assert "a harmless fox" in await call.locator(".full").inner_text()
    assert "partial_images" in await call.locator(".request").inner_text()
