"""A reply to a picture changes it: its words say how, its pictures come along."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import discord

from bot.discord_ui.buttons import still_member
from bot.discord_ui.request_context import author_of
from bot.discord_ui.rows import view_of
from bot.errors import PictureGoneError, RequestRefused, UserFacingError
from bot.inputs import pictures_of
from bot.language import phrase, plural
from bot.presentation.result import number_in
from bot.services.policy import ReplyMode
from cogs.edit.buttons import EditButton
from cogs.edit.pick_picture import ask_which, offer, offer_others
from cogs.edit.reply_edits import SAY_WHAT, answered_message, edit_others, edit_ours
from cogs.edit.reply_notices import SWITCHED_OFF
from cogs.edit.reply_text import named_picture, says_nothing

if TYPE_CHECKING:
    from collections.abc import Container

    from bot.discord_ui.interactions import AtelierClient
    from bot.services.ledger import Order, Requests
    from bot.services.policy import Policies
    from cogs.edit.reply_notices import Passing
    from cogs.edit.reply_text import Reply

HOW_TO = phrase("Reply to a message with pictures, mention me, and say what to change. For a new picture: /imagine.")
NOT_SHOWN = phrase(
    "I cannot see pictures in that message. On the message: Apps, Edit image. For a new picture: /imagine."
)
NOT_HERE = phrase("In direct messages I can change only the pictures that I have sent you here. Reply to one of them.")
PING_OFF = phrase("I could not read your reply, so nothing was made. Reply again with @ ON, or press ✏️ Edit.")
NEVER_READ = phrase("I could not read your reply: mention me in it, or press ✏️ Edit.")

FRESH = timedelta(minutes=1)  # the age of a message that may be noted soon
HINT_STAYS = 60.0  # seconds
SOON = (0.1, 0.4, 1.0, 2.0, 4.0)  # seconds between looks; before it is noted, the progress above it is removed


class Replies:
    """Reads replies to pictures."""

    def __init__(self, client: AtelierClient, requests: Requests, policies: Policies, passing: Passing) -> None:
        self._client = client
        self._requests = requests
        self._policies = policies
        self._passing = passing

    async def answer(self, reply: Reply, reference: discord.MessageReference) -> None:
        """See whether a reply is about a picture, and change it.

        Raises:
            UserFacingError: nothing can come of it.
        """
        answered = reference.resolved
        if not reply.calls_us and isinstance(answered, discord.Message) and answered.author.id != self._client.bot_id:
            return  # people talk with each other
        order = await self._order_behind(reply.message, reference)
        if order is None and not reply.calls_us:
            return
        if not await self._client.desk.takes_message(reply.message):
            return
        mode = (await self._policies.of(_server_of(reply.message, order))).replies
        if mode is ReplyMode.NEVER:
            if reply.calls_us or reply.message.guild is None:
                raise UserFacingError(SWITCHED_OFF)
        elif mode is ReplyMode.MENTIONED and not reply.calls_us and reply.message.guild is not None:
            return
        elif order is not None:
            await self._change_ours(reply, order, _numbers_in(reference.resolved), asks=mode is ReplyMode.ASK)
        else:
            await self._change_others(reply, reference, asks=mode is ReplyMode.ASK)

    async def _order_behind(self, message: discord.Message, reference: discord.MessageReference) -> Order | None:
        """The request whose result is answered: of this server or, in direct messages, the member's own."""
        order = await self._requests.of_message(reference.message_id or 0)
        if order is None and self._may_be_noted_soon(message, reference.resolved):
            order = await self._once_noted(reference.message_id or 0)
        if order is None:
            return None
        if message.guild is None:
            is_known_here = order.requester.user_id == message.author.id
        else:
            is_known_here = order.requester.server_id == message.guild.id
        seen = order.seen_by(message.author.id)
        return seen if is_known_here and any(job.picture is not None for job in seen.jobs) else None

    def _may_be_noted_soon(self, message: discord.Message, answered: object) -> bool:
        """Whether a message of ours may be a result that Discord shows already, and we have not written down yet."""
        if not isinstance(answered, discord.Message) or answered.author.id != self._client.bot_id:
            return False
        return bool(_numbers_in(answered)) and message.created_at - answered.created_at < FRESH

    async def _once_noted(self, answered_id: int) -> Order | None:
        order = None
        for pause in SOON:
            await asyncio.sleep(pause)
            order = await self._requests.of_message(answered_id)
            if order is not None:
                break
        return order

    async def _change_ours(self, reply: Reply, order: Order, shown: Container[int], *, asks: bool) -> None:
        """Change the picture that is meant; ask which, if that is not clear.

        Whether, if it may be talk, or the picture is another member's.

        Args:
            reply: the member's.
            order: the request behind what is answered.
            shown: the numbers of the pictures that the answered message shows, for it may show one of several.
            asks: always.
        """
        if reply.is_blank:
            await self._hint(reply, order)
            return
        if not reply.is_for_us:
            return  # people react to it, or talk about it
        if not (reply.words or reply.files):
            raise RequestRefused(SAY_WHAT)
        made = sorted((each.picture for each in order.jobs if each.picture is not None), key=lambda each: each.number)
        named, words = named_picture(reply.words, made)
        reply = replace(reply, words=words)
        left = order.pictures
        meant = [named] if named else [each for each in left if each.number in shown] or list(left) or made
        is_own = order.requester.user_id == reply.message.author.id
        asks = asks or reply.is_talk or not is_own  # no price was in sight
        if meant[0].deleted:
            if asks and not reply.calls_us:
                return  # nothing can come of it, and it may have been no wish
            numbers = ", ".join(f"#{picture.number}" for picture in meant)
            raise PictureGoneError(
                plural(
                    "{numbers} was deleted. Reply to another one.",
                    "{numbers} were deleted. Reply to another one.",
                    len(meant),
                    numbers=numbers,
                )
            )
        in_server = reply.message.guild is not None
        asker = author_of(reply.message) if in_server else await still_member(self._client, order.requester)
        if asks:
            await offer(self._client, self._passing, reply, asker, order, meant)
        elif len(meant) > 1:
            await ask_which(self._client, reply, asker, order, meant)
        else:
            await edit_ours(self._client, reply, asker, order, meant[0])

    async def _change_others(self, reply: Reply, reference: discord.MessageReference, *, asks: bool) -> None:
        """Change the pictures of a message that is not ours; the reply mentions us.

        No price was in sight there: it is shown before, unless the picture is the member's own.
        """
        if reply.message.guild is None:
            raise RequestRefused(NOT_HERE)
        answered = await answered_message(reply.message, reference)
        if answered.author.id == self._client.bot_id:  # a refusal, a question, progress
            raise RequestRefused(HOW_TO)
        shown = pictures_of(answered)
        if not shown and not reply.files:
            raise RequestRefused(NOT_SHOWN if self._is_hidden(answered) else HOW_TO)
        is_own = answered.author.id == reply.message.author.id
        if asks or reply.is_talk or not is_own:
            await offer_others(self._client, self._passing, reply, shown)
        else:
            await edit_others(self._client, reply, author_of(reply.message), shown)

    async def _hint(self, reply: Reply, order: Order) -> None:
        """Tell a member why their words do nothing, if we may not read them."""
        message = reply.message
        if not order.pictures or not self._is_hidden(message):
            return
        hint = NEVER_READ if reply.pings_us else PING_OFF
        if self._passing.is_due(message, hint):
            view = view_of([EditButton(order.pictures[0].number)])
            await self._passing.say(message, hint, HINT_STAYS, view, what="hint")

    def _is_hidden(self, message: discord.Message) -> bool:
        """Whether Discord keeps from us what a message says."""
        return message.guild is not None and not self._client.intents.message_content and says_nothing(message)


def _numbers_in(message: object) -> set[int]:
    """The pictures that a message of ours shows; 0 is one that has no number yet."""
    attachments = message.attachments if isinstance(message, discord.Message) else ()
    return {number for each in attachments if (number := number_in(each.filename)) is not None}


def _server_of(message: discord.Message, order: Order | None) -> int:
    """The server whose leads decide; 0 in direct messages that are about no picture of ours."""
    if message.guild is not None:
        return message.guild.id
    return 0 if order is None else order.requester.server_id
