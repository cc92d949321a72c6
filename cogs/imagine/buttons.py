"""🎲 Again: the same request once more, for whoever presses it, at their expense."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.errors import NotYoursError
from bot.interactions import AtelierButton, Interaction, order_behind
from bot.occasions import Asker, joined_at_of, role_ids_of

if TYPE_CHECKING:
    from bot.services.ledger import Requester


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
        asker = None if interaction.guild_id is not None else await _still_member(interaction, order.requester)
        await interaction.client.intake.take(interaction, order.request, private=in_private, asker=asker)


async def _still_member(interaction: Interaction, requester: Requester) -> Asker:
    """Who asked then, with the roles they have now, whom that server's rules bind.

    Raises:
        NotYoursError: they, or the bot, have left that server.
    """
    guild = interaction.client.get_guild(requester.server_id)
    try:
        member = None if guild is None else await guild.fetch_member(requester.user_id)
    except discord.NotFound:
        member = None
    if member is None:
        raise NotYoursError("You are not a member of the server where this was made any more.")
    return Asker(replace(requester, role_ids=role_ids_of(member)), joined_at_of(member))
