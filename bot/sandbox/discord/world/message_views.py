"""Messages as JSON, in full and as a bot without the message-content intent may read them.

Rules: https://discord.com/developers/docs/events/gateway#message-content-intent and
https://discord.com/developers/docs/gateway/you-might-not-need-a-privileged-intent
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import SELECTS, Kind, media_of, walk
from bot.sandbox.discord.wire.json_values import Json, as_object, as_objects, timestamp
from bot.sandbox.discord.world.drafts import numbered, referenced_file
from bot.sandbox.discord.world.intents import Intent
from bot.sandbox.discord.world.records import COMMAND, COMPONENT, MessageFlag, MessageKind
from bot.sandbox.discord.world.views import channel_view, user_view

if TYPE_CHECKING:
    from bot.sandbox.discord.world.links import Links
    from bot.sandbox.discord.world.model import Channel, Message
    from bot.sandbox.discord.world.records import Attachment, Origin, User

MEDIA = {Kind.GALLERY, Kind.THUMBNAIL, Kind.FILE}
_ALWAYS_SHOWN: dict[int, Json] = {
    **{key: {"min_values": 1, "max_values": 1} for key in SELECTS},
    Kind.CONTAINER: {"accent_color": None, "spoiler": False},
    Kind.SEPARATOR: {"spacing": 1, "divider": True},
    Kind.THUMBNAIL: {"description": None, "spoiler": False},
    Kind.FILE: {"spoiler": False},
}
_SNAPSHOT = (
    *("type", "content", "embeds", "attachments", "timestamp", "edited_timestamp", "flags"),
    *("mentions", "mention_roles", "components"),
)
_EMPTIED: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


class MessageViews:
    """Shows messages; `links` signs the addresses of their files anew each time."""

    def __init__(self, links: Links, bot: User) -> None:
        self._links = links
        self._bot = bot

    def may_read(self, message: Message, intents: Intent) -> bool:
        """Whether the bot sees what a message says."""
        return (
            Intent.MESSAGE_CONTENT in intents
            or message.author is self._bot
            or message.channel.guild is None
            or message.opens_content
        )

    def for_bot(self, message: Message, intents: Intent) -> Json:
        """A message as the bot sees it with these intents; the message it answers is judged by itself."""
        view = self.alone(message)
        if not self.may_read(message, intents):
            view |= _EMPTIED
        if message.reply_to is not None or message.kind is MessageKind.REPLY:
            view["referenced_message"] = None
            if (original := message.reply_to) and not original.deleted:
                shown = self.alone(original)
                view["referenced_message"] = shown if self.may_read(original, intents) else shown | _EMPTIED
        return view

    def full(self, message: Message) -> Json:
        """A message with all it says, as the target of a command or for a person."""
        return self.for_bot(message, Intent.MESSAGE_CONTENT)

    def alone(self, message: Message) -> Json:
        """A message in full, without the one that it answers."""
        view: Json = {
            "id": str(message.id),
            "type": int(message.kind),
            "channel_id": str(message.channel.id),
            "author": user_view(message.author),
            "content": message.content,
            "timestamp": timestamp(message.created_at),
            "edited_timestamp": None if message.edited_at is None else timestamp(message.edited_at),
            "tts": False,
            "mention_everyone": message.pings_everyone,
            "mentions": [user_view(user) for user in message.pings],
            "mention_roles": [str(role.id) for role in message.pinged_roles],
            "attachments": self._shown_attachments(message),
            "embeds": [] if MessageFlag.SUPPRESS_EMBEDS in message.flags else self._shown_embeds(message),
            "components": self._shown_components(message),
            "pinned": False,
            "flags": int(message.flags | (MessageFlag.HAS_THREAD if self._has_thread(message) else 0)),
        }
        if message.nonce is not None:
            view["nonce"] = message.nonce
        if message.reply_to is not None:
            view["message_reference"] = _reference_view(message.reply_to)
        if message.kind is MessageKind.THREAD_CREATED and message.thread is not None:
            view["message_reference"] = _channel_reference_view(message.thread)
        elif message.thread is not None and self._has_thread(message):
            view["thread"] = channel_view(message.thread, self._bot)
        if message.origin is not None:
            owner = str(self._bot.id)
            origin = origin_view(message.origin)
            view |= {"application_id": owner, "webhook_id": owner, "interaction_metadata": origin}
            if message.origin.name:
                keys = {"id", "type", "user"}
                view["interaction"] = {key: origin[key] for key in keys} | {"name": message.origin.name}
        if message.forwarded is not None:
            view["message_snapshots"] = [{"message": self._snapshot(message.forwarded)}]
            view["message_reference"]["type"] = 1
        return view

    def _snapshot(self, original: Message) -> Json:
        """A forwarded message as it was, without its author."""
        view = self.alone(original)
        return {key: view[key] for key in _SNAPSHOT}

    def _has_thread(self, message: Message) -> bool:
        is_first = message.kind is not MessageKind.THREAD_CREATED
        return is_first and message.thread is not None and not message.thread.deleted

    def attachment(self, attachment: Attachment) -> Json:
        """A file."""
        url = self._links.to(attachment)
        view: Json = {
            "id": str(attachment.id),
            "filename": attachment.filename,
            "size": attachment.size,
            "url": url,
            "proxy_url": url,
        }
        for key in ("content_type", "width", "height", "description"):
            if (value := getattr(attachment, key)) is not None:
                view[key] = value
        return view | {"ephemeral": True} if attachment.ephemeral else view

    def _shown_attachments(self, message: Message) -> list[Json]:
        """The files that no embed and no component shows: those are left out of the list."""
        if MessageFlag.IS_COMPONENTS_V2 in message.flags:
            return []
        pictures = {as_object(embed.get(key)).get("url") for embed in message.embeds for key in ("image", "thumbnail")}
        used = {referenced_file(url) for url in pictures}
        return [self.attachment(file) for file in message.attachments if file.filename not in used]

    def _shown_embeds(self, message: Message) -> list[Json]:
        shown: list[Json] = []
        for embed in message.embeds:
            copy = {key: value for key, value in embed.items() if value is not None}
            copy.setdefault("type", "rich")
            for key in ("image", "thumbnail"):
                if key in copy:
                    copy[key] = self._embed_picture(as_object(copy[key]), message)
            if "fields" in copy:
                copy["fields"] = [{"inline": False} | field for field in as_objects(copy["fields"])]
            shown.append(copy)
        return shown

    def _embed_picture(self, picture: Json, message: Message) -> Json:
        file = _find(message, picture.get("url"))
        if file is None:
            return picture
        view = self.attachment(file)
        return {key: view[key] for key in ("url", "proxy_url", "width", "height", "content_type") if key in view}

    def _shown_components(self, message: Message) -> list[Json]:
        shown = list(numbered(list(message.components)))
        for _, component in walk(shown):
            kind = component.get("type")
            for key, value in _ALWAYS_SHOWN.get(kind or 0, {}).items():
                component.setdefault(key, value)
            if kind in MEDIA:
                self._show_media(component, message)
        return shown

    def _show_media(self, component: Json, message: Message) -> None:
        shown = [self._media(media, message) for media in media_of(component)]
        if component["type"] == Kind.GALLERY:
            pairs = zip(as_objects(component.get("items")), shown, strict=True)
            extras: Json = {"description": None, "spoiler": False}
            component["items"] = [extras | item | {"media": media} for item, media in pairs]
        elif component["type"] == Kind.THUMBNAIL:
            component["media"] = shown[0]
        else:
            file = _find(message, as_object(component.get("file")).get("url"))
            component["name"], component["size"] = (file.filename, file.size) if file else (None, None)
            component["file"] = shown[0]

    def _media(self, media: Json, message: Message) -> Json:
        file = _find(message, media.get("url"))
        if file is None:
            return {"id": str(message.id), "proxy_url": media.get("url")} | media
        view = self.attachment(file)
        keys = ("id", "url", "proxy_url", "width", "height", "content_type")
        return {key: view[key] for key in keys if key in view} | {"attachment_id": view["id"], "loading_state": 2}


def _find(message: Message, url: object) -> Attachment | None:
    name = referenced_file(url)
    return next((file for file in message.attachments if file.filename == name), None)


def _reference_view(original: Message) -> Json:
    return _channel_reference_view(original.channel) | {"message_id": str(original.id)}


def _channel_reference_view(channel: Channel) -> Json:
    view: Json = {"type": 0, "channel_id": str(channel.id)}
    return view | {"guild_id": str(channel.guild.id)} if channel.guild else view


def owners_view(guild_id: int | None) -> Json:
    """Who installed the app where an interaction began: the server, or ``0`` in direct messages."""
    return {"0": str(guild_id or 0)}


def origin_view(origin: Origin) -> Json:
    """The interaction that a message answers."""
    view: Json = {
        "id": str(origin.id),
        "type": origin.kind,
        "user": user_view(origin.user),
        "authorizing_integration_owners": owners_view(origin.guild_id),
    }
    if origin.kind == COMPONENT:
        view["interacted_message_id"] = str(origin.source_id)
    elif origin.kind == COMMAND and origin.source_id:
        view["target_message_id"] = str(origin.source_id)
    if origin.opened_by:
        view["triggering_interaction_metadata"] = origin_view(origin.opened_by)
    return view
