"""/quota: what members, roles and channels may use, for those who manage the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import charts
from cogs.quota.buttons import PageButton
from cogs.quota.cog import Quota

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient


async def setup(bot: AtelierClient) -> None:
    """Add the group, and the buttons of its pages."""
    bot.add_dynamic_items(PageButton)
    services = bot.services
    await bot.add_cog(Quota(services.quotas, services.month_reports, services.corrector, services.catalog, charts.draw))
