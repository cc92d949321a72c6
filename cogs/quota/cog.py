"""The group /quota; its commands come from the classes that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands

from bot.discord_ui.interactions import LeadCog
from cogs.quota.corrections import Corrections
from cogs.quota.limits import Limits
from cogs.quota.names import Names
from cogs.quota.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.charts import Chart
    from bot.services.accounting import Corrector, MonthReports
    from bot.services.catalog import Catalog
    from bot.services.quotas import QuotaDesk


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
class Quota(
    Limits,
    Reports,
    Corrections,
    LeadCog,
    group_name="quota",
    group_description="What members, roles and channels may use",
):
    """Limits of a server, and what became of them.

    Args:
        draw: makes a PNG of a chart.
    """

    def __init__(
        self,
        desk: QuotaDesk,
        month_reports: MonthReports,
        corrector: Corrector,
        catalog: Catalog,
        draw: Callable[[Chart], Awaitable[bytes]],
    ) -> None:
        self._desk = desk
        self._bookkeeper = month_reports
        self._corrector = corrector
        self._catalog = catalog
        self._draw = draw
        self._names = Names()
