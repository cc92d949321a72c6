"""What can be done with a finished picture: look closer, delete it, fetch a late one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.gallery.buttons import DeleteButton, DetailsButton, ReallyDeleteButton, ShowButton

if TYPE_CHECKING:
    from bot.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the buttons."""
    bot.add_dynamic_items(DetailsButton, DeleteButton, ReallyDeleteButton, ShowButton)
    bot.buttons.add(20, DetailsButton)
    bot.buttons.add(30, DeleteButton)
    bot.buttons.set_late(ShowButton)
