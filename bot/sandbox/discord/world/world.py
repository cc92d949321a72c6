"""Everything that exists on the local Discord, in one place, and the two ways in which news of it leaves."""

from __future__ import annotations

import base64
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.discord.wire.clock import Clock, Snowflakes
from bot.sandbox.discord.wire.refusals import (
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_guild,
    unknown_message,
)
from bot.sandbox.discord.world.changes import Change, ChangeKind, Changes
from bot.sandbox.discord.world.links import Links
from bot.sandbox.discord.world.message_views import MessageViews
from bot.sandbox.discord.world.model import Channel, Guild, Membership, Role
from bot.sandbox.discord.world.permissions import EVERYONE, NOTHING, Permission
from bot.sandbox.discord.world.records import ChannelKind, InMemory, User

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.discord.world.events import Event
    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.model import Message
    from bot.sandbox.discord.world.options import Options
    from bot.sandbox.discord.world.records import Attachment, Kept


class World:
    """The state. The gateway sets `dispatch`; watchers ask `changes`; who keeps files elsewhere sets `keep`."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock()
        self.snowflakes = Snowflakes(self.clock)
        self.changes = Changes()
        self.links = Links(self.clock, options.link_seconds)
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.invocations: dict[str, Invocation] = {}
        self.invocations_by_id: dict[int, Invocation] = {}
        self.loose_files: dict[int, Attachment] = {}  # of command options and dialogs: in no message
        self.dispatch: Callable[[Event], None] = lambda _: None
        self.keep: Callable[[int, bytes], Kept] = lambda _, content: InMemory(content)
        self.belong_to(self.add_user("Operator"), self.add_user(options.bot_name, bot=True))

    def belong_to(self, operator: User, bot: User) -> None:
        """Take these as the owner of all servers and the bot's account; the token goes with the bot."""
        self.operator, self.bot = operator, bot
        encoded = base64.b64encode(str(bot.id).encode()).decode()
        self.token = self.options.token or f"{encoded}.sandbox.opens-nothing"
        self.views = MessageViews(self.links, bot)

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.snowflakes.next(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str) -> Guild:
        """A new server with the operator as owner and the bot in it."""
        guild_id = self.snowflakes.next()
        everyone = Role(guild_id, "@everyone", EVERYONE, 0)
        guild = Guild(guild_id, name, self.operator.id, [everyone])
        self.guilds[guild.id] = guild
        self.add_member(guild, self.operator)
        self.add_bot(guild, self.bot)
        return guild

    def add_bot(self, guild: Guild, user: User) -> Membership:
        """Let a bot into a server, with the role of its own that Discord makes for it."""
        membership = self.add_member(guild, user)
        own = Role(self.snowflakes.next(), user.name, NOTHING, len(guild.roles), mentionable=True, bot_id=user.id)
        guild.roles.append(own)
        membership.roles.append(own)
        return membership

    def add_role(self, guild: Guild, name: str, granted: Permission = NOTHING, *, mentionable: bool = False) -> Role:
        """A new role, above the others."""
        role = Role(self.snowflakes.next(), name, granted, len(guild.roles), mentionable)
        guild.roles.append(role)
        return role

    @property
    def emojis(self) -> set[int]:
        """The ids of the custom emojis that the bot may use: those of its servers."""
        return {emoji.id for guild in self.guilds.values() if guild.has_bot for emoji in guild.emojis}

    def add_member(self, guild: Guild, user: User) -> Membership:
        """Let somebody into a server."""
        guild.members[user.id] = Membership(user, guild, self.clock.now())
        return guild.members[user.id]

    def add_channel(
        self, guild: Guild, name: str, kind: ChannelKind = ChannelKind.TEXT, category: Channel | None = None
    ) -> Channel:
        """A new channel."""
        channel = Channel(self.snowflakes.next(), kind, name, guild, parent=category)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def forget_channel(self, channel: Channel) -> None:
        """A channel or thread is gone, with what was said in it; so are a channel's threads."""
        channel.deleted = True
        self.channels.pop(channel.id, None)
        if guild := channel.guild:
            guild.channels[:] = [one for one in guild.channels if one is not channel]
            guild.threads[:] = [one for one in guild.threads if one is not channel]
            for thread in [one for one in guild.threads if one.parent is channel]:
                self.forget_channel(thread)

    def direct_channel(self, user: User) -> Channel:
        """The direct messages between the bot and somebody."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.snowflakes.next(), ChannelKind.DIRECT, user.name, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def begin(self, invocation: Invocation) -> None:
        """Keep an interaction, and tell of it."""
        self.invocations[invocation.token] = invocation
        self.invocations_by_id[invocation.id] = invocation
        self.announce(ChangeKind.INVOKED, by=invocation.user, channel=invocation.channel, invocation=invocation)

    def new_token(self) -> str:
        """A token for an interaction."""
        return secrets.token_urlsafe(48)

    def announce(
        self,
        kind: ChangeKind,
        *,
        by: User | None = None,
        channel: Channel | None = None,
        message: Message | None = None,
        invocation: Invocation | None = None,
    ) -> None:
        """Tell everybody who watches."""
        now = self.clock.now()
        only_for, version = (message.only_for, message.version) if message else (None, None)
        if invocation is None and message and message.origin:
            invocation = self.invocations_by_id.get(message.origin.id)
        self.changes.publish(Change(kind, now, by, channel, message, invocation, only_for, version))

    def guild(self, guild_id: int | None) -> Guild:
        """A server that the bot is in.

        Raises:
            Refusal: 404/10004.
        """
        guild = self.guilds.get(guild_id or 0)
        if guild is None or not guild.has_bot:
            raise unknown_guild()
        return guild

    def channel_for_bot(self, channel_id: int | None, *needed: Permission) -> Channel:
        """A channel in which the bot has these permissions.

        Raises:
            Refusal: 404/10003, 403/50001 when it cannot see the channel, 403/50013 when it lacks another one.
        """
        channel = self.channels.get(channel_id or 0)
        if channel is None or (channel.guild and not channel.guild.has_bot):
            raise unknown_channel()
        if not channel.shows_itself_to(self.bot):
            raise missing_access()
        granted = channel.permissions_of(self.bot)
        if any(not granted & permission for permission in needed):
            raise missing_permissions()
        return channel

    def message_for_bot(self, channel: Channel, message_id: int | None) -> Message:
        """A message of a channel; ephemeral ones cannot be had this way.

        Raises:
            Refusal: 404/10008.
        """
        for message in reversed(channel.messages):
            if message.id == message_id:
                return message
        raise unknown_message()
