"""What a lead answers to a member who asks for more: grant it, grant another amount, or decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import discord
from typing_extensions import override

from bot.interactions import AtelierButton, Interaction, LeadsOnlyError, answer_failure, is_lead
from bot.services.amounts import amount_text
from bot.services.limits import Metric
from bot.services.pleas import parse_more
from cogs.pleas.telling import tell

if TYPE_CHECKING:
    from bot.services.pleas import Plea

OPEN_FOR = 15 * 60  # seconds for which a dialog is waited for; what comes later finds nobody
LONGEST_AMOUNT = 40  # characters


class GrantButton(AtelierButton, action="plea-grant"):
    """Grants what was missing."""

    label = "Grant"
    style = discord.ButtonStyle.success

    def __init__(self, subject: int, label: str | None = None) -> None:
        """Args: `label` says how much."""
        super().__init__(subject)
        self.item.label = label or self.label

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Grant."""
        server_id = _server_of_lead(interaction)
        desk = interaction.client.services.pleas
        await tell(interaction, await desk.grant(server_id, self.subject, interaction.user.id))


class OtherAmountButton(AtelierButton, action="plea-other"):
    """Asks the lead how much to grant."""

    label = "Other amount…"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Open the dialog, unless there is nothing to decide any more."""
        desk = interaction.client.services.pleas
        verdict = await desk.look(_server_of_lead(interaction), self.subject)
        if verdict.is_open:
            await interaction.response.send_modal(AmountDialog(verdict.plea))
        else:
            await tell(interaction, verdict)


class DeclineButton(AtelierButton, action="plea-decline"):
    """Says no."""

    label = "Decline"
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Decline."""
        server_id = _server_of_lead(interaction)
        desk = interaction.client.services.pleas
        await tell(interaction, await desk.decline(server_id, self.subject, interaction.user.id))


class AmountDialog(discord.ui.Modal):
    """How much to grant instead."""

    def __init__(self, plea: Plea) -> None:
        super().__init__(title="Grant another amount", timeout=OPEN_FOR, custom_id=f"plea-amount:{plea.id}")
        self._plea = plea
        counts_pictures = plea.metric is Metric.IMAGES
        self._amount: discord.ui.TextInput[AmountDialog] = discord.ui.TextInput(
            custom_id="amount", placeholder="4" if counts_pictures else "0.50", max_length=LONGEST_AMOUNT
        )
        self.add_item(
            discord.ui.Label(
                text="How many pictures?" if counts_pictures else "How many dollars?",
                description=f"{amount_text(plea.metric, plea.needed)} missing. Granted once, until the limit resets.",
                component=self._amount,
            )
        )

    @override
    async def on_submit(self, interaction: discord.Interaction[Any], /) -> None:
        """Grant so much."""
        acting = cast("Interaction", interaction)
        server_id = _server_of_lead(acting)
        amount = parse_more(self._plea.metric, self._amount.value)
        desk = acting.client.services.pleas
        await tell(acting, await desk.grant(server_id, self._plea.id, acting.user.id, amount))

    @override
    async def on_error(  # type: ignore[override]  # as discord.py's own Modal does
        self, interaction: discord.Interaction[Any], error: Exception, /
    ) -> None:
        """Answer."""
        await answer_failure(interaction, error)


def _server_of_lead(interaction: Interaction) -> int:
    """The server on which a lead acts.

    Raises:
        LeadsOnlyError: who acts is none.
    """
    if interaction.guild_id is None or not is_lead(interaction):
        raise LeadsOnlyError
    return interaction.guild_id
