"""Details: everything about a picture, with what it was made from and what was made of it, privately."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands
from typing_extensions import override

from bot.delivery.languages import for_reader
from bot.discord_ui.buttons import AtelierButton
from bot.discord_ui.interactions import Interaction, order_behind, order_shown_by
from bot.errors import UserFacingError
from bot.language import phrase
from cogs.gallery.details_text import details_embed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.services.ledger import Order, Picture

NOT_MINE = phrase(
    "That is not a picture of mine, so I know nothing about it. Choose a message in which I show a picture."
)


class DetailsButton(AtelierButton, action="details"):
    """Shows everything about a result; not offered any more, but old messages have it."""

    label = phrase("Details")
    emoji = "🔍"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the details."""
        order = await order_behind(interaction, self.subject)
        await _show(interaction, order, order.pictures)


async def show_details(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Behind ⋯: of one picture."""
    await _show(interaction, order, [picture])


@app_commands.context_menu(name="Image details")
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
async def image_details(interaction: Interaction, message: discord.Message) -> None:
    """In the menu of a message: of all pictures that it shows."""
    order = await order_shown_by(interaction, message)
    if order is None:
        raise UserFacingError(NOT_MINE)
    await _show(interaction, order, order.pictures)


async def _show(interaction: Interaction, order: Order, pictures: Sequence[Picture]) -> None:
    numbers = [picture.number for picture in pictures]
    family = await interaction.client.services.lineage.family(numbers, order.requester.server_id)
    embed = details_embed(order, numbers, family)
    await interaction.response.send_message(**for_reader(interaction, embed=embed), ephemeral=True)
