"""A message that replies to nothing and mentions the bot, or is written to it directly: what can come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord.ext import commands

from bot.services.policy import ReplyMode
from cogs.edit.pick_picture import offer_others, offer_to_draw
from cogs.edit.reply_notices import refuse
from cogs.edit.reply_text import Reply
from cogs.edit.talk import asks

if TYPE_CHECKING:
    from bot.discord_ui.interactions import AtelierClient
    from bot.services.policy import Policies
    from cogs.edit.reply_notices import Passing

HOW = (
    "Mention me and say what to draw, or attach a picture and say how to change it: I show the price first. "
    "To choose size and quality: /imagine. To change a picture of mine, reply to it. All the rest: /help."
)
DIRECTLY = (
    "Here I change the pictures that I have sent you: reply to one of them. New ones I make on servers, by /imagine."
)
HOW_STAYS = 120.0  # seconds


class Calls(commands.Cog):
    """Answers who calls the bot."""

    def __init__(self, client: AtelierClient, policies: Policies, passing: Passing) -> None:
        self._client = client
        self._policies = policies
        self._passing = passing

    @commands.Cog.listener()
    async def on_message(self, message: discord.Message) -> None:
        """See whether somebody calls; nearly nobody does."""
        if message.type is not discord.MessageType.default or message.reference is not None:
            return  # a forwarded message refers to another, too
        if message.author.bot or message.webhook_id is not None:
            return
        if self._client.services.conversations.of(message.channel.id) is not None:
            return  # each message there is a turn
        try:
            policy = await self._policies.of(0 if message.guild is None else message.guild.id)
            reply = Reply.of(message, self._client.user, policy.time_zone)
            if not reply.calls_us and message.guild is not None:
                return
            if await self._client.desk.takes_message(message):
                await self._answer(reply, offers=policy.replies is not ReplyMode.NEVER)
        except Exception as error:  # noqa: BLE001 - it is spoken and logged
            await refuse(self._client, self._passing, message, error)

    async def _answer(self, reply: Reply, *, offers: bool) -> None:
        """Offer what the words may mean; who only asks, or says nothing, reads how it is done."""
        if reply.message.guild is None:
            await self._say(reply, DIRECTLY)
        elif offers and (reply.files or reply.left_out) and not asks(reply.spoken):
            await offer_others(self._client, self._passing, reply, ())
        elif not reply.words or asks(reply.spoken):
            await self._say(reply, HOW)
        elif offers and not reply.is_talk:
            await offer_to_draw(self._client, self._passing, reply)

    async def _say(self, reply: Reply, text: str) -> None:
        if self._passing.is_due(reply.message, text):
            await self._passing.say(reply.message, text, HOW_STAYS, what="how")
