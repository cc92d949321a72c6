"""A sandbox that is kept: it dies in the middle, and its next start goes on in the same window."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from playwright.async_api import expect

from bot.config import inherited_environment
from tests.page.windows import Window

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from playwright.async_api import BrowserContext


PROGRAM = """
import asyncio, sys
from pathlib import Path
from rich.console import Console
from bot.config import inherited_environment
from bot.demo.browser import Choices, show
from bot.sandbox.images import ImageOptions
kept = dict(folder=Path(sys.argv[1]), images=ImageOptions(pace=0.1), first_answer=60.0)
asyncio.run(show(Choices(int(sys.argv[2]), opens=False, environment=inherited_environment(), **kept), Console()))
"""


@asynccontextmanager
async def started(folder: Path, port: int) -> AsyncGenerator[str]:
    """What `atelier sandbox` runs, as a process of its own, but patient; killed at the end. The page's address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(folder), str(port)),
        env={**inherited_environment(), "COLUMNS": "200"},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        said = b""
        while not (found := re.search(rb"http://127\.0\.0\.1:\d+/\S+", said)):
            said += await process.stdout.readline()
            assert not process.stdout.at_eof(), said
        yield found[0].decode()
    finally:
        process.kill()
        await process.communicate()  # to the end of what it said: also of what a child of its would say


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_after_a_kill_the_window_goes_on_and_old_buttons_work(context: BrowserContext, tmp_path: Path) -> None:
    mia = Window(await context.new_page())
    async with started(tmp_path, 0) as address:
        await mia.page.goto(address)
        await mia.button("Behind the scenes").click()
        process = mia.page.get_by_text(re.compile(r"runs as process \d+"))
        pid = int(re.findall(r"\d+", await process.inner_text())[0])
        fox = await mia.imagine("a fox", quality="low")
    await mia.page.get_by_role("alert").wait_for()

    async with started(tmp_path, int(address.split(":")[2].partition("/")[0])):
        assert not lives(pid), "the bot ended with the sandbox that had started it"
        await mia.page.get_by_role("alert").wait_for(state="detached")
        await expect(fox.locator(".picture img")).to_have_js_property("complete", value=True)
        await fox.get_by_role("button", name="Vary").click()
        variation = await mia.result(before=1)
        await mia.reply(fox, "make it snow")
        await mia.result(before=2)
        assert await variation.locator(".picture img").get_attribute("alt")
    await mia.page.close()
