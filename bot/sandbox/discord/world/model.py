"""Servers, channels and messages, and how roles and overwrites decide who may do what. Plain data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.sandbox.discord.world.permissions import EVERYTHING, IN_DIRECT_MESSAGES, NOTHING, Permission
from bot.sandbox.discord.world.records import (
    BOOSTED_UPLOAD_LIMITS,
    DEFAULT_UPLOAD_LIMIT,
    ChannelKind,
    MessageFlag,
    User,
    Version,
)

if TYPE_CHECKING:
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.records import Attachment, Emoji, MessageKind, Origin


@dataclass(eq=False)
class Role:
    """A role of a server; the one with the server's own id is everyone's.

    Attributes:
        mentionable: by everybody; others only by who may mention everyone.
        bot_id: the bot whose own role it is: made as it was invited, and managed by Discord.
    """

    id: int
    name: str
    permissions: Permission
    position: int
    mentionable: bool = False
    bot_id: int | None = None


@dataclass(eq=False)
class Overwrite:
    """What a channel allows or denies to one role (kind 0) or member (kind 1)."""

    target_id: int
    kind: int
    allow: Permission = NOTHING
    deny: Permission = NOTHING


@dataclass(eq=False)
class Membership:
    """An account in a server."""

    user: User
    guild: Guild
    joined_at: float
    roles: list[Role] = field(default_factory=list[Role])

    @property
    def permissions(self) -> Permission:
        """What they may do in the server as a whole."""
        if self.user.id == self.guild.owner_id:
            return EVERYTHING
        granted = self.guild.everyone.permissions
        for role in self.roles:
            granted |= role.permissions
        return EVERYTHING if granted & Permission.ADMINISTRATOR else granted


@dataclass(eq=False)
class Guild:
    """A server.

    Attributes:
        threads: active and archived ones, also posts in forums.
        boost_tier: 0 to 3; decides the upload limit.
        has_bot: False once the bot was removed.
        system_channel: where Discord itself says who has come.
        locale: the language that its owner has chosen for what everybody reads.
        offered_to: ids of roles to which the server's integrations settings offer every command of the bot.
    """

    id: int
    name: str
    owner_id: int
    roles: list[Role]
    channels: list[Channel] = field(default_factory=list["Channel"])
    threads: list[Channel] = field(default_factory=list["Channel"])
    members: dict[int, Membership] = field(default_factory=dict[int, Membership])
    emojis: list[Emoji] = field(default_factory=list["Emoji"])
    boost_tier: int = 0
    has_bot: bool = True
    system_channel: Channel | None = None
    locale: str = "en-US"
    offered_to: set[int] = field(default_factory=set[int])

    @property
    def everyone(self) -> Role:
        """The role that every member has."""
        return self.roles[0]

    @property
    def upload_limit(self) -> int:
        """Bytes per file that anybody may send here."""
        return BOOSTED_UPLOAD_LIMITS.get(self.boost_tier, DEFAULT_UPLOAD_LIMIT)


class HasUser(Protocol):
    """Somebody: a `Member` of the people's side or a membership."""

    @property
    def user(self) -> User:
        """Their account."""
        ...


@dataclass(eq=False)
class ThreadState:
    """What a thread has beyond a channel.

    Attributes:
        owner: who started it.
        changed_at: when it was made, archived or opened again, in seconds since 1970 on the server's clock.
        archive_minutes: of silence, until it is archived by itself (which the sandbox leaves to its users).
        members: who takes part, by account, and since when.
        announced: whether anybody was told of it; a post in a forum is, together with its first message.
    """

    owner: User
    created_at: float
    changed_at: float
    archived: bool = False
    locked: bool = False
    archive_minutes: int = 1440
    members: dict[int, float] = field(default_factory=dict[int, float])
    announced: bool = False


