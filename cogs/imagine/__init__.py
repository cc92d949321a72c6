"""/imagine, and *Again* under its results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.options import PricedOptions
from cogs.imagine.buttons import AgainButton
from cogs.imagine.commands import Imagine

if TYPE_CHECKING:
    from bot.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command and its button."""
    services, settings = bot.services, bot.services.settings
    priced = PricedOptions(services.admission, services.catalog, settings.model, settings.partial_images)
    bot.add_dynamic_items(AgainButton)
    bot.buttons.add(20, AgainButton.priced(services.drafting))
    await bot.add_cog(Imagine(bot.intake, services.drafting, priced))
