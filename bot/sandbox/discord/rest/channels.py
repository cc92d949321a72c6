"""Channels and their messages, reached with the bot's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.rest.routes import NO_CONTENT, Call, Reply, Route
from bot.sandbox.discord.wire.json_values import Json, as_id, as_object
from bot.sandbox.discord.wire.rate_limits import OLD_AFTER_SECONDS, OLD_EDITS_CODE, Buckets, RateLimits
from bot.sandbox.discord.wire.refusals import (
    Refusal,
    invalid_form,
    no_direct_messages,
    no_mutual_server,
    not_in_a_forum,
    not_in_this_kind_of_channel,
    not_the_author,
)
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import OF_DISCORD, ChannelKind
from bot.sandbox.discord.world.views import channel_view

if TYPE_CHECKING:
    from bot.sandbox.discord.messages.message_service import MessageService
    from bot.sandbox.discord.wire.rate_limits import Turn
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.records import User
    from bot.sandbox.discord.world.world import World

MOST_AT_ONCE = 100
USUAL_AT_ONCE = 50


class ChannelRoutes:
    """``/channels``."""

    def __init__(self, world: World, desk: MessageService, buckets: Buckets, limits: RateLimits) -> None:
        self._world = world
        self._desk = desk
        self._buckets = buckets
        self._limits = limits

    def routes(self) -> list[Route]:
        """The routes."""
        many = "/channels/{channel}/messages"
        one = f"{many}/{{message}}"
        return [
            Route("GET", "/channels/{channel}", self._channel),
            Route("POST", "/channels/{channel}/typing", self._typing),
            Route("GET", many, self._list),
            Route("POST", many, self._send, bucket=self._send_turn),
            Route("GET", one, self._get),
            Route("PATCH", one, self._edit, bucket=self._edit_turn),
            Route("DELETE", one, self._delete),
        ]

    def _send_turn(self, call: Call) -> Turn | None:
        return self._buckets.take("channel sends", call.parameters["channel"], self._limits.channel_sends)

    def _edit_turn(self, call: Call) -> Turn | None:
        channel = self._world.channels.get(call.id("channel") or 0)
        message_id = call.id("message")
        old = [message for message in channel.messages if message.id == message_id] if channel else []
        if self._limits.old_edits and old and self._world.clock.now() - old[0].created_at > OLD_AFTER_SECONDS:
            owner, limit = call.parameters["channel"], self._limits.old_edits
            return self._buckets.take("edits of old messages", owner, limit, OLD_EDITS_CODE)
        return self._buckets.take("channel edits", call.parameters["channel"], self._limits.channel_edits)

    async def _channel(self, call: Call) -> Reply:
        return Reply(channel_view(self._world.channel_for_bot(call.id("channel")), self._world.bot))

    async def _typing(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        self._world.channel_for_bot(channel.id, channel.to_send)
        self._world.announce(ChangeKind.TYPING, by=self._world.bot, channel=channel)
        return NO_CONTENT

    async def _list(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        messages = self._readable(channel)
        limit = min(as_id(call.query.get("limit")) or USUAL_AT_ONCE, MOST_AT_ONCE)
        if before := as_id(call.query.get("before")):
            messages = [message for message in messages if message.id < before]
        if after := as_id(call.query.get("after")):
            chosen = [message for message in messages if message.id > after][:limit]
        else:
            chosen = messages[-limit:]
        return Reply([self._view(message) for message in reversed(chosen)])

    async def _get(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"), Permission.READ_MESSAGE_HISTORY)
        return Reply(self._view(self._world.message_for_bot(channel, call.id("message"))))

    async def _send(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        self._world.channel_for_bot(channel.id, *_needed_to_send(call, channel))
        _require_words_here(channel)
        if channel.recipient is not None:
            self._require_direct_messages(channel.recipient)
        fields = call.fields
        if fields.get("enforce_nonce") and fields.get("nonce") is not None:
            sent = self._desk.posted_with(channel, self._world.bot, fields["nonce"])
            if sent is not None:
                return Reply(self._view(sent))
        reply_to = self._original(channel, as_object(fields.get("message_reference")))
        message = await self._desk.post(channel, self._world.bot, fields, call.files, reply_to=reply_to)
        return Reply(self._view(message))

    async def _edit(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        message = self._world.message_for_bot(channel, call.id("message"))
        if message.author is not self._world.bot:
            raise not_the_author()
        return Reply(self._view(await self._desk.edit(message, call.fields, call.files)))

    async def _delete(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        message = self._world.message_for_bot(channel, call.id("message"))
        if message.author is not self._world.bot:
            if channel.guild is None:
                raise Refusal(403, 50003, "Cannot execute action on a DM channel")
            self._world.channel_for_bot(channel.id, Permission.MANAGE_MESSAGES)
        self._desk.delete(message, self._world.bot)
        return NO_CONTENT

    def _require_direct_messages(self, user: User) -> None:
        """They take them, and share a server with the bot."""
        if not user.accepts_direct_messages:
            raise no_direct_messages()
        if not any(guild.has_bot and user.id in guild.members for guild in self._world.guilds.values()):
            raise no_mutual_server()

    def _readable(self, channel: Channel) -> list[Message]:
        """Without the permission to read the history, the list is empty; it is no error."""
        allowed = channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY
        return channel.messages if allowed else []

    def _original(self, channel: Channel, reference: Json) -> Message | None:
        """The message that is to be answered; None when it is gone and the bot does not mind."""
        if not reference:
            return None
        if not channel.permissions_of(self._world.bot) & Permission.READ_MESSAGE_HISTORY:
            raise Refusal(403, 160002, "Cannot reply without permission to read message history")
        if as_id(reference.get("channel_id")) not in {None, channel.id}:
            text = "Cannot reply to a message in a different channel"
            raise invalid_form("message_reference", "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", text)
        try:
            original = self._world.message_for_bot(channel, as_id(reference.get("message_id")))
        except Refusal:
            if reference.get("fail_if_not_exists") is False:
                return None
            text = "Unknown message"
            raise invalid_form("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", text) from None
        if original.kind in OF_DISCORD:
            text = "Cannot reply to a system message"
            raise invalid_form("message_reference", "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", text)
        return original

    def _view(self, message: Message) -> Json:
        return self._world.views.for_bot(message, self._world.options.privileged_intents)


def _require_words_here(channel: Channel) -> None:
    if channel.kind.is_forum:
        raise not_in_a_forum()
    if channel.kind is ChannelKind.CATEGORY:
        raise not_in_this_kind_of_channel()


def _needed_to_send(call: Call, channel: Channel) -> list[Permission]:
    needed = [channel.to_send]
    if call.files:
        needed.append(Permission.ATTACH_FILES)
    if call.fields.get("embeds"):
        needed.append(Permission.EMBED_LINKS)
    return needed
