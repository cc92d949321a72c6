"""What somebody's client is shown, and finds again by its id: never more than they may see."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.people.member import Member
from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.wire.json_values import Json, as_id
from bot.sandbox.discord.world.permissions import Permission
from bot.sandbox.discord.world.views import channel_view, emoji_view, role_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.world.invocations import Invocation
    from bot.sandbox.discord.world.model import Channel, Guild, Membership, Message, Role
    from bot.sandbox.discord.world.records import User

DIRECT = "@me"  # where commands stand that are offered in direct messages


class Sight:
    """One account's sight of the local Discord. Ids are text, as in JSON.

    Attributes:
        user: whose.
    """

    def __init__(self, server_side: ServerSide, user: User) -> None:
        self.user = user
        self._server_side = server_side

    def outline(self) -> Json:
        """Their servers with channels, threads, members, roles and emojis, and their direct messages with the bot."""
        return {
            "me": user_view(self.user),
            "locale": self.user.locale,
            "servers": [self._server(guild) for guild in self._guilds()],
            "direct": self._channel(self._server_side.world.direct_channel(self.user)),
        }

    def commands(self) -> dict[str, list[Json]]:
        """The commands that they are offered, by the server's id; those of direct messages under ``@me``."""
        offered = {str(guild.id): self._offered(guild) for guild in self._guilds()}
        return {**offered, DIRECT: self._member().offered(self._server_side.world.direct_channel(self.user))}

    def message(self, message: Message) -> Json | None:
        """A message in full; None if they do not see it."""
        if not message.channel.shows_itself_to(self.user) or not message.is_visible_to(self.user):
            return None
        return self._server_side.world.views.full(message)

    def history(self, channel: Channel, before: int | None, most: int) -> tuple[list[Message], bool]:
        """The newest messages that they see, of those before an id: oldest first; and whether there are older ones."""
        found: list[Message] = []
        if not channel.shows_itself_to(self.user):
            return found, False
        for message in reversed(channel.history):
            if message.is_visible_to(self.user) and (before is None or message.id < before):
                if len(found) == most:
                    return found[::-1], True
                found.append(message)
        return found[::-1], False

    # --- found again ---------------------------------------------------------------------------------------------

    def channel(self, number: object) -> Channel:
        """A channel, thread or direct messages.

        Raises:
            CannotDoThatError: there is none that they see.
        """
        channel = self._server_side.world.channels.get(as_id(number) or 0)
        is_theirs = channel is not None and (channel.guild is not None or channel.recipient is self.user)
        if channel is None or not is_theirs or not channel.shows_itself_to(self.user):
            raise CannotDoThatError(f"{self.user.name} sees no such channel.")
        return channel

    def found_message(self, channel: Channel, number: object) -> Message:
        """A message of a channel.

        Raises:
            CannotDoThatError: there is none that they see.
        """
        wanted = as_id(number)
        for message in reversed(channel.history):
            if message.id == wanted and message.is_visible_to(self.user):
                return message
        raise CannotDoThatError(f"{self.user.name} sees no such message.")

    def invocation(self, number: object) -> Invocation:
        """Something that they did.

        Raises:
            CannotDoThatError: it is not theirs.
        """
        found = self._server_side.world.invocations_by_id.get(as_id(number) or 0)
        if found is None or found.user is not self.user:
            raise CannotDoThatError("That was done by somebody else, or long ago.")
        return found

    def thing(self, channel: Channel, number: object) -> User | Role | Channel:
        """A member, role or channel of the server, as selects and options name them.

        Raises:
            CannotDoThatError: there is no such thing here.
        """
        wanted = as_id(number) or 0
        if channel.guild is None:
            people = {one.id: one for one in (self.user, self._server_side.world.bot)}
            if wanted in people:
                return people[wanted]
        else:
            if wanted in channel.guild.members:
                return channel.guild.members[wanted].user
            things: list[Role | Channel] = [*channel.guild.roles, *self._seen(channel.guild)]
            for thing in things:
                if thing.id == wanted:
                    return thing
        raise CannotDoThatError("There is no such member, role or channel here.")

    def in_channel(self, channel: Channel) -> Member:
        """Themselves, as a member who acts in a channel."""
        if channel.guild is None:
            return self._member()
        return Member(self._server_side, channel.guild.members[self.user.id])

    def _member(self) -> Member:
        memberships = [guild.members[self.user.id] for guild in self._guilds()]
        if not memberships:
            raise CannotDoThatError(f"{self.user.name} is in no server.")
        return Member(self._server_side, memberships[0])

    # --- as JSON -------------------------------------------------------------------------------------------------

    def _guilds(self) -> list[Guild]:
        return [guild for guild in self._server_side.world.guilds.values() if self.user.id in guild.members]

    def _seen(self, guild: Guild) -> list[Channel]:
        return [channel for channel in (*guild.channels, *guild.threads) if channel.shows_itself_to(self.user)]

    def _server(self, guild: Guild) -> Json:
        return {
            "id": str(guild.id),
            "name": guild.name,
            "channels": [self._channel(channel) for channel in self._seen(guild)],
            "members": [_member_of(one) for one in guild.members.values()],
            "roles": [role_view(role) for role in guild.roles],
            "emojis": [emoji_view(emoji) for emoji in guild.emojis],
        }

    def _channel(self, channel: Channel) -> Json:
        granted = channel.permissions_of(self.user)
        may = {
            "send": bool(granted & channel.to_send) and not self._is_closed(channel),
            "attach": bool(granted & Permission.ATTACH_FILES),
            "delete": bool(channel.guild and granted & Permission.MANAGE_MESSAGES),
            "command": bool(granted & Permission.USE_APPLICATION_COMMANDS),
            "thread": bool(channel.guild and granted & Permission.CREATE_PUBLIC_THREADS),
        }
        view = channel_view(channel, self.user) | {"may": may}
        del view["last_message_id"]  # which messages there are is told with them
        return view | {"upload_limit": self._server_side.upload_limit(self.user, channel)}

    def _is_closed(self, channel: Channel) -> bool:
        manages = Permission.MANAGE_THREADS in channel.permissions_of(self.user)
        return channel.thread is not None and channel.thread.locked and not manages

    def _offered(self, guild: Guild) -> list[Json]:
        seen = self._seen(guild)
        return Member(self._server_side, guild.members[self.user.id]).offered(seen[0]) if seen else []


def _member_of(membership: Membership) -> Json:
    view = user_view(membership.user)
    return {
        "id": view["id"],
        "name": membership.user.name,
        "bot": membership.user.bot,
        "roles": [str(role.id) for role in membership.roles],
        "leads": bool(membership.permissions & Permission.MANAGE_GUILD),
    }
