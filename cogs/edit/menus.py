"""*Edit image* and *Vary image* in a message's menu: our pictures, and other people's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.discord_ui.interactions import order_shown_by
from bot.errors import UserFacingError
from bot.inputs import pictures_of
from bot.language import phrase
from bot.services.requests import Change
from cogs.edit.buttons import EditButton, VaryButton, offer_others_variation, offer_variation
from cogs.edit.dialog import open_for_message
from cogs.edit.edits import others_price

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient, Interaction
    from cogs.edit.open_messages import OpenMessages

NO_PICTURE = phrase("This message has no picture attached. Choose one that has.")


class Menus(commands.Cog):
    """The entries of a message's menu."""

    def __init__(self, bot: AtelierClient, messages: OpenMessages) -> None:
        """Args: `messages` remembers other people's pictures while a dialog is open."""
        self._tree = bot.tree
        self._messages = messages
        self._entries = [_entry("Edit image", self.edit), _entry("Vary image", self.vary)]

    @override
    async def cog_load(self) -> None:
        """Add the entries."""
        for entry in self._entries:
            self._tree.add_command(entry)

    @override
    async def cog_unload(self) -> None:
        """Take the entries back."""
        for entry in self._entries:
            self._tree.remove_command(entry.name, type=entry.type)

    async def edit(self, interaction: Interaction, message: discord.Message) -> None:
        """Ask how to change the message's picture."""
        order = await order_shown_by(interaction, message)
        if order is not None:
            await EditButton(order.pictures[0].number).pressed(interaction)
            return
        pictures = _pictures_in(message)
        self._messages.keep(interaction.user.id, message.id, pictures)
        await open_for_message(interaction, message.id, pictures)

    async def vary(self, interaction: Interaction, message: discord.Message) -> None:
        """Offer to make the message's picture otherwise: no price was in sight yet."""
        order = await order_shown_by(interaction, message)
        if order is None:
            pictures = _pictures_in(message)
            self._messages.keep(interaction.user.id, message.id, pictures)
            nano = await others_price(interaction, Change.VARY, pictures)
            await offer_others_variation(interaction, message.id, nano, pictures)
        elif len(order.pictures) > 1:
            await VaryButton(order.pictures[0].number).pressed(interaction)
        else:
            await offer_variation(interaction, order)


def _entry(name: str, callback: Any) -> app_commands.ContextMenu:  # noqa: ANN401 - discord.py's own type is private
    return app_commands.ContextMenu(
        name=name,
        callback=callback,
        type=discord.AppCommandType.message,
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )


def _pictures_in(message: discord.Message) -> tuple[discord.Attachment, ...]:
    pictures = pictures_of(message)
    if not pictures:
        raise UserFacingError(NO_PICTURE)
    return pictures
