"""The README's film of the page: `python -m tests.page.film` plays it in Chromium and writes deploy/page.webp.

A picture from words, a change by a reply, something drawn on it, and what stands behind the scenes.
"""

from __future__ import annotations

import argparse
import asyncio
import io
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from bot.config import inherited_environment
from bot.demo.browser import Choices, opened
from bot.sandbox.images import ImageOptions
from tests.page.browsers import chromium
from tests.page.test_pictures import circle
from tests.page.windows import Windows

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from tests.page.windows import Window

SIZE = (960, 760)
EVERY = 0.2  # seconds between two looks while something happens
LETTERS = 6  # that are typed between two looks
QUALITY = 62  # of WebP
LARGEST = 1_500_000  # bytes
CHOICES = Choices(
    0, opens=False, environment=inherited_environment(), images=ImageOptions(pace=0.7, seed=3), first_answer=60.0
)


class Film:
    """Frames with how long each is shown, in seconds."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._frames: list[tuple[bytes, float]] = []

    async def hold(self, seconds: float) -> None:
        """Show what is there for so long."""
        shot = await self._window.page.screenshot(animations="disabled", caret="initial")
        if self._frames and self._frames[-1][0] == shot:
            seconds += self._frames.pop()[1]
        self._frames.append((shot, seconds))

    async def watch(self, event: Coroutine[object, object, object]) -> None:
        """Show what happens until something has happened."""
        waiting = asyncio.ensure_future(event)
        while not waiting.done():
            await self.hold(EVERY)
            await asyncio.wait({waiting}, timeout=EVERY)
        await waiting

    async def type(self, words: str) -> None:
        """Show how something is typed."""
        for start in range(0, len(words), LETTERS):
            await self._window.page.keyboard.type(words[start : start + LETTERS])
            await self.hold(EVERY / 2)

    def save(self, path: Path) -> None:
        """Write it as an animation.

        Raises:
            ValueError: it is larger than a README should hold.
        """
        first, *rest = [Image.open(io.BytesIO(shot)).convert("RGB") for shot, _ in self._frames]
        durations = [round(seconds * 1000) for _, seconds in self._frames]
        first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, quality=QUALITY, method=6)
        size = path.stat().st_size
        print(f"{path}: {len(durations)} frames, {sum(durations) / 1000:.0f} s, {size / 1e6:.2f} MB")  # noqa: T201 - for who runs it
        if size > LARGEST:
            raise ValueError(f"{size} bytes are too many; {LARGEST} are allowed.")


async def play(film: Film, mia: Window) -> None:
    await film.hold(2.5)
    await mia.button("Hide the first minute").click()
    await mia.words.press_sequentially("/imagine ")
    await mia.option("prompt").wait_for()
    await film.type("a lighthouse on a cliff at dusk")
    await film.hold(0.8)
    await mia.page.keyboard.press("Enter")
    await film.watch(mia.result())
    await film.hold(2.2)

    lighthouse = await mia.result()
    await lighthouse.hover()
    await lighthouse.get_by_role("button", name="Reply").first.click()
    await mia.words.focus()
    await film.type("make it a stormy night with snow")
    await mia.page.keyboard.press("Enter")
    await film.watch(mia.result(before=1))
    await film.hold(2.2)

    storm = await mia.result(before=1)
    await storm.locator(".picture").click()
    await film.hold(0.8)
    await mia.button("Draw on it").click()
    await film.hold(0.6)
    await circle(mia)
    await film.hold(1.4)
    await mia.button("Reply with it").click()
    await mia.page.locator(".staged img").wait_for()
    await mia.words.focus()
    await film.type("a red sailing boat here")
    await mia.page.keyboard.press("Enter")
    await film.watch(mia.result(before=2))
    await film.hold(2.5)

    await mia.button("Behind the scenes").click()
    await mia.page.locator(".behind .call").first.wait_for()
    await film.hold(4.0)


async def shoot(path: Path) -> None:
    async with chromium() as browser, await browser.new_context() as context, opened(CHOICES) as sandbox:
        windows = Windows(context, sandbox, "film")
        mia = await windows.open("Mia", sandbox.discord.server.channel("studio"), SIZE)
        film = Film(mia)
        await play(film, mia)
        await asyncio.to_thread(film.save, path)
        await windows.close(None)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make the README's film of the page.")
    parser.add_argument("--out", type=Path, default=Path("deploy/page.webp"))
    asyncio.run(shoot(parser.parse_args().out))
