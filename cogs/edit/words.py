"""What a reply says: its words as they are meant for the model, the pictures with it, the picture that it names."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bot.inputs import is_likely_picture, may_be_picture
from bot.mentions import Names

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    import discord

    from bot.services.ledger import Picture

_SIGNS = re.compile(r"[^\w\s]+")
_BESIDE_LETTERS = re.compile(r"[\d_]+")
# Whole replies that are no wishes: nobody wants to get, and to pay, a picture for a compliment.
_REMARKS = frozenset(
    [
        "thanks",
        "thank you",
        "thx",
        "ty",
        "lovely",
        "nice",
        "wow",
        "great",
        "cool",
        "awesome",
        "amazing",
        "beautiful",
        "perfect",
        "love it",
        "i love it",
        "so good",
        "good",
        "good job",
        "well done",
        "haha",
        "lol",
        "omg",
        "yes",
        "no",
        "ok",
        "okay",
        "same",
        "so cute",
        "danke",
        "schön",
        "sehr schön",
        "toll",
        "super",
        "merci",
        "gracias",
    ]
)
_NUMBER = re.compile(r"#([0-9]{1,18})(?=[\s:,]|$)[:,]?\s*")


@dataclass(frozen=True, slots=True)
class Reply:
    """A member's reply to a message.

    Attributes:
        words: as they were meant, for the model.
        spoken: what of them is language.
        files: what is attached and may be a picture, in the member's order.
        left_out: the names of the files attached that certainly are none.
        calls_us: the words mention us; that a reply also pings whom it answers does not count.
        pings_us: it mentions us in its words or by its ping; in direct messages it has nobody else to speak to.
        is_blank: nothing of it can be seen, for there is nothing, or because Discord does not show it to us.
    """

    message: discord.Message
    words: str
    spoken: str
    files: tuple[discord.Attachment, ...]
    left_out: tuple[str, ...]
    calls_us: bool
    pings_us: bool
    is_blank: bool

    @classmethod
    def of(cls, message: discord.Message, bot: discord.abc.User | None, zone: tzinfo) -> Self:
        """Read a message; `bot` is our own account, and times are told in the zone."""
        read = Names.of_message(message, bot, zone).read(message.content)
        files = tuple(each for each in message.attachments if may_be_picture(each))
        return cls(
            message,
            read.text.strip(),
            read.spoken,
            files,
            tuple(each.filename for each in message.attachments if each not in files),
            read.calls_us,
            message.guild is None or read.calls_us or bot in message.mentions,
            is_blank(message),
        )

    @property
    def is_a_wish(self) -> bool:
        """Whether it asks us for something; people also praise a picture and talk about it below it."""
        return self.calls_us or (
            self.pings_us and (any(map(is_likely_picture, self.files)) or says_something(self.spoken))
        )


def is_blank(message: discord.Message) -> bool:
    """Whether there is nothing that we may read. A sticker is always shown to us, and says that nothing is hidden."""
    told = (message.content, message.attachments, message.embeds, message.components, message.stickers)
    return not any(told) and message.poll is None and not message.flags.voice and not message.message_snapshots


def says_something(words: str) -> bool:
    """Whether it is more than a reaction: short thanks, links, emojis, signs, marks like 10/10. Numbers name pictures.

    Thanks count whatever their case, punctuation and emojis, also several in a row: “Wow, thanks! 😍”.
    """
    spoken = unicodedata.normalize("NFC", words).casefold()
    parts = [" ".join(_BESIDE_LETTERS.sub("", part).split()) for part in _SIGNS.split(spoken)]
    if not any(parts):
        return _NUMBER.match(words) is not None
    return not all(part in _REMARKS for part in parts if part)


def named_picture(words: str, pictures: Sequence[Picture]) -> tuple[Picture | None, str]:
    """The picture whose number the words begin with, and the words behind it; None if they name none of these."""
    begins = _NUMBER.match(words)
    for picture in pictures:
        if begins is not None and int(begins[1]) == picture.number:
            return picture, words[begins.end() :]
    return None, words
