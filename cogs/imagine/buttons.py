"""🎲 Again: the same request once more, for whoever presses it, at their expense."""

from __future__ import annotations

from typing_extensions import override

from bot.interactions import AtelierButton, Interaction, order_behind


class AgainButton(AtelierButton, action="again"):
    """Makes a new result from the request behind a picture."""

    label = "Again"
    emoji = "🎲"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask the studio for the same once more."""
        order = await order_behind(interaction, self.subject)
        in_private = interaction.guild_id is None or (
            interaction.message is not None and interaction.message.flags.ephemeral
        )
        # In direct messages there are no roles and no server: it counts where it was asked for.
        requester = order.requester if interaction.guild_id is None else None
        await interaction.client.intake.take(interaction, order.request, private=in_private, requester=requester)
