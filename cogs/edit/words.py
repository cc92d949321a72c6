"""What a reply says: its words as they are meant for the model, the pictures with it, the picture that it names."""

from __future__ import annotations

import mimetypes
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import discord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.services.ledger import Picture

_MENTION = re.compile(r"<(@!?|@&|#)([0-9]{1,20})>")
_NO_WORDS = re.compile(r"https?://\S+|<a?:\w+:[0-9]{1,20}>")  # links, as of reaction pictures; a server's emojis
_NUMBER = re.compile(r"#([0-9]{1,18})(?=[\s:,]|$)[:,]?\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """A member's reply to a message.

    Attributes:
        words: as they were typed, without a mention of us at either end, and with names instead of other mentions.
        files: the pictures attached, in the member's order.
        calls_us: the words mention us; that a reply also pings whom it answers does not count.
        is_blank: nothing of it can be seen, for there is nothing, or because Discord does not show it to us.
    """

    message: discord.Message
    words: str
    files: tuple[discord.Attachment, ...]
    calls_us: bool
    is_blank: bool

    @classmethod
    def of(cls, message: discord.Message, bot_id: int) -> Self:
        """Read a message."""
        us = rf"<@!?{bot_id}>"
        bare = re.sub(rf"^(?:\s*{us}[\s,:]*)+|(?:\s*{us})+\s*$", "", message.content).strip()
        return cls(
            message,
            _with_names(message, bare),
            pictures_in(message.attachments),
            re.search(us, message.content) is not None,
            is_blank(message),
        )


def is_blank(message: discord.Message) -> bool:
    """Whether there is nothing that we may read. A sticker is always shown to us, and says that nothing is hidden."""
    told = (message.content, message.attachments, message.embeds, message.components, message.stickers)
    return not any(told) and message.poll is None and not message.flags.voice and not message.message_snapshots


def says_something(words: str) -> bool:
    """Whether there are words in it; a link, emojis and signs are how people react to a picture."""
    return any(character.isalnum() for character in _NO_WORDS.sub("", words))


def pictures_in(attachments: Iterable[discord.Attachment]) -> tuple[discord.Attachment, ...]:
    """The pictures among the files, by what Discord says they are; whether they can be used is seen later."""
    return tuple(each for each in attachments if _kind_of(each).startswith("image/"))


def pictures_of(message: discord.Message) -> tuple[discord.Attachment, ...]:
    """The pictures that a message shows; of a forwarded one, those of the message that was forwarded."""
    forwarded = (each for snapshot in message.message_snapshots[:1] for each in snapshot.attachments)
    return pictures_in(message.attachments) or pictures_in(forwarded)


def named_picture(words: str, pictures: Sequence[Picture]) -> tuple[Picture | None, str]:
    """The picture whose number the words begin with, and the words behind it; None if they name none of these."""
    begins = _NUMBER.match(words)
    for picture in pictures:
        if begins is not None and int(begins[1]) == picture.number:
            return picture, words[begins.end() :]
    return None, words


def _kind_of(attachment: discord.Attachment) -> str:
    return attachment.content_type or mimetypes.guess_type(attachment.filename)[0] or ""


def _with_names(message: discord.Message, text: str) -> str:
    """Let the model read names where Discord writes numbers. All else stays as it was typed, as does who is unknown."""
    guild = message.guild

    def name_of(mention: re.Match[str]) -> str:
        kind, number = mention[1], int(mention[2])
        if kind == "#":
            channel = None if guild is None else guild.get_channel_or_thread(number)
            return mention[0] if channel is None else f"#{channel.name}"
        if kind == "@&":
            role = None if guild is None else guild.get_role(number)
            return mention[0] if role is None else f"@{role.name}"
        person = discord.utils.get(message.mentions, id=number)
        return mention[0] if person is None else f"@{person.display_name}"

    return _MENTION.sub(name_of, text)
