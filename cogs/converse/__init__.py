"""Conversations: threads in which each message is the next instruction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.converse.ending import EndButton, Endings
from cogs.converse.opening import Converse, offer_thread
from cogs.converse.turns import Turns

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command, what opens a thread under results, and listen to what is said there."""
    conversations = bot.services.conversations
    bot.add_dynamic_items(EndButton)
    turns = Turns(bot, conversations)
    offer_thread(bot.more, turns)
    await bot.add_cog(turns)
    await bot.add_cog(Endings(bot, conversations))
    await bot.add_cog(Converse(turns))
