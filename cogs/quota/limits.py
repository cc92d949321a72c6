"""/quota show, set, clear and grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader, translated_embed
from bot.discord_ui.interactions import Interaction
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.discord_ui.request_context import role_ids_of, think
from bot.errors import RequestRefused
from bot.language import phrase
from bot.services.calendar import Window
from bot.services.policy import Scope, amount_choices, parse_amount, rule_key, rule_of_key
from cogs.quota.buttons import show_overview
from cogs.quota.embeds import limit_choices, member_embed, subject_embed
from cogs.quota.limit_subjects import must_be_here, server_of, subject_of

if TYPE_CHECKING:
    from bot.services.quotas import QuotaDesk
    from cogs.quota.names import Names

LONGEST_AMOUNT = 100  # characters
LONGEST_REASON = 300  # characters
PATIENCE = 1.5  # seconds to look up names; Discord waits 3 for choices

Kind = Literal["allowance", "budget"]
Channel = app_commands.Transform[AnyChannel, ChannelOption]
KINDS = [
    app_commands.Choice(name="allowance: each member may use", value="allowance"),
    app_commands.Choice(name="budget: shared by all", value="budget"),
]
WINDOWS = [app_commands.Choice(name=f"per {window}", value=window.value) for window in Window]


class Limits(commands.Cog):
    """The commands about limits; the group makes them its own, and sets what they use."""

    _desk: QuotaDesk
    _names: Names

    @app_commands.command()
    @app_commands.describe(
        member="What bounds this member, and from where",
        role="What is set for this role",
        channel="What is set for this channel",
    )
    async def show(
        self,
        interaction: Interaction,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        channel: Channel | None = None,
    ) -> None:
        """See what is set, and what is used of it."""
        subject = subject_of(interaction, member, role, channel)
        await think(interaction)
        limit_statuses, server_id = self._desk.limit_statuses, server_of(interaction).id
        if subject.scope is Scope.MEMBER:
            standing = await limit_statuses.of_member(server_id, subject.scope_id, subject.role_ids)
            embed = translated_embed(member_embed(standing, is_here=subject.is_here), language_of_reader(interaction))
            await interaction.edit_original_response(embed=embed)
        elif role is not None or channel is not None:
            overview = await limit_statuses.overview(server_id, subject.scope, subject.scope_id)
            embed = subject_embed(overview, subject.scope, subject.scope_id)
            embed = translated_embed(embed, language_of_reader(interaction))
            await interaction.edit_original_response(embed=embed)
        else:
            await show_overview(interaction, limit_statuses, 1)

    @app_commands.command(name="set")
    @app_commands.choices(kind=KINDS, window=WINDOWS)
    @app_commands.describe(
        kind="What each member may use, or a budget that all share",
        amount="Such as 25 pictures or $25",
        window="In how long",
        member="An allowance of this member alone",
        role="An allowance of each member with this role, or a budget that they share",
        channel="A budget of this channel",
    )
    async def set_limit(
        self,
        interaction: Interaction,
        kind: str,
        amount: app_commands.Range[str, 1, LONGEST_AMOUNT],
        window: str,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        channel: Channel | None = None,
    ) -> None:
        """Set what may be used; without member, role or channel, on the whole server."""
        wanted = parse_amount(amount)
        subject = must_be_here(subject_of(interaction, member, role, channel))
        await think(interaction)
        told = await self._desk.set(
            server_of(interaction).id,
            shared=kind == "budget",
            scope=subject.scope,
            scope_id=subject.scope_id,
            amount=wanted,
            window=Window(window),
            actor_id=interaction.user.id,
        )
        await _say(interaction, told)

    @app_commands.command()
    @app_commands.describe(limit="Which limit; choose one from the list")
    async def clear(self, interaction: Interaction, limit: app_commands.Range[str, 1, LONGEST_AMOUNT]) -> None:
        """Take back a limit."""
        await think(interaction)
        server_id = server_of(interaction).id
        rule = rule_of_key(await self._desk.decisions.of(server_id), limit)
        roles: tuple[int, ...] = ()
        if rule is not None and rule.scope is Scope.MEMBER:
            roles = await _roles_of(interaction, rule.scope_id)
        await _say(interaction, await self._desk.clear(server_id, limit, interaction.user.id, roles))

    @app_commands.command()
    @app_commands.choices(window=WINDOWS)
    @app_commands.describe(
        amount="How much more, such as 5 pictures or $2",
        reason="Why; it is kept in the audit",
        window="Which limit, where there are several",
        member="Adds to the allowance that bounds this member",
        role="Adds to the budget of this role",
        channel="Adds to the budget of this channel",
    )
    async def grant(
        self,
        interaction: Interaction,
        amount: app_commands.Range[str, 1, LONGEST_AMOUNT],
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        window: str | None = None,
        member: discord.User | None = None,
        role: discord.Role | None = None,
        channel: Channel | None = None,
    ) -> None:
        """Add to a limit once, until its window ends; without member, role or channel, to the server's budget."""
        wanted = parse_amount(amount)
        if wanted.metric is None or wanted.value is None:
            raise RequestRefused(
                phrase("A grant is a number, such as 5 pictures or $2. To lift a limit, use /quota set.")
            )
        subject = must_be_here(subject_of(interaction, member, role, channel))
        await think(interaction)
        told = await self._desk.grant(
            server_of(interaction).id,
            subject.scope,
            subject.scope_id,
            wanted.metric,
            None if window is None else Window(window),
            wanted.value,
            interaction.user.id,
            reason,
            role_ids=subject.role_ids,
        )
        await _say(interaction, told)

    @set_limit.autocomplete("amount")
    async def _amounts(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        offered = amount_choices(typed, may_be_unlimited=interaction.namespace.kind != "budget")
        return choices(offered, language_of_reader(interaction))

    @grant.autocomplete("amount")
    async def _amounts_more(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(amount_choices(typed, may_be_unlimited=False), language_of_reader(interaction))

    @clear.autocomplete("limit")
    async def _limits(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        server = server_of(interaction)
        policy = await self._desk.decisions.of(server.id)
        names = await self._names.of(server, [(rule.scope, rule.scope_id) for rule in policy.limits], PATIENCE)
        named = [(rule, names[rule.scope, rule.scope_id]) for rule in policy.limits]
        offered = [(label, rule_key(rule)) for label, rule in limit_choices(named, typed)]
        return choices(offered, language_of_reader(interaction))


async def _say(interaction: Interaction, text: str) -> None:
    """What became of it, to the lead alone."""
    await interaction.edit_original_response(content=language_of_reader(interaction).translate(text))


async def _roles_of(interaction: Interaction, user_id: int) -> tuple[int, ...]:
    """The roles that a member has now; none if they have left."""
    try:
        return role_ids_of(await server_of(interaction).fetch_member(user_id))
    except discord.NotFound:
        return ()
