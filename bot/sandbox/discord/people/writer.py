"""Who a member is, and what they write: messages, replies, direct messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.people.uploads import Upload, as_sent
from bot.sandbox.discord.wire.refusals import Refusal
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.records import ChannelKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Channel, Membership, Message, Role
    from bot.sandbox.discord.world.records import User

_NO_PING: Json = {"parse": ["users", "roles", "everyone"], "replied_user": False}


class Writer:
    """Somebody who writes in a server. Everything they do is checked as Discord's own client would.

    Attributes:
        user: their account.
        server_side: what they act on.
    """

    def __init__(self, server_side: ServerSide, membership: Membership) -> None:
        self.user: User = membership.user
        self.server_side = server_side
        self._membership = membership

    @property
    def id(self) -> int:
        """Their account's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """Their name."""
        return self.user.name

    @property
    def mention(self) -> str:
        """What pings them when it is in a message."""
        return f"<@{self.id}>"

    @property
    def roles(self) -> list[Role]:
        """Their roles; change the list to give or take some."""
        return self._membership.roles

    @property
    def first_channel(self) -> Channel:
        """Where they act unless a channel is named: the first one of the server."""
        return self._membership.guild.channels[0]

    @property
    def direct_channel(self) -> Channel:
        """Their direct messages with the bot."""
        return self.server_side.world.direct_channel(self.user)

    async def send(self, channel: Channel, text: str = "", files: Sequence[Upload] = ()) -> Message:
        """Post a message.

        Raises:
            CannotDoThatError: they may not, or the message is not one.
        """
        return await self._post(channel, {"content": text}, files)

    async def post(self, channel: Channel, body: Json, files: Sequence[Upload] = ()) -> Message:
        """Post what a bot may: embeds, galleries and other components, as Discord's "Create Message" takes it.

        Raises:
            CannotDoThatError: they may not, or the message is not one.
        """
        return await self._post(channel, body, files)

    async def forward(self, message: Message, channel: Channel) -> Message:
        """Forward a message to a channel.

        Raises:
            CannotDoThatError: they cannot see it or may not write there.
        """
        self.require_sight(message)
        self.require(channel, channel.to_send)
        try:
            return await self.server_side.desk.forward(message, channel, self.user)
        except Refusal as refusal:
            raise CannotDoThatError(f"{self.name} cannot forward this: {refusal}.") from refusal

    async def show_preview(self, message: Message, url: str, picture: Upload) -> None:
        """Let Discord show the preview of a link to a picture under a message; it does so some time after it."""
        world = self.server_side.world
        file = await self.server_side.lay_out(picture, self.user, message.channel)
        view = world.views.attachment(file)
        thumbnail = {"url": url, "proxy_url": view["proxy_url"], "flags": 0}
        thumbnail |= {key: view[key] for key in ("width", "height", "content_type") if key in view}
        self.server_side.desk.unfurl(message, [*message.embeds, {"type": "image", "url": url, "thumbnail": thumbnail}])

    async def direct_message(self, text: str = "", files: Sequence[Upload] = ()) -> Message:
        """Write to the bot.

        Raises:
            CannotDoThatError: the message is not one.
        """
        return await self._post(self.direct_channel, {"content": text}, files)

    async def reply(
        self, message: Message, text: str = "", files: Sequence[Upload] = (), *, ping: bool = True
    ) -> Message:
        """Answer a message.

        Raises:
            CannotDoThatError: they cannot see it or may not write there.
        """
        self.require_sight(message)
        if message.only_for is not None:
            raise CannotDoThatError("Discord offers no reply to an ephemeral message.")
        body: Json = {"content": text} if ping else {"content": text, "allowed_mentions": _NO_PING}
        return await self._post(message.channel, body, files, message)

    def start_thread(
        self, channel: Channel, name: str, *, message: Message | None = None, private: bool = False
    ) -> Channel:
        """Start a thread: from a message, whose id it then has, or from nothing.

        Raises:
            CannotDoThatError: they may not, or the message has one already.
        """
        needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
        self.require(channel, needed)
        kind = ChannelKind.PRIVATE_THREAD if private else None
        try:
            return self.server_side.desk.threads.start(channel, self.user, name, kind=kind, message=message)
        except Refusal as refusal:
            raise CannotDoThatError(f"{self.name} cannot start a thread: {refusal}.") from refusal

    async def post_in_forum(self, forum: Channel, title: str, text: str = "", files: Sequence[Upload] = ()) -> Message:
        """Begin a post in a forum; what comes back is its first message, whose channel is the post.

        Raises:
            CannotDoThatError: they may not, or the message is not one.
        """
        self.require(forum, Permission.SEND_MESSAGES)
        threads = self.server_side.desk.threads
        post = threads.prepare(forum, self.user, title)
        try:
            return await self._post(post, {"content": text}, files, number=post.id)
        except CannotDoThatError:
            threads.delete(post)
            raise

    async def delete(self, message: Message) -> None:
        """Delete a message: their own, one that only they see, or any with Manage Messages.

        Raises:
            CannotDoThatError: they may not.
        """
        self.require_sight(message)
        may_manage = message.channel.guild and Permission.MANAGE_MESSAGES in message.channel.permissions_of(self.user)
        if self.user not in {message.author, message.only_for} and not may_manage:
            raise CannotDoThatError(f"{self.name} may not delete messages of others here.")
        try:
            self.server_side.desk.delete(message, self.user)
        except Refusal as refusal:
            raise CannotDoThatError(f"{self.name} cannot delete this: {refusal}.") from refusal

    async def _post(
        self,
        channel: Channel,
        body: Json,
        files: Sequence[Upload],
        reply_to: Message | None = None,
        number: int | None = None,
    ) -> Message:
        self.require(channel, channel.to_send)
        if files:
            self.require(channel, Permission.ATTACH_FILES)
        if channel.kind.is_forum or channel.kind is ChannelKind.CATEGORY:
            raise CannotDoThatError(f"Nobody writes into {channel.name} itself.")
        limit = self.server_side.upload_limit(self.user, channel)
        desk = self.server_side.desk
        try:
            return await desk.post(
                channel, self.user, body, as_sent(files), limit=limit, reply_to=reply_to, number=number
            )
        except Refusal as refusal:
            raise CannotDoThatError(f"{self.name} cannot send this: {refusal}.") from refusal

    def require(self, channel: Channel, permission: Permission) -> None:
        """Raise CannotDoThatError unless they have a permission in a channel."""
        if not channel.shows_itself_to(self.user):
            raise CannotDoThatError(f"{self.name} does not see {channel.name}.")
        if permission not in channel.permissions_of(self.user):
            raise CannotDoThatError(f"{self.name} does not have {permission.name} in {channel.name}.")

    def require_sight(self, message: Message) -> None:
        """Raise CannotDoThatError unless they see a message."""
        if message not in message.channel.visible_to(self):
            raise CannotDoThatError(f"{self.name} does not see this message.")
