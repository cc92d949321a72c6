"""Cancel: free for what is not sent yet; what the image API has is kept or discarded, and paid for either way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.discord_ui.buttons import AtelierButton, ask_privately
from bot.discord_ui.occasions import take_press
from bot.discord_ui.rows import view_of
from bot.errors import UserFacingError
from bot.language import phrase
from bot.services.jobs import Canceller
from bot.services.requests import format_usd

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from bot.services.jobs import Withdrawal

OVER = "Nothing of this is left to cancel: it has ended, or ends just now. What is shown can be deleted: ⋯ under it."
KEPT = "Kept: it goes on, and is shown when it is there."
IS_DISCARDED = "This was discarded before, which cannot be taken back."
DISCARDED = "Discarded: it is not shown when it comes, and its file is forgotten. What it costs stays charged."
UNASKED = "Discord refused my buttons for the question, so it is kept; when it is shown, ⋯ under it deletes it."


class CancelButton(AtelierButton, action="cancel"):
    """Cancels a request as far as that is free, and asks about the rest."""

    label = phrase("Cancel")
    emoji = "✖️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Cancel; the message of the request says so."""
        cancellations = interaction.client.services.cancellations
        withdrawal = await cancellations.cancel(str(self.subject), _canceller(interaction))
        if withdrawal.paid:
            await ask_privately(interaction, self._question(withdrawal), "ask you whether to keep it", closes=False)
        elif withdrawal.free:
            await take_press(interaction)
        else:
            raise UserFacingError(OVER)

    def _question(self, withdrawal: Withdrawal) -> Sentences:
        text = question_text(withdrawal)
        return Sentences(
            f"{text} Keep it, or discard it when it comes?",
            lambda: view_of([KeepButton(self.subject), DiscardButton(self.subject)]),
            f"{text} {UNASKED}",
        )


class KeepButton(AtelierButton, action="cancel-keep"):
    """Lets what is paid for go on."""

    label = phrase("Keep it")
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Say so; it is no other than if nothing had been pressed."""
        is_kept = await interaction.client.services.cancellations.keep(str(self.subject), _canceller(interaction))
        await interaction.response.edit_message(content=KEPT if is_kept else IS_DISCARDED, view=None)


class DiscardButton(AtelierButton, action="cancel-discard"):
    """Lets nobody see what is paid for."""

    label = phrase("Discard it")
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Discard it, unless it is there."""
        cancellations = interaction.client.services.cancellations
        is_discarded = await cancellations.discard(str(self.subject), _canceller(interaction))
        await interaction.response.edit_message(content=DISCARDED if is_discarded else OVER, view=None)


def question_text(withdrawal: Withdrawal) -> str:
    """What is paid for already, and what is not."""
    paid, price = withdrawal.paid, format_usd(withdrawal.paid_nano)
    what = "the picture" if paid == 1 and not withdrawal.free else "1 picture" if paid == 1 else f"{paid} pictures"
    told = f"The image API has {what} already, and is paid for it: at most {price}."
    if not withdrawal.free:
        return told
    free = "1 picture was" if withdrawal.free == 1 else f"{withdrawal.free} pictures were"
    return f"{free} not sent yet: cancelled, and nothing is charged for that. {told}"


def _canceller(interaction: discord.Interaction[Any]) -> Canceller:
    return Canceller(interaction.user.id, interaction.guild_id or 0, interaction.permissions.manage_messages)
