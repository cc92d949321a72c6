"""Threads: started, archived, locked, joined, and what they refuse meanwhile.

Rules: https://discord.com/developers/docs/topics/threads
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.refusals import Refusal, archived_thread, locked_thread, thread_exists
from bot.sandbox.discord.world.changes import ChangeKind
from bot.sandbox.discord.world.events import Event
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.discord.world.model import Channel, Message, ThreadState
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import ChannelKind, MessageFlag, MessageKind, Version
from bot.sandbox.discord.world.views import channel_view, thread_member_view

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.records import User
    from bot.sandbox.discord.world.world import World


class Threads:
    """Makes and changes threads, and tells the bot of those that it sees; `publish` posts the lines about them."""

    def __init__(self, world: World, publish: Callable[[Message], None]) -> None:
        self._world = world
        self._publish = publish

    def start(
        self,
        parent: Channel,
        owner: User,
        name: str,
        *,
        kind: ChannelKind | None = None,
        message: Message | None = None,
    ) -> Channel:
        """Start a thread and tell of it.

        Args:
            parent: the channel.
            owner: who starts it.
            name: its title.
            kind: public if None, as the parent has it.
            message: the message it begins with, whose id it then has.

        Raises:
            Refusal: the message has a thread already.
        """
        if message is not None and message.thread is not None:
            raise thread_exists()
        thread = self.prepare(parent, owner, name, kind=kind, number=message.id if message else None)
        self._announce(thread)
        if message is not None:
            message.thread = thread
            self._world.announce(ChangeKind.MESSAGE_EDITED, by=owner, channel=parent, message=message)
            self._write(MessageKind.THREAD_STARTER, thread, owner, reply_to=message)
        elif thread.kind is not ChannelKind.PRIVATE_THREAD:
            self._write(MessageKind.THREAD_CREATED, parent, owner, name, thread=thread)
        return thread

    def prepare(
        self, parent: Channel, owner: User, name: str, *, kind: ChannelKind | None = None, number: int | None = None
    ) -> Channel:
        """A thread of which nobody is told before its first message; so begin posts in a forum.

        Args:
            parent: the channel or forum.
            owner: who starts it.
            name: its title.
            kind: public if None, as the parent has it.
            number: its id; a new one if None.
        """
        usual = (
            ChannelKind.ANNOUNCEMENT_THREAD if parent.kind is ChannelKind.ANNOUNCEMENT else ChannelKind.PUBLIC_THREAD
        )
        now = self._world.clock.now()
        state = ThreadState(owner, now, now, members={owner.id: now})
        thread = Channel(
            number or self._world.snowflakes.next(), kind or usual, name, parent.guild, parent=parent, thread=state
        )
        self._world.channels[thread.id] = thread
        if parent.guild is not None:
            parent.guild.threads.append(thread)
        return thread

    def change(self, thread: Channel, *, archived: bool | None = None, locked: bool | None = None) -> None:
        """Archive or lock a thread, or open it again; what is None stays."""
        state = _state(thread)
        if archived is not None and archived != state.archived:
            state.archived, state.changed_at = archived, self._world.clock.now()
        if locked is not None:
            state.locked = locked
        if state.announced:
            self._tell("THREAD_UPDATE", thread)

    def join(self, thread: Channel, user: User) -> None:
        """Let somebody take part; nothing if they do. The bot is told of itself, and of the thread."""
        state = _state(thread)
        if user.id in state.members:
            return
        state.members[user.id] = self._world.clock.now()
        is_bot = user is self._world.bot
        if is_bot:
            self._tell("THREAD_CREATE", thread)
        self._tell_of_members(thread, is_bot=is_bot, added_members=[thread_member_view(thread, user)])

    def leave(self, thread: Channel, user: User) -> None:
        """Let somebody go; nothing if they take no part."""
        if _state(thread).members.pop(user.id, None) is not None:
            is_bot = user is self._world.bot
            self._tell_of_members(thread, is_bot=is_bot, removed_member_ids=[str(user.id)])

    def delete(self, thread: Channel) -> None:
        """Delete a thread with what was said in it."""
        guild, parent = thread.guild, thread.parent
        if guild is None or parent is None:  # pragma: no cover - every thread has both
            return
        gone: Json = {
            "id": str(thread.id),
            "guild_id": str(guild.id),
            "parent_id": str(parent.id),
            "type": int(thread.kind),
        }
        if _state(thread).announced and thread.shows_itself_to(self._world.bot):
            self._world.dispatch(Event("THREAD_DELETE", lambda _: gone, Intent.GUILDS))
        self._world.forget_channel(thread)

    def require_writable(self, channel: Channel, user: User) -> None:
        """Refuse new messages where a thread takes none from somebody.

        A locked thread takes some only from those who manage threads; an archived one opens again by itself.

        Raises:
            Refusal: 50083 if it is archived too, otherwise 160005.
        """
        if channel.thread is not None and self._is_closed_to(channel.thread, channel, user):
            raise self._closed(channel.thread)

    def require_changeable(self, channel: Channel, user: User) -> None:
        """Refuse to change messages: in an archived thread nobody may, in a locked one who manages threads.

        Raises:
            Refusal: 50083 or 160005.
        """
        state = channel.thread
        if state is not None and (state.archived or self._is_closed_to(state, channel, user)):
            raise self._closed(state)

    def require_removable(self, channel: Channel) -> None:
        """Refuse to delete messages where a thread is archived; in one that is only locked they go.

        Raises:
            Refusal: 50083.
        """
        state = channel.thread
        if state is not None and state.archived:
            raise self._closed(state)

    def note_message(self, message: Message) -> None:
        """A message is about to be posted: an archived thread opens again, its author and whom it names take part."""
        thread = message.channel
        if thread.thread is None or thread.guild is None:
            return
        if not thread.thread.announced:
            self._announce(thread)
        if thread.thread.archived:
            self.change(thread, archived=False)
        for user in (message.author, *message.pings):
            if user.id in thread.guild.members:
                self.join(thread, user)

    def _closed(self, state: ThreadState) -> Refusal:
        status = self._world.options.archived_status
        return archived_thread(status) if state.archived else locked_thread(status)

    def _is_closed_to(self, state: ThreadState, channel: Channel, user: User) -> bool:
        return state.locked and not channel.permissions_of(user) & Permission.MANAGE_THREADS

    def _announce(self, thread: Channel) -> None:
        _state(thread).announced = True
        self._tell("THREAD_CREATE", thread, {"newly_created": True})

    def _write(
        self,
        kind: MessageKind,
        channel: Channel,
        author: User,
        content: str = "",
        *,
        reply_to: Message | None = None,
        thread: Channel | None = None,
    ) -> None:
        """The line with which Discord itself tells of a thread, in it or in its channel."""
        now = self._world.clock.now()
        message = Message(self._world.snowflakes.next(), kind, channel, author, now, reply_to=reply_to, thread=thread)
        message.history.append(Version(now, content, (), (), (), MessageFlag(0)))
        self._publish(message)

    def _tell(self, name: str, thread: Channel, extra: Json | None = None) -> None:
        bot = self._world.bot
        if thread.shows_itself_to(bot):
            self._world.dispatch(Event(name, lambda _: channel_view(thread, bot) | (extra or {}), Intent.GUILDS))

    def _tell_of_members(self, thread: Channel, *, is_bot: bool, **changed: object) -> None:
        """THREAD_MEMBERS_UPDATE: of others only with the intent for members."""
        if not thread.guild or not (is_bot or thread.shows_itself_to(self._world.bot)):
            return
        payload: Json = {
            "id": str(thread.id),
            "guild_id": str(thread.guild.id),
            "member_count": len(_state(thread).members),
            **changed,
        }
        needs = Intent.GUILDS if is_bot else Intent.GUILD_MEMBERS
        self._world.dispatch(Event("THREAD_MEMBERS_UPDATE", lambda _: payload, needs))


def _state(thread: Channel) -> ThreadState:
    if thread.thread is None:
        raise ValueError(f"{thread.name} is no thread.")
    return thread.thread
