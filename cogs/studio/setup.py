"""/studio setup: the command that begins; a part of the group."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_limits import MOST_CHOICES
from bot.discord_ui.interactions import Interaction
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.services.calendar import zones_like
from bot.services.policy import amount_choices
from cogs.studio.first_setup import LONGEST_AMOUNT, Chosen, FirstSetup
from cogs.studio.settings import LONGEST_ZONE

if TYPE_CHECKING:
    from bot.services.policy import ServerSettings
    from bot.services.quotas import BudgetAlerts, QuotaDesk


class Start(commands.Cog):
    """The command; without both amounts it asks for everything in a dialog."""

    _server_settings: ServerSettings
    _quotas: QuotaDesk
    _budget_alerts: BudgetAlerts

    @app_commands.command()
    @app_commands.describe(
        budget="What all of this server may use in a month, such as $20; leave it out for a dialog",
        each="What each member may use in a day, such as 10 pictures",
        log="Where alerts, and members' questions for more, are posted",
        zone="Your time zone, as Europe/Berlin",
        leads="A role whose members lead too",
    )
    async def setup(
        self,
        interaction: Interaction,
        budget: app_commands.Range[str, 1, LONGEST_AMOUNT] | None = None,
        each: app_commands.Range[str, 1, LONGEST_AMOUNT] | None = None,
        log: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        zone: app_commands.Range[str, 1, LONGEST_ZONE] | None = None,
        leads: discord.Role | None = None,
    ) -> None:
        """Begin safely, in one step: budget, allowance, log channel, time zone and lead role."""
        first = FirstSetup(self._server_settings, self._quotas, self._budget_alerts)
        chosen = Chosen(budget or "", each or "", None if log is None else log.id, zone, leads)
        if chosen.budget and chosen.each:
            await first.take(interaction, chosen)
        else:
            await first.ask(interaction, chosen)

    @setup.autocomplete("budget")
    @setup.autocomplete("each")
    async def _offer_amounts(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(amount_choices(typed, may_be_unlimited=False), language_of_reader(interaction))

    @setup.autocomplete("zone")
    async def _offer_places(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices((name, name) for name in await asyncio.to_thread(zones_like, typed, MOST_CHOICES))
