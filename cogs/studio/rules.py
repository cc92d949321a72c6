"""/studio models, channels and roles: what may be asked for, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_limits import LONGEST_CHOICE
from bot.discord_ui.interactions import Interaction, lead_of
from bot.discord_ui.options import AnyChannel, ChannelOption, choices
from bot.errors import DecisionRefusedError
from bot.language import joined, phrase
from bot.services.policy import ANY, Requester, RoleOrder, all_qualities, rule_text, unchanged
from cogs.studio.rule_panels import (
    changed_text,
    channels_panel,
    list_choices,
    models_panel,
    role_panel,
    roles_panel,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.services.admission import Admission, Drafting
    from bot.services.policy import Rules

LONGEST_LIST = 400  # characters of an option that holds a list
MODEL_ACTIONS = [
    app_commands.Choice(name="show the list", value="show"),
    app_commands.Choice(name="allow a model: from the first on, only those of the list", value="allow"),
    app_commands.Choice(name="forbid a model", value="forbid"),
    app_commands.Choice(name="reset: allow all", value="reset"),
]
CHANNEL_ACTIONS = [
    app_commands.Choice(name="show the list", value="show"),
    app_commands.Choice(name="add a channel: from the first on, only those of the list", value="add"),
    app_commands.Choice(name="remove a channel", value="remove"),
    app_commands.Choice(name="reset: everywhere", value="reset"),
]


class WhatMayBeAsked(commands.Cog):
    """The commands about what may be asked for; a part of the group."""

    _rules: Rules
    _admission: Admission
    _drafting: Drafting

    @app_commands.command()
    @app_commands.describe(action="What to do", model="Which model")
    @app_commands.choices(action=MODEL_ACTIONS)
    async def models(self, interaction: Interaction, action: str, model: str | None = None) -> None:
        """Choose which models may be used on this server."""
        lead = lead_of(interaction)
        if action == "show":
            answer = ""
        elif action == "reset":
            answer = changed_text(await self._rules.reset_models(lead))
        elif model is None:
            raise DecisionRefusedError(unchanged(phrase("Say which model, with the option “model”.")))
        elif action == "allow":
            answer = changed_text(await self._rules.allow_model(lead, model))
        else:
            answer = changed_text(await self._rules.forbid_model(lead, model))
        policy = await self._rules.decisions.of(lead.server_id)
        usual = (await self._drafting.usual(Requester(lead.server_id, 0, 0))).model().value
        panel = models_panel(policy, self._rules.catalog, self._admission.today, usual, lead.server_id)
        await say(interaction, joined("\n", [answer, panel]) if answer else panel)

    @app_commands.command()
    @app_commands.describe(
        action="What to do", channel="Which channel; this one if you leave it out", deleted="One that is gone"
    )
    @app_commands.choices(action=CHANNEL_ACTIONS)
    async def channels(
        self,
        interaction: Interaction,
        action: str,
        channel: app_commands.Transform[AnyChannel, ChannelOption] | None = None,
        deleted: str | None = None,
    ) -> None:
        """Choose in which channels pictures are made; threads belong to their channel."""
        lead = lead_of(interaction)
        policy = await self._rules.decisions.of(lead.server_id)
        if action == "show":
            gone = sum(_channel_is_gone(interaction, each) for each in policy.channels)
            await say(interaction, channels_panel(policy, gone))
            return
        if action == "reset":
            decision = await self._rules.reset_channels(lead)
        elif action == "add" and isinstance(channel, discord.Object):
            raise DecisionRefusedError(unchanged(phrase("That channel is gone.")))
        elif action == "add":
            decision = await self._rules.add_channel(lead, _chosen_channel(interaction, channel))
        elif deleted is not None:
            decision = await self._rules.remove_channel(lead, _offered_id(deleted, policy.channels))
        else:
            decision = await self._rules.remove_channel(lead, _chosen_channel(interaction, channel))
        await say(interaction, changed_text(decision))

    @app_commands.command()
    @app_commands.describe(
        role="Whose rule; @everyone for all who have no rule of their own",
        models="Only these, with commas between them; any for all",
        qualities="Only these, with commas between them; any for all",
        largest="Up to this size; any for all",
        count="So many pictures at once",
        edits="Whether they may start from pictures",
        clear="Forget the rule as it was",
        deleted="A role that is gone: its rule is cleared",
    )
    async def roles(
        self,
        interaction: Interaction,
        role: discord.Role | None = None,
        models: app_commands.Range[str, 1, LONGEST_LIST] | None = None,
        qualities: app_commands.Range[str, 1, LONGEST_LIST] | None = None,
        largest: app_commands.Range[str, 1, LONGEST_CHOICE] | None = None,
        count: Literal["1", "2", "3", "4", "any"] | None = None,
        edits: Literal["yes", "no", "any"] | None = None,
        clear: bool = False,  # noqa: FBT001, FBT002 - an option, given by name
        deleted: str | None = None,
    ) -> None:
        """Choose what a role may ask for; a member's most generous role counts."""
        lead = lead_of(interaction)
        policy = await self._rules.decisions.of(lead.server_id)
        order = RoleOrder(models, qualities, largest, count, edits, clear)
        if deleted is not None:
            order = RoleOrder(clear=True)
        if role is None and deleted is None and order == RoleOrder():
            await say(interaction, roles_panel(policy, self._rules.catalog, lead.server_id))
            return
        role_id = _chosen_role(role, deleted, [rule.role_id for rule in policy.roles])
        if order == RoleOrder():
            await say(interaction, role_panel(policy, self._rules.catalog, role_id, lead.server_id))
            return
        await say(interaction, changed_text(await self._rules.set_role(lead, role_id, order)))

    @models.autocomplete("model")
    async def _offer_models(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        wanted = typed.strip().lower()
        offered = self._rules.catalog.offered(self._admission.today)
        return choices((m.title, m.id) for m in offered if wanted in m.id or wanted in m.title.lower())

    @channels.autocomplete("deleted")
    async def _offer_deleted_channels(self, interaction: Interaction, _: str) -> list[app_commands.Choice[str]]:
        policy = await self._rules.decisions.of(interaction.guild_id or 0)
        gone = [each for each in policy.channels if _channel_is_gone(interaction, each)]
        named = ((phrase("a deleted channel ({id})", id=str(each)), str(each)) for each in gone)
        return choices(named, language_of_reader(interaction))

    @roles.autocomplete("models")
    async def _offer_model_lists(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        names = [model.id for model in self._rules.catalog.offered(self._admission.today)]
        return choices(list_choices(names, typed))

    @roles.autocomplete("qualities")
    async def _offer_quality_lists(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return choices(list_choices(all_qualities(self._rules.catalog), typed))

    @roles.autocomplete("largest")
    async def _offer_sizes(self, _: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        catalog, wanted = self._rules.catalog, typed.strip().lower().replace("×", "x")
        sizes = catalog.model(catalog.default_id).suggested_sizes
        named = [(f"{each.word} {each.size.replace('x', '×')}", each.size) for each in sizes]
        return choices((name, size) for name, size in [*named, (ANY, ANY)] if wanted in name.replace("×", "x"))

    @roles.autocomplete("deleted")
    async def _offer_deleted_roles(self, interaction: Interaction, _: str) -> list[app_commands.Choice[str]]:
        policy = await self._rules.decisions.of(interaction.guild_id or 0)
        guild = interaction.guild
        gone = [rule for rule in policy.roles if guild is not None and guild.get_role(rule.role_id) is None]
        named = (
            (phrase("a deleted role: {rule}", rule=rule_text(rule, self._rules.catalog)), str(rule.role_id))
            for rule in gone
        )
        return choices(named, language_of_reader(interaction))


async def say(interaction: Interaction, text: str) -> None:
    """Answer the lead alone."""
    await interaction.response.send_message(language_of_reader(interaction).translate(text), ephemeral=True)


def _chosen_channel(interaction: Interaction, channel: AnyChannel | None) -> int:
    """The channel that is meant; of a thread, its channel."""
    if channel is None:
        here = interaction.channel
        return here.parent_id if isinstance(here, discord.Thread) else interaction.channel_id or 0
    return channel.parent_id if isinstance(channel, app_commands.AppCommandThread) else channel.id


def _chosen_role(role: discord.Role | None, deleted: str | None, ruled: Iterable[int]) -> int:
    if role is not None and deleted is not None:
        raise DecisionRefusedError(unchanged(phrase("Choose a role, or one that is gone, not both.")))
    if role is not None:
        return role.id
    if deleted is None:
        raise DecisionRefusedError(unchanged(phrase("Say for which role, with the option “role”.")))
    return _offered_id(deleted, ruled)


def _offered_id(text: str, ids: Iterable[int]) -> int:
    """The id that was offered for an option; the text itself is nobody's to trust."""
    found = {str(each): each for each in ids}.get(text.strip())
    if found is None:
        raise DecisionRefusedError(unchanged(phrase("Choose one that is offered for the option “deleted”.")))
    return found


def _channel_is_gone(interaction: Interaction, channel_id: int) -> bool:
    return interaction.guild is not None and interaction.guild.get_channel(channel_id) is None
