"""The system's Chromium, where there is one."""

from __future__ import annotations

import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from playwright.async_api import Browser

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
MISSING = "the page is tried in Chromium, and none is on this machine (apt install chromium)"


@asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    from playwright.async_api import async_playwright  # noqa: PLC0415 - only where there is a Chromium

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        await browser.close()
