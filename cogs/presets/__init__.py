"""/preset, and Save as preset under results: words, options and pictures to use again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.discord_ui.options import PricedOptions
from bot.discord_ui.presets import UseDialog, use_filled
from bot.language import phrase
from cogs.presets.commands import Presets
from cogs.presets.dialog import KeepDialog, open_for_result
from cogs.presets.dialog_submit import AgainButton, keep_filled
from cogs.presets.pages import OpenSelect, PageButton
from cogs.presets.panels import BUTTONS

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the commands, what is offered under results, and what stands under presets."""
    services = bot.services
    bot.add_dynamic_items(*BUTTONS, AgainButton, PageButton, OpenSelect)
    bot.routes.add(UseDialog.template, use_filled)
    bot.routes.add(KeepDialog.template, keep_filled)
    about = phrase("Its words and options, to use again; free")
    bot.more.add(890, "preset", phrase("Save as preset"), "🔖", open_for_result, about=about)
    priced = PricedOptions(services.drafting)
    await bot.add_cog(Presets(services.presets, priced))
