"""/studio defaults: what pictures are like on this server for who says nothing else."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.discord_ui.defaults_panel import show_defaults
from bot.discord_ui.interactions import Interaction
from bot.services.policy import Whose


class ServerDefaults(commands.Cog):
    """The command about the server's defaults; a part of the group."""

    @app_commands.command()
    async def defaults(self, interaction: Interaction) -> None:
        """Choose what pictures here are like if nobody says anything else."""
        await show_defaults(interaction, Whose.SERVER)
