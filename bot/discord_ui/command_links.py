"""Names of commands in a text, as links that open the command in Discord."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import app_commands

from bot.discord_retries import PROBLEMS

if TYPE_CHECKING:
    from collections.abc import Mapping

PATIENCE = 2.0  # seconds that somebody's answer waits for links
_NAMED = re.compile(r"`/([a-z]+(?: [a-z]+)?)`")

_log = structlog.stdlib.get_logger(__name__)


class CommandLinks:
    """Makes ``</imagine:123>`` of ```/imagine```, and leaves what Discord does not know as it is.

    https://discord.com/developers/docs/reference#message-formatting

    Args:
        tree: whose commands they are.
        server_id: where they are registered; None for everywhere.
    """

    def __init__(self, tree: app_commands.CommandTree[Any], server_id: int | None) -> None:
        self._tree = tree
        self._server = None if server_id is None else discord.Object(server_id)
        self._known: Mapping[str, str] = {}

    async def linked(self, text: str) -> str:
        """The text with links; Discord is asked for their ids once, and what it does not tell stays plain."""
        if not self._known:
            try:
                self._known = await self._ask()
            except PROBLEMS as error:
                _log.info("commands without links", reason=repr(error))
        return _NAMED.sub(lambda name: self._known.get(name[1], name[0]), text)

    async def _ask(self) -> Mapping[str, str]:
        async with asyncio.timeout(PATIENCE):
            commands = await self._tree.fetch_commands(guild=self._server)
        known = {command.name: command.mention for command in commands}
        for command in commands:
            groups = (option for option in command.options if isinstance(option, app_commands.AppCommandGroup))
            known |= {group.qualified_name: group.mention for group in groups}
        return known
