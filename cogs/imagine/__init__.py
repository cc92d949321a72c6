"""/imagine, and *Again* under its results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogs.imagine.buttons import AgainButton
from cogs.imagine.commands import Imagine

if TYPE_CHECKING:
    from bot.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command and its button."""
    services = bot.services
    bot.add_dynamic_items(AgainButton)
    bot.buttons.add(10, AgainButton)
    await bot.add_cog(Imagine(bot.intake, services.drafting, services.admission, services.catalog, services.settings))
