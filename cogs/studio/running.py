"""/studio status, pause and resume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated
from bot.discord_ui.buttons import LastingButton
from bot.discord_ui.interactions import Interaction, check_lead, lead_of
from bot.language import phrase
from bot.services.jobs import LONGEST_REASON
from cogs.studio.first_setup import SetupButton
from cogs.studio.gallery import gallery_fault
from cogs.studio.language import own_language
from cogs.studio.log_channel import log_fault
from cogs.studio.rules import say
from cogs.studio.status_text import paused_text, resumed_text, status_panel

if TYPE_CHECKING:
    import re

    from bot.services.jobs import Pausing, ServerStatuses


class Running(commands.Cog):
    """The commands about whether pictures are made, and how things stand; a part of the group."""

    _pausing: Pausing
    _server_statuses: ServerStatuses

    @app_commands.command()
    async def status(self, interaction: Interaction) -> None:
        """See what runs and waits here, what is spent, and what is set."""
        await interaction.response.send_message(view=await _panel(interaction, self._server_statuses), ephemeral=True)

    @app_commands.command()
    @app_commands.describe(reason="Why; members are told")
    async def pause(
        self, interaction: Interaction, reason: app_commands.Range[str, 1, LONGEST_REASON] | None = None
    ) -> None:
        """Stop making pictures here at once; what waits keeps its place in line."""
        outcome = await self._pausing.pause(lead_of(interaction), reason or "")
        await say(interaction, paused_text(outcome))

    @app_commands.command()
    async def resume(self, interaction: Interaction) -> None:
        """Go on making pictures here."""
        outcome = await self._pausing.resume(lead_of(interaction))
        await say(interaction, resumed_text(outcome))


class SwitchButton(LastingButton, template=r"studio:(?P<to>pause|resume)"):
    """Stops picture making, or lets it go on; below the status, which it shows anew."""

    def __init__(self, to: str) -> None:
        emoji, label = ("⏸️", phrase("Pause")) if to == "pause" else ("▶️", phrase("Resume"))
        super().__init__(discord.ui.Button(label=label, emoji=emoji, custom_id=f"studio:{to}"))
        self._to = to

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(match["to"])

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """What is paused or goes on already stays as it is."""
        await check_lead(interaction)
        services, lead = interaction.client.services, lead_of(interaction)
        if self._to == "pause":
            await services.pausing.pause(lead, "")
        else:
            await services.pausing.resume(lead)
        await interaction.response.edit_message(view=await _panel(interaction, services.server_statuses))


async def _panel(interaction: Interaction, server_statuses: ServerStatuses) -> discord.ui.LayoutView:
    server_status = await server_statuses.of(interaction.guild_id or 0)
    policy = server_status.policy
    faults = await log_fault(interaction, policy.log_channel_id), await gallery_fault(interaction, policy.gallery)
    switch = SwitchButton("pause" if policy.pause is None else "resume")
    view = status_panel(server_status, *faults, (switch, SetupButton()), own_language(interaction))
    return translated(view, language_of_reader(interaction))
