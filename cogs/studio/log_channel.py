"""A server's log channel: whether the bot can write there, its first line, and who reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.errors import DecisionRefusedError
from bot.services.text import listed
from cogs.studio.rule_panels import first_log_line, log_readers, log_warning

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction

NEEDED = ("view_channel", "send_messages", "embed_links")
NEEDED_IN_THREADS = ("view_channel", "send_messages_in_threads", "embed_links")

Place = discord.abc.GuildChannel | discord.Thread


async def find_place(interaction: Interaction, channel_id: int) -> Place | None:
    """The channel or thread; None if it is gone or out of the bot's sight. Threads at rest have to be asked for."""
    guild = interaction.guild
    if guild is None:
        return None
    found = guild.get_channel_or_thread(channel_id)
    if found is not None:
        return found
    try:
        return await guild.fetch_channel(channel_id)
    except (discord.HTTPException, discord.InvalidData):
        return None


def fault_of(interaction: Interaction, channel_id: int, place: Place | None) -> str:
    """A sentence that says why nothing can be posted there; empty if something can."""
    mention = f"<#{channel_id}>"
    if place is None or interaction.guild is None or (isinstance(place, discord.Thread) and place.parent is None):
        return f"I cannot see {mention}. Let me, or choose another."
    needed = NEEDED_IN_THREADS if isinstance(place, discord.Thread) else NEEDED
    mine = place.permissions_for(interaction.guild.me)
    if not isinstance(place, discord.abc.Messageable):
        return f"Nobody can write in {mention}. Choose a text channel."
    lacking = tuple(name.replace("_", " ").title() for name in needed if not getattr(mine, name))
    return f"I may not write in {mention}: I lack {listed(lacking, 'and')} there." if lacking else ""


def is_read_by_all(place: Place | None) -> bool:
    """Whether @everyone sees the channel."""
    if place is None or (isinstance(place, discord.Thread) and (place.is_private() or place.parent is None)):
        return False
    return place.permissions_for(place.guild.default_role).view_channel


async def notes_on_log(interaction: Interaction, channel_id: int) -> list[str]:
    """What a lead has to know of the log channel: that nothing can be posted there, or that everybody reads it."""
    place = await find_place(interaction, channel_id)
    fault = fault_of(interaction, channel_id, place)
    notes = [log_warning(fault)] if fault else []
    return [*notes, log_readers(channel_id)] if is_read_by_all(place) else notes


async def begin_log(interaction: Interaction, channel_id: int) -> None:
    """Post the first line of the log: a channel that is chosen is one that works."""
    place = await find_place(interaction, channel_id)
    fault = fault_of(interaction, channel_id, place)
    if fault or not isinstance(place, discord.abc.Messageable):
        raise DecisionRefusedError(f"{fault} Nothing was changed.")
    try:
        await place.send(first_log_line(interaction.user.id))
    except (discord.Forbidden, discord.NotFound):
        raise DecisionRefusedError(f"I could not write in <#{channel_id}>. Nothing was changed.") from None
