"""The bot behind the page: what is public of it, and what may be done to its process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from bot.errors import DatabaseError
from bot.sandbox.page import BotBehind, BotBehindError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.demo.browser.bot_process import BotProcess
    from bot.demo.browser.ledger_reader import Reader
    from bot.sandbox.discord import SandboxDiscord

LINES = 120  # of the log
NO_BOOKS: Mapping[str, Any] = {}


class BotControl(BotBehind):
    """Fulfils `BotBehind` with a process and its database file."""

    def __init__(self, bot: BotProcess, reader: Reader, discord: SandboxDiscord) -> None:
        self._bot = bot
        self._reader = reader
        self._discord = discord
        self._acts: Mapping[str, Callable[[], Awaitable[None]]] = {
            "kill": self._bot.kill,
            "start": self._bot.start,
            "restart": self._restart,
            "kill and restart": self._kill_and_restart,
            "fill disk": lambda: self._fill(full=True),
            "free disk": lambda: self._fill(full=False),
        }

    @override
    async def standing(self) -> Mapping[str, object]:
        ahead = self._discord.clock.travelled
        try:
            books: Mapping[str, Any] = await asyncio.to_thread(self._reader.read, ahead)
        except DatabaseError:
            books = NO_BOOKS  # the bot is about to make them
        process = {"pid": self._bot.pid, "code": self._bot.code, "disk_full": self._bot.is_disk_full}
        return {"bot": process, "books": books, "log": list(self._bot.lines)[-LINES:]}

    @override
    async def act(self, act: str) -> None:
        if act not in self._acts:
            raise BotBehindError("There is no such thing to do.")
        await self._acts[act]()

    async def _restart(self) -> None:
        await self._bot.stop()
        await self._bot.start()

    async def _kill_and_restart(self) -> None:
        await self._bot.kill()
        await self._bot.start()

    async def _fill(self, *, full: bool) -> None:
        try:
            self._bot.fill_disk(full=full)
        except NotImplementedError as error:
            raise BotBehindError(str(error)) from error
