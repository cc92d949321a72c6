"""The greeting in a server that the bot has come to: once in its life, whatever Discord tells again."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import structlog

from bot.delivery.languages import language_of_server, translated
from bot.delivery.notices import no_buttons
from bot.discord_retries import PROBLEMS, is_refusal, steadily
from bot.errors import DatabaseError
from bot.presentation.greeting import greeting_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    import discord

    from bot.services.policy import Defaults
    from bot.storage.database.state import State

BEGUN = "servers_known"  # names in the state table that servers are remembered at all
KNOWN = "server_known"  # begins the names under which each is

_log = structlog.stdlib.get_logger(__name__)


class Greetings:
    """Greets servers that are new. Those of the very first start are not: whoever invited the bot stands beside it.

    Attributes:
        make: makes what stands below a greeting.
    """

    def __init__(self, state: State, defaults: Defaults) -> None:
        self._state = state
        self._text = greeting_text(defaults.member_daily_images)
        self._has_started = False
        self.make: Callable[[], discord.ui.View | None] = no_buttons

    async def started(self, servers: Collection[discord.Guild]) -> None:
        """Greet the servers to which the bot came while it was not connected."""
        await self._forget_left({str(server.id) for server in servers})  # before another comes meanwhile
        is_first_start = await self._claim(BEGUN)
        for server in servers:
            if is_first_start:
                await self._is_new(server)
            elif not server.unavailable:
                await self.joined(server)
        self._has_started = True

    async def _forget_left(self, present: set[str]) -> None:
        """Servers that sent the bot away: should it come back, they are greeted again."""
        try:
            await self._state.keep_only(f"{KNOWN}:", present)
        except DatabaseError as error:
            _log.warning("servers not forgotten", reason=str(error))

    async def came_back(self, server: discord.Guild) -> None:
        """After an outage nothing is new in a server; before `started`, Discord tells of every one in this way."""
        if self._has_started:
            await self._is_new(server)

    async def joined(self, server: discord.Guild) -> None:
        """Greet a server, unless it was before: in the first channel that takes it, and nowhere if none does."""
        if not await self._is_new(server):
            return
        for channel in _places(server):
            if await self._post(channel):
                return

    async def _is_new(self, server: discord.Guild) -> bool:
        """Whether this server was not known; it is now."""
        return await self._claim(f"{KNOWN}:{server.id}")

    async def _claim(self, name: str) -> bool:
        """False also where that cannot be written down now: the next start is time enough."""
        try:
            return await self._state.claim(name)
        except DatabaseError as error:
            _log.warning("server not greeted", reason=str(error))
            return False

    async def _post(self, channel: discord.TextChannel) -> bool:
        """False if Discord refuses it there; what may have arrived counts as posted."""
        nonce = zlib.crc32(f"{channel.guild.id} {self._text}".encode())
        try:
            await steadily(lambda: self._send(channel, nonce))
        except PROBLEMS as error:
            _log.info("greeting not posted", server=channel.guild.id, channel=channel.id, reason=repr(error))
            return not is_refusal(error)
        return True

    async def _send(self, channel: discord.TextChannel, nonce: int) -> None:
        language = language_of_server(channel.guild)
        text, view = language.translate(self._text), translated(self.make(), language)
        if view is None:
            await channel.send(text, nonce=nonce)
        else:
            await channel.send(text, nonce=nonce, view=view)


def _places(server: discord.Guild) -> Iterator[discord.TextChannel]:
    """The channel for Discord's own news, then the others from the top, where the bot may write."""
    first = server.system_channel
    for channel in [*([first] if first else []), *(each for each in server.text_channels if each != first)]:
        mine = channel.permissions_for(server.me)
        if mine.view_channel and mine.send_messages:
            yield channel
