"""/settings: what a member's pictures are like if nothing else is said; and what is pressed in panels of defaults."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import discord

from bot.discord_ui.defaults_panel import PRESSED, SizeDialog, change_default, write_size
from cogs.settings.commands import OwnDefaults

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command; panels of old go on being used, members' and leads'."""
    bot.routes.add(re.compile(PRESSED), change_default, discord.InteractionType.component)
    bot.routes.add(SizeDialog.template, write_size)
    await bot.add_cog(OwnDefaults())
