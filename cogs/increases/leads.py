"""What every answer of a lead begins and ends with: may they, how does the plea stand, and who hears of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.discord_retries import PROBLEMS
from bot.discord_ui.interactions import Interaction, LeadsOnlyError, is_lead
from bot.discord_ui.occasions import role_ids_of
from bot.errors import UserFacingError
from bot.services.calendar import TOLERANCE
from bot.services.quotas import UNKNOWN
from cogs.increases.telling import attempt
from cogs.increases.text import closed_text, plea_text, short_text, too_late_text

if TYPE_CHECKING:
    import discord

    from bot.services.quotas import Plea, Verdict

PATIENCE = 1.0  # seconds to find out which roles a member has; Discord waits 3 for the first answer

_log = structlog.stdlib.get_logger(__name__)


async def look(interaction: Interaction, plea_id: int) -> Verdict:
    """The plea as it stands, for a lead of its server.

    Raises:
        LeadsOnlyError: who acts is none.
        UserFacingError: this server has no such plea.
    """
    if interaction.guild_id is None or not await is_lead(interaction):
        raise LeadsOnlyError
    verdict = await interaction.client.services.pleas.look(interaction.guild_id, plea_id)
    message = interaction.message
    if message is not None and message.created_at.timestamp() < verdict.plea.at - TOLERANCE:
        raise UserFacingError(UNKNOWN)  # it asks for something of a former life of the database
    return verdict


async def roles_now(interaction: Interaction, plea: Plea) -> tuple[int, ...] | None:
    """The roles that the member has by now; None if Discord does not say so in time."""
    if interaction.guild is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return role_ids_of(await interaction.guild.fetch_member(plea.user_id))
    except PROBLEMS as error:
        _log.info("roles not looked up", plea=plea.id, reason=repr(error))
        return None


async def show(interaction: Interaction, verdict: Verdict, still_open: discord.ui.View | None = None) -> None:
    """Show in the log channel how the plea stands, and tell whoever has to know: this lead, or the member.

    `still_open` are the buttons to decide by, for a verdict that says that nothing was granted yet.
    """
    plea = verdict.plea
    if verdict.short is not None:
        await _edit(interaction, plea, plea_text(plea, verdict.short), still_open)
        await _whisper(interaction, plea, short_text(plea))
        return
    await _edit(interaction, plea, closed_text(plea), None)
    if not verdict.fresh and plea.decided_by is not None:
        await _whisper(interaction, plea, too_late_text(plea))
    await interaction.client.services.plea_telling.tell(plea)


async def _edit(interaction: Interaction, plea: Plea, text: str, view: discord.ui.View | None) -> None:
    """Change the message with the buttons; by the bot's own right if the interaction is out of reach."""
    try:
        await interaction.response.edit_message(content=text, view=view)
    except PROBLEMS as error:
        _log.info("plea not shown by its interaction", plea=plea.id, reason=repr(error))
        message = interaction.message
        if message is not None:
            own = interaction.client.get_partial_messageable(message.channel.id, guild_id=plea.server_id)
            partial = own.get_partial_message(message.id)
            await attempt("plea not shown", plea, lambda: partial.edit(content=text, view=view))


async def _whisper(interaction: Interaction, plea: Plea, text: str) -> None:
    """Tell the lead alone; the member hears of it even if that fails."""
    try:
        await interaction.followup.send(text, ephemeral=True)
    except PROBLEMS as error:
        _log.info("lead not told", plea=plea.id, reason=repr(error))
