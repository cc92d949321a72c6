"""`atelier demo`: the real bot, a local Discord, a local image API, and a few people who use them."""

from __future__ import annotations

import asyncio
import itertools
import json
import shlex
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from bot.config import GivenSettings
from bot.demo.printing import Printer
from bot.demo.story import DAILY_IMAGES, MONTHLY_BUDGET, tell
from bot.errors import OperatorError
from bot.presentation.report import report_view
from bot.running import run
from bot.sandbox.discord import Options, SandboxDiscord
from bot.sandbox.images import ImageOptions, SandboxImages
from bot.services.requests import format_usd
from bot.storage.ledger.report import read_report

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from rich.console import Console

DATA = "data"  # the bot's own folder, in the one where everything is saved
PACE = 0.6  # of the sandbox's seconds per picture, so that nobody waits long to see it all
GRACE = 20.0  # seconds for what still runs at the end
PATIENT = Options(first_answer_seconds=60.0)  # the demo is to succeed on a slow machine too


async def play(out: Path, console: Console, command: str = "atelier") -> None:
    """Play the conversation, print it, and save every preview, every result, the ledger and the bot's own books.

    They are saved in `out`; beside what an earlier run left there, in a folder of their own.

    Args:
        out: the folder.
        console: where it is printed.
        command: how we were called, for what is said to be tried next.

    Raises:
        OperatorError: nothing can be saved there.
    """
    try:
        out = await asyncio.to_thread(empty_folder, out)
    except OSError as error:
        raise OperatorError(f"--out: nothing can be saved in {out}: {error.strerror}. Name another folder.") from None
    console.print(
        "The real bot starts against a Discord and an image API on this machine. No token, no key, no cost.\n",
        style="dim",
    )
    async with SandboxDiscord(PATIENT) as discord, SandboxImages(ImageOptions(pace=PACE)) as images:
        given: dict[str, Any] = {
            "DISCORD_TOKEN": discord.token,
            "OPENAI_API_KEY": images.api_key,
            "OPENAI_BASE_URL": images.base_url,
            "DISCORD_API_URL": discord.api_url,
            "DISCORD_GATEWAY_URL": discord.gateway_url,
            "ATELIER_DATA_DIR": str(out / DATA),
            "ATELIER_MONTHLY_BUDGET": MONTHLY_BUDGET,
            "ATELIER_MEMBER_DAILY_IMAGES": DAILY_IMAGES,
        }
        settings = GivenSettings(**given)
        printer = Printer(console, out, discord.server)
        async with _running(settings, discord), printer.following(discord):
            await tell(discord, printer)
    ledger = await asyncio.to_thread(read_report, settings.database_path, None, None)
    billed = images.bill.nano
    await asyncio.to_thread((out / "ledger.json").write_text, json.dumps(ledger.to_dict(), indent=2), "utf-8")
    console.print()
    console.out(report_view(ledger), highlight=False)
    apart = billed - ledger.sums.settled_nano
    verdict = f"differ: {apart}" if apart else "agree to the nano-dollar"
    console.print(f"The image API billed {format_usd(billed)}; ledger and bill {verdict}.")
    console.print(f"Every preview and picture is in {out}/. Open it and look.", style="bold")
    console.print("\nThree things to try next:")
    for words, line in next_things(out, command):
        console.print(f"  {words}", highlight=False)
        console.out(f"      {line}", style="bold", highlight=False)


def next_things(out: Path, command: str) -> list[tuple[str, str]]:
    """What may be tried after the demo, each with a line for the shell that works as it is."""
    data = shlex.quote(str(out / DATA))
    with_data = f"ATELIER_DATA_DIR={data} {command}"
    if sys.platform == "win32":
        with_data = f"$env:ATELIER_DATA_DIR='{out / DATA}'; {command}"
    return [
        (
            "Do it all yourself in a browser, as anybody, and let things go wrong:",
            f"{command} sandbox --open",
        ),
        ("Read the books that were just kept, by member:", f"{with_data} report --by member"),
        ("Bring it to your own Discord (README, “Set it up on Discord”); it says what it needs:", f"{command} run"),
    ]


def empty_folder(out: Path) -> Path:
    """This folder, or one in it if something is there already."""
    out.mkdir(parents=True, exist_ok=True)
    run = itertools.count(2)
    folder = out
    while any(folder.iterdir()):
        folder = out / f"run-{next(run)}"
        folder.mkdir(exist_ok=True)
    probe = folder / "ledger.json"
    probe.touch()  # whether anything can be written, before somebody waits for the conversation
    return folder


@asynccontextmanager
async def _running(settings: GivenSettings, discord: SandboxDiscord) -> AsyncGenerator[None]:
    """The bot, connected; stopped as SIGTERM would stop it."""
    stop = asyncio.Event()
    bot = asyncio.create_task(run(settings, stop, GRACE))
    ready = asyncio.create_task(discord.bot_ready())
    await asyncio.wait({bot, ready}, return_when=asyncio.FIRST_COMPLETED)
    if bot.done():
        ready.cancel()
        await bot
    try:
        yield
    finally:
        stop.set()
        await bot
