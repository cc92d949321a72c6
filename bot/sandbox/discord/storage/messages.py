"""Messages and interactions, as JSON and back. Of a message's versions the last is kept, as Discord keeps it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from bot.sandbox.discord.world.invocations import Answer, Invocation, InvocationKind
from bot.sandbox.discord.world.model import Message
from bot.sandbox.discord.world.records import Attachment, MessageFlag, MessageKind, Origin, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.discord.wire.json_values import Json
    from bot.sandbox.discord.world.model import Role
    from bot.sandbox.discord.world.records import Kept, User
    from bot.sandbox.discord.world.world import World

AS_IT_IS = ("created_at", "pings_everyone", "opens_content", "nonce", "edited_at", "deleted")
OF_AN_INVOCATION = (
    "id", "token", "name", "upload_limit", "began_at", "first_answer_seconds", "command_type", "claimed", "ephemeral",
    "modal", "choices", "data", "pressed",
)  # fmt: skip


def message_told(message: Message) -> Json:
    """A message as JSON."""
    version = message.version
    return {
        "id": message.id,
        "kind": int(message.kind),
        "channel": message.channel.id,
        "author": message.author.id,
        "only_for": message.only_for.id if message.only_for else None,
        "reply_to": message.reply_to.id if message.reply_to else None,
        "thread": message.thread.id if message.thread else None,
        "pings": [user.id for user in message.pings],
        "pinged_roles": [role.id for role in message.pinged_roles],
        "forwarded": message.forwarded.id if message.forwarded else None,
        "origin": _origin_told(message.origin),
        **{name: getattr(message, name) for name in AS_IT_IS},
        "version": {
            "at": version.at,
            "content": version.content,
            "embeds": version.embeds,
            "components": version.components,
            "attachments": [_attachment_told(one) for one in version.attachments],
            "flags": int(version.flags),
        },
    }


class Reading:
    """Messages and interactions on their way back into a world.

    Args:
        world: with its channels.
        file: finds a file by its id and size.
    """

    def __init__(self, world: World, file: Callable[[int, int], Kept]) -> None:
        self._world = world
        self._file = file
        self._messages: dict[int, Message] = {}

    def take(self, body: Json) -> None:
        """Put the next message into its channel; the one that it answers came before. Nothing if the channel is gone.

        Raises:
            LookupError: something is named that is not there.
            TypeError: something is not as it must be.
            ValueError: the same.
        """
        world, channel = self._world, self._world.channels.get(body["channel"])
        if channel is None:
            return
        roles: Mapping[int, Role] = {role.id: role for role in channel.guild.roles} if channel.guild else {}
        # A thread that began with a message has its id.
        thread = world.channels.get(body["thread"] or body["id"])
        message = Message(
            id=body["id"],
            kind=MessageKind(body["kind"]),
            channel=channel,
            author=world.users[body["author"]],
            only_for=None if body["only_for"] is None else world.users[body["only_for"]],
            reply_to=self._messages.get(body["reply_to"]),
            thread=None if thread is channel else thread,
            pings=[world.users[number] for number in body["pings"]],
            pinged_roles=[roles[number] for number in body["pinged_roles"] if number in roles],
            forwarded=self._messages.get(body["forwarded"]),
            origin=self._origin(body["origin"]),
            **{name: body[name] for name in AS_IT_IS},
        )
        message.history.append(self._version(body["version"], deleted=message.deleted))
        self._messages[message.id] = message
        channel.history.append(message)

    def take_invocation(self, body: Json) -> None:
        """Put an interaction back. Nothing if its channel is gone.

        Raises:
            LookupError: something is named that is not there.
            TypeError: something is not as it must be.
            ValueError: the same.
        """
        world, channel = self._world, self._world.channels.get(body["channel"])
        if channel is None:
            return
        followups = [self._messages[number] for number in body["followups"] if number in self._messages]
        invocation = Invocation(
            kind=InvocationKind(body["kind"]),
            user=world.users[body["user"]],
            channel=channel,
            clock=world.clock,
            until=world.changes.until,
            source=self._messages.get(body["source"]),
            opened_by=world.invocations_by_id.get(body["opened_by"]),
            answer=None if body["answer"] is None else Answer(body["answer"]),
            original=self._messages.get(body["original"]),
            followups=followups,
            **{name: body[name] for name in OF_AN_INVOCATION},
        )
        world.invocations[invocation.token] = world.invocations_by_id[invocation.id] = invocation

    def _version(self, body: Json, *, deleted: bool) -> Version:
        found = [] if deleted else [self._attachment(one) for one in body["attachments"]]
        return Version(
            body["at"],
            body["content"],
            tuple(body["embeds"]),
            tuple(body["components"]),
            tuple(found),
            MessageFlag(body["flags"]),
        )

    def _attachment(self, body: Json) -> Attachment:
        size = body.pop("size")
        return Attachment(**body, kept=self._file(body["id"], size))

    def _origin(self, body: Json | None) -> Origin | None:
        if body is None:
            return None
        user: User = self._world.users[body["user"]]
        told: Json = {**body, "user": user, "opened_by": self._origin(body["opened_by"])}
        return Origin(**told)


def invocation_told(invocation: Invocation) -> Json:
    """An interaction as JSON."""
    return {
        "kind": int(invocation.kind),
        "user": invocation.user.id,
        "channel": invocation.channel.id,
        "source": invocation.source.id if invocation.source else None,
        "opened_by": invocation.opened_by.id if invocation.opened_by else None,
        "answer": None if invocation.answer is None else int(invocation.answer),
        "original": invocation.original.id if invocation.original else None,
        "followups": [message.id for message in invocation.followups],
        **{name: getattr(invocation, name) for name in OF_AN_INVOCATION},
    }


def _attachment_told(attachment: Attachment) -> Json:
    told = {name: value for name, value in vars(attachment).items() if name != "kept"}
    return {**told, "size": attachment.size}


def _origin_told(origin: Origin | None) -> Json | None:
    if origin is None:
        return None
    return {**asdict(origin), "user": origin.user.id, "opened_by": _origin_told(origin.opened_by)}
