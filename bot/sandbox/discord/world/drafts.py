"""A message as somebody asks for it: the body of a request, checked and completed against the message it changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.discord.checks.components import check_components, media_of, walk
from bot.sandbox.discord.checks.embeds import check_embeds
from bot.sandbox.discord.checks.messages import MESSAGE, check_mentions
from bot.sandbox.discord.wire.json_values import Json, as_int, as_list, as_object, as_objects, as_text, without_nulls
from bot.sandbox.discord.wire.refusals import FormFaults, empty_message, unknown_sticker
from bot.sandbox.discord.world.records import MessageFlag

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.sandbox.discord.world.model import Message
    from bot.sandbox.discord.world.records import Attachment

LONGEST_CONTENT = 2000
SETTABLE = (
    MessageFlag.SUPPRESS_EMBEDS
    | MessageFlag.EPHEMERAL
    | MessageFlag.SUPPRESS_NOTIFICATIONS
    | MessageFlag.IS_COMPONENTS_V2
)
EDITABLE = MessageFlag.SUPPRESS_EMBEDS | MessageFlag.IS_COMPONENTS_V2
_SCHEME = "attachment://"


@dataclass(frozen=True)
class Draft:
    """What the message will say; its files come apart."""

    content: str
    embeds: tuple[Json, ...]
    components: tuple[Json, ...]
    flags: MessageFlag

    @property
    def is_v2(self) -> bool:
        """Whether components are all it shows."""
        return MessageFlag.IS_COMPONENTS_V2 in self.flags

    def check(self, body: Json, emojis: Collection[int]) -> None:
        """Refuse what Discord would; `emojis` are the custom ones that the bot may use.

        Raises:
            Refusal: 400/50035 with every fault, of the form first; 400/50081.
        """
        faults = FormFaults()
        MESSAGE("", body, faults)
        faults.raise_if_any()
        if as_list(body.get("sticker_ids")):
            raise unknown_sticker()
        check_mentions(body, faults)
        faults.check_length("content", self.content, LONGEST_CONTENT)
        check_embeds(list(self.embeds), faults)
        check_components(list(self.components), faults, emojis, v2=self.is_v2)
        if self.is_v2:
            for key in ("content", "embeds", "poll", "sticker_ids"):
                if body.get(key):
                    text = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
                    faults.add(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
        faults.raise_if_any()

    def check_files(self, attachments: tuple[Attachment, ...]) -> None:
        """Refuse an empty message, and references to files that it does not have.

        Raises:
            Refusal: 400/50006 or 400/50035.
        """
        if not (self.content or self.embeds or attachments or (self.is_v2 and self.components)):
            raise empty_message()
        names = {attachment.filename for attachment in attachments}
        faults = FormFaults()
        for place, name in self.file_references():
            if name not in names:
                faults.add(place, "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", f"No attachment {name!r}")
        faults.raise_if_any()

    def file_references(self) -> Iterator[tuple[str, str]]:
        """The file names that ``attachment://`` points to, with their places."""
        for place, component in walk(list(self.components)):
            for media in media_of(component):
                if name := referenced_file(media.get("url")):
                    yield f"{place}.media", name
        for position, embed in enumerate(self.embeds):
            for key in ("image", "thumbnail"):
                if name := referenced_file(as_object(embed.get(key)).get("url")):
                    yield f"embeds.{position}.{key}", name


def referenced_file(url: object) -> str | None:
    """The name behind ``attachment://name``; None for other addresses."""
    text = as_text(url)
    return text.removeprefix(_SCHEME) if text.startswith(_SCHEME) else None


def new_draft(body: Json) -> Draft:
    """The draft of a new message; not checked yet."""
    return Draft(
        content=as_text(body.get("content")).strip(),
        embeds=tuple(as_objects(body.get("embeds"))),
        components=numbered(as_objects(body.get("components"))),
        flags=MessageFlag(as_int(body.get("flags"))) & SETTABLE,
    )


def changed_draft(message: Message, body: Json) -> Draft:
    """The draft of an edit: what the body leaves out stays.

    The V2 flag can be set but never taken away; everything else than it and SUPPRESS_EMBEDS is ignored.
    """
    now = message.version
    flags = now.flags & ~MessageFlag.LOADING
    if body.get("flags") is not None:
        asked = MessageFlag(as_int(body["flags"])) & EDITABLE
        flags = (flags & ~MessageFlag.SUPPRESS_EMBEDS) | asked
    becomes_v2 = MessageFlag.IS_COMPONENTS_V2 in flags
    return Draft(
        content=as_text(body.get("content")).strip() if "content" in body else ("" if becomes_v2 else now.content),
        embeds=tuple(as_objects(body.get("embeds"))) if "embeds" in body else (() if becomes_v2 else now.embeds),
        components=numbered(as_objects(body.get("components"))) if "components" in body else now.components,
        flags=flags,
    )


def numbered(components: list[Json]) -> tuple[Json, ...]:
    """A deep copy of the components in which each has an ``id``, counted from 1 where the sender gave none."""
    copies = [without_nulls(component) for component in components]
    taken = {component.get("id") for _, component in walk(copies)}
    fresh = (number for number in range(1, 1000) if number not in taken)
    for _, component in walk(copies):
        if not component.get("id"):
            component["id"] = next(fresh)
    return tuple(copies)
