"""The command itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader, translated
from bot.discord_retries import steadily
from bot.discord_ui.interactions import Interaction, is_lead
from bot.discord_ui.request_context import requester_of, think
from bot.discord_ui.rows import view_of
from cogs.help.overview import overview_text
from cogs.help.topics import TopicSelect

if TYPE_CHECKING:
    from bot.discord_ui.commands import CommandLinks
    from bot.services.quotas import UsageDesk


class Help(commands.Cog):
    """Says what can be done here."""

    def __init__(self, desk: UsageDesk, links: CommandLinks) -> None:
        self._desk = desk
        self._links = links

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    async def help(self, interaction: Interaction) -> None:
        """See what you can do here, and what is left for you. Only you see it."""
        await think(interaction)
        leads = await is_lead(interaction)
        text = overview_text(await self._desk.of(requester_of(interaction)), leads=leads)
        language = language_of_reader(interaction)
        linked = await self._links.linked(language.translate(text))
        await steadily(
            lambda: interaction.edit_original_response(
                content=linked, view=translated(view_of([TopicSelect(leads=leads)]), language)
            )
        )
