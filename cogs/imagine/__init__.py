"""/imagine, what cancels it, and the way out under its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_ui.options import PricedOptions
from cogs.imagine.cancel import CancelButton, DiscardButton, KeepButton
from cogs.imagine.commands import Imagine
from cogs.imagine.retry import RetryButton, RewordButton, RewordDialog, make_reworded, offer_rewording, offered

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the command and its buttons."""
    services = bot.services
    priced = PricedOptions(services.drafting)
    bot.add_dynamic_items(CancelButton, KeepButton, DiscardButton, RetryButton, RewordButton)
    bot.buttons.set_progress(CancelButton)
    bot.buttons.set_failure(offered(services.drafting))
    offer_rewording(bot.more)
    bot.routes.add(RewordDialog.template, make_reworded)
    await bot.add_cog(Imagine(bot.intake, services.drafting, services.presets, priced))
