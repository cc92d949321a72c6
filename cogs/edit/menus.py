"""*Edit image* and *Vary image* in a message's menu: our pictures, and other people's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands
from discord.ext import commands
from typing_extensions import override

from bot.errors import PictureGoneError, UserFacingError
from bot.inputs import pictures_of
from bot.services.changes import Change
from cogs.edit.buttons import EditButton, VaryButton
from cogs.edit.changing import change_others
from cogs.edit.dialog import open_for_message

if TYPE_CHECKING:
    from bot.buttons import PictureButton
    from bot.interactions import AtelierClient, Interaction
    from bot.services.keeping import Requests
    from cogs.edit.others import OpenMessages

NO_PICTURE = "This message has no picture attached. Choose one that has."


class Menus(commands.Cog):
    """The entries of a message's menu."""

    def __init__(self, bot: AtelierClient, requests: Requests, messages: OpenMessages) -> None:
        """Args: `messages` remembers other people's pictures while a dialog is open."""
        self._tree = bot.tree
        self._requests = requests
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
        if await self._is_ours(interaction, message, EditButton):
            return
        pictures = _pictures_in(message)
        self._messages.keep(interaction.user.id, message.id, pictures)
        await open_for_message(interaction, message.id, pictures)

    async def vary(self, interaction: Interaction, message: discord.Message) -> None:
        """Make the message's picture otherwise."""
        if not await self._is_ours(interaction, message, VaryButton):
            await change_others(interaction, Change.VARY, _pictures_in(message))

    async def _is_ours(self, interaction: Interaction, message: discord.Message, button: type[PictureButton]) -> bool:
        """Whether the message shows a result of ours; then it is as if this button was pressed under it."""
        order = await self._requests.of_message(message.id)
        if order is None or order.requester.server_id != interaction.guild_id:
            return False
        if not order.pictures:
            raise PictureGoneError
        await button(order.pictures[0].number).pressed(interaction)
        return True


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
