"""A server as people and tests arrange it: members, roles, channels, and what is allowed where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bot.sandbox.discord.people.member import Member
from bot.sandbox.discord.world.events import Event
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.discord.world.model import Overwrite, Role
from bot.sandbox.discord.world.permissions import NOTHING, Permission
from bot.sandbox.discord.world.records import ChannelKind, Emoji
from bot.sandbox.discord.world.views import (
    channel_view,
    emoji_view,
    guild_create_view,
    guild_view,
    member_view,
    role_view,
    threads_sync_view,
    user_view,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Channel, Guild, HasUser
    from bot.sandbox.discord.world.records import User


class Server:
    """One server. The bot is in it, with everyone's permissions, until `remove_bot`.

    Attributes:
        guild: the server's data: ``id``, ``name``, ``roles``, ``channels``.
        members: everybody who was added here, by name.
    """

    def __init__(self, server_side: ServerSide, guild: Guild) -> None:
        self.guild = guild
        self.members: dict[str, Member] = {}
        self._server_side = server_side

    @classmethod
    def of(cls, server_side: ServerSide, guild: Guild) -> Self:
        """A server that was there before, with everybody in it but its owner and the bot."""
        server = cls(server_side, guild)
        own = {server_side.world.operator, server_side.world.bot}
        found = [membership for membership in guild.members.values() if membership.user not in own]
        server.members = {one.user.name: Member(server_side, one) for one in found}
        return server

    @property
    def id(self) -> int:
        """The server's id."""
        return self.guild.id

    @property
    def bot_role(self) -> Role:
        """The bot's own role, which Discord's picker offers beside the bot itself: people write ``<@&id>``."""
        return next(role for role in self.guild.roles if role.bot_id == self._server_side.world.bot.id)

    @property
    def channels(self) -> list[Channel]:
        """Its channels, in order."""
        return self.guild.channels

    @property
    def bot(self) -> Member:
        """The bot as a member here."""
        return Member(self._server_side, self.guild.members[self._server_side.world.bot.id])

    def channel(self, name: str) -> Channel:
        """The channel of this name; a ``#`` before it does not matter.

        Raises:
            KeyError: there is none.
        """
        for channel in self.channels:
            if channel.name == name.removeprefix("#"):
                return channel
        raise KeyError(name)

    def add_member(
        self, name: str, *, roles: Sequence[Role] = (), permissions: Permission = NOTHING, user: User | None = None
    ) -> Member:
        """Let somebody in.

        Args:
            name: their name.
            roles: the roles they get.
            permissions: what they may do beyond that; a role of their own grants it.
            user: an account that exists already, for somebody who is in two servers.
        """
        membership = self._server_side.world.add_member(self.guild, user or self._server_side.world.add_user(name))
        membership.roles.extend(roles)
        if permissions:
            membership.roles.append(self.add_role(f"{name}'s role", permissions))
        member = self.members[name] = Member(self._server_side, membership)
        joined = member_view(membership) | {"guild_id": str(self.id)}
        self._tell("GUILD_MEMBER_ADD", lambda: joined, Intent.GUILD_MEMBERS)
        return member

    def add_bot(self, name: str) -> Member:
        """Let another bot in; it speaks by `Member.post`."""
        membership = self._server_side.world.add_bot(self.guild, self._server_side.world.add_user(name, bot=True))
        member = self.members[name] = Member(self._server_side, membership)
        return member

    def add_role(self, name: str, permissions: Permission = NOTHING, *, mentionable: bool = False) -> Role:
        """Make a role; who may not mention everyone mentions it only if it is mentionable."""
        role = self._server_side.world.add_role(self.guild, name, permissions, mentionable=mentionable)
        self._tell("GUILD_ROLE_CREATE", lambda: {"guild_id": str(self.id), "role": role_view(role)})
        return role

    def add_emoji(self, name: str, *, animated: bool = False, picture: bytes | None = None) -> Emoji:
        """Make a custom emoji; ``str(emoji)`` is what people write."""
        number = self._server_side.world.snowflakes.next()
        kept = None if picture is None else self._server_side.world.keep(number, picture)
        emoji = Emoji(number, name, animated, kept)
        self.guild.emojis.append(emoji)
        emojis = [emoji_view(one) for one in self.guild.emojis]
        self._tell("GUILD_EMOJIS_UPDATE", lambda: {"guild_id": str(self.id), "emojis": emojis}, Intent.EXPRESSIONS)
        return emoji

    def add_channel(
        self, name: str, kind: ChannelKind = ChannelKind.TEXT, *, category: Channel | None = None
    ) -> Channel:
        """Make a channel: for text, or ``ChannelKind.VOICE`` (with its chat), ``FORUM`` and so on."""
        channel = self._server_side.world.add_channel(self.guild, name, kind, category)
        self._tell("CHANNEL_CREATE", lambda: channel_view(channel))
        return channel

    def add_forum(self, name: str) -> Channel:
        """Make a forum, in which people post (`Member.post_in_forum`); nobody writes into the forum itself."""
        return self.add_channel(name, ChannelKind.FORUM)

    def add_voice(self, name: str) -> Channel:
        """Make a voice channel; people write into the chat beside it."""
        return self.add_channel(name, ChannelKind.VOICE)

    def delete_channel(self, channel: Channel) -> None:
        """Delete a channel with its threads, or one thread."""
        if channel.thread is not None:
            self._server_side.desk.threads.delete(channel)
            return
        gone = channel_view(channel)
        self._tell("CHANNEL_DELETE", lambda: gone)
        self._server_side.world.forget_channel(channel)

    def archive(self, thread: Channel, *, locked: bool | None = None) -> None:
        """Archive a thread; with `locked`, only who manages threads opens it again."""
        self._server_side.desk.threads.change(thread, archived=True, locked=locked)

    def unarchive(self, thread: Channel) -> None:
        """Open a thread again, unlocked."""
        self._server_side.desk.threads.change(thread, archived=False, locked=False)

    def lock(self, thread: Channel, *, locked: bool = True) -> None:
        """Let only those write in a thread who manage threads; it stays active, or archived, as it is."""
        self._server_side.desk.threads.change(thread, locked=locked)

    def add_to_thread(self, thread: Channel, who: HasUser) -> None:
        """Let somebody take part in a thread; in a private one, only so they see it."""
        self._server_side.desk.threads.join(thread, who.user)

    def remove_from_thread(self, thread: Channel, who: HasUser) -> None:
        """Take somebody out of a thread."""
        self._server_side.desk.threads.leave(thread, who.user)

    def remove_member(self, member: HasUser) -> None:
        """Let somebody leave, or throw them out."""
        self._tell_of_departure(member.user)
        self.guild.members.pop(member.user.id, None)
        for name in [name for name, one in self.members.items() if one.user is member.user]:
            del self.members[name]
        for thread in self.guild.threads:
            self._server_side.desk.threads.leave(thread, member.user)

    def set_permissions(
        self, channel: Channel, target: HasUser | Role, *, allow: Permission = NOTHING, deny: Permission = NOTHING
    ) -> None:
        """Allow or deny a member or a role something in one channel; replaces what was set for them there."""
        if isinstance(target, Role):
            overwrite = Overwrite(target.id, 0, allow, deny)
        else:
            overwrite = Overwrite(target.user.id, 1, allow, deny)
        bot = self._server_side.world.bot
        was_seen = channel.shows_itself_to(bot)
        channel.overwrites[overwrite.target_id] = overwrite
        self._tell("CHANNEL_UPDATE", lambda: channel_view(channel))
        if channel.shows_itself_to(bot) and not was_seen:
            self._tell("THREAD_LIST_SYNC", lambda: threads_sync_view(channel, bot))

    def offer_commands(self, role: Role) -> None:
        """Offer the bot's commands to a role, whatever they need by themselves (Server Settings, Integrations)."""
        self.guild.offered_to.add(role.id)

    def set_system_channel(self, channel: Channel | None) -> None:
        """Choose where Discord itself says who has come; None for nowhere."""
        self.guild.system_channel = channel
        self._tell("GUILD_UPDATE", lambda: guild_view(self.guild))

    def set_boost_tier(self, tier: int) -> None:
        """Boost the server: tiers 2 and 3 raise the upload limit."""
        self.guild.boost_tier = tier
        self._tell("GUILD_UPDATE", lambda: guild_view(self.guild))

    def set_locale(self, locale: str) -> None:
        """Choose the language of what everybody reads there."""
        self.guild.locale = locale
        self._tell("GUILD_UPDATE", lambda: guild_view(self.guild))

    def remove_bot(self) -> None:
        """Throw the bot out."""
        self._tell("GUILD_DELETE", lambda: {"id": str(self.id)})
        self.guild.has_bot = False
        del self.guild.members[self._server_side.world.bot.id]

    def announce(self) -> None:
        """Tell a connected bot that it was added to this server."""
        self._tell("GUILD_CREATE", lambda: guild_create_view(self.guild, self._server_side.world.bot, joined=True))

    def fail_for_a_while(self) -> None:
        """An outage of Discord's: the server is gone, and comes back."""
        self._tell("GUILD_DELETE", lambda: {"id": str(self.id), "unavailable": True})
        self._tell("GUILD_CREATE", lambda: guild_create_view(self.guild, self._server_side.world.bot))

    def _tell_of_departure(self, user: User) -> None:
        gone: Json = {"guild_id": str(self.id), "user": user_view(user)}
        self._tell("GUILD_MEMBER_REMOVE", lambda: gone, Intent.GUILD_MEMBERS)

    def _tell(self, name: str, payload: Callable[[], Json], needs: Intent = Intent.GUILDS) -> None:
        self._server_side.world.dispatch(Event(name, lambda _: payload(), needs))
