"""/quota resolve: what became of a charge, as a lead knows it better than the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import app_commands
from discord.ext import commands

from bot.delivery.languages import language_of_reader
from bot.discord_ui.interactions import Interaction, lead_of
from bot.discord_ui.options import choices
from bot.discord_ui.request_context import think
from bot.services.accounting import LONGEST_REASON, Billing
from bot.services.policy import Scope
from cogs.quota.correction_text import charge_choices, no_charge_choice, resolved_text
from cogs.quota.limit_subjects import server_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.accounting import ChargeOnFile, Corrector
    from bot.services.catalog import Catalog
    from cogs.quota.names import Names

PATIENCE = 1.5  # seconds to look up names; Discord waits 3 for choices
MOST_SEARCHED = 100  # unknown charges among which the list looks for what is typed, oldest first
LONGEST_CHARGE = 100  # characters
LONGEST_AMOUNT = 100  # characters
BILLINGS = [
    app_commands.Choice(name="billed at what was held", value=Billing.AT_HOLD.value),
    app_commands.Choice(name="not billed", value=Billing.NOT.value),
    app_commands.Choice(name="billed at this amount", value=Billing.AT_AMOUNT.value),
]


class Corrections(commands.Cog):
    """The command about single charges; a part of the group."""

    _corrector: Corrector
    _catalog: Catalog
    _names: Names

    @app_commands.command()
    @app_commands.choices(outcome=BILLINGS)
    @app_commands.describe(
        charge="One of unknown outcome, or the number of a picture, such as #4821",
        outcome="What the provider did",
        reason="How you know; it is kept in the audit",
        amount="In dollars, such as $0.05; only with “billed at this amount”",
    )
    async def resolve(
        self,
        interaction: Interaction,
        charge: app_commands.Range[str, 1, LONGEST_CHARGE],
        outcome: str,
        reason: app_commands.Range[str, 1, LONGEST_REASON],
        amount: app_commands.Range[str, 1, LONGEST_AMOUNT] | None = None,
    ) -> None:
        """Say what became of a charge that is unknown or wrong: its money is settled or given back."""
        await think(interaction)
        resolved = await self._corrector.resolve(lead_of(interaction), charge, Billing(outcome), amount, reason)
        title = self._catalog.title_of(resolved.charge.model)
        told = language_of_reader(interaction).translate(resolved_text(resolved, title))
        await interaction.edit_original_response(content=told)

    @resolve.autocomplete("charge")
    async def _charges(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        server_id = server_of(interaction).id
        unknown = await self._corrector.unknown(server_id, MOST_SEARCHED)
        offered = await self._choices(interaction, unknown, typed)
        if not offered:
            found = await self._corrector.find(server_id, typed)
            offered = [] if found is None else await self._choices(interaction, [found], "")
        if not offered and not unknown:
            offered = [no_charge_choice()]
        return choices(offered, language_of_reader(interaction))

    async def _choices(
        self, interaction: Interaction, charges: Sequence[ChargeOnFile], typed: str
    ) -> list[tuple[str, str]]:
        asked = [(Scope.MEMBER, each.requester.user_id) for each in charges]
        found = await self._names.of(server_of(interaction), asked, PATIENCE)
        names = {user_id: name for (_, user_id), name in found.items()}
        return charge_choices(charges, names, self._catalog, int(self._corrector.accounts.clock()), typed)
