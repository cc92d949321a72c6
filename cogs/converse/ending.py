"""How a conversation ends: by its button, or after a day in which nobody said anything."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

import discord
from discord.ext import commands
from typing_extensions import override

from bot.delivery.languages import language_of_server
from bot.discord_retries import PROBLEMS, steadily
from bot.discord_ui.buttons import LastingButton
from bot.discord_ui.request_context import show_press
from bot.errors import DatabaseError, NotYoursError, PictureGoneError
from bot.language import joined, phrase, plural
from bot.services.background import Background
from bot.services.requests import format_usd
from bot.services.text import number_of

if TYPE_CHECKING:
    import re

    from bot.discord_ui.interactions import AtelierClient, Interaction
    from bot.services.conversations import Conversation, Conversations, Spent

LOOKS = 600.0  # seconds between looks for conversations that have fallen silent


class EndButton(LastingButton, template=r"converse:end:(?P<id>[0-9]{1,20})"):
    """Ends a conversation: for who opened it, and for moderators."""

    def __init__(self, thread_id: int) -> None:
        super().__init__(discord.ui.Button(label=phrase("End"), emoji="🏁", custom_id=f"converse:end:{thread_id}"))
        self._thread_id = thread_id

    @classmethod
    @override
    def read(cls, match: re.Match[str]) -> Self:
        return cls(number_of(match["id"]))

    @override
    async def pressed(self, interaction: Interaction) -> None:
        """End it, and say what it cost."""
        conversations = interaction.client.services.conversations
        conversation = conversations.of(self._thread_id)
        if conversation is None:
            raise PictureGoneError(phrase("This conversation has ended already. Reply to a picture to change it."))
        if interaction.user.id != conversation.opened_by and not interaction.permissions.manage_messages:
            raise NotYoursError(phrase("Only who opened this conversation, or a moderator, can end it."))
        spent = await conversations.end(conversation)
        await show_press(interaction, view=None)
        await _tell(interaction.client, conversation, ended_text(spent))


class Endings(commands.Cog):
    """Ends conversations that have fallen silent."""

    def __init__(self, client: AtelierClient, conversations: Conversations) -> None:
        self._client = client
        self._conversations = conversations
        self._background = Background()

    @override
    async def cog_load(self) -> None:
        """Begin to look."""
        self._background.begin(self._keep_looking(), "silent conversations")

    @override
    async def cog_unload(self) -> None:
        """Look no more."""
        await self._background.close()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            await self.look()

    async def look(self) -> None:
        """End those in which nothing was said for a day."""
        try:
            for conversation in await self._conversations.silent():
                spent = await self._conversations.end(conversation)
                await _tell(self._client, conversation, ended_text(spent, silent=True))
        except DatabaseError:
            return  # it comes round again


def ended_text(spent: Spent, *, silent: bool = False) -> str:
    """What came of a conversation, and what can be done still."""
    ended = (
        phrase("Nothing was said here for a day, so this conversation has ended:")
        if silent
        else phrase("This conversation has ended:")
    )
    came = phrase(
        "{turns}, {pictures}, {cost}. Reply to a picture to change it further.",
        turns=plural("{count} turn", "{count} turns", spent.turns),
        pictures=plural("{count} picture", "{count} pictures", spent.pictures),
        cost=format_usd(spent.nano),
    )
    return joined(" ", ["🏁", ended, came])


async def _tell(client: AtelierClient, conversation: Conversation, text: str) -> None:
    """Say it in the thread, in the server's language, where that can be."""
    thread = client.get_partial_messageable(conversation.thread_id)
    told = language_of_server(client.get_guild(conversation.server_id)).translate(text)
    try:
        await steadily(lambda: thread.send(told, allowed_mentions=discord.AllowedMentions.none()))
    except PROBLEMS:
        return  # it is deleted or locked; the conversation has ended all the same
