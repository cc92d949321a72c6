"""/usage: what a member used, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import charts
from cogs.usage.commands import Usage

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command."""
    await bot.add_cog(Usage(bot.services.usage, charts.draw))
