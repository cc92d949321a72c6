"""What a request starts from, before anything of it is downloaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import discord

    from bot.services.ledger import OpenRequest, Picture


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
    """

    order: OpenRequest | None = None
    picture: Picture | None = None
    attachments: tuple[discord.Attachment, ...] = ()
    mask: discord.Attachment | None = None
    sorts: bool = False
    follows: bool = False

    @property
    def downloads(self) -> tuple[discord.Attachment, ...]:
        """Everything that comes from Discord."""
        return self.attachments if self.mask is None else (*self.attachments, self.mask)

    @property
    def count(self) -> int:
        """How many input pictures there are; a mask is none."""
        return len(self.attachments) + (self.picture is not None)
