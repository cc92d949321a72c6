"""What a first lead sets, in one step: by options of /studio setup, or in a dialog with a safe start written in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self, cast

import discord
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated
from bot.discord_ui.buttons import LastingButton, LastingDialog
from bot.discord_ui.interactions import Interaction, LeadsOnlyError, check_lead, lead_of
from bot.discord_ui.request_context import fields_of, think, written_in
from bot.language import ENGLISH, joined, phrase
from bot.services.calendar import Window
from bot.services.policy import FirstSettings, Metric, Scope, amount_text, exact_text, parse_amount
from cogs.studio.log_channel import begin_log, notes_on_log
from cogs.studio.rule_panels import set_up_text
from cogs.studio.settings import LONGEST_ZONE, lead_role_in

if TYPE_CHECKING:
    import re

    from bot.language import Language
    from bot.services.policy import ServerPolicy, ServerSettings
    from bot.services.quotas import BudgetAlerts, QuotaDesk

LONGEST_AMOUNT = 100  # characters
BUDGET, EACH, LOG, ZONE, LEADS = "budget", "each", "log", "zone", "leads"  # the fields' ids
THOUSAND = 1000
SAFE_BUDGET, SAFE_ALLOWANCE = "$20", amount_text(Metric.IMAGES, 10)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a lead chose; amounts as they wrote them, empty or None where they left something as it is."""

    budget: str
    each: str
    log_channel_id: int | None = None
    zone: str | None = None
    lead_role: discord.Role | None = None


@dataclass(frozen=True)
class FirstSetup:
    """Sets it, and says what was set."""

    server_settings: ServerSettings
    quotas: QuotaDesk
    budget_alerts: BudgetAlerts

    async def take(self, interaction: Interaction, chosen: Chosen) -> None:
        """Answers the interaction, which is not answered yet.

        Raises:
            UserFacingError: nothing was changed.
        """
        lead, log_id, role = lead_of(interaction), chosen.log_channel_id, chosen.lead_role
        first = await FirstSettings.of(
            lead.server_id,
            parse_amount(chosen.budget) if chosen.budget.strip() else None,
            parse_amount(chosen.each) if chosen.each.strip() else None,
            zone=chosen.zone,
            log_channel_id=log_id,
            lead_role_id=None if role is None else lead_role_in(interaction, role),
        )
        await think(interaction)
        kept = (await self.server_settings.decisions.of(lead.server_id)).log_channel_id
        if log_id is not None and log_id != kept:
            await begin_log(interaction, log_id)
        decision = await self.server_settings.set_up(lead, first)
        self.budget_alerts.tell_soon()
        notes = [note for rule in first.limits for note in await self.quotas.outdone(lead.server_id, rule)]
        if log_id is not None:
            notes += await notes_on_log(interaction, log_id)
        policy = await self.server_settings.decisions.of(lead.server_id)
        told = set_up_text(decision, first.told(policy), policy, notes)
        await interaction.edit_original_response(content=language_of_reader(interaction).translate(told))

    async def ask(self, interaction: Interaction, chosen: Chosen) -> None:
        """Open the dialog: with what was chosen already, else with what is set, else with a safe start."""
        guild = interaction.guild
        if guild is None:
            raise LeadsOnlyError
        policy = await self.server_settings.decisions.of(guild.id)
        log_id, role = chosen.log_channel_id or policy.log_channel_id, chosen.lead_role
        role = role or guild.get_role(policy.lead_role_id or 0)
        shown = replace(
            policy,
            zone=chosen.zone or policy.zone,
            log_channel_id=log_id if any(channel.id == log_id for channel in guild.text_channels) else None,
            lead_role_id=None if role is None else role.id,
        )
        language = language_of_reader(interaction)
        await interaction.response.send_modal(translated(SetupDialog(shown, guild.id, chosen, language), language))

    async def submit(self, interaction: Interaction, _: re.Match[str]) -> None:
        """Take what was written and chosen in the dialog."""
        await check_lead(interaction)
        role_id, guild = _selected(interaction, LEADS), interaction.guild
        chosen = Chosen(
            written_in(interaction, BUDGET),
            written_in(interaction, EACH),
            _selected(interaction, LOG),
            written_in(interaction, ZONE).strip() or None,
            None if role_id is None or guild is None else guild.get_role(role_id),
        )
        await self.take(interaction, chosen)


