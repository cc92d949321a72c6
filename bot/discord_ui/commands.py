"""Our commands as Discord shows them: as links in a text that open the command, and in people's own languages."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import discord
import structlog
from discord import AppCommandType, Locale, app_commands
from discord.app_commands import ContextMenu, TranslationContextLocation, Translator
from typing_extensions import override

from bot.discord_retries import PROBLEMS
from bot.language import load_catalogs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from discord.app_commands import TranslationContext, locale_str

PATIENCE = 2.0  # seconds that somebody's answer waits for links
TYPED = {
    TranslationContextLocation.command_name,
    TranslationContextLocation.group_name,
    TranslationContextLocation.parameter_name,
}
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


class CommandTranslator(Translator):
    """Knows all catalogs; to be let go when Discord was told what describes our commands and what can be chosen.

    Their names and those of their options stay English everywhere: they are typed, linked, written in the
    documentation, and said by one member to another who reads another language. Names in the menu of a message are
    read, not typed.
    """

    def __init__(self) -> None:
        self._catalogs = load_catalogs()

    @override
    async def translate(self, string: locale_str, locale: Locale, context: TranslationContext[Any, Any]) -> str | None:
        """None where Discord is to show the English one."""
        catalog = self._catalogs.get(locale.value)
        if catalog is None:  # first: of most of Discord's thirty languages
            return None
        is_menu = isinstance(context.data, ContextMenu) and context.data.type is not AppCommandType.chat_input
        if context.location in TYPED and not is_menu:
            return None
        translated = catalog.message(string.message)
        return None if translated == string.message else translated
