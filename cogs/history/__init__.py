"""/history and /show: what was made before, found and brought back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.history.commands import LookBack
from cogs.history.pages import OpenSelect, TurnButton
from cogs.history.show import BringBack

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the commands; the pages of old answers go on being turned."""
    bot.add_dynamic_items(TurnButton, OpenSelect)
    await bot.add_cog(LookBack(bot.services))
    await bot.add_cog(BringBack(bot.services))
