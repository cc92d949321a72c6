"""Channels and threads in which the bot is to post: whether it can, and the first line there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord

from bot.delivery.languages import language_of_server
from bot.errors import DecisionRefusedError
from bot.language import phrase
from bot.services.policy import unchanged
from bot.services.text import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.discord_ui.interactions import Interaction

PERMISSIONS = {  # as Discord calls them
    "view_channel": phrase("View Channel"),
    "send_messages": phrase("Send Messages"),
    "send_messages_in_threads": phrase("Send Messages In Threads"),
    "embed_links": phrase("Embed Links"),
    "attach_files": phrase("Attach Files"),
    "read_message_history": phrase("Read Message History"),
}
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


def fault_of(interaction: Interaction, channel_id: int, place: Place | None, needed: Sequence[str]) -> str:
    """A sentence that says why nothing can be posted there; empty if something can.

    `needed` are discord.py's names of permissions beside those to look and to write.
    """
    mention = f"<#{channel_id}>"
    if place is None or interaction.guild is None or (isinstance(place, discord.Thread) and place.parent is None):
        return phrase("I cannot see {channel}. Let me, or choose another.", channel=mention)
    mine = place.permissions_for(interaction.guild.me)
    writing = "send_messages_in_threads" if isinstance(place, discord.Thread) else "send_messages"
    if not isinstance(place, discord.abc.Messageable):
        return phrase("Nobody can write in {channel}. Choose a text channel.", channel=mention)
    lacking = tuple(PERMISSIONS[name] for name in ("view_channel", writing, *needed) if not getattr(mine, name))
    if not lacking:
        return ""
    return phrase(
        "I may not write in {channel}: I lack {permissions} there.",
        channel=mention,
        permissions=listed(lacking, "and"),
    )


async def begin_posting(interaction: Interaction, channel_id: int, line: str, needed: Sequence[str]) -> None:
    """Post the first line: a channel that is chosen is one that works.

    Raises:
        DecisionRefusedError: it does not.
    """
    place = await find_place(interaction, channel_id)
    fault = fault_of(interaction, channel_id, place, needed)
    if fault or not isinstance(place, discord.abc.Messageable):
        raise DecisionRefusedError(unchanged(fault))
    try:
        await place.send(language_of_server(interaction.guild).translate(line))
    except (discord.Forbidden, discord.NotFound):
        refused = phrase("I could not write in {channel}.", channel=f"<#{channel_id}>")
        raise DecisionRefusedError(unchanged(refused)) from None
