"""Who hears of a decision: the leads in the log channel, and the member who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import discord
import structlog

from bot.delivery.posting import steadily
from bot.presentation.pleas import closed_text, notice, too_late_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.interactions import Interaction
    from bot.services.pleas import Plea, Verdict

TROUBLE = (discord.DiscordException, aiohttp.ClientError, OSError)  # what sending may end with

_log = structlog.stdlib.get_logger(__name__)


async def tell(interaction: Interaction, verdict: Verdict) -> None:
    """Show in the log channel how the plea ended; tell the member if it was decided just now, else the lead."""
    plea = verdict.plea
    await _close(interaction, plea)
    if verdict.fresh:
        await _tell_member(interaction, plea)
    elif plea.decided_by is not None:
        await interaction.followup.send(too_late_text(plea), ephemeral=True)


async def _close(interaction: Interaction, plea: Plea) -> None:
    """Let the message with the buttons say how it ended; by the bot's own right if the interaction is out of reach."""
    text = closed_text(plea)
    try:
        await interaction.response.edit_message(content=text, view=None)
    except TROUBLE as error:
        _log.info("plea not closed by its interaction", plea=plea.id, reason=repr(error))
        message = interaction.message
        if message is not None:
            own = interaction.client.get_partial_messageable(message.channel.id, guild_id=plea.server_id)
            partial = own.get_partial_message(message.id)
            await _attempt("plea not closed", plea, lambda: partial.edit(content=text, view=None))


async def _tell_member(interaction: Interaction, plea: Plea) -> None:
    """By direct message; where that is closed, in the channel where they asked."""
    client = interaction.client
    server = client.get_guild(plea.server_id)
    nonce = f"told-{plea.id}"

    async def directly() -> None:
        channel = await client.create_dm(discord.Object(plea.user_id))
        await channel.send(notice(plea, None if server is None else server.name), nonce=nonce)

    async def where_they_asked() -> None:
        channel = client.get_partial_messageable(plea.channel_id, guild_id=plea.server_id)
        alone = discord.AllowedMentions(everyone=False, roles=False, users=[discord.Object(plea.user_id)])
        await channel.send(f"<@{plea.user_id}> {notice(plea, None)}", allowed_mentions=alone, nonce=nonce)

    if not await _attempt("member not told directly", plea, directly):
        await _attempt("member not told", plea, where_they_asked)


async def _attempt(otherwise: str, plea: Plea, call: Callable[[], Awaitable[object]]) -> bool:
    """Whether Discord took it."""
    try:
        await steadily(call)
    except TROUBLE as error:
        _log.info(otherwise, plea=plea.id, reason=repr(error))
        return False
    return True
