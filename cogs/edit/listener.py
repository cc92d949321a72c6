"""What members write: a reply to a picture, or a call of the bot; what goes wrong with it is said below."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord.ext import commands
from typing_extensions import override

from cogs.edit.reply_notices import refuse
from cogs.edit.reply_text import Reply, learn

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.policy import Policies
    from cogs.edit.calls import Calls
    from cogs.edit.replies import Replies
    from cogs.edit.reply_notices import Passing


class Listener(commands.Cog):
    """Hears of every message, and hands on what may be meant for us."""

    def __init__(
        self, client: AtelierClient, policies: Policies, passing: Passing, replies: Replies, calls: Calls
    ) -> None:
        self._client = client
        self._policies = policies
        self._passing = passing
        self._replies = replies
        self._calls = calls

    @override
    async def cog_load(self) -> None:
        """Remove what was said in passing by an earlier process, and stands still."""
        await self._passing.open()

    @override
    async def cog_unload(self) -> None:
        """Remove the questions, hints and refusals that still stand."""
        await self._passing.close()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        """Get ready for replies; until then the first would take a moment longer."""
        await asyncio.to_thread(learn)

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """See whether a member replies or calls; nearly nobody does."""
        reference = message.reference
        if message.type is not (discord.MessageType.default if reference is None else discord.MessageType.reply):
            return  # a forwarded message refers to another, too
        if self._client.services.conversations.of(message.channel.id) is not None:
            return  # each message there is a turn
        try:
            policy = await self._policies.of(0 if message.guild is None else message.guild.id)
            reply = Reply.of(message, self._client.user, policy.time_zone)
            if reference is None:
                await self._calls.answer(reply, policy.replies)
            else:
                await self._replies.answer(reply, reference)
        except Exception as error:  # noqa: BLE001 - it is spoken and logged
            await refuse(self._client, self._passing, message, error)