@dataclass(eq=False)
class Channel:
    """A channel or thread of a server, or the direct messages between the bot and one person.

    Attributes:
        parent: a thread's channel, a channel's category.
        thread: None unless it is a thread, which may be a post in a forum.
        history: every message ever posted, also deleted and ephemeral ones, oldest first.
        deleted: whether it is gone.
    """

    id: int
    kind: ChannelKind
    name: str
    guild: Guild | None = None
    recipient: User | None = None
    parent: Channel | None = None
    thread: ThreadState | None = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    history: list[Message] = field(default_factory=list["Message"])
    deleted: bool = False

    @property
    def to_send(self) -> Permission:
        """The permission without which nobody writes here."""
        return Permission.SEND_MESSAGES if self.thread is None else Permission.SEND_MESSAGES_IN_THREADS

    @property
    def messages(self) -> list[Message]:
        """What anybody who can read the channel sees, oldest first."""
        return [message for message in self.history if not message.deleted and message.only_for is None]

    @property
    def upload_limit(self) -> int:
        """Bytes per file that the bot may send here with its token."""
        return self.guild.upload_limit if self.guild else DEFAULT_UPLOAD_LIMIT

    def permissions_of(self, user: User) -> Permission:
        """What somebody may do here: everyone's overwrite comes first, then their roles' together, then their own.

        A thread has the permissions of its channel.
        Source: https://discord.com/developers/docs/topics/permissions#permission-overwrites
        """
        if self.guild is None:
            return IN_DIRECT_MESSAGES
        if self.thread is not None and self.parent is not None:
            return self.parent.permissions_of(user)
        member = self.guild.members.get(user.id)
        granted = member.permissions if member else NOTHING
        if member is None or granted & Permission.ADMINISTRATOR:
            return granted
        roles = {role.id for role in member.roles}
        for targets in ({self.guild.id}, roles, {user.id}):
            applying = [overwrite for overwrite in self.overwrites.values() if overwrite.target_id in targets]
            for overwrite in applying:
                granted &= ~overwrite.deny
            for overwrite in applying:
                granted |= overwrite.allow
        return granted if granted & Permission.VIEW_CHANNEL else NOTHING

    def shows_itself_to(self, user: User) -> bool:
        """Whether somebody sees it; a private thread only its members and who manages threads."""
        granted = self.permissions_of(user)
        if self.deleted or not granted & Permission.VIEW_CHANNEL:
            return False
        is_private = self.thread is not None and self.kind is ChannelKind.PRIVATE_THREAD
        return not is_private or self.thread_has(user) or bool(granted & Permission.MANAGE_THREADS)

    def thread_has(self, user: User) -> bool:
        """Whether somebody takes part in this thread."""
        return self.thread is not None and user.id in self.thread.members

    def visible_to(self, member: HasUser) -> list[Message]:
        """What this member sees, with the ephemeral messages that are theirs, oldest first."""
        if not self.shows_itself_to(member.user):
            return []
        return [message for message in self.history if message.is_visible_to(member.user)]


@dataclass(eq=False)
class Message:
    """A message, with every version it had.

    Attributes:
        only_for: the one member who sees it, when it is ephemeral.
        reply_to: the message it answers; of a thread's first message, the one that the thread began with.
        thread: the thread that was started from it.
        pings: who it mentions; with a reply that pings, the author of the original too.
        pings_everyone: it mentions everyone, or all who are here.
        pinged_roles: the roles that it mentions.
        forwarded: the message that it forwards, which `reply_to` names too.
        opens_content: the words mention the bot, or it answers a regular message of the bot with a ping, so that the
            bot may read it without the message-content intent.
        origin: the interaction that it answers, for responses and follow-ups.
        history: versions, oldest first; the last is how it stands.
    """

    id: int
    kind: MessageKind
    channel: Channel
    author: User
    created_at: float
    only_for: User | None = None
    reply_to: Message | None = None
    thread: Channel | None = None
    pings: list[User] = field(default_factory=list[User])
    pings_everyone: bool = False
    pinged_roles: list[Role] = field(default_factory=list[Role])
    forwarded: Message | None = None
    opens_content: bool = False
    origin: Origin | None = None
    nonce: str | int | None = None
    edited_at: float | None = None
    deleted: bool = False
    history: list[Version] = field(default_factory=list[Version])

    @property
    def version(self) -> Version:
        """How it stands now."""
        return self.history[-1]

    @property
    def content(self) -> str:
        """Its words."""
        return self.version.content

    @property
    def embeds(self) -> tuple[Json, ...]:
        """Its embeds, as they were sent."""
        return self.version.embeds

    @property
    def components(self) -> tuple[Json, ...]:
        """Its components, as they were sent and numbered."""
        return self.version.components

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """Its files, in order."""
        return self.version.attachments

    @property
    def flags(self) -> MessageFlag:
        """Its flags."""
        return self.version.flags

    @property
    def loading(self) -> bool:
        """Whether it shows "is thinking…": deferred and not yet answered."""
        return MessageFlag.LOADING in self.flags

    def is_visible_to(self, user: User) -> bool:
        """Whether somebody who can read the channel sees it."""
        return not self.deleted and self.only_for in {None, user}
