"""The things that an interaction names by id, shown in full beside it ("resolved")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.sandbox.discord.people.refusal import CannotDoThatError
from bot.sandbox.discord.world.model import Channel, Role
from bot.sandbox.discord.world.records import User
from bot.sandbox.discord.world.views import bits, channel_view, member_view, role_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.discord.people.server_side import ServerSide
    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Message
    from bot.sandbox.discord.world.records import Attachment


_MENTION = re.compile(r"<(@[!&]?|#)(\d+)>")


class Resolved:
    """Collects what an interaction names; every `add_…` returns the id to put in its place."""

    def __init__(self, server_side: ServerSide, channel: Channel) -> None:
        self._server_side = server_side
        self._channel = channel
        self._parts: dict[str, Json] = {}

    def to_json(self) -> Json:
        """The collected parts; empty when nothing was named."""
        return dict(self._parts)

    def add_attachment(self, attachment: Attachment) -> str:
        """A file."""
        return self._put("attachments", attachment.id, self._server_side.world.views.attachment(attachment))

    def add_message(self, message: Message) -> str:
        """The target of a message command: in full, whatever the intents."""
        return self._put("messages", message.id, self._server_side.world.views.full(message))

    def add_user(self, user: User) -> str:
        """Somebody, with their membership where there is one."""
        guild = self._channel.guild
        member = guild.members.get(user.id) if guild else None
        if member:
            extra = {"permissions": bits(self._channel.permissions_of(user))}
            self._put("members", user.id, member_view(member, with_user=False) | extra)
        return self._put("users", user.id, user_view(user))

    def add_role(self, role: Role) -> str:
        """A role."""
        return self._put("roles", role.id, role_view(role))

    def add_channel(self, channel: Channel, user: User) -> str:
        """A channel, with what the member may do in it."""
        extra = {"permissions": bits(channel.permissions_of(user))}
        return self._put("channels", channel.id, channel_view(channel) | extra)

    def add_mentions(self, text: str, user: User) -> None:
        """Everybody and everything that a text mentions, as far as it is in the server."""
        world, guild = self._server_side.world, self._channel.guild
        for sign, number in _MENTION.findall(text):
            key = int(number)
            if sign in {"@", "@!"} and key in world.users:
                self.add_user(world.users[key])
            elif sign == "#" and key in world.channels:
                self.add_channel(world.channels[key], user)
            elif sign == "@&" and guild is not None:
                for role in [role for role in guild.roles if role.id == key]:
                    self.add_role(role)

    def add(self, thing: object, user: User) -> str:
        """A member, account, role or channel.

        Raises:
            CannotDoThatError: it is none of these.
        """
        if isinstance(thing, Role):
            return self.add_role(thing)
        if isinstance(thing, Channel):
            return self.add_channel(thing, user)
        account = getattr(thing, "user", thing)
        if isinstance(account, User):
            return self.add_user(account)
        raise CannotDoThatError(f"{thing!r} is no member, role or channel of this Discord.")

    def _put(self, part: str, number: int, view: Json) -> str:
        self._parts.setdefault(part, {})[str(number)] = view
        return str(number)