class SetupDialog(LastingDialog, template=r"setup"):
    """Asks for all of it."""

    def __init__(self, policy: ServerPolicy, server_id: int, chosen: Chosen, language: Language = ENGLISH) -> None:
        """Args: `policy` is what stands there but for the amounts, whose `chosen` words go before what is set.

        Where nothing is set yet, a safe start stands there; where anything is, only what is.
        """
        super().__init__(phrase("Set up picture making here"), "setup")
        budget = chosen.budget or _set(policy, server_id, Window.MONTH, shared=True)
        each = chosen.each or language.translate(_set(policy, server_id, Window.DAY))
        is_first = not policy.limits
        if is_first:
            budget, each = budget or SAFE_BUDGET, each or language.translate(SAFE_ALLOWANCE)
        amount_left = str if is_first else _left
        fields: tuple[tuple[str, str, discord.ui.Item[Any]], ...] = (
            (
                phrase("Budget of this server, a month"),
                amount_left(phrase("Dollars or pictures; nobody can pass it.")),
                _amount(BUDGET, budget, required=is_first),
            ),
            (
                phrase("Allowance of each member, a day"),
                amount_left(phrase("Pictures or dollars.")),
                _amount(EACH, each, required=is_first),
            ),
            (
                phrase("Log channel"),
                _left(phrase("For alerts, reports and members' questions for more.")),
                _channel(policy),
            ),
            (
                phrase("Time zone"),
                _left(phrase("By which days and months are counted.")),
                _zone(policy),
            ),
            (
                phrase("Role that leads too"),
                _left(phrase("Beside those who may manage this server.")),
                _role(policy),
            ),
        )
        for text, description, field in fields:
            self.add_item(discord.ui.Label(text=text, description=description, component=field))


class SetupButton(LastingButton, template=r"setup"):
    """Opens the dialog."""

    def __init__(self) -> None:
        super().__init__(discord.ui.Button(label=phrase("Set up (for leads)"), emoji="🛠️", custom_id="setup"))

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls()

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """For leads alone: what stands in the dialog is theirs to know."""
        await check_lead(interaction)
        services = interaction.client.services
        await FirstSetup(services.server_settings, services.quotas, services.budget_alerts).ask(
            interaction, Chosen("", "")
        )


def _set(policy: ServerPolicy, server_id: int, window: Window, *, shared: bool = False) -> str:
    """What is set for the whole server in a window; empty if nothing is, or it is unlimited.

    It can be told in other languages if it is read in them too: dollars and thousands are written as in English.
    """
    kind = (shared, Scope.SERVER, server_id, window)
    rules = [rule for rule in policy.limits if (rule.shared, rule.scope, rule.scope_id, rule.window) == kind]
    bounded = [(rule.metric, rule.maximum) for rule in rules if rule.maximum is not None]
    if not bounded:
        return ""
    metric, maximum = bounded[0]
    amount = exact_text(metric, maximum)
    return amount if metric is Metric.IMAGES and maximum < THOUSAND else amount[:]


def _left(about: str) -> str:
    """What a field is about that may be empty."""
    return joined(" ", [about, phrase("Empty leaves it as it is.")])


def _amount(custom_id: str, words: str, *, required: bool) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=custom_id,
        default=words[:LONGEST_AMOUNT] or None,
        max_length=LONGEST_AMOUNT,
        required=required,
    )


def _zone(policy: ServerPolicy) -> discord.ui.TextInput[Any]:
    return discord.ui.TextInput(
        custom_id=ZONE, default=policy.zone, placeholder="Europe/Berlin", required=False, max_length=LONGEST_ZONE
    )


def _channel(policy: ServerPolicy) -> discord.ui.ChannelSelect[Any]:
    kept = policy.log_channel_id
    default = [] if kept is None else [discord.SelectDefaultValue(id=kept, type=discord.SelectDefaultValueType.channel)]
    return discord.ui.ChannelSelect(
        custom_id=LOG,
        channel_types=[discord.ChannelType.text, discord.ChannelType.news],
        default_values=default,
        min_values=0,
        required=False,
    )


def _role(policy: ServerPolicy) -> discord.ui.RoleSelect[Any]:
    kept = policy.lead_role_id
    default = [] if kept is None else [discord.SelectDefaultValue(id=kept, type=discord.SelectDefaultValueType.role)]
    return discord.ui.RoleSelect(custom_id=LEADS, default_values=default, min_values=0, required=False)


def _selected(interaction: Interaction, field_id: str) -> int | None:
    """The one that was chosen in a field; None if none was."""
    values = cast("list[str]", fields_of(interaction).get(field_id, {}).get("values") or [])
    return int(values[0]) if values else None
