"""Delete: asked twice, for who asked for the picture and for moderators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from typing_extensions import override

from bot.delivery.ladder import Sentences
from bot.delivery.languages import language_of_reader
from bot.delivery.posted_results import ShownResults
from bot.discord_ui.buttons import AtelierButton, ask_privately, picture_of
from bot.discord_ui.interactions import Interaction, order_behind
from bot.discord_ui.questions import label_of, sheet_of
from bot.discord_ui.request_context import take_press
from bot.discord_ui.rows import view_of
from bot.language import joined, phrase
from bot.services.gallery import Deleter
from cogs.gallery.channel_poster import ChannelPoster

if TYPE_CHECKING:
    from bot.services.ledger import Order, Picture

ASK_ONE = phrase("Delete this result for everybody? It cannot be brought back, and its cost stays booked.")
ASK_WHICH = phrase("Delete which picture for everybody? It cannot be brought back, and its cost stays booked.")
NOT_ASKED = phrase("Discord refused the button that deletes it, so nothing was deleted. Try again later.")
STAYS = phrase("I cannot remove its message; dismiss or delete that yourself.")
STAYS_IN = phrase("I cannot take it out of its message; dismiss or delete that yourself.")


class DeleteButton(AtelierButton, action="delete"):
    """Asks whether to delete; not offered any more, but old messages have it."""

    label = phrase("Delete")
    emoji = "🗑️"

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Ask."""
        order = await order_behind(interaction, self.subject)
        await ask_deletion(interaction, order, order.pictures[0])


class ReallyDeleteButton(AtelierButton, action="really-delete"):
    """Deletes whatever is left of a result, and the messages that show it."""

    label = phrase("Delete for good")
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Delete."""
        order = await order_behind(interaction, self.subject)
        await _delete(interaction, order, None)


class DeleteOneButton(AtelierButton, action="delete-one"):
    """Deletes one picture of a result; the messages go on showing the others."""

    label = phrase("Delete")
    style = discord.ButtonStyle.danger

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """Delete."""
        order = await order_behind(interaction, self.subject)
        await _delete(interaction, order, picture_of(order, self.subject))


async def ask_deletion(interaction: Interaction, order: Order, picture: Picture) -> None:
    """Ask whether it is really to be deleted, and of several what: it was paid for, and cannot come back."""
    interaction.client.services.deletions.check(order, _deleter(interaction))
    if len(order.pictures) == 1:
        question = Sentences(ASK_ONE, lambda: view_of([ReallyDeleteButton(picture.number)]), NOT_ASKED)
    else:
        question = Sentences(
            ASK_WHICH,
            lambda: view_of([*_ones(order), ReallyDeleteButton(picture.number, phrase("All"))]),
            NOT_ASKED,
            await sheet_of(interaction.client.services, order.pictures),
        )
    await ask_privately(interaction, question, phrase("I could not ask you whether to delete it"), closes=False)


def _ones(order: Order) -> list[DeleteOneButton]:
    return [DeleteOneButton(each.number, label_of(order, each)) for each in order.pictures]


async def _delete(interaction: Interaction, order: Order, picture: Picture | None) -> None:
    deletions, deleter = interaction.client.services.deletions, _deleter(interaction)
    deletions.check(order, deleter)
    await take_press(interaction)  # deleting may take longer than Discord waits for a first answer
    await interaction.client.services.publications.clear_up(order, ChannelPoster(interaction.client))
    number = None if picture is None else picture.number
    unseen = await deletions.delete(order, number, deleter, ShownResults(interaction.client))
    interaction.client.services.gallery_posts.look_after(order)
    if picture is None or len(order.pictures) == 1:
        told = [phrase("Deleted."), *([] if unseen else [STAYS])]
    else:
        told = [phrase("Deleted {number}.", number=f"#{picture.number}"), *([] if unseen else [STAYS_IN])]
    content = language_of_reader(interaction).translate(joined(" ", told))
    await interaction.edit_original_response(content=content, attachments=[], view=None)


def _deleter(interaction: Interaction) -> Deleter:
    return Deleter(interaction.user.id, interaction.guild_id or 0, interaction.permissions.manage_messages)
