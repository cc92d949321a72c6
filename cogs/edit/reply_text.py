"""What a reply says: its words as they are meant for the model, the pictures with it, the picture that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Self

from bot.discord_ui.mentions import Names
from bot.inputs import is_likely_picture, may_be_picture
from bot.memory import loading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    import discord

    from bot.services.ledger import Picture

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
        calls_others: the words mention other people.
        pings_us: it mentions us in its words or by its ping; in direct messages it has nobody else to speak to.
        is_blank: nothing of it can be seen, for there is nothing, or because Discord does not show it to us.
    """

    message: discord.Message
    words: str
    spoken: str
    files: tuple[discord.Attachment, ...]
    left_out: tuple[str, ...]
    calls_us: bool
    calls_others: bool
    pings_us: bool
    is_blank: bool

    @classmethod
    def of(
        cls,
        message: discord.Message,
        bot: discord.abc.User | None,
        zone: tzinfo,
        author: discord.abc.User | None = None,
    ) -> Self:
        """Read a message.

        Args:
            message: whatever it is.
            bot: our own account.
            zone: in which times are told.
            author: who wrote it, where more is known of them than the message tells.
        """
        names = replace(Names.of_message(message, bot, zone), author=author or message.author)
        read = names.read(message.content)
        files = tuple(each for each in message.attachments if may_be_picture(each))
        return cls(
            message,
            read.text.strip(),
            read.spoken,
            files,
            tuple(each.filename for each in message.attachments if each not in files),
            read.calls_us,
            read.calls_others,
            message.guild is None or read.calls_us or bot in message.mentions,
            says_nothing(message),
        )

    @property
    def is_for_us(self) -> bool:
        """Whether it says something to us; who only reacts to a picture, with a smile, a link or a film, does not."""
        if self.calls_us or not self.pings_us:
            return self.calls_us
        if self.left_out and self.is_talk:
            return False
        return any(map(is_likely_picture, self.files)) or says_something(self.spoken)

    @property
    def is_talk(self) -> bool:
        """Whether it is rather said to people, or of the picture, than a wish.

        Who attaches a picture wants something done with it, also where the words alone would be praise: "like this".
        """
        if self.calls_others:
            return True
        if not says_something(self.spoken):
            return bool(self.words or not self.files)  # one that only draws says nothing
        if self.files:
            return self.asks
        from cogs.edit.remarks import is_talk  # noqa: PLC0415 - see `learn`

        return is_talk(self.spoken)

    @property
    def asks(self) -> bool:
        """Whether its words are a question, whatever else they say."""
        from cogs.edit.remarks import asks  # noqa: PLC0415 - see `learn`

        return asks(self.spoken)


def learn() -> None:
    """Load how talk is told from wishes: that takes long, and no start need wait for it."""
    with loading():
        import_module("cogs.edit.remarks")


def says_nothing(message: discord.Message) -> bool:
    """Whether there is nothing that we may read. A sticker is always shown to us, and says that nothing is hidden."""
    told = (message.content, message.attachments, message.embeds, message.components, message.stickers)
    return not any(told) and message.poll is None and not message.flags.voice and not message.message_snapshots


def says_something(spoken: str) -> bool:
    """Whether there are words in it, and not only signs and marks like 10/10; a number may name a picture."""
    named = _NUMBER.match(spoken)
    return named is not None or any(sign.isalpha() for sign in spoken)


def named_picture(words: str, pictures: Sequence[Picture]) -> tuple[Picture | None, str]:
    """The picture whose number the words begin with, and the words behind it; None if they name none of these."""
    begins = _NUMBER.match(words)
    for picture in pictures:
        if begins is not None and int(begins[1]) == picture.number:
            return picture, words[begins.end() :]
    return None, words
