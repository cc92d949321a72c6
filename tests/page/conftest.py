"""A browser and a sandbox for all tests of the page in one process; each test has rooms and windows of its own.

Where there is no Chromium, these tests are skipped. `PAGE_SCREENSHOTS=DIR` keeps what they saw.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from bot.config import inherited_environment
from bot.demo.browser import Choices, Sandbox, opened
from bot.sandbox.images import ImageOptions
from tests.page.browsers import CHROMIUM, MISSING, chromium
from tests.page.windows import PATIENCE, Windows

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import BrowserContext

CHOICES = Choices(
    0, opens=False, environment=inherited_environment(), images=ImageOptions(pace=0.25, seed=3), first_answer=60.0
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    missing = pytest.mark.skip(reason=MISSING)
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            if CHROMIUM is None:
                item.add_marker(missing)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context() -> AsyncIterator[BrowserContext]:
    """One for all windows, and never without one: each starts from what those before it have loaded."""
    async with chromium() as browser, await browser.new_context() as opened_one:
        opened_one.set_default_timeout(PATIENCE)
        await opened_one.new_page()
        yield opened_one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sandbox() -> AsyncIterator[Sandbox]:
    """With an allowance that no order of the tests uses up: they share their people."""
    async with opened(CHOICES) as box:
        noor = box.discord.server.members["Noor"]
        allowed = await noor.slash("quota set", kind="allowance", amount="1000 pictures", window="day")
        assert "1,000" in (await allowed.shown(60)).content
        yield box


@pytest_asyncio.fixture(loop_scope="session")
async def windows(request: pytest.FixtureRequest, context: BrowserContext, sandbox: Sandbox) -> AsyncIterator[Windows]:
    """Opens windows; at their end nothing may have gone wrong in any of them."""
    opened_ones = Windows(context, sandbox, request.node.name)
    yield opened_ones
    kept = os.environ.get("PAGE_SCREENSHOTS")
    await opened_ones.close(Path(kept) if kept else None)
