"""A real discord.py client, pointed at the sandbox and back again."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from bot.sandbox.discord import SandboxDiscord


@contextmanager
def pointed_at(sandbox: SandboxDiscord) -> Generator[None]:
    """Let discord.py speak to the sandbox; afterwards to Discord again."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sandbox.api_url, yarl.URL(sandbox.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


class RealClient(discord.Client):
    """discord.py's own client with a command tree; it syncs once when it starts."""

    def __init__(self, *, message_content: bool = False) -> None:
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)
        super().__init__(intents=intents, guild_ready_timeout=0.1, allowed_mentions=discord.AllowedMentions.none())
        self.tree = app_commands.CommandTree(self)
        self.heard: list[discord.Message] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Do not wait five seconds."""

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)


@asynccontextmanager
async def connected(client: discord.Client, sandbox: SandboxDiscord) -> AsyncGenerator[None]:
    """Run the client against the sandbox until the end of the block."""
    with pointed_at(sandbox):
        running = asyncio.create_task(client.start(sandbox.token))
        try:
            await sandbox.bot_ready()
            await client.wait_until_ready()
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await client.close()
            await sandbox.until(lambda: not sandbox.gateway.connected)
