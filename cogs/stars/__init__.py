"""⭐: pictures that members hold for their favourites, and the gallery channel to which enough stars bring one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.stars.buttons import MessageLabels, StarButton, star_image
from cogs.stars.gallery_writer import ChannelWriter

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the button under results, and the entry in a message's menu for those that were made before it."""
    bot.add_dynamic_items(StarButton)
    bot.buttons.add(50, StarButton.of)
    bot.tree.add_command(star_image)
    bot.services.stars.labels = MessageLabels(bot, bot.buttons)
    bot.services.gallery_posts.writer = ChannelWriter(bot)
