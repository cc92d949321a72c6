"""What a request starts from, before anything is downloaded; and what is refused then, by what Discord says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import InputPictureError
from bot.inputs.message_pictures import may_be_picture
from bot.language import phrase
from bot.pictures import shown_name
from bot.services.catalog import LARGEST_INPUT
from bot.services.requests import StoredImage, check_count, check_together

if TYPE_CHECKING:
    from collections.abc import Sequence

    import discord

    from bot.services.catalog import Model
    from bot.services.ledger import Order, Picture


@dataclass(frozen=True, slots=True)
class Sources:
    """The pictures behind a request, in the order in which they are sent.

    Attributes:
        order: the request that made the picture of ours that is changed; None if it is not one of ours.
        picture: that picture; the first input, by its original bytes.
        attachments: what comes after it, in the member's order; without such a picture the first of them is changed.
        mask: a file that says what of the first input may change.
        sorts: the attachments may also be a mask of the first input, or that picture drawn upon: look at each.
        follows: the size was guessed from what Discord says of the first input, and becomes that of its real shape.
        unsaid: the words are those that stood in the dialog already: beside markup they say nothing.
    """

    order: Order | None = None
    picture: Picture | None = None
    attachments: tuple[discord.Attachment, ...] = ()
    mask: discord.Attachment | None = None
    sorts: bool = False
    follows: bool = False
    unsaid: bool = False

    @property
    def downloads(self) -> tuple[discord.Attachment, ...]:
        """Everything that comes from Discord."""
        return self.attachments if self.mask is None else (*self.attachments, self.mask)

    @property
    def count(self) -> int:
        """How many input pictures there are; a mask is none."""
        return len(self.attachments) + (self.picture is not None)

    @property
    def foreseen(self) -> tuple[StoredImage, ...]:
        """The input pictures whose shapes are known beforehand, to be priced and never to be sent: they have no files.

        Less is foreseen than may come: Discord does not tell the shape of every file, nor what is a mask.
        """
        own = () if self.picture is None else (self.picture.image,)
        sure = self.attachments[: 1 - len(own)] if self.sorts else self.attachments
        told = (
            StoredImage("", "", attachment.width, attachment.height, attachment.size)
            for attachment in sure
            if attachment.width and attachment.height
        )
        return (*own, *told)

    @property
    def bytes_at_once(self) -> int:
        """How much is in memory at once: the first input, and one file after the other that is held against it."""
        if self.picture is not None:
            first, others = self.picture.image.byte_size, self.downloads
        else:
            first, others = sum(attachment.size for attachment in self.attachments[:1]), self.downloads[1:]
        return first + max((attachment.size for attachment in others), default=0)


def check_declared(sources: Sources, model: Model, kept: Sequence[StoredImage] = ()) -> None:
    """Refuse what cannot come to anything.

    Every way to a mask or an extension brings a picture that it belongs to, and none brings both: that is not asked.

    Args:
        sources: what is brought.
        model: that it is for.
        kept: input pictures beside it, which the store has.

    Raises:
        InputPictureError: a file is too large or no picture, all together are too large, or there are too many.
    """
    for attachment in sources.downloads:
        _check_file(attachment)
    check_together(sum(attachment.size for attachment in sources.downloads) + sum(file.byte_size for file in kept))
    overlays = 1 if sources.sorts and sources.mask is None and sources.count > 1 else 0  # one may turn out to be one
    check_count(model, sources.count + len(kept) - overlays)


def _check_file(attachment: discord.Attachment) -> None:
    name = shown_name(attachment.filename)
    if attachment.size > LARGEST_INPUT:
        raise InputPictureError(
            phrase(
                "{name} is too large: {most} MB is the most. Attach a smaller copy.",
                name=name,
                most=LARGEST_INPUT // 1_000_000,
            )
        )
    if not may_be_picture(attachment):
        raise InputPictureError(phrase("{name} is not a picture. Attach a PNG, JPEG or WEBP file.", name=name))
