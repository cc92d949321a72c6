"""/usage: what I used this month or an earlier one, what is left of what, and when it resets."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.charts import ChartError, alt_text
from bot.delivery.languages import language_of_reader
from bot.discord_ui.interactions import Interaction
from bot.discord_ui.options import choices
from bot.discord_ui.request_context import requester_of, think
from bot.presentation.usage import month_choices, usage_chart, usage_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.charts import Chart
    from bot.language import Language
    from bot.services.quotas import MonthUse, UsageDesk

_log = structlog.stdlib.get_logger(__name__)


class Usage(commands.Cog):
    """Shows members their own use, and nobody else's.

    Args:
        draw: makes a PNG of a chart.
    """

    def __init__(self, desk: UsageDesk, draw: Callable[[Chart], Awaitable[bytes]]) -> None:
        self._desk = desk
        self._draw = draw

    @app_commands.command()
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @app_commands.describe(month="An earlier month in which you made something, such as 2026-10")
    async def usage(self, interaction: Interaction, month: str | None = None) -> None:
        """See what you used, what is left, and when it resets. Only you see it."""
        await think(interaction)
        use = await self._desk.of(requester_of(interaction), month)
        language = language_of_reader(interaction)
        told, files = language.translate(usage_text(use)), await self._chart(use, language)
        await interaction.edit_original_response(content=told, attachments=files)

    @usage.autocomplete("month")
    async def _months(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        months = await self._desk.months(requester_of(interaction))
        language = language_of_reader(interaction)
        return choices(month_choices(months, typed, language), language)

    async def _chart(self, use: MonthUse, language: Language) -> list[discord.File]:
        """The month as a picture; nothing if it cannot be drawn, for the words say it too."""
        chart = usage_chart(use, language)
        if chart is None:
            return []
        try:
            picture = await self._draw(chart)
        except ChartError as error:
            _log.warning("usage without a chart", reason=str(error))
            return []
        return [discord.File(BytesIO(picture), f"usage-{use.month}.png", description=alt_text(chart))]
