"""Windows on the page, as a test opens them: each is one person in one room."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Literal

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import BrowserContext, FilePayload, Locator, Page

    from bot.demo.browser import Sandbox
    from bot.sandbox.discord import Channel, Member

PATIENCE = 120_000  # milliseconds; nothing waits so long but on a machine that is very busy
NORMAL, PHONE = (1280, 800), (360, 740)


class Window:
    """One window: what its person sees, and what they do."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda said: self.faults.append(said.text) if said.type in {"error", "warning"} else None)

    @property
    def words(self) -> Locator:
        """Where messages are written."""
        return self.page.locator(".composer textarea")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".messages li.message")

    def option(self, name: str) -> Locator:
        return self.page.locator(f'[data-option="{name}"]')

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def add_option(self, name: str) -> Locator:
        """Show one more option of the command that is being typed."""
        await self.page.locator(".more").get_by_role("button", name=name, exact=True).click()
        return self.option(name)

    async def slash(self, command: str, **options: str) -> None:
        """Type a command with its options, and send it."""
        await self.words.press_sequentially(f"/{command} ")
        await self.page.locator(".composer .command").wait_for()
        for name, value in options.items():
            field = self.option(name)
            if not await field.count():
                field = await self.add_option(name)
            await field.fill(value)
        await self.page.locator(".command .go").click()
        await self.words.wait_for()

    async def imagine(self, prompt: str, **options: str) -> Locator:
        """Ask for a picture, and wait for it: the message with it."""
        before = await self.results.count()
        await self.slash("imagine", prompt=prompt, **options)
        return await self.result(before)

    @property
    def results(self) -> Locator:
        """The bot's messages with a finished picture: they begin with its number."""
        bold = self.page.locator(".body .md strong", has_text=re.compile(r"^#\d+"))
        return self.messages.filter(has=self.page.locator(".tag")).filter(has=bold)

    async def result(self, before: int = 0) -> Locator:
        found = self.results.nth(before)
        await found.wait_for()
        return found

    async def reply(self, message: Locator, words: str) -> None:
        await message.hover()
        await message.get_by_role("button", name=re.compile("^Reply")).click()
        await self.words.fill(words)
        await self.words.press("Enter")


class Windows:
    """Opens windows, and rooms for them.

    They are windows of one browser, as a reader of the page has them: who a window is, it keeps for itself.
    """

    def __init__(self, context: BrowserContext, sandbox: Sandbox, name: str) -> None:
        self.sandbox = sandbox
        self.name = name
        self._context = context
        self._open: list[Window] = []

    def member(self, name: str) -> Member:
        found = (server.members.get(name) for server in self.sandbox.discord.servers)
        return next(member for member in found if member is not None)

    def room(self, name: str = "") -> Channel:
        """A channel of the first server that no other test uses."""
        return self.sandbox.discord.server.add_channel(name or re.sub(r"[\W_]+", "-", self.name).strip("-")[:60])

    async def open(
        self, person: str, room: Channel | None = None, size: tuple[int, int] = NORMAL, *, dark: bool = False
    ) -> Window:
        width, height = size
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        window = Window(await self._page())
        self._open.append(window)
        await window.page.set_viewport_size({"width": width, "height": height})
        await window.page.emulate_media(color_scheme=scheme)
        inside = f"&in={room.id}" if room else ""
        await window.page.goto(f"{self.sandbox.page.url}&as={self.member(person).id}{inside}")
        await window.words.wait_for()
        return window

    async def _page(self) -> Page:
        """A page in a window of its own: one that lies behind another in the same window is drawn once a second."""
        opener = self._context.pages[0] if self._context.pages else await self._context.new_page()
        async with self._context.expect_page() as opened:
            await opener.evaluate("open('about:blank', '_blank', 'popup,noopener') && 0")
        return await opened.value

    async def close(self, screenshots: Path | None) -> None:
        for place, window in enumerate(self._open):
            if screenshots is not None:
                await window.page.screenshot(path=screenshots / f"{self.name}-{place}.png")
            await window.page.evaluate("localStorage.clear()")
            await window.page.close()
        assert [fault for window in self._open for fault in window.faults] == []


def picture(size: tuple[int, int] = (512, 512), colour: str = "teal") -> bytes:
    """A picture with something in it."""
    with Image.new("RGB", size, colour) as image:
        ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill="orange")
        return _png(image)


def mask(size: tuple[int, int] = (512, 512)) -> bytes:
    """White where it may change."""
    with Image.new("L", size, 0) as image:
        ImageDraw.Draw(image).rectangle((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill=255)
        return _png(image)


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def as_file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/png", "buffer": content}
