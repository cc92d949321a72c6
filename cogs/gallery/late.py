"""Show: a private result that came too late for its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.buttons import AtelierButton
from bot.delivery.posting import upload_limit, uploads_of
from bot.errors import NotYoursError, UserFacingError
from bot.presentation.result import result_text
from bot.services.ledger import ChargeState

if TYPE_CHECKING:
    from bot.interactions import Interaction


class ShowButton(AtelierButton, action="show"):
    """Fetches a private result that was not there before its message could be edited no more."""

    label = "Show"
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the result privately, or say how far it is."""
        services = interaction.client.services
        order = await services.requests.get(str(self.subject))
        if order is None or order.requester.user_id != interaction.user.id:
            raise NotYoursError("Only the member who asked for this picture can see it.")
        if any(job.state in {ChargeState.RESERVED, ChargeState.DISPATCHED} for job in order.jobs):
            raise UserFacingError("It is not done yet. Press Show again in a minute.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        result = await services.answers.result_of(order)
        if not result.files:
            raise UserFacingError("\n".join(result.failures) or "This picture was deleted.")
        uploads, notes = await uploads_of(result, upload_limit(interaction.guild))
        await interaction.edit_original_response(
            content=result_text(result, services.catalog.title_of(order.request.model), notes),
            attachments=[upload.file() for upload in uploads],
            view=interaction.client.buttons.of_result(result),
        )
