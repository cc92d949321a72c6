"""`atelier sandbox`: the real bot, a local Discord and a local image API, to be tried in a browser."""

from __future__ import annotations

import asyncio
import secrets
import signal
import tempfile
import webbrowser
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.demo.browser.bot_control import BotControl
from bot.demo.browser.bot_process import BotProcess
from bot.demo.browser.ledger_reader import Reader
from bot.demo.browser.sample_world import furnish, inhabitants
from bot.errors import OperatorError
from bot.sandbox.conversations import SandboxOpenAI
from bot.sandbox.discord import Intent, Options, SandboxDiscord
from bot.sandbox.images import ImageOptions
from bot.sandbox.page import ChatPage
from bot.services.policy import Defaults

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from rich.console import Console

NANO = 1_000_000_000
BUDGET_DOLLARS, DAILY_IMAGES = 20, 25
LEADS_CONVERSATIONS = "gpt-6-luna"  # the text model; at an endpoint that is not the provider's own, it has to be named
DEFAULTS = Defaults(BUDGET_DOLLARS * NANO, DAILY_IMAGES)
FIRST_ANSWER = 3.0  # seconds that Discord waits; then the page says, as Discord does, that nothing came
MARGIN = 0.5  # seconds until the page says it, on top: an answer in the last moment is still told
STARTING = 60.0  # seconds in which the bot has to be there
BILL, TOKEN = "bill.jsonl", "page-token"  # files in the folder
REMEMBERED_BYTES, REMEMBERED_REQUESTS = 64 * 1024 * 1024, 20  # of what the bot sent, in memory
LAST_LINES = 6  # of its log, told when it is not


@dataclass(frozen=True)
class Choices:
    """What was asked for on the command line.

    Attributes:
        port: of the page; 0 takes a free one.
        opens: whether the browser is opened.
        environment: what a process of ours inherits: no settings.
        images: how the image API behaves.
        folder: where all of it is kept, absolute, so that another start goes on from it; None keeps it until the end.
        first_answer: seconds that the bot may take until it says something.
    """

    port: int
    opens: bool
    environment: Mapping[str, str]
    images: ImageOptions = field(default_factory=ImageOptions)
    folder: Path | None = None
    first_answer: float = FIRST_ANSWER


@dataclass(frozen=True)
class Sandbox:
    """Everything that runs while the page can be tried."""

    discord: SandboxDiscord
    images: SandboxOpenAI
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
        if choices.folder is None:
            console.print("Ctrl+C ends it, and forgets it. With --data DIR it is kept for another time.")
        else:
            console.print(f"Ctrl+C ends it. It is kept in {choices.folder}: another start goes on from there.")
        if choices.opens:
            await asyncio.to_thread(webbrowser.open, sandbox.page.url)
        await stop.wait()


@asynccontextmanager
async def opened(choices: Choices) -> AsyncGenerator[Sandbox]:
    """The sandbox with the bot in it, connected.

    Raises:
        OperatorError: the port is taken, the folder cannot be used, or the bot does not start.
    """
    async with AsyncExitStack() as stack:
        folder = choices.folder
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="atelier-sandbox-")))
        discord = _discord(choices, folder)
        people = furnish(discord) if discord.is_new else inhabitants(discord)
        await stack.enter_async_context(discord)
        kept = replace(choices.images, bill=folder / BILL, remembered_bytes=REMEMBERED_BYTES)
        images = await stack.enter_async_context(SandboxOpenAI(kept))
        images.travel(discord.clock.travelled)
        bot = BotProcess({**choices.environment, **_settings(discord, images, folder / "bot")}, folder)
        reader = Reader(folder / "bot" / "atelier.sqlite3", discord.servers, DEFAULTS)
        behind = BotControl(bot, reader, discord)
        seconds, token = choices.first_answer + MARGIN, _token(folder)
        page = ChatPage(discord, images, people, behind, port=choices.port, seconds=seconds, token=token)
        try:
            await stack.enter_async_context(page)
        except OSError as error:
            fault = f"--port: {choices.port} cannot be opened ({error.strerror}). Choose another port."
            raise OperatorError(fault) from error
        stack.push_async_callback(bot.stop)
        await _start(bot, discord)
        yield Sandbox(discord, images, bot, page)


def _discord(choices: Choices, folder: Path) -> SandboxDiscord:
    """The Discord that is kept in the folder, or a new one.

    Raises:
        OperatorError: the folder cannot be used.
    """
    options = Options(
        first_answer_seconds=choices.first_answer,
        privileged_intents=Intent.MESSAGE_CONTENT,
        remembered_requests=REMEMBERED_REQUESTS,
        folder=folder,
    )
    try:
        return SandboxDiscord(options)
    except OperatorError as error:
        raise OperatorError(f"--data: {error}") from error
    except OSError as error:
        raise OperatorError(f"--data: {folder} cannot be used: {error.strerror}. Name another folder.") from error


def _token(folder: Path) -> str:
    """The page's token: the same after another start, so that an open page goes on."""
    path = folder / TOKEN
    if not path.exists():
        unfinished = path.with_suffix(".part")
        unfinished.touch(mode=0o600)
        unfinished.write_text(secrets.token_urlsafe(24), "ascii")
        unfinished.replace(path)
    return path.read_text("ascii")


def _settings(discord: SandboxDiscord, images: SandboxOpenAI, folder: Path) -> dict[str, str]:
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
        "ATELIER_CONVERSATIONS": LEADS_CONVERSATIONS,
        "ATELIER_MESSAGE_CONTENT": "true",  # so that whatever is said in a conversation is the next instruction
    }


async def _start(bot: BotProcess, discord: SandboxDiscord) -> None:
    """Start the bot and wait until its commands are there.

    Raises:
        OperatorError: it ended, or is not there in time; the sentence holds its last words.
    """
    await bot.start()
    ended = asyncio.create_task(bot.ended())
    ready = asyncio.create_task(discord.until(lambda: discord.gateway.connected and discord.commands[None], STARTING))
    await asyncio.wait({ended, ready}, return_when=asyncio.FIRST_COMPLETED)
    ended.cancel()
    if ready.done() and ready.exception() is None:
        return
    ready.cancel()
    words = "\n".join(list(bot.lines)[-LAST_LINES:]) or "It said nothing."
    raise OperatorError(f"the bot does not start. Its last words:\n{words}")
