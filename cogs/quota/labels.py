"""What a chart calls members and channels, for a picture cannot mention them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import discord

if TYPE_CHECKING:
    from collections.abc import Iterable

PATIENCE = 5.0  # seconds for all the names of a chart


async def labels_of(server: discord.Guild, ids: Iterable[int], *, of_members: bool) -> dict[str, str]:
    """By their ids as text: members by their names here, or channels.

    Members are asked for at Discord unless they are known: the bot is not told of all members. Those who have left and
    channels that are deleted are called so; a member of whom Discord tells nothing in time is a member.
    """
    if not of_members:
        channels = {each: server.get_channel_or_thread(each) for each in ids}
        return {
            str(each): "a deleted channel" if channel is None else f"#{channel.name}"
            for each, channel in channels.items()
        }
    return dict(await asyncio.gather(*(_labelled(server, each) for each in ids)))


async def _labelled(server: discord.Guild, user_id: int) -> tuple[str, str]:
    try:
        async with asyncio.timeout(PATIENCE):
            return str(user_id), await _member(server, user_id)
    except (discord.HTTPException, aiohttp.ClientError, OSError):  # a timeout is one of the last
        return str(user_id), "a member"


async def _member(server: discord.Guild, user_id: int) -> str:
    try:
        member = server.get_member(user_id) or await server.fetch_member(user_id)
    except discord.NotFound:
        return "a former member"
    return member.display_name
