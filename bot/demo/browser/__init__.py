"""`atelier sandbox`: the real bot, a local Discord and a local image API, to be tried in a browser."""

from __future__ import annotations

import asyncio
import signal
import tempfile
import webbrowser
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.demo.browser.behind import Behind
from bot.demo.browser.books import Reader
from bot.demo.browser.bot_process import BotProcess
from bot.demo.browser.town import furnish
from bot.errors import OperatorError
from bot.sandbox.discord import Options, SandboxDiscord
from bot.sandbox.images import ImageOptions, SandboxImages
from bot.sandbox.page import ChatPage
from bot.services.policy import Defaults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from rich.console import Console

NANO = 1_000_000_000
BUDGET_DOLLARS, DAILY_IMAGES = 20, 25
DEFAULTS = Defaults(BUDGET_DOLLARS * NANO, DAILY_IMAGES)
FIRST_ANSWER = 10.0  # seconds; Discord waits three, but a laptop may be busy with something else
STARTING = 60.0  # seconds in which the bot has to be there
LAST_LINES = 6  # of its log, told when it is not


@dataclass(frozen=True)
class Choices:
    """What was asked for on the command line.

    Attributes:
        port: of the page; 0 takes a free one.
        opens: whether the browser is opened.
        environment: what a process of ours inherits: no settings.
        images: how the image API behaves.
    """

    port: int
    opens: bool
    environment: Mapping[str, str]
    images: ImageOptions = field(default_factory=ImageOptions)


@dataclass(frozen=True)
class Sandbox:
    """Everything that runs while the page can be tried."""

    discord: SandboxDiscord
    images: SandboxImages
    bot: BotProcess
    page: ChatPage


async def show(choices: Choices, console: Console) -> None:
    """Run the sandbox until Ctrl+C or SIGTERM.

    Raises:
        OperatorError: the port is taken, or the bot does not start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows: Ctrl+C ends the loop instead
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(opened(choices))
        console.print("\nAtelier runs against a Discord and an image API on this machine. No token, no key, no cost.")
        console.print("Open this address in a browser:\n")
        console.out(f"    {sandbox.page.url}\n", highlight=False)
        console.print("Ctrl+C ends it.")
        if choices.opens:
            await asyncio.to_thread(webbrowser.open, sandbox.page.url)
        await stop.wait()


@asynccontextmanager
async def opened(choices: Choices) -> AsyncGenerator[Sandbox]:
    """The sandbox with the bot in it, connected.

    Raises:
        OperatorError: the port is taken, or the bot does not start.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atelier-sandbox-")))
        discord = await stack.enter_async_context(SandboxDiscord(Options(first_answer_seconds=FIRST_ANSWER)))
        images = await stack.enter_async_context(SandboxImages(choices.images))
        people = furnish(discord)
        bot = BotProcess({**choices.environment, **_settings(discord, images, folder / "bot")}, folder)
        reader = Reader(folder / "bot" / "atelier.sqlite3", discord.servers, DEFAULTS)
        behind = Behind(bot, reader, discord)
        page = ChatPage(discord, images, people, behind, port=choices.port, seconds=FIRST_ANSWER + 1)
        try:
            await stack.enter_async_context(page)
        except OSError as error:
            fault = f"--port: {choices.port} cannot be opened ({error.strerror}). Choose another port."
            raise OperatorError(fault) from error
        stack.push_async_callback(bot.stop)
        await _start(bot, discord)
        yield Sandbox(discord, images, bot, page)


def _settings(discord: SandboxDiscord, images: SandboxImages, folder: Path) -> dict[str, str]:
    """What points the bot here."""
    return {
        "DISCORD_TOKEN": discord.token,
        "OPENAI_API_KEY": images.api_key,
        "OPENAI_BASE_URL": images.base_url,
        "DISCORD_API_URL": discord.api_url,
        "DISCORD_GATEWAY_URL": discord.gateway_url,
        "ATELIER_DATA_DIR": str(folder),
        "ATELIER_MONTHLY_BUDGET": str(BUDGET_DOLLARS),
        "ATELIER_MEMBER_DAILY_IMAGES": str(DAILY_IMAGES),
    }


async def _start(bot: BotProcess, discord: SandboxDiscord) -> None:
    """Start the bot and wait until its commands are there.

    Raises:
        OperatorError: it ended, or is not there in time; the sentence holds its last words.
    """
    await bot.start()
    ended = asyncio.create_task(bot.ended())
    ready = asyncio.create_task(discord.until(lambda: discord.gateway.connected and discord.commands.puts, STARTING))
    await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if ready.done() and ready.exception() is None:
        return
    ready.cancel()
    words = "\n".join(list(bot.lines)[-LAST_LINES:]) or "It said nothing."
    raise OperatorError(f"the bot does not start. Its last words:\n{words}")
