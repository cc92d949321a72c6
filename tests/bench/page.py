"""The chat page: how long a preview takes to the screen, and how smoothly a long channel scrolls."""

from __future__ import annotations

import asyncio
import io
import json
import time
from statistics import quantiles
from typing import TYPE_CHECKING, Any

import aiohttp
from PIL import Image
from typing_extensions import override

from bot.sandbox.discord import Options, RateLimits, SandboxDiscord
from bot.sandbox.images import SandboxImages
from bot.sandbox.page import BotBehind, ChatPage, Person
from tests.bench.figures import MILLISECONDS, NUMBER, Figure
from tests.page.browsers import CHROMIUM, MISSING, chromium

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from playwright.async_api import Page

    from bot.sandbox.discord import Channel, Member

PREVIEWS, QUICK_PREVIEWS = 60, 12
MESSAGES, QUICK_MESSAGES = 5000, 200
PREVIEW_BYTES = 256 * 1024  # the most that the bot makes of one
AIM, FRAME = 0.1, 1 / 60
LONGEST = 60_000  # milliseconds until something on the page is missed

# Tells when each new picture of the newest message is on the screen: decoded, drawn, and a frame later.
WATCH = """() => {
  window.painted = [];
  const seen = new Set();
  const look = () => {
    for (const shown of document.querySelectorAll(".messages .picture img")) {
      if (seen.has(shown.src)) continue;
      seen.add(shown.src);
      shown.decode().then(() => requestAnimationFrame(() => requestAnimationFrame(
        () => window.painted.push((performance.timeOrigin + performance.now()) / 1000))));
    }
  };
  const all = { subtree: true, childList: true, attributes: true, attributeFilter: ["src"] };
  new MutationObserver(look).observe(document.body, all);
}"""
# When so many were on the screen, in seconds since 1970.
PAINTED = """(count) => new Promise((done) => {
  const look = () => (window.painted.length >= count ? done(window.painted.at(-1)) : requestAnimationFrame(look));
  look();
})"""
# Scrolls a channel up to its beginning, so that all of it is there.
LOAD = """async (wanted) => {
  const list = document.querySelector(".messages");
  const there = () => document.querySelectorAll(".messages li.message").length;
  while (there() < wanted) {
    const before = there();
    list.scrollTop = 0;
    list.dispatchEvent(new Event("scroll"));
    for (let frames = 0; frames < 600 && there() === before; frames += 1) await new Promise(requestAnimationFrame);
    if (there() === before) return there();
    list.scrollTop = 5000;
    await new Promise(requestAnimationFrame);
  }
  return there();
}"""
# Scrolls through it as a hand does, 300 pixels a frame; how long each frame took, in seconds.
SCROLL = """async (frames) => {
  const list = document.querySelector(".messages");
  list.scrollTop = 0;
  await new Promise((done) => setTimeout(done, 500));
  const took = [];
  let last = await new Promise(requestAnimationFrame);
  for (let frame = 0; frame < frames; frame += 1) {
    list.scrollTop += 300;
    const now = await new Promise(requestAnimationFrame);
    took.push((now - last) / 1000);
    last = now;
  }
  return took;
}"""


class NoBot(BotBehind):
    """Nobody is behind this page."""

    @override
    async def standing(self) -> Mapping[str, object]:
        return {}

    @override
    async def act(self, act: str) -> None:
        del act


def measure(*, quick: bool, show: Callable[[object], None]) -> list[Figure]:
    """Nothing, and a sentence, where there is no Chromium."""
    if CHROMIUM is None:
        show(f"page: {MISSING}.")
        return []
    return asyncio.run(_measured(quick=quick))


async def _measured(*, quick: bool) -> list[Figure]:
    options = Options(rate_limits=RateLimits.off())
    async with SandboxDiscord(options) as discord, SandboxImages() as images, chromium() as browser:
        mia = discord.server.add_member("Mia")
        async with ChatPage(discord, images, [Person(mia.user, "a member")], NoBot()) as page:
            context = await browser.new_context(viewport={"width": 1280, "height": 800})
            context.set_default_timeout(LONGEST)
            window = await context.new_page()
            studio, long = discord.server.channel("studio"), discord.server.channel("random")
            await window.goto(f"{page.url}&in={studio.id}")
            await window.locator(".composer textarea").wait_for()
            took = await _previews(window, discord, studio, QUICK_PREVIEWS if quick else PREVIEWS)
            frames, there = await _scrolling(window, mia, long, QUICK_MESSAGES if quick else MESSAGES)
            await context.close()
    return [
        Figure(
            "page.preview.median", "a preview on the screen, half of them", _percent(took, 50), None, MILLISECONDS,
            note=f"{len(took)} previews of {PREVIEW_BYTES // 1024} KiB",
        ),
        Figure(
            "page.preview.tail", "a preview on the screen, 95 of 100", _percent(took, 95), None, MILLISECONDS,
            at_most=AIM,
        ),
        Figure("page.scroll.messages", "messages in the channel that is scrolled", there, None, NUMBER),
        Figure(
            "page.scroll.tail", "a frame of scrolling, 95 of 100", _percent(frames, 95), None, MILLISECONDS,
            at_most=2 * FRAME, note=f"{len(frames)} frames",
        ),
        Figure("page.scroll.worst", "the longest frame of scrolling", max(frames), None, MILLISECONDS, at_most=AIM),
    ]  # fmt: skip


async def _previews(window: Page, discord: SandboxDiscord, channel: Channel, count: int) -> list[float]:
    """Seconds from the first byte of each edit to its preview on the screen."""
    files = [_preview(shade) for shade in range(count + 1)]
    took: list[float] = []
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {discord.token}"}) as session:
        await window.evaluate(WATCH)
        posted = await _sent(session, "POST", f"{discord.api_url}/channels/{channel.id}/messages", files[0])
        await window.evaluate(PAINTED, 1)
        for number in range(1, count + 1):
            began = time.time()
            address = f"{discord.api_url}/channels/{channel.id}/messages/{posted['id']}"
            await _sent(session, "PATCH", address, files[number])
            took.append(await window.evaluate(PAINTED, number + 1) - began)
    return took


async def _sent(session: aiohttp.ClientSession, method: str, address: str, content: bytes) -> dict[str, Any]:
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps({"content": "drawing", "attachments": [{"id": 0}]}))
    form.add_field("files[0]", content, filename="preview.jpg", content_type="image/jpeg")
    async with session.request(method, address, data=form) as response:
        response.raise_for_status()
        told: dict[str, Any] = await response.json()
        return told


def _preview(shade: int) -> bytes:
    """A JPEG of a preview's size, unlike every other."""
    out = io.BytesIO()
    noise = Image.merge("RGB", [Image.effect_noise((768, 768), 20 + (shade + band) % 40) for band in range(3)])
    noise.save(out, "JPEG", quality=60)
    return out.getvalue()[:-2] + bytes(max(PREVIEW_BYTES - out.tell(), 0)) + b"\xff\xd9"


async def _scrolling(window: Page, mia: Member, channel: Channel, count: int) -> tuple[list[float], int]:
    """How long each frame took while the whole channel was scrolled through, and how many messages were in it."""
    for number in range(count):
        await mia.send(channel, f"**{number}** a line with `code`, a ||spoiler|| and <t:1790000000:R>, {mia.mention}")
    await window.get_by_role("button", name="random").first.click()
    await window.locator(".messages li.message").first.wait_for()
    there: int = await window.evaluate(LOAD, count)
    frames: list[float] = await window.evaluate(SCROLL, min(count, 600))
    return frames, there


def _percent(values: list[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]
