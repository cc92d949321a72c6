"""A server's log channel: whether the bot can write there, its first line, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from cogs.studio.posting_places import begin_posting, fault_of, find_place
from cogs.studio.rule_panels import first_log_line, log_readers, log_warning

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from cogs.studio.posting_places import Place

NEEDED = ("embed_links",)


def is_read_by_all(place: Place | None) -> bool:
    """Whether @everyone sees the channel."""
    if place is None or (isinstance(place, discord.Thread) and (place.is_private() or place.parent is None)):
        return False
    return place.permissions_for(place.guild.default_role).view_channel


async def log_fault(interaction: Interaction, channel_id: int | None) -> str:
    """Why nothing can be posted in the log channel, as a sentence; empty if something can, or there is none."""
    if channel_id is None:
        return ""
    return fault_of(interaction, channel_id, await find_place(interaction, channel_id), NEEDED)


async def notes_on_log(interaction: Interaction, channel_id: int) -> list[str]:
    """What a lead has to know of the log channel: that nothing can be posted there, or that everybody reads it."""
    place = await find_place(interaction, channel_id)
    fault = fault_of(interaction, channel_id, place, NEEDED)
    notes = [log_warning(fault)] if fault else []
    return [*notes, log_readers(channel_id)] if is_read_by_all(place) else notes


async def begin_log(interaction: Interaction, channel_id: int) -> None:
    """Post the first line of the log."""
    await begin_posting(interaction, channel_id, first_log_line(interaction.user.id), NEEDED)
