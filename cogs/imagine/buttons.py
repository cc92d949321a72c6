"""🎲 Again: the same request once more, for whoever presses it, at their expense."""

from __future__ import annotations

from typing_extensions import override

from bot.buttons import AtelierButton, asker_for, is_private
from bot.interactions import Interaction, order_behind


class AgainButton(AtelierButton, action="again"):
    """Makes a new result from the request behind a picture: all of its pictures, from the same beginnings."""

    label = "Again"
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same once more."""
        order = await order_behind(interaction, self.subject)
        asker = await asker_for(interaction, order)
        await interaction.client.intake.take(interaction, order.request, private=is_private(interaction), asker=asker)
