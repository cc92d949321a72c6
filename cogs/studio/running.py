"""/studio status, pause and resume."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.discord_ui.interactions import Interaction, lead_of
from bot.services.jobs import LONGEST_REASON
from cogs.studio.log_channel import fault_of, find_place
from cogs.studio.status_text import paused_text, resumed_text, status_panel

if TYPE_CHECKING:
    from bot.services.jobs import Pausing, ServerStatuses


class Running(commands.Cog):
    """The commands about whether pictures are made, and how things stand; a part of the group."""

    _pausing: Pausing
    _server_statuses: ServerStatuses

    @app_commands.command()
    async def status(self, interaction: Interaction) -> None:
        """See what runs and waits here, what is spent, and what is set."""
        server_status = await self._server_statuses.of(interaction.guild_id or 0)
        log_id = server_status.policy.log_channel_id
        fault = "" if log_id is None else fault_of(interaction, log_id, await find_place(interaction, log_id))
        await interaction.response.send_message(view=status_panel(server_status, fault), ephemeral=True)

    @app_commands.command()
    @app_commands.describe(reason="Why; members are told")
    async def pause(
        self, interaction: Interaction, reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None
    ) -> None:
        """Stop making pictures here at once; what waits keeps its place in line."""
        outcome = await self._pausing.pause(lead_of(interaction), reason or "")
        await interaction.response.send_message(paused_text(outcome), ephemeral=True)

    @app_commands.command()
    async def resume(self, interaction: Interaction) -> None:
        """Go on making pictures here."""
        outcome = await self._pausing.resume(lead_of(interaction))
        await interaction.response.send_message(resumed_text(outcome), ephemeral=True)
