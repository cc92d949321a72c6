"""Threads, reached with the bot's token: started, changed, joined, deleted.

Source: https://discord.com/developers/docs/resources/channel#start-thread-from-message
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.rest.routes import NO_CONTENT, Call, Reply, Route
from bot.sandbox.discord.wire.json_values import Json, as_object
from bot.sandbox.discord.wire.refusals import FormFaults, Refusal, invalid_form, unknown_member
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import ChannelKind
from bot.sandbox.discord.world.views import channel_view, thread_member_view, threads_for

if TYPE_CHECKING:
    from bot.sandbox.discord.messages.message_service import MessageService
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.world import World

LONGEST_NAME = 100
_CREATED = 201


class ThreadRoutes:
    """``…/threads``, and what is done to a thread itself."""

    def __init__(self, world: World, desk: MessageService) -> None:
        self._world = world
        self._desk = desk

    def routes(self) -> list[Route]:
        """The routes."""
        one = "/channels/{channel}"
        return [
            Route("POST", f"{one}/threads", self._start),
            Route("POST", f"{one}/messages/{{message}}/threads", self._start_from_message),
            Route("PATCH", one, self._change),
            Route("DELETE", one, self._delete),
            Route("PUT", f"{one}/thread-members/@me", self._join),
            Route("DELETE", f"{one}/thread-members/@me", self._leave),
            Route("GET", f"{one}/thread-members/{{user}}", self._member),
            Route("GET", "/guilds/{guild}/threads/active", self._active),
        ]

    async def _start(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"))
        if channel.kind.is_forum:
            return await self._begin_post(channel, call)
        is_private = call.fields.get("type", ChannelKind.PRIVATE_THREAD) == ChannelKind.PRIVATE_THREAD
        needed = Permission.CREATE_PRIVATE_THREADS if is_private else Permission.CREATE_PUBLIC_THREADS
        self._world.channel_for_bot(channel.id, needed)
        kind = ChannelKind.PRIVATE_THREAD if is_private else None
        return self._shown(self._desk.threads.start(channel, self._world.bot, _name(call), kind=kind))

    async def _begin_post(self, forum: Channel, call: Call) -> Reply:
        self._world.channel_for_bot(forum.id, Permission.SEND_MESSAGES)
        post = self._desk.threads.prepare(forum, self._world.bot, _name(call))
        try:
            first = await self._desk.post(
                post, self._world.bot, as_object(call.fields.get("message")), call.files, number=post.id
            )
        except Refusal:
            self._desk.threads.delete(post)
            raise
        view: Json = {"message": self._world.views.full(first)}
        return Reply(channel_view(post, self._world.bot) | view, _CREATED)

    async def _start_from_message(self, call: Call) -> Reply:
        channel = self._world.channel_for_bot(call.id("channel"), Permission.CREATE_PUBLIC_THREADS)
        message: Message = self._world.message_for_bot(channel, call.id("message"))
        return self._shown(self._desk.threads.start(channel, self._world.bot, _name(call), message=message))

    async def _change(self, call: Call) -> Reply:
        """Name, archived and locked of a thread; other channels are the people's to change."""
        thread = self._thread(call)
        is_own = thread.thread is not None and thread.thread.owner is self._world.bot
        if call.fields.get("locked") is not None or not (is_own or set(call.fields) == {"archived"}):
            self._world.channel_for_bot(thread.id, Permission.MANAGE_THREADS)
        self._desk.threads.require_writable(thread, self._world.bot)
        if call.fields.get("name") is not None:
            thread.name = _name(call)
        archived, locked = call.fields.get("archived"), call.fields.get("locked")
        self._desk.threads.change(thread, archived=archived, locked=locked)
        return Reply(channel_view(thread, self._world.bot))

    async def _delete(self, call: Call) -> Reply:
        thread = self._thread(call)
        self._world.channel_for_bot(thread.id, Permission.MANAGE_THREADS)
        view = channel_view(thread, self._world.bot)
        self._desk.threads.delete(thread)
        return Reply(view)

    async def _join(self, call: Call) -> Reply:
        thread = self._thread(call)
        self._desk.threads.require_changeable(thread, self._world.bot)
        self._desk.threads.join(thread, self._world.bot)
        return NO_CONTENT

    async def _leave(self, call: Call) -> Reply:
        self._desk.threads.leave(self._thread(call), self._world.bot)
        return NO_CONTENT

    async def _member(self, call: Call) -> Reply:
        thread = self._thread(call)
        user = self._world.users.get(call.id("user") or 0)
        if user is None or not thread.thread_has(user):
            raise unknown_member()
        return Reply(thread_member_view(thread, user))

    async def _active(self, call: Call) -> Reply:
        bot = self._world.bot
        threads = threads_for(self._world.guild(call.id("guild")), bot)
        joined = [thread_member_view(thread, bot) for thread in threads if thread.thread_has(bot)]
        shown = [channel_view(thread, bot) for thread in threads]
        return Reply({"threads": shown, "members": joined, "has_more": False})

    def _thread(self, call: Call) -> Channel:
        channel = self._world.channel_for_bot(call.id("channel"))
        if channel.thread is None:
            raise Refusal(400, 50024, "Cannot execute action on this channel type")
        return channel

    def _shown(self, thread: Channel) -> Reply:
        return Reply(channel_view(thread, self._world.bot), _CREATED)


def _name(call: Call) -> str:
    name = call.fields.get("name")
    faults = FormFaults()
    faults.check_length("name", name, LONGEST_NAME, 1)
    faults.raise_if_any()
    if not isinstance(name, str):  # pragma: no cover - the length was checked
        raise invalid_form("name", "BASE_TYPE_REQUIRED", "This field is required")
    return name
