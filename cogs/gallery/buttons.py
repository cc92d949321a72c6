"""🔍 Details, 🗑️ Delete (asked twice), and Show for a private result that came too late for its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
import structlog
from typing_extensions import override

from bot.delivery.posting import upload_limit, uploads_of
from bot.errors import NotYoursError, UserFacingError
from bot.interactions import AtelierButton, Interaction, order_behind
from bot.presentation.details import details_embed
from bot.presentation.result import result_text
from bot.services.governing import Decision
from bot.services.ledger import ChargeState
from bot.services.wording import listed

if TYPE_CHECKING:
    from bot.services.ledger import OpenRequest

_log = structlog.stdlib.get_logger(__name__)


class DetailsButton(AtelierButton, action="details"):
    """Shows everything about a result, privately."""

    label = "Details"
    emoji = "🔍"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Show the details."""
        order = await order_behind(interaction, self.subject)
        title = interaction.client.services.catalog.title_of(order.request.model)
        await interaction.response.send_message(embed=details_embed(order, title), ephemeral=True)


class DeleteButton(AtelierButton, action="delete"):
    """Asks whether a result is really to be deleted: it was paid for, and cannot come back."""

    label = "Delete"
    emoji = "🗑️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask."""
        _check_may_delete(interaction, await order_behind(interaction, self.subject))
        view = discord.ui.View(timeout=None)
        view.add_item(ReallyDeleteButton(self.subject))
        await interaction.response.send_message(
            "Delete this result for everybody? It cannot be brought back, and its cost stays booked.",
            view=view,
            ephemeral=True,
        )


class ReallyDeleteButton(AtelierButton, action="really-delete"):
    """Deletes a result: the messages that show it, and the files that nothing else uses."""

    label = "Delete for good"
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Delete."""
        services = interaction.client.services
        order = await order_behind(interaction, self.subject)
        _check_may_delete(interaction, order)
        await interaction.response.defer()  # deleting may take longer than Discord waits for a first answer
        if order.requester.user_id != interaction.user.id:
            await _audit_deletion(interaction, order)  # first: no moderator deletes what is not written down
        gone = [await _delete_message(interaction, *place) for place in await services.requests.messages(order.id)]
        for digest in await services.requests.delete_pictures(order.id, int(services.accounts.clock())):
            await services.blobs.delete(digest)
        hint = "" if gone and all(gone) else " I cannot remove its message; dismiss or delete that yourself."
        await interaction.edit_original_response(content=f"Deleted.{hint}", view=None)


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


def _check_may_delete(interaction: Interaction, order: OpenRequest) -> None:
    if order.requester.user_id == interaction.user.id or interaction.permissions.manage_messages:
        return
    raise NotYoursError("Only the member who asked for this picture, or a moderator, can delete it.")


async def _audit_deletion(interaction: Interaction, order: OpenRequest) -> None:
    """Keep who deleted whose pictures."""
    made = sorted(job.picture.number for job in order.jobs if job.picture is not None and not job.picture.deleted)
    subject = f"{listed(tuple(f'#{number}' for number in made), 'and')} of <@{order.requester.user_id}>"
    services = interaction.client.services
    at = int(services.accounts.clock())
    decision = Decision(interaction.user.id, at, "picture delete", subject, "kept", "deleted")
    await services.audit.record(interaction.guild_id or 0, decision)


async def _delete_message(interaction: Interaction, channel_id: int, message_id: int) -> bool:
    """Whether the message is gone now."""
    channel = interaction.client.get_partial_messageable(channel_id)
    try:
        await channel.get_partial_message(message_id).delete()
    except discord.NotFound:
        return True
    except discord.HTTPException as error:
        _log.info("message not deleted", message=message_id, reason=str(error))
        return False
    return True
