"""/studio block, unblock, newcomers, moderation, replies, calendar, log and leads: the server as a whole."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_limits import MOST_CHOICES
from bot.discord_ui.interactions import Interaction, lead_of, may_manage
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.discord_ui.request_context import think
from bot.errors import DecisionRefusedError
from bot.language import joined, phrase
from bot.services.calendar import zones_like
from bot.services.policy import LONGEST_REASON, LONGEST_WAIT, ReplyMode, unchanged
from bot.services.text import one_line
from cogs.studio.log_channel import begin_log, notes_on_log
from cogs.studio.rule_panels import (
    blocked_text,
    calendar_changed_text,
    calendar_panel,
    changed_text,
    lead_role_changed_text,
    lead_role_panel,
    log_panel,
    moderation_changed_text,
    moderation_panel,
    newcomers_panel,
    replies_changed_text,
    replies_panel,
)
from cogs.studio.rules import say

if TYPE_CHECKING:
    from bot.services.policy import ServerSettings
    from bot.services.quotas import BudgetAlerts

LONGEST_ZONE = 60  # characters
FOR_MANAGERS = unchanged(phrase("Only members who may manage this server choose its lead role."))


class ServerWide(commands.Cog):
    """The commands about the server as a whole; a part of the group."""

    _server_settings: ServerSettings
    _budget_alerts: BudgetAlerts

    @app_commands.command()
    @app_commands.describe(member="Who; the id of somebody who has left works too", reason="Why; only leads see it")
    async def block(
        self, interaction: Interaction, member: discord.User, reason: app_commands.Range[str, 1, LONGEST_REASON]
    ) -> None:
        """Let a member make no pictures here any more."""
        why = one_line(reason, LONGEST_REASON)
        bot_id = interaction.application_id if interaction.client.user is None else interaction.client.user.id
        decision = await self._server_settings.block(lead_of(interaction), member.id, bot_id, why)
        await say(interaction, blocked_text(decision))

    @app_commands.command()
    @app_commands.describe(member="Who; the id of somebody who has left works too")
    async def unblock(self, interaction: Interaction, member: discord.User) -> None:
        """Let a member make pictures here again."""
        await say(interaction, blocked_text(await self._server_settings.unblock(lead_of(interaction), member.id)))

    @app_commands.command()
    @app_commands.describe(days="Days since they joined; 0 for no wait")
    async def newcomers(
        self, interaction: Interaction, days: app_commands.Range[int, 0, LONGEST_WAIT] | None = None
    ) -> None:
        """Let new members wait before they make pictures."""
        lead = lead_of(interaction)
        if days is None:
            await say(interaction, newcomers_panel(await self._server_settings.decisions.of(lead.server_id)))
            return
        decision = await self._server_settings.set_newcomer_days(lead, days)
        await say(interaction, changed_text(decision))

    @app_commands.command()
    @app_commands.describe(level="auto is the usual filter; low is less strict, and the provider's own rules stay")
    async def moderation(self, interaction: Interaction, level: Literal["auto", "low"] | None = None) -> None:
        """Choose how strictly the image API screens what is asked for here."""
        lead = lead_of(interaction)
        if level is None:
            await say(interaction, moderation_panel(await self._server_settings.decisions.of(lead.server_id)))
            return
        decision = await self._server_settings.set_moderation(lead, level)
        await say(interaction, moderation_changed_text(decision))

    @app_commands.command()
    @app_commands.describe(mode="When words in a reply to a picture change it; talk never does unasked")
    async def replies(
        self, interaction: Interaction, mode: Literal["at once", "ask", "only when mentioned", "never"] | None = None
    ) -> None:
        """Choose when pictures are changed by replies to them."""
        lead = lead_of(interaction)
        if mode is None:
            await say(interaction, replies_panel(await self._server_settings.decisions.of(lead.server_id)))
            return
        decision = await self._server_settings.set_replies(lead, ReplyMode(mode))
        await say(interaction, replies_changed_text(decision, ReplyMode(mode)))

    @app_commands.command()
    @app_commands.describe(zone="A place in it, as Europe/Berlin", week_start="The first day of a week")
    async def calendar(
        self,
        interaction: Interaction,
        zone: app_commands.Range[str, 1, LONGEST_ZONE] | None = None,
        week_start: Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] | None = None,
    ) -> None:
        """Choose the time zone and the first weekday by which limits are counted."""
        lead = lead_of(interaction)
        if zone is None and week_start is None:
            await say(interaction, calendar_panel(await self._server_settings.calendar(lead.server_id)))
            return
        decision = await self._server_settings.set_calendar(lead, zone, week_start)
        await say(interaction, calendar_changed_text(decision, await self._server_settings.calendar(lead.server_id)))

    @calendar.autocomplete("zone")
    async def _offer_zones(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        found = await asyncio.to_thread(zones_like, typed, MOST_CHOICES)
        return choices((name, name) for name in found)

    @app_commands.command()
    @app_commands.describe(channel="Where", off="Post them nowhere")
    async def log(
        self,
        interaction: Interaction,
        channel: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        off: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
    ) -> None:
        """Choose where alerts about budgets and pleas for more are posted."""
        lead = lead_of(interaction)
        if channel is not None and off:
            raise DecisionRefusedError(unchanged(phrase("Choose a channel or off, not both.")))
        await think(interaction)
        kept = (await self._server_settings.decisions.of(lead.server_id)).log_channel_id
        if channel is None and not off:
            text = log_panel(kept)
        else:
            if channel is not None and channel.id != kept:
                await begin_log(interaction, channel.id)
            kept = None if channel is None else channel.id
            text = changed_text(await self._server_settings.set_log_channel(lead, kept))
            self._budget_alerts.tell_soon()
        if kept is not None:
            text = joined(" ", [text, *await notes_on_log(interaction, kept)])
        await interaction.edit_original_response(content=language_of_reader(interaction).translate(text))

    @app_commands.command()
    @app_commands.describe(role="Whoever has it", nobody="Nobody beside those who may manage the server")
    async def leads(
        self,
        interaction: Interaction,
        role: discord.Role | None = None,
        nobody: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
    ) -> None:
        """Choose a role whose members lead here too, beside those who may manage the server."""
        lead = lead_of(interaction)
        if role is None and not nobody:
            await say(interaction, lead_role_panel(await self._server_settings.decisions.of(lead.server_id)))
            return
        if role is not None and nobody:
            raise DecisionRefusedError(unchanged(phrase("Choose a role or nobody, not both.")))
        role_id = None if role is None else lead_role_in(interaction, role)
        if role_id is None and not may_manage(interaction):
            raise DecisionRefusedError(FOR_MANAGERS)
        await say(interaction, lead_role_changed_text(await self._server_settings.set_lead_role(lead, role_id)))


def lead_role_in(interaction: Interaction, role: discord.Role) -> int:
    """The id of a role that is to lead.

    Raises:
        DecisionRefusedError: who acts may not choose it, or it is a role that nobody gives.
    """
    if not may_manage(interaction):
        raise DecisionRefusedError(FOR_MANAGERS)
    if role.is_default() or role.managed:
        given = phrase(
            "Leads decide about money, so choose a role that you give to people yourselves: not the one that everybody "
            "has, and none that Discord or an app gives."
        )
        raise DecisionRefusedError(unchanged(given))
    return role.id
