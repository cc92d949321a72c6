"""/settings: a member's own defaults."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.discord_ui.defaults_panel import show_defaults
from bot.discord_ui.interactions import Interaction
from bot.services.policy import Whose


class OwnDefaults(commands.Cog):
    """Shows a member their defaults, to be changed at once."""

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    async def settings(self, interaction: Interaction) -> None:
        """Choose what your pictures are like if you say nothing else. Only you see the answer."""
        await show_defaults(interaction, Whose.OWN)
