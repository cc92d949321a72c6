"""Messages that an earlier attempt may have posted without learning so: looked for before anything else is done."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import discord

from bot.discord_retries import is_refusal, steadily
from bot.errors import DecisionRefusedError
from bot.language import phrase
from bot.presentation.result import number_in

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection


async def find_posted(
    client: discord.Client, server_id: int, channel_id: int, after_id: int, numbers: Collection[int]
) -> int | None:
    """The id of the first message of ours that shows one of these pictures; None if there is none.

    Args:
        client: whose messages are meant.
        server_id: where it would stand.
        channel_id: the same.
        after_id: nothing before this id is meant; all that came after it is looked through.
        numbers: of the pictures.

    Raises:
        DecisionRefusedError: we may not look there.
        Exception: that cannot be found out now.
    """
    guild = client.get_guild(server_id)
    if guild is None or client.user is None:
        raise LookupError("the server is not at hand")
    own_id = client.user.id

    async def looked() -> int | None:
        channel = guild.get_channel_or_thread(channel_id) or await guild.fetch_channel(channel_id)
        if not channel.permissions_for(guild.me).read_message_history:  # the list would just be empty
            raise DecisionRefusedError(_unreadable(channel_id))
        place = client.get_partial_messageable(channel_id, guild_id=server_id)
        return await _first_with(numbers, place.history(limit=None, after=discord.Object(after_id)), own_id)

    try:
        return await steadily(looked)
    except discord.HTTPException as error:
        if error.status == HTTPStatus.NOT_FOUND:  # the channel is gone, with all that stood there
            return None
        if is_refusal(error):
            raise DecisionRefusedError(_unreadable(channel_id)) from error
        raise


async def _first_with(numbers: Collection[int], messages: AsyncIterator[discord.Message], author_id: int) -> int | None:
    async for message in messages:
        shown = {number_in(each.filename) for each in message.attachments}
        if message.author.id == author_id and not shown.isdisjoint(numbers):
            return message.id
    return None


def _unreadable(channel_id: int) -> str:
    return phrase(
        "I cannot see whether a message of mine in {channel} shows it already, for I may not read there. Once I have "
        "Read Message History there, press again.",
        channel=f"<#{channel_id}>",
    )
