"""/studio language: in which language everybody is spoken to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.discord_ui.interactions import Interaction, lead_of
from bot.language import ENGLISH, language_of
from bot.services.policy import AUTOMATIC, LANGUAGES
from cogs.studio.rule_panels import language_changed_text, language_panel
from cogs.studio.rules import say

if TYPE_CHECKING:
    from bot.services.policy import ServerSettings

SPOKEN = [
    app_commands.Choice(name="automatic: the server's own", value=AUTOMATIC),
    *(app_commands.Choice(name=name, value=locale) for locale, name in LANGUAGES.items()),
]


class SpokenHere(commands.Cog):
    """The command about the language of the server; a part of the group."""

    _server_settings: ServerSettings

    @app_commands.command()
    @app_commands.describe(language="Which; automatic is the one of a Community server, else English")
    @app_commands.choices(language=SPOKEN)
    async def language(self, interaction: Interaction, language: str | None = None) -> None:
        """Choose the language of what everybody reads here; what only one member reads is in theirs."""
        lead = lead_of(interaction)
        if language is None:
            policy = await self._server_settings.decisions.of(lead.server_id)
            await say(interaction, language_panel(policy, own_language(interaction)))
            return
        await say(interaction, language_changed_text(await self._server_settings.set_language(lead, language)))


def own_language(interaction: Interaction) -> str:
    """What Discord says of the server, by its own name; English where nothing else is spoken."""
    guild = interaction.guild
    return LANGUAGES.get(language_of("" if guild is None else guild.preferred_locale).locale, ENGLISH.locale)
