"""What a lead answers to a member who asks for more: grant it, grant another amount, or decline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import discord
from typing_extensions import override

from bot.delivery.languages import language_of_reader, translated
from bot.discord_ui.buttons import AtelierButton, LastingButton
from bot.discord_ui.rows import view_of
from bot.language import phrase
from bot.services.policy import MOST_NANO
from bot.services.text import number_of
from cogs.increases.dialog import AmountDialog
from cogs.increases.leads import look, roles_now, show
from cogs.increases.text import grant_label

if TYPE_CHECKING:
    import re

    from bot.discord_ui.interactions import Interaction
    from bot.services.quotas import IncreaseRequest


class GrantButton(LastingButton, template=r"plea-grant:(?P<id>[0-9]+):(?P<amount>[0-9]+)"):
    """Grants what was missing: never more than its label says."""

    def __init__(self, increase_id: int, amount: int, label: str = phrase("Grant")) -> None:
        """Args: `amount` is in nano-dollars or pictures; `label` says how much it is."""
        super().__init__(
            discord.ui.Button(
                label=label, style=discord.ButtonStyle.success, custom_id=f"plea-grant:{increase_id}:{amount}"
            )
        )
        self.increase_id = increase_id
        self.amount = amount

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["id"]), min(number_of(match["amount"]), MOST_NANO))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Grant."""
        desk = interaction.client.services.increases
        verdict = await look(interaction, self.increase_id)
        if verdict.is_open:
            roles = await roles_now(interaction, verdict.increase)
            verdict = await desk.grant(verdict.increase, interaction.user.id, self.amount, roles)
        await show(interaction, verdict, buttons_of(verdict.increase))


class OtherAmountButton(AtelierButton, action="plea-other"):
    """Asks the lead how much to grant."""

    label = phrase("Other amount…")

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Open the dialog, unless there is nothing to decide any more."""
        verdict = await look(interaction, self.subject)
        if verdict.is_open:
            dialog = AmountDialog(verdict.increase)
            await interaction.response.send_modal(translated(dialog, language_of_reader(interaction)))
        else:
            await show(interaction, verdict)


class DeclineButton(AtelierButton, action="plea-decline"):
    """Says no."""

    label = phrase("Decline")
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Decline."""
        verdict = await look(interaction, self.subject)
        await show(
            interaction, await interaction.client.services.increases.decline(verdict.increase, interaction.user.id)
        )


def buttons_of(increase: IncreaseRequest) -> discord.ui.View:
    """What stands under an open request for more."""
    grant = GrantButton(increase.id, increase.needed, grant_label(increase))
    return view_of([grant, OtherAmountButton(increase.id), DeclineButton(increase.id)])
