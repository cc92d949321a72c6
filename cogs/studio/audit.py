"""/studio audit: who decided what, page by page, and the button to older ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated, translated_embed
from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.interactions import Interaction, check_lead
from bot.discord_ui.rows import view_of
from bot.language import phrase
from cogs.studio.audit_page import PER_PAGE, audit_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.language import Language
    from bot.services.policy import Audit, AuditEntry


class WhoDecided(commands.Cog):
    """The command about what was decided; a part of the group."""

    _audit: Audit

    @app_commands.command()
    @app_commands.describe(member="Only what this member decided")
    async def audit(self, interaction: Interaction, member: discord.User | None = None) -> None:
        """Read who decided what, when and why."""
        actor_id = None if member is None else member.id
        entries = await self._audit.entries(interaction.guild_id or 0, actor_id=actor_id, most=PER_PAGE + 1)
        older = OlderButton if member is None else OlderOfOneButton
        embed, view = _page(entries, older, actor_id, language_of_reader(interaction))
        if view is None:
            await interaction.response.send_message(embed=embed, ephemeral=True)
        else:
            await interaction.response.send_message(embed=embed, view=view, ephemeral=True)


class OlderButton(AtelierButton, action="audit"):
    """Turns to the decisions before one, whose number it has."""

    label = phrase("Older")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the next page in place of this one."""
        await check_lead(interaction)
        audit = interaction.client.services.audit
        entries = await audit.entries(interaction.guild_id or 0, before=self.subject, most=PER_PAGE + 1)
        embed, view = _page(entries, OlderButton, None, language_of_reader(interaction))
        await interaction.response.edit_message(embed=embed, view=view)


class OlderOfOneButton(AtelierButton, action="audit-of-one"):
    """Turns to the decisions before one, of the lead who made that one."""

    label = phrase("Older")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the next page in place of this one."""
        await check_lead(interaction)
        audit, server_id = interaction.client.services.audit, interaction.guild_id or 0
        last = next(iter(await audit.entries(server_id, before=self.subject + 1, most=1)), None)
        actor_id = None if last is None else last.decision.actor_id
        entries = await audit.entries(server_id, before=self.subject, actor_id=actor_id, most=PER_PAGE + 1)
        embed, view = _page(entries, OlderOfOneButton, actor_id, language_of_reader(interaction))
        await interaction.response.edit_message(embed=embed, view=view)


def _page(
    entries: Sequence[AuditEntry],
    older: type[OlderButton | OlderOfOneButton],
    actor_id: int | None,
    language: Language,
) -> tuple[discord.Embed, discord.ui.View | None]:
    """The page, and the way to the next if there is one."""
    embed, count = audit_page(entries, actor_id, language)
    embed = translated_embed(embed, language)
    if count == len(entries):
        return embed, None
    return embed, translated(view_of([older(entries[count - 1].seq)]), language)
