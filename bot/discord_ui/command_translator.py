"""What Discord shows of our commands in people's own languages: what describes them and what can be chosen.

Their names and those of their options stay English everywhere: they are typed, linked, written in the documentation,
and said by one member to another who reads another language. Names in the menu of a message are read, not typed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import AppCommandType, Locale
from discord.app_commands import ContextMenu, TranslationContextLocation, Translator
from typing_extensions import override

from bot.language import load_catalogs

if TYPE_CHECKING:
    from discord.app_commands import TranslationContext, locale_str

TYPED = {
    TranslationContextLocation.command_name,
    TranslationContextLocation.group_name,
    TranslationContextLocation.parameter_name,
}


class CommandTranslator(Translator):
    """Knows all catalogs; to be let go when Discord was told."""

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
