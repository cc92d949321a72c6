"""Cancel: free for what is not sent yet; what the image API has is kept or discarded, and paid for either way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.delivery.languages import for_reader
from bot.discord_ui.buttons import AtelierButton, ask_privately
from bot.discord_ui.request_context import take_press
from bot.discord_ui.rows import view_of
from bot.errors import UserFacingError
from bot.language import joined, phrase, plural
from bot.services.jobs import Canceller
from bot.services.requests import format_price

if TYPE_CHECKING:
    from bot.discord_ui.interactions import Interaction
    from bot.services.jobs import Withdrawal

OVER = phrase(
    "Nothing of this is left to cancel: it has ended, or ends just now. What is shown can be deleted: ⋯ under it."
)
WORDS_OVER = phrase("Nothing of this is left to cancel: it has ended, or ends just now.")
KEPT = phrase("Kept: it goes on, and is shown when it is there.")
IS_DISCARDED = phrase("This was discarded before, which cannot be taken back.")
DISCARDED = phrase("Discarded: it is not shown when it comes, and its file is forgotten. What it costs stays charged.")
ASKING = phrase("I could not ask you whether to keep it")
UNASKED = phrase("Discord refused my buttons for the question, so it is kept; when it is shown, ⋯ under it deletes it.")


class CancelButton(AtelierButton, action="cancel"):
    """Cancels a request as far as that is free, and asks about the rest."""

    label = phrase("Cancel")
    emoji = "✖️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Cancel; the message of the request says so."""
        cancellations = interaction.client.services.cancellations
        withdrawal = await cancellations.cancel(str(self.subject), _canceller(interaction))
        if withdrawal.of_words and not withdrawal.free:
            raise UserFacingError(words_text(withdrawal))
        if withdrawal.paid:
            await ask_privately(interaction, self._question(withdrawal), ASKING, closes=False)
        elif withdrawal.free:
            await take_press(interaction)
        else:
            raise UserFacingError(OVER)

    def _question(self, withdrawal: Withdrawal) -> Sentences:
        text = question_text(withdrawal)
        return Sentences(
            joined(" ", [text, phrase("Keep it, or discard it when it comes?")]),
            lambda: view_of([KeepButton(self.subject), DiscardButton(self.subject)]),
            joined(" ", [text, UNASKED]),
        )


class KeepButton(AtelierButton, action="cancel-keep"):
    """Lets what is paid for go on."""

    label = phrase("Keep it")
    style = discord.ButtonStyle.primary

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Say so; it is no other than if nothing had been pressed."""
        is_kept = await interaction.client.services.cancellations.keep(str(self.subject), _canceller(interaction))
        await interaction.response.edit_message(
            **for_reader(interaction, content=KEPT if is_kept else IS_DISCARDED, view=None)
        )


class DiscardButton(AtelierButton, action="cancel-discard"):
    """Lets nobody see what is paid for."""

    label = phrase("Discard it")
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Discard it, unless it is there."""
        cancellations = interaction.client.services.cancellations
        is_discarded = await cancellations.discard(str(self.subject), _canceller(interaction))
        await interaction.response.edit_message(
            **for_reader(interaction, content=DISCARDED if is_discarded else OVER, view=None)
        )


def words_text(withdrawal: Withdrawal) -> str:
    """Why words about a prompt cannot be cancelled: there is nothing to discard, for only who asked reads them."""
    if not withdrawal.paid:
        return WORDS_OVER
    return phrase(
        "The words are being written already, and are paid for: at most {price}. They are shown in a moment.",
        price=format_price(withdrawal.paid_nano),
    )


def question_text(withdrawal: Withdrawal) -> str:
    """What is paid for already, and what is not."""
    paid, price = withdrawal.paid, format_price(withdrawal.paid_nano)
    told = plural(
        "The image API has one picture already, and is paid for it: at most {price}.",
        "The image API has {count} pictures already, and is paid for them: at most {price}.",
        paid,
        price=price,
    )
    if not withdrawal.free:
        return told
    free = plural(
        "One picture was not sent yet: cancelled, and nothing is charged for it.",
        "{count} pictures were not sent yet: cancelled, and nothing is charged for them.",
        withdrawal.free,
    )
    return joined(" ", [free, told])


def _canceller(interaction: discord.Interaction[Any]) -> Canceller:
    return Canceller(interaction.user.id, interaction.guild_id or 0, interaction.permissions.manage_messages)
