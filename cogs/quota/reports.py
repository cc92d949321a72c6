"""/quota report and export: what became of the money in a month."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.charts import ChartError, alt_text
from bot.delivery.languages import language_of_reader
from bot.delivery.uploads import REQUEST_LIMIT
from bot.discord_ui.interactions import Interaction, lead_of
from bot.discord_ui.options import choices
from bot.discord_ui.request_context import think
from bot.presentation.usage import month_choices
from bot.services.accounting import Grouping
from bot.services.policy import Scope
from cogs.quota.limit_subjects import server_of
from cogs.quota.month_report import NO_CHART, Named, chart_of, packed_ledger, report_text, told_keys

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.charts import Chart
    from bot.language import Language
    from bot.services.accounting import MonthlyReport, MonthReports
    from bot.services.catalog import Catalog
    from cogs.quota.names import Names

PATIENCE = 5.0  # seconds to look up the names of a chart

_log = structlog.stdlib.get_logger(__name__)


class Reports(commands.Cog):
    """The commands that tell what was spent; a part of the group."""

    _bookkeeper: MonthReports
    _catalog: Catalog
    _names: Names
    _draw: Callable[[Chart], Awaitable[bytes]]  # makes a PNG

    @app_commands.command()
    @app_commands.describe(month="Such as 2026-11; this month if you leave it out", by="What to sum it by")
    async def report(
        self,
        interaction: Interaction,
        month: str | None = None,
        by: Literal["member", "model", "day", "channel"] = "member",
    ) -> None:
        """See what a month cost, and who spent it on what. Only you see it."""
        await think(interaction)
        language = language_of_reader(interaction)
        found = await self._bookkeeper.report(lead_of(interaction).server_id, month, by=Grouping(by))
        named = await self._named(interaction, found)
        files, notes = await self._charted(found, named, language)
        told = language.translate(report_text(found, named, notes))
        await interaction.edit_original_response(content=told, attachments=files)

    @app_commands.command()
    @app_commands.describe(
        month="Such as 2026-11; this month if you leave it out", member="Only this member's; everybody's if left out"
    )
    async def export(
        self, interaction: Interaction, month: str | None = None, member: discord.User | None = None
    ) -> None:
        """Get a month's jobs as a CSV file. Only you see it; the audit notes it."""
        await think(interaction)
        member_id = None if member is None else member.id
        found = await self._bookkeeper.report(lead_of(interaction).server_id, month, member_id=member_id)
        packed = await asyncio.to_thread(packed_ledger, found, min(interaction.filesize_limit, REQUEST_LIMIT))
        await self._bookkeeper.record_export(lead_of(interaction), found)
        file = discord.File(BytesIO(packed.content), packed.name)
        told = language_of_reader(interaction).translate(packed.sentence)
        await interaction.edit_original_response(content=told, attachments=[file])

    @report.autocomplete("month")
    @export.autocomplete("month")
    async def _months(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        months = await self._bookkeeper.months(lead_of(interaction).server_id)
        language = language_of_reader(interaction)
        return choices(month_choices(months, typed, language), language)

    async def _charted(
        self, found: MonthlyReport, named: Named, language: Language
    ) -> tuple[list[discord.File], tuple[str, ...]]:
        """The chart as a file, and what there is to say of it."""
        if not found.report.sums.settled_nano:
            return [], ()  # it would be empty
        chart = chart_of(found, named, language)
        try:
            picture = await self._draw(chart)
        except ChartError as error:
            _log.warning("report without a chart", reason=str(error))
            return [], (NO_CHART,)
        return [discord.File(BytesIO(picture), f"report-{found.month}.png", description=alt_text(chart))], ()

    async def _named(self, interaction: Interaction, found: MonthlyReport) -> Named:
        """What the members, models or channels that are told one by one are called."""
        by, keys = found.report.by, told_keys(found)
        if by is Grouping.MODEL:
            return Named({key: self._catalog.title_of(key) for key in keys})
        if by is not Grouping.MEMBER and by is not Grouping.CHANNEL:
            return Named({})
        server, scope = server_of(interaction), Scope(by.value)
        names = await self._names.of(server, [(scope, int(key)) for key in keys], PATIENCE)
        gone = {key for key in keys if by is Grouping.CHANNEL and server.get_channel_or_thread(int(key)) is None}
        return Named({str(each): name for (_, each), name in names.items()}, frozenset(gone))
