"""/studio setup: what a first lead sets, in one step."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands
from discord.ext import commands

from bot.discord_limits import MOST_CHOICES
from bot.discord_ui.interactions import Interaction, lead_of
from bot.discord_ui.occasions import think
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.services.calendar import zones_like
from bot.services.policy import FirstSettings, amount_choices, parse_amount
from cogs.studio.log_channel import begin_log, notes_on_log
from cogs.studio.rule_panels import set_up_text
from cogs.studio.settings import LONGEST_ZONE, lead_role_in

if TYPE_CHECKING:
    from bot.services.policy import ServerSettings
    from bot.services.quotas import BudgetAlerts, QuotaDesk

LONGEST_AMOUNT = 100  # characters


class Start(commands.Cog):
    """The command that begins; a part of the group."""

    _server_settings: ServerSettings
    _quotas: QuotaDesk
    _budget_alerts: BudgetAlerts

    @app_commands.command()
    @app_commands.describe(
        budget="What all of this server may use in a month, such as $20",
        each="What each member may use in a day, such as 10 pictures",
        log="Where alerts, and members' questions for more, are posted",
        zone="Your time zone, as Europe/Berlin",
        leads="A role whose members lead too",
    )
    async def setup(
        self,
        interaction: Interaction,
        budget: app_commands.Range[str, 1, LONGEST_AMOUNT],
        each: app_commands.Range[str, 1, LONGEST_AMOUNT],
        log: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        zone: app_commands.Range[str, 1, LONGEST_ZONE] | None = None,
        leads: discord.Role | None = None,
    ) -> None:
        """Begin safely, in one step: budget, allowance, log channel, time zone and lead role."""
        lead = lead_of(interaction)
        first = await FirstSettings.of(
            lead.server_id,
            parse_amount(budget),
            parse_amount(each),
            zone=zone,
            log_channel_id=None if log is None else log.id,
            lead_role_id=None if leads is None else lead_role_in(interaction, leads),
        )
        await think(interaction)
        kept = (await self._server_settings.of(lead.server_id)).log_channel_id
        if log is not None and log.id != kept:
            await begin_log(interaction, log.id)
        decision = await self._server_settings.set_up(lead, first)
        self._budget_alerts.tell_soon()
        notes = [note for rule in first.limits for note in await self._quotas.outdone(lead.server_id, rule)]
        if log is not None:
            notes += await notes_on_log(interaction, log.id)
        policy = await self._server_settings.of(lead.server_id)
        await interaction.edit_original_response(content=set_up_text(decision, policy, notes))

    @setup.autocomplete("budget")
    @setup.autocomplete("each")
    async def _offer_amounts(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(amount_choices(typed, may_be_unlimited=False))

    @setup.autocomplete("zone")
    async def _offer_places(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices((name, name) for name in await asyncio.to_thread(zones_like, typed, MOST_CHOICES))
