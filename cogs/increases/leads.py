"""What every answer of a lead begins and ends with: may they, how does the request stand, and who hears of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from bot.delivery.languages import language_of_reader, language_of_server, translated
from bot.discord_retries import PROBLEMS
from bot.discord_ui.interactions import Interaction, LeadsOnlyError, is_lead
from bot.discord_ui.request_context import role_ids_of
from bot.errors import UserFacingError
from bot.services.calendar import TOLERANCE
from bot.services.quotas import UNKNOWN
from cogs.increases.notifier import attempt
from cogs.increases.text import closed_text, increase_text, short_text, too_late_text

if TYPE_CHECKING:
    import discord

    from bot.services.quotas import IncreaseRequest, Verdict

PATIENCE = 1.0  # seconds to find out which roles a member has; Discord waits 3 for the first answer

_log = structlog.stdlib.get_logger(__name__)


async def look(interaction: Interaction, increase_id: int) -> Verdict:
    """The request for more as it stands, for a lead of its server.

    Raises:
        LeadsOnlyError: who acts is none.
        UserFacingError: this server has no such request for more.
    """
    if interaction.guild_id is None or not await is_lead(interaction):
        raise LeadsOnlyError
    verdict = await interaction.client.services.increases.look(interaction.guild_id, increase_id)
    message = interaction.message
    if message is not None and message.created_at.timestamp() < verdict.increase.at - TOLERANCE:
        raise UserFacingError(UNKNOWN)  # it asks for something of a former life of the database
    return verdict


async def roles_now(interaction: Interaction, increase: IncreaseRequest) -> tuple[int, ...] | None:
    """The roles that the member has by now; None if Discord does not say so in time."""
    if interaction.guild is None:
        return None
    try:
        async with asyncio.timeout(PATIENCE):
            return role_ids_of(await interaction.guild.fetch_member(increase.user_id))
    except PROBLEMS as error:
        _log.info("roles not looked up", increase=increase.id, reason=repr(error))
        return None


async def show(interaction: Interaction, verdict: Verdict, still_open: discord.ui.View | None = None) -> None:
    """Show in the log channel how the request for more stands, and tell whoever has to know: this lead, or the member.

    `still_open` are the buttons to decide by, for a verdict that says that nothing was granted yet.
    """
    increase = verdict.increase
    if verdict.short is not None:
        await _edit(interaction, increase, increase_text(increase, verdict.short), still_open)
        await _whisper(interaction, increase, short_text(increase))
        return
    await _edit(interaction, increase, closed_text(increase), None)
    if not verdict.fresh and increase.decided_by is not None:
        await _whisper(interaction, increase, too_late_text(increase))
    await interaction.client.services.increase_notices.tell(increase)


async def _edit(interaction: Interaction, increase: IncreaseRequest, text: str, view: discord.ui.View | None) -> None:
    """Change the message with the buttons; by the bot's own right if the interaction is out of reach."""
    language = language_of_server(interaction.guild)
    text, view = language.translate(text), translated(view, language)
    try:
        await interaction.response.edit_message(content=text, view=view)
    except PROBLEMS as error:
        _log.info("plea not shown by its interaction", increase=increase.id, reason=repr(error))
        message = interaction.message
        if message is not None:
            own = interaction.client.get_partial_messageable(message.channel.id, guild_id=increase.server_id)
            partial = own.get_partial_message(message.id)
            await attempt("plea not shown", increase, lambda: partial.edit(content=text, view=view))


async def _whisper(interaction: Interaction, increase: IncreaseRequest, text: str) -> None:
    """Tell the lead alone; the member hears of it even if that fails."""
    try:
        await interaction.followup.send(language_of_reader(interaction).translate(text), ephemeral=True)
    except PROBLEMS as error:
        _log.info("lead not told", increase=increase.id, reason=repr(error))
