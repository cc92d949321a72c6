"""/help: what can be done here, in topics, and what is left for whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.help.commands import Help
from cogs.help.topics import TopicSelect

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command; the topics under old answers go on being read."""
    bot.add_dynamic_items(TopicSelect)
    await bot.add_cog(Help(bot.services.usage, bot.command_links))
